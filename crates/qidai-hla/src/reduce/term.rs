//! One entry of a reduced list, with the canonical order of such lists.

use std::cmp::Ordering;
use std::fmt;

use crate::allele::AlleleName;
use crate::group::GroupName;
use crate::serology::Antigen;

/// A name, a group or an antigen in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    /// A name of one to four fields.
    Name(AlleleName),
    /// A published G or P group.
    Group(GroupName),
    /// A name with a small g behind it.
    SmallG(AlleleName),
    /// An antigen.
    Antigen(Antigen),
}

impl Term {
    /// True when the term itself says that there is no product.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Term::Name(name) | Term::SmallG(name) if name.is_null())
    }

    fn name(&self) -> Option<AlleleName> {
        match self {
            Term::Name(name) | Term::SmallG(name) => Some(*name),
            Term::Group(group) => Some(group.name),
            Term::Antigen(_) => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Term::Name(_) => 0,
            Term::SmallG(_) => 1,
            Term::Group(_) => 2,
            Term::Antigen(_) => 3,
        }
    }
}

/// Loci by letters, then fields by number, then the suffix; antigens by letters and number.
impl Ord for Term {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.name(), other.name());
        match (mine, theirs) {
            (Some(a), Some(b)) => a
                .locus()
                .name()
                .cmp(b.locus().name())
                .then_with(|| a.cmp(&b))
                .then_with(|| self.rank().cmp(&other.rank())),
            _ => self.letters().cmp(other.letters()).then_with(|| self.number().cmp(&other.number())),
        }
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Term {
    fn letters(&self) -> &'static str {
        match self {
            Term::Antigen(antigen) => antigen.family.letters(),
            other => other.name().map_or("", |name| name.locus().name()),
        }
    }

    fn number(&self) -> u16 {
        match self {
            Term::Antigen(antigen) => antigen.number,
            _ => 0,
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Name(name) => name.fmt(f),
            Term::Group(group) => group.fmt(f),
            Term::SmallG(name) => write!(f, "{name}g"),
            Term::Antigen(antigen) => antigen.fmt(f),
        }
    }
}
