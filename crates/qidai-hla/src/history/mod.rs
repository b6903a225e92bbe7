//! Names across releases.
//!
//! A sequence keeps its accession number for ever; its name may get more fields, another suffix or another number,
//! and may be given up when the sequence turns out to be another one. So a name leads to its accession under the
//! release it was written with, and the accession to the name of any other release. One name (`A*30:100`) was carried
//! by three accessions in turn: without a release it is read as its last bearer, and that is said.
//!
//! ```
//! use qidai_hla::history::{Fate, History, HistoryFile};
//! let list = |version: &str, names: &str| {
//!     format!("# version: IPD-IMGT/HLA {version}\nAlleleID,Allele\n{names}")
//! };
//! let (old, new) = (list("3.30.0", "HLA00001,C*03:23\n"), list("3.40.0", "HLA00001,C*03:23N\n"));
//! let files = [("old", &old), ("new", &new)].map(|(name, text)| HistoryFile { name, text });
//! let history = History::read(&files, None).unwrap();
//! let (from, to) = ("3.30".parse().unwrap(), "3.40".parse().unwrap());
//! let migration = history.migrate("C*03:23", Some(from), to).unwrap();
//! assert_eq!(migration.name.unwrap().to_string(), "C*03:23N");
//! assert_eq!(migration.fate, Fate::SuffixChanged);
//! ```

mod deleted;
mod error;
mod lists;
mod migrate;
mod spans;
mod typing;
mod version;

use std::ops::RangeInclusive;

use rustc_hash::FxHashMap;

use crate::allele::AlleleName;
use crate::release::Release;
use lists::List;
pub(crate) use spans::Span;

pub use deleted::Withdrawn;
pub use error::HistoryError;
pub use migrate::{Fate, Migration, MigrationError};
pub use typing::{MigratedTyping, Migrator, TypingFate};
pub use version::{NoVersion, ReleaseVersion};

/// A text of which a history is made: the allele list of one release, or the table of many.
#[derive(Clone, Copy, Debug)]
pub struct HistoryFile<'a> {
    /// The file's name, for errors.
    pub name: &'a str,
    /// Its text: `Allelelist.3440.txt`, `Allelelist.txt` or `Allelelist_history.txt`.
    pub text: &'a str,
}

/// A release that the history knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRelease {
    /// Its number.
    pub version: ReleaseVersion,
    /// Its date, `YYYY-MM-DD`, when the list says it.
    pub date: Option<String>,
    /// How many names it has.
    pub name_count: usize,
}

/// Which accession bore which name in which releases.
#[derive(Clone, Debug, Default)]
pub struct History {
    releases: Vec<KnownRelease>,
    spans: Vec<Span>,
    /// Each name with its span, in the order of names.
    by_name: Vec<(AlleleName, u32)>,
    /// The spans of names of before 2010.
    by_text: FxHashMap<Box<str>, Vec<u32>>,
    /// The spans of an accession follow one another; where they are.
    of_accession: FxHashMap<u32, RangeInclusive<u32>>,
    withdrawn: FxHashMap<u32, Withdrawn>,
}

