//! The pools of a server: lists of a nation or of the world, searched beside the bank.
//!
//! Each is a file, looked at again while the server runs. What is new is made ready in the background and put in the place of the old one at
//! once: a search that has begun ends in the pool it began with. A file that cannot be used leaves the old pool where it is, and is
//! said in the log, in the metrics and on the page of the pools.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::catalogue::{Among, BANK, Catalogue, Place, PoolReceipt, SearchRequest, place_unknown};
use crate::error::Failure;

/// A pool as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PoolFile {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
}

/// The pools of a server, in the order in which they are configured.
#[derive(Default)]
pub(crate) struct Pools(Vec<Pool>);

/// One pool.
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    state: RwLock<PoolState>,
}

/// How a pool is.
#[derive(Clone, Default)]
pub(crate) struct PoolState {
    /// What is searched; absent until it was loaded for the first time.
    pub(crate) loaded: Option<Arc<Catalogue>>,
    /// When that was put here.
    pub(crate) since: Option<Timestamp>,
    /// Why the file as it is now is not what is searched.
    pub(crate) problem: Option<Arc<Failure>>,
    /// The file that was looked at last.
    seen: Option<Stamp>,
}

/// Length and time of a file: another one is another file.
type Stamp = (u64, SystemTime);

/// What became of a look at a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looked {
    Unchanged,
    Replaced,
    Failed,
}

impl PoolFile {
    /// Reads `NAME=FILE`, or a file alone, whose name without its end is then the pool's.
    ///
    /// # Errors
    /// What was expected: a name of letters, digits, `-` and `_` that is not `bank`.
    pub(crate) fn parse(text: &str) -> Result<PoolFile, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name.trim().to_owned(), Path::new(file.trim())),
            None => {
                let file = Path::new(text.trim());
                (file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(), file)
            }
        };
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name == BANK || !name.chars().all(is_letter) || file.as_os_str().is_empty() {
            return Err(
                "expected NAME=FILE; a name has letters, digits, - and _, and is not \"bank\"".to_owned()
            );
        }
        Ok(PoolFile { name, file: file.to_owned() })
    }
}

impl Pools {
    pub(crate) fn new(files: Vec<PoolFile>) -> Pools {
        let pool = |PoolFile { name, file }| Pool { name, file, state: RwLock::default() };
        Pools(files.into_iter().map(pool).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pool> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pools that a request names, each as it is now.
    ///
    /// # Errors
    /// `pool_unknown`: there is no such pool; `pool_not_loaded`: there is, and nothing of it can be searched yet.
    pub(crate) fn asked(&self, request: &SearchRequest) -> Result<Vec<(String, Arc<Catalogue>)>, Failure> {
        let names = || std::iter::once(BANK).chain(self.0.iter().map(|pool| pool.name.as_str()));
        if let Some(name) = request.among.iter().find(|name| !names().any(|known| known == name.as_str())) {
            return Err(place_unknown(name, &names().collect::<Vec<_>>().join(", ")));
        }
        let named = self.0.iter().filter(|pool| request.among.contains(&pool.name));
        named
            .map(|pool| {
                let loaded = pool.state().loaded.ok_or_else(|| not_loaded(&pool.name))?;
                Ok((pool.name.clone(), loaded))
            })
            .collect()
    }
}

/// The bank and some pools as the places of a search.
pub(crate) fn among<'c>(bank: &'c Catalogue, pools: &'c [(String, Arc<Catalogue>)]) -> Among<'c> {
    let bank = Place { name: BANK, catalogue: bank };
    let pools = pools.iter().map(|(name, catalogue)| Place { name, catalogue });
    Among::new(std::iter::once(bank).chain(pools).collect())
}

fn not_loaded(name: &str) -> Failure {
    let sentence = format!(
        "The pool {name} is not loaded: it is being made ready, or its file cannot be used. Nothing was searched; the page of the pools says more."
    );
    Failure::outage("pool_not_loaded", sentence).with("value", name)
}

impl Pool {
    pub(crate) fn state(&self) -> PoolState {
        // A poisoned lock holds a whole state all the same: it is only ever replaced.
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: PoolState) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Which state of the pool is searched.
    pub(crate) fn receipt(&self) -> Option<PoolReceipt> {
        Some(PoolReceipt::of(&self.name, self.state().loaded?.snapshot()))
    }

    /// Looks at the file, and makes it ready when it is another one, or when the bank reads typings or predicts otherwise than before.
    pub(crate) fn look(&self, bank: &Catalogue) -> Looked {
        let last = self.state();
        let stamp = self.file.metadata().and_then(|about| Ok((about.len(), about.modified()?)));
        let seen = stamp.ok();
        let is_read_alike = last.loaded.as_ref().is_none_or(|loaded| loaded.predicts_as(bank));
        if seen.is_some() && seen == last.seen && is_read_alike {
            return Looked::Unchanged;
        }
        match bank.beside(&self.name, &self.file) {
            Ok(loaded) => {
                let (loaded, since) = (Some(Arc::new(loaded)), Some(Timestamp::now()));
                self.set(PoolState { loaded, since, problem: None, seen });
                Looked::Replaced
            }
            Err(failure) => {
                let is_told = last.problem.as_ref().is_some_and(|told| told.code() == failure.code());
                let is_new = seen != last.seen || !is_told;
                // A pool that was read by another release must not be searched any longer.
                let loaded = last.loaded.filter(|_| is_read_alike);
                self.set(PoolState { loaded, problem: Some(Arc::new(failure)), seen, ..last });
                if is_new { Looked::Failed } else { Looked::Unchanged }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_has_a_name_and_a_file() {
        let parsed =
            |text: &str| PoolFile::parse(text).map(|pool| (pool.name, pool.file.display().to_string()));
        assert_eq!(parsed("world=/data/w.pool"), Ok(("world".to_owned(), "/data/w.pool".to_owned())));
        assert_eq!(parsed(" cn-1 = a b.csv "), Ok(("cn-1".to_owned(), "a b.csv".to_owned())));
        assert_eq!(parsed("/data/cmdp.pool"), Ok(("cmdp".to_owned(), "/data/cmdp.pool".to_owned())));
        for wrong in ["bank=x", "=x", "a b=x", "x=", "", "世界=x"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
