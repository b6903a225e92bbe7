//! A whole typing under another release: each name is read under the release the typing was made with, codes and
//! shortened names are expanded there, and every allele is followed by its accession.

use super::migrate::{Fate, Migration};
use super::{History, ReleaseVersion};
use crate::allele::AlleleName;
use crate::error::{ErrorCode, TypingError};
use crate::group::{GroupKind, GroupName};
use crate::release::Release;
use crate::typing::piece::{Fault, Piece};
use crate::typing::{MacTable, Warning, expand_code, tidy};

/// What stands between names in a GL String.
const OPERATORS: [char; 6] = ['?', '^', '|', '+', '~', '/'];

/// Carries typings from one release to another.
#[derive(Clone, Copy, Debug)]
pub struct Migrator<'h> {
    /// The names of all releases.
    pub history: &'h History,
    /// The release of the typings; without it a name is read under the newest release that has it.
    pub from: Option<ReleaseVersion>,
    /// The release wanted.
    pub to: ReleaseVersion,
    /// Multiple allele codes, when a table is loaded.
    pub mac: Option<&'h MacTable>,
    /// The files of release `from`, which know its groups, when they are loaded.
    pub old_release: Option<&'h Release>,
    /// The files of release `to`, when they are loaded.
    pub new_release: Option<&'h Release>,
}

/// The alleles of one name, and whether it named exactly one.
struct Read {
    alleles: Vec<Migration>,
    is_one: bool,
}

/// What became of a typing as a whole: the gravest fate of its names.
pub type TypingFate = Fate;

/// A typing under another release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigratedTyping {
    /// The typing there; empty when one of its names has no name there.
    pub text: String,
    /// What became of it.
    pub fate: TypingFate,
    /// How many alleles met each fate, in the order of [`Fate::ALL`].
    pub alleles: [usize; Fate::ALL.len()],
    /// What was renamed, merged, dropped, corrected.
    pub notes: Vec<Warning>,
}

