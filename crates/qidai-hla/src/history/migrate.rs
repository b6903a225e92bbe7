//! One name of one release under another.

use super::{History, ReleaseVersion, Span};
use crate::allele::AlleleName;

/// A chain of withdrawals ends; the longest real one has three.
const STEPS_MAX: usize = 16;

/// What became of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    /// The same name.
    Unchanged,
    /// It got fields, or lost some: `A*01:52N` → `A*01:52:01N`. Names of before 2010 got their colons.
    Extended,
    /// Its expression is known better: `C*03:23` → `C*03:23N`.
    SuffixChanged,
    /// It got another number: `C*03:99` → `C*01:169:01`.
    Renumbered,
    /// The sequence was withdrawn because it is another one, or was given a new accession.
    Merged,
    /// Withdrawn without a successor.
    Deleted,
    /// The name was never given to a sequence.
    NeverAssigned,
    /// Under the other, older release the sequence had no name yet.
    NotYetNamed,
}

impl Fate {
    /// Every fate, mildest first.
    pub const ALL: [Fate; 8] = [
        Fate::Unchanged,
        Fate::Extended,
        Fate::SuffixChanged,
        Fate::Renumbered,
        Fate::Merged,
        Fate::Deleted,
        Fate::NeverAssigned,
        Fate::NotYetNamed,
    ];

    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Unchanged => "unchanged",
            Fate::Extended => "extended",
            Fate::SuffixChanged => "suffix_changed",
            Fate::Renumbered => "renumbered",
            Fate::Merged => "merged",
            Fate::Deleted => "deleted",
            Fate::NeverAssigned => "never_assigned",
            Fate::NotYetNamed => "not_yet_named",
        }
    }
}

/// Where a name went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The accession that bore the name.
    pub accession: u32,
    /// The release the name was read under.
    pub from: ReleaseVersion,
    /// What became of it.
    pub fate: Fate,
    /// The name under the other release; `None` when there is none.
    pub name: Option<AlleleName>,
    /// The publisher's reason, where the sequence was withdrawn.
    pub reason: Option<String>,
    /// Every accession that ever bore the name, when there are several and no release told which is meant.
    pub bearers: Vec<u32>,
}

/// Why a name could not be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationError {
    /// The history does not know the release.
    ReleaseUnknown,
    /// No accession bore the name, under that release or under any.
    NameUnknown,
}

impl History {
    /// The name under release `to` of what was called `name` under release `from`; without `from`, under the newest
    /// release that has the name. Names of before 2010 are written as they were then.
    ///
    /// # Errors
    /// The history does not know one of the releases, or nobody bore the name.
    pub fn migrate(
        &self,
        name: &str,
        from: Option<ReleaseVersion>,
        to: ReleaseVersion,
    ) -> Result<Migration, MigrationError> {
        let to = self.index_of(to).ok_or(MigrationError::ReleaseUnknown)?;
        let spans = self.spans_of(name);
        let span = match from {
            Some(version) => {
                let index = self.index_of(version).ok_or(MigrationError::ReleaseUnknown)?;
                spans.iter().find(|span| span.releases.contains(&index))
            }
            None => spans.iter().max_by_key(|span| *span.releases.end()),
        };
        let Some(span) = span else { return self.migrate_withdrawn(name, from, to) };
        let mut migration = self.migrate_span(span, to);
        match from {
            Some(version) => migration.from = version,
            None => migration.bearers = self.bearers(name),
        }
        if migration.bearers.len() < 2 {
            migration.bearers.clear();
        }
        Ok(migration)
    }

    /// A name that no list has, because it was withdrawn at once (`A*02:100`) or before the first list.
    fn migrate_withdrawn(
        &self,
        name: &str,
        from: Option<ReleaseVersion>,
        to: u16,
    ) -> Result<Migration, MigrationError> {
        let is_it = |(accession, w): &(&u32, &super::Withdrawn)| {
            w.name == name && self.spans_of_accession(**accession).is_empty()
        };
        let (accession, _) = self.withdrawn.iter().find(is_it).ok_or(MigrationError::NameUnknown)?;
        let mut migration = Migration {
            accession: *accession,
            from: from.unwrap_or(self.releases[to as usize].version),
            fate: Fate::Deleted,
            name: None,
            reason: None,
            bearers: Vec::new(),
        };
        self.follow(&mut migration, to);
        Ok(migration)
    }

    /// `to` is the index of a release.
    pub(super) fn migrate_span(&self, span: &Span, to: u16) -> Migration {
        let mut migration = Migration {
            accession: span.accession,
            from: self.releases[*span.releases.end() as usize].version,
            fate: Fate::NotYetNamed,
            name: None,
            reason: None,
            bearers: Vec::new(),
        };
        match self.span_at(span.accession, to) {
            Some(there) => {
                migration.name = there.name;
                migration.fate = change(span, there);
            }
            None if self.is_gone(span.accession, to) => self.follow(&mut migration, to),
            None => {}
        }
        migration
    }

    /// True when the accession's last name is older than release `to`.
    fn is_gone(&self, accession: u32, to: u16) -> bool {
        self.spans_of_accession(accession).last().is_some_and(|last| *last.releases.end() < to)
    }

    fn follow(&self, migration: &mut Migration, to: u16) {
        let mut accession = migration.accession;
        migration.fate = Fate::Deleted;
        for _ in 0..STEPS_MAX {
            let Some(withdrawn) = self.withdrawn.get(&accession) else { return };
            migration.reason.get_or_insert_with(|| withdrawn.reason.clone());
            if withdrawn.never_assigned {
                migration.fate = Fate::NeverAssigned;
            }
            let Some(next) =
                withdrawn.successor.as_deref().and_then(|name| self.bearer_since(name, accession))
            else {
                return;
            };
            accession = next;
            if let Some(there) = self.span_at(accession, to) {
                (migration.fate, migration.name) = (Fate::Merged, there.name);
                return;
            }
        }
    }

    /// The accession that a withdrawn one was merged into: who bears the name it is said to be identical to, now or last.
    fn bearer_since(&self, name: &str, withdrawn: u32) -> Option<u32> {
        let spans = self.spans_of(name);
        let others = spans.iter().filter(|span| span.accession != withdrawn);
        if let Some(span) = others.max_by_key(|span| *span.releases.end()) {
            return Some(span.accession);
        }
        // The name was extended before a list of ours begins, or is of before 2010 and no table has it.
        let short = name.parse::<AlleleName>().ok()?;
        let newest = self.releases.len().checked_sub(1)? as u16;
        let longer = self.beginning_with(&short, newest);
        longer.first().map(|span| span.accession).filter(|other| *other != withdrawn)
    }
}

fn change(from: &Span, to: &Span) -> Fate {
    let (Some(old), Some(new)) = (from.name, to.name) else {
        let same = from.written() == to.written();
        return if same { Fate::Unchanged } else { Fate::Extended };
    };
    let same_beginning = new.is_prefix_of(&old) || old.is_prefix_of(&new);
    match () {
        () if old == new => Fate::Unchanged,
        () if !same_beginning => Fate::Renumbered,
        () if old.suffix() != new.suffix() => Fate::SuffixChanged,
        () => Fate::Extended,
    }
}
