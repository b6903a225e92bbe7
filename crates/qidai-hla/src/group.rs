//! The names of G and P groups.

use std::fmt;

use crate::allele::AlleleName;

/// Which kind of group a name ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKind {
    /// Identical nucleotide sequence of the exons that encode the antigen recognition domain.
    G,
    /// Identical protein sequence of the antigen recognition domain.
    P,
}

/// The published name of a group, e.g. `A*02:01:01G` or `DRB1*14:01P`.
///
/// The name is kept as published: it need not be that of the first member
/// (`A*02:17:01G`, `C*02:10:01G`), nor of any living allele (`C*07:37:01G`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupName {
    /// The name before the letter.
    pub name: AlleleName,
    /// The letter.
    pub kind: GroupKind,
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.kind {
            GroupKind::G => 'G',
            GroupKind::P => 'P',
        };
        write!(f, "{}{letter}", self.name)
    }
}