impl Migrator<'_> {
    /// Carries one typing or a whole GL String over. Operators, order and prefixes stay as they are.
    ///
    /// # Errors
    /// The first name that no release of the history has, or that cannot be read.
    pub fn migrate(&self, text: &str) -> Result<MigratedTyping, TypingError> {
        let tidied = tidy(text);
        let mut done = MigratedTyping {
            text: String::new(),
            fate: Fate::Unchanged,
            alleles: [0; Fate::ALL.len()],
            notes: tidied.warnings,
        };
        let whole = Piece::whole(&tidied.text);
        let mut from = 0;
        let mut locus = None;
        for name in whole.text().split(OPERATORS) {
            let piece = whole.sub(from, from + name.len());
            let migrated = self.one(piece, &mut locus, &mut done);
            done.text.push_str(&migrated.map_err(|fault| fault.into_error(whole.text()))?);
            from += name.len();
            if let Some(operator) = whole.text()[from..].chars().next() {
                done.text.push(operator);
                from += operator.len_utf8();
            }
        }
        if done.fate >= Fate::Deleted {
            done.text.clear();
        }
        Ok(done)
    }

    /// One name with its prefix; `first` is the first name of a list, from which short forms take locus and field.
    fn one(
        &self,
        piece: Piece<'_>,
        first: &mut Option<AlleleName>,
        done: &mut MigratedTyping,
    ) -> Result<String, Fault> {
        let bare = piece.strip_hla_prefix();
        let prefix = if bare.text().len() < piece.text().len() { "HLA-" } else { "" };
        bare.check_characters()?;
        if bare.text().is_empty() {
            return Err(piece.fault(ErrorCode::StructureInvalid, "a name between the operators"));
        }
        let written = full_form(bare.text(), *first);
        if says_no_name(&written) {
            done.count(Fate::Unchanged);
            return Ok(piece.text().to_owned());
        }
        *first = written.parse().ok().or(*first);
        let read = self.alleles(bare, &written)?;
        let names = self.named(&written, &read);
        for migration in &read.alleles {
            done.tell(&written, migration, names.is_empty());
        }
        Ok(names.iter().map(|name| format!("{prefix}{name}")).collect::<Vec<_>>().join("/"))
    }

    /// Every allele that the text stands for under its release, carried over.
    fn alleles(&self, piece: Piece<'_>, written: &str) -> Result<Read, Fault> {
        let unknown = || {
            let of = self.from.map_or("any release".to_owned(), |from| format!("release {from}"));
            piece.fault(ErrorCode::AlleleUnknown, format!("a name of {of}"))
        };
        if let Ok(one) = self.history.migrate(written, self.from, self.to) {
            return Ok(Read { alleles: vec![one], is_one: true });
        }
        let (locus, fields) = Piece::whole(written).split_locus().map_err(|_| unknown())?;
        let names: Vec<AlleleName> = match fields.text().rsplit_once(':') {
            Some((first, "XX")) => vec![format!("{locus}*{first}").parse().map_err(|_| unknown())?],
            Some((_, code)) if code.len() > 1 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
                self.names_of_code(piece, written)?
            }
            _ => match group_name(written) {
                Some(group) => self.members(piece, &group)?,
                None => vec![AlleleName::read_fields(locus, fields).map_err(|_| unknown())?],
            },
        };
        let alleles: Vec<Migration> = names.iter().flat_map(|name| self.named_by(name)).collect();
        if alleles.is_empty() { Err(unknown()) } else { Ok(Read { alleles, is_one: false }) }
    }

    /// The alleles of a complete or shortened name under its release.
    fn named_by(&self, name: &AlleleName) -> Vec<Migration> {
        let (Some(to), newest) = (self.history.index_of(self.to), self.history.releases().len() as u16)
        else {
            return Vec::new();
        };
        let asked = self.from.map(|from| self.history.index_of(from));
        let releases: Vec<u16> = match asked {
            Some(index) => index.into_iter().collect(),
            None => (0..newest).rev().collect(),
        };
        for release in releases {
            let has_suffix = |n: &AlleleName| name.suffix().is_none() || n.suffix() == name.suffix();
            let spans = self.history.beginning_with(name, release);
            let spans: Vec<_> =
                spans.into_iter().filter(|s| s.name.is_some_and(|n| has_suffix(&n))).collect();
            if !spans.is_empty() {
                return spans.iter().map(|span| self.history.migrate_span(span, to)).collect();
            }
        }
        Vec::new()
    }

    fn names_of_code(&self, piece: Piece<'_>, written: &str) -> Result<Vec<AlleleName>, Fault> {
        let Some(table) = self.mac else {
            return Err(piece.fault(
                ErrorCode::MacTableMissing,
                "a loaded table of multiple allele codes (option --mac FILE)",
            ));
        };
        expand_code(Piece::whole(written), table).map_err(|fault| fault.at(piece))
    }

    fn members(&self, piece: Piece<'_>, group: &GroupName) -> Result<Vec<AlleleName>, Fault> {
        let Some(release) = self.old_release else {
            let expected =
                "the files of the release of this typing, which know its groups (option --release DIR)";
            return Err(piece.fault(ErrorCode::ReleaseNeeded, expected));
        };
        match release.group_members(&group.name, group.kind) {
            Some(ids) => Ok(ids.iter().map(|id| release.name(*id)).collect()),
            None => {
                Err(piece.fault(ErrorCode::GroupUnknown, format!("a group of release {}", release.label())))
            }
        }
    }

    /// True when the text as written stands for the new name as well: the short name of a longer one, a first field.
    fn stands_for(&self, written: &str, name: &AlleleName) -> bool {
        if let Some(group) = group_name(written) {
            let home = self.new_release.and_then(|r| r.group_of(r.find(name)?, group.kind));
            return home == Some(group);
        }
        let short = written.strip_suffix(":XX").unwrap_or(written);
        match short.parse::<AlleleName>() {
            Ok(short) => {
                short.is_prefix_of(name) && (short.suffix().is_none() || short.suffix() == name.suffix())
            }
            Err(_) => self.code_stands_for(written, name),
        }
    }

    fn code_stands_for(&self, written: &str, name: &AlleleName) -> bool {
        let names = self.mac.and_then(|table| expand_code(Piece::whole(written), table).ok());
        names.is_some_and(|names| names.iter().any(|short| short.is_prefix_of(name)))
    }

    /// The new names, each once; where the text as written stands for an allele still, it is that text.
    fn named(&self, written: &str, read: &Read) -> Vec<String> {
        let group = group_name(written);
        let stands = |m: &Migration| m.name.is_some_and(|name| self.stands_for(written, &name));
        if !read.is_one && read.alleles.iter().all(stands) {
            return vec![written.to_owned()];
        }
        let mut names: Vec<(AlleleName, String)> = Vec::new();
        for name in read.alleles.iter().filter_map(|migration| migration.name) {
            let short = written.parse::<AlleleName>().ok();
            let short = short.filter(|_| !read.is_one && self.stands_for(written, &name));
            let home = group.and_then(|g| self.new_release?.group_of(self.new_release?.find(&name)?, g.kind));
            let (key, text) = match (short, home) {
                (Some(short), _) => (short, short.to_string()),
                (None, Some(home)) => (home.name, home.to_string()),
                (None, None) => (name, name.to_string()),
            };
            names.push((key, text));
        }
        names.sort();
        names.dedup();
        names.into_iter().map(|(_, text)| text).collect()
    }
}

