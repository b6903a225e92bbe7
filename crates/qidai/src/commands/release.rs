//! `qidai release`: the IPD-IMGT/HLA release by which a bank understands its typings.

use std::path::Path;

use qidai_bank::{ReleaseInForce, SearchableRow, Store};
use qidai_hla::{MacTable, Nomenclature, PersonTyping, Release};

use super::{Outcome, runtime, stream};
use crate::catalogue::BankArgs;
use crate::console::Console;
use crate::error::Failure;
use crate::reference;
use crate::words::Lang;

/// Identities that are named of those whose typing cannot be read; all are counted.
const NAMED_MAX: usize = 20;

/// The release of a bank.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Say which release the bank remembers, and whether it is there.
    Show(BankArgs),
    /// Let the bank remember the release in a folder (--release DIR). Searches and imports use it from then on.
    ///
    /// Typings of searchable units and lists that cannot be read under it are counted and named; they stay as they
    /// are written, and are left out of searches with that reason.
    Set(BankArgs),
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    runtime()?.block_on(async {
        match &args.what {
            What::Show(bank) => show(bank, lang).await?,
            What::Set(bank) => set(bank, lang).await?,
        }
        Ok(Outcome::Done)
    })
}

async fn show(bank: &BankArgs, lang: Lang) -> Result<(), Failure> {
    let store = Store::open(bank.address()?).await?;
    let remembered = store.release_in_force().await;
    store.close().await?;
    let Some(remembered) = remembered? else { return stream::say(&lang.words().t("release-starter")) };
    stream::say(&said("release-remembered", &remembered, lang))?;
    reference::load_remembered(&remembered).map(|_| ())
}

async fn set(bank: &BankArgs, lang: Lang) -> Result<(), Failure> {
    let Some(directory) = &bank.reference.release else {
        let sentence = "Which release? Give its folder with --release DIR.";
        return Err(Failure::refused("release_not_named", sentence));
    };
    let release = reference::load_release(directory)?;
    let mac = bank.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let store = Store::open(bank.address()?).await?;
    let done = take(&store, &release, mac.as_ref(), directory, lang).await;
    // The first error is the one to tell.
    let closed = store.close().await.map_err(Failure::from);
    done.and(closed)
}

async fn take(
    store: &Store,
    release: &Release,
    mac: Option<&MacTable>,
    directory: &Path,
    lang: Lang,
) -> Result<(), Failure> {
    let readable = Readable::of(store, &Nomenclature::new(release, mac)).await?;
    let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let release =
        ReleaseInForce { label: release.label().to_owned(), directory: directory.display().to_string() };
    store.set_release_in_force(&release, &Console::new().context()).await?;
    stream::say(&said("release-set", &release, lang))?;
    readable.say(lang)
}

fn said(key: &str, release: &ReleaseInForce, lang: Lang) -> String {
    let values = [("release", release.label.as_str().into()), ("folder", release.directory.as_str().into())];
    lang.words().say(key, &values)
}

/// How many typings of the bank can be read under a release.
#[derive(Default)]
struct Readable {
    read: u64,
    not_read: u64,
    /// Identity, never the typing, and the code of what is wrong.
    named: Vec<(String, &'static str)>,
}

impl Readable {
    async fn of(store: &Store, nomenclature: &Nomenclature<'_>) -> Result<Readable, Failure> {
        let mut readable = Readable::default();
        store.stream_searchable(|row| readable.look_at(&row, nomenclature)).await?;
        Ok(readable)
    }

    fn look_at(&mut self, row: &SearchableRow, nomenclature: &Nomenclature<'_>) {
        for typing in [&row.hla, &row.mother_hla].into_iter().flatten() {
            match PersonTyping::read(typing, nomenclature) {
                Ok(_) => self.read += 1,
                Err(errors) => {
                    self.not_read += 1;
                    if self.named.len() < NAMED_MAX {
                        let code = errors.first().map_or("typing_empty", |error| error.code.as_str());
                        self.named.push((row.identity.clone(), code));
                    }
                }
            }
        }
    }

    fn say(&self, lang: Lang) -> Result<(), Failure> {
        let values = [("read", self.read.into()), ("not_read", self.not_read.into())];
        stream::say(&lang.words().say("release-readable", &values))?;
        self.named.iter().try_for_each(|(identity, code)| stream::say(&format!("  {identity}: {code}")))
    }
}
