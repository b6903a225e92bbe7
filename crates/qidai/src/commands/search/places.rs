//! Where a search at the console looks: the bank, pools instead of it, or both.

use qidai_bank::Store;

use crate::catalogue::{Among, BANK, BankArgs, Catalogue, Place, SearchRequest};
use crate::commands::runtime;
use crate::error::Failure;
use crate::pools::PoolFile;
use crate::profiles;

/// What was opened, the bank first.
pub(super) struct Places {
    opened: Vec<(String, Catalogue)>,
    /// The names that each request is to ask; empty where only the bank is asked.
    asked: Vec<String>,
}

impl Places {
    /// Opens what is asked. A bank that nobody asks is not opened.
    pub(super) fn open(pools: &[String], among: &[String], bank: &BankArgs) -> Result<Places, Failure> {
        let files = pools.iter().map(|pool| file(pool)).collect::<Result<Vec<_>, _>>()?;
        let asks_bank = files.is_empty() || among.iter().any(|name| name == BANK);
        let mut opened: Vec<(String, Catalogue)> = Vec::new();
        if asks_bank {
            opened.push((BANK.to_owned(), runtime()?.block_on(Catalogue::open(bank))?));
        }
        for PoolFile { name, file } in files {
            let catalogue = match opened.first() {
                Some((_, first)) => first.beside(&name, &file)?,
                None => Catalogue::of_pool(&file, &bank.reference, bank.frequencies.as_deref())?,
            };
            opened.push((name, catalogue));
        }
        let all = || opened.iter().map(|(name, _)| name.clone()).collect();
        let asked = if among.is_empty() && !asks_bank { all() } else { among.to_vec() };
        Ok(Places { opened, asked })
    }

    /// The bank, or the first pool without one.
    pub(super) fn first(&self) -> &Catalogue {
        // `open` opens one at least: the bank where no pool is given.
        &self.opened[0].1
    }

    pub(super) fn among(&self) -> Among<'_> {
        Among::new(self.opened.iter().map(|(name, catalogue)| Place { name, catalogue }).collect())
    }

    /// A request that asks here, with the pages of the bank's own that it names.
    pub(super) fn resolved(&self, request: SearchRequest, bank: &BankArgs) -> Result<SearchRequest, Failure> {
        let request = SearchRequest { among: self.asked.clone(), ..request };
        if bank.bank.is_none() || !profiles::names_own(&request) {
            return Ok(request);
        }
        let work = async {
            let store = Store::open(bank.address()?).await?;
            let resolved = profiles::resolved(&store, request).await;
            store.close().await?;
            resolved
        };
        runtime()?.block_on(work)
    }
}

/// Reads `NAME=FILE`, or a file alone.
pub(super) fn file(text: &str) -> Result<PoolFile, Failure> {
    PoolFile::parse(text).map_err(|expected| {
        let sentence = format!("\"{text}\" is no pool: {expected}.");
        Failure::refused("pool_name_invalid", sentence).with("value", text).with("expected", expected)
    })
}