impl History {
    /// Reads lists and tables, in any order; `deleted` is the newest `Deleted_alleles.txt`. A release that stands in two
    /// files is taken from the first.
    ///
    /// # Errors
    /// [`HistoryError`] names the file and line: another kind of file, a malformed line, or a list in which names are
    /// missing that the releases before and after have.
    pub fn read(
        files: &[HistoryFile<'_>],
        deleted: Option<HistoryFile<'_>>,
    ) -> Result<History, HistoryError> {
        let mut all: Vec<(&str, List<'_>)> = Vec::new();
        for file in files {
            for list in lists::read(file.name, file.text)? {
                if all.iter().all(|(_, other)| other.version != list.version) {
                    all.push((file.name, list));
                }
            }
        }
        all.sort_by_key(|(_, list)| list.version);
        let mut history = spans::build(&all)?;
        if let Some(file) = deleted {
            history.withdrawn = deleted::read(file.name, file.text)?;
        }
        Ok(history)
    }

    /// The same history with the successors that `hla_nom.txt` of a release gives to withdrawn names, which are clearer
    /// than those in the sentences of `Deleted_alleles.txt`.
    #[must_use]
    pub fn with_successors_of(mut self, release: &Release) -> History {
        for withdrawn in self.withdrawn.values_mut() {
            let before_2010 = release.deleted_before_2010(&withdrawn.name.replacen("Cw*", "C*", 1));
            let name = withdrawn.name.parse().ok();
            let deleted = before_2010.or_else(|| release.deleted(&name?));
            if let Some(successor) = deleted.and_then(|deleted| deleted.successor) {
                withdrawn.successor = Some(successor.to_string());
            }
        }
        self
    }

    /// The releases it knows, oldest first.
    pub fn releases(&self) -> &[KnownRelease] {
        &self.releases
    }

    /// The release of a number, or the one that was in force on a day (`YYYY-MM-DD`).
    pub fn release(&self, text: &str) -> Option<ReleaseVersion> {
        if is_day(text) {
            let before = |r: &&KnownRelease| r.date.as_deref().is_some_and(|date| date <= text);
            return self.releases.iter().rev().find(before).map(|r| r.version);
        }
        let version = text.parse().ok()?;
        self.index_of(version).map(|_| version)
    }

    /// How many accessions were ever named.
    pub fn accession_count(&self) -> usize {
        self.of_accession.len()
    }

    /// Every accession that ever bore a name, in order; a name of before 2010 is written as it was then.
    pub fn bearers(&self, name: &str) -> Vec<u32> {
        let mut bearers: Vec<u32> = self.spans_of(name).iter().map(|span| span.accession).collect();
        bearers.sort_unstable();
        bearers.dedup();
        bearers
    }

    /// The names of one release with their accessions, in numeric order of names; those of before 2010 come last.
    pub fn names_of(&self, version: ReleaseVersion) -> Vec<(String, u32)> {
        let Some(index) = self.index_of(version) else { return Vec::new() };
        let covers = |span: &&Span| span.releases.contains(&index);
        let named = self.by_name.iter().map(|(_, at)| &self.spans[*at as usize]);
        let old = self.spans.iter().filter(|span| span.name.is_none());
        named.chain(old).filter(covers).map(|span| (span.written(), span.accession)).collect()
    }

    /// What the publisher says of an accession that was withdrawn.
    pub fn withdrawn(&self, accession: u32) -> Option<&Withdrawn> {
        self.withdrawn.get(&accession)
    }

    pub(crate) fn index_of(&self, version: ReleaseVersion) -> Option<u16> {
        self.releases.binary_search_by_key(&version, |r| r.version).ok().map(|i| i as u16)
    }

    /// The spans in which exactly this name was borne.
    fn spans_of(&self, name: &str) -> Vec<&Span> {
        if let Some(old) = self.by_text.get(name) {
            return old.iter().map(|at| &self.spans[*at as usize]).collect();
        }
        name.parse().map_or(Vec::new(), |name| self.spans_named(&name))
    }

    pub(crate) fn spans_named(&self, name: &AlleleName) -> Vec<&Span> {
        let start = self.by_name.partition_point(|(n, _)| n < name);
        let here = self.by_name[start..].iter().take_while(|(n, _)| n == name);
        here.map(|(_, at)| &self.spans[*at as usize]).collect()
    }

    /// The names of a release that begin with the fields of `name`.
    fn beginning_with(&self, name: &AlleleName, release: u16) -> Vec<&Span> {
        let first = name.with_suffix(None);
        let start = self.by_name.partition_point(|(n, _)| *n < first);
        let here = self.by_name[start..].iter().take_while(|(n, _)| name.is_prefix_of(n));
        here.map(|(_, at)| &self.spans[*at as usize])
            .filter(|span| span.releases.contains(&release))
            .collect()
    }

    /// The span of an accession that covers a release.
    fn span_at(&self, accession: u32, release: u16) -> Option<&Span> {
        self.spans_of_accession(accession).iter().find(|span| span.releases.contains(&release))
    }

    fn spans_of_accession(&self, accession: u32) -> &[Span] {
        let place = self.of_accession.get(&accession);
        place.map_or(&[], |at| &self.spans[*at.start() as usize..=*at.end() as usize])
    }
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes[i].is_ascii_digit();
    bytes.len() == 10 && (0..10).all(|i| if matches!(i, 4 | 7) { bytes[i] == b'-' } else { digit(i) })
}