impl MigratedTyping {
    fn count(&mut self, fate: Fate) {
        self.alleles[fate as usize] += 1;
        self.fate = self.fate.max(fate);
    }

    /// One allele that a shortened name, code or group lost does not make the whole typing nameless.
    fn tell(&mut self, written: &str, migration: &Migration, nameless: bool) {
        let fate = migration.fate;
        if migration.name.is_some() || nameless {
            self.count(fate);
        } else {
            self.alleles[fate as usize] += 1;
            self.fate = self.fate.max(Fate::Merged);
        }
        if !migration.bearers.is_empty() {
            let bearers: Vec<String> = migration.bearers.iter().map(|b| format!("HLA{b:05}")).collect();
            let sentence = format!(
                "{written} was borne by {}; read as HLA{:05} of release {}",
                bearers.join(", "),
                migration.accession,
                migration.from
            );
            self.notes.push(Warning { code: "name_reused", sentence });
        }
        if fate == Fate::Unchanged {
            return;
        }
        let now = migration.name.map_or("nothing".to_owned(), |name| name.to_string());
        let reason = migration.reason.as_deref().map(|r| format!(" ({r})")).unwrap_or_default();
        let sentence = format!("{written} (HLA{:05}) is {now}{reason}", migration.accession);
        self.notes.push(Warning { code: fate.as_str(), sentence });
    }
}

/// `06` and `02:06` in a list take locus and first field from the name before.
fn full_form(text: &str, first: Option<AlleleName>) -> String {
    match first {
        Some(first) if text.starts_with(|c: char| c.is_ascii_digit()) => match text.contains(':') {
            true => format!("{}*{text}", first.locus()),
            false => format!("{}:{text}", first.shortened(1).with_suffix(None)),
        },
        _ => text.to_owned(),
    }
}

/// Antigens and reserved words are the same under every release.
fn says_no_name(text: &str) -> bool {
    !text.contains('*') || ["XXXX", "UUUU", "NNNN", "NEW"].iter().any(|word| text.ends_with(word))
}

fn group_name(text: &str) -> Option<GroupName> {
    let (name, kind) = match (text.strip_suffix('G'), text.strip_suffix('P')) {
        (Some(name), _) => (name, GroupKind::G),
        (_, Some(name)) => (name, GroupKind::P),
        _ => return None,
    };
    Some(GroupName { name: name.parse().ok()?, kind })
}
