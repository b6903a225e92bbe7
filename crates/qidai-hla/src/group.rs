//! The names of G and P groups.

use std::fmt;

use crate::allele::AlleleName;
use crate::release::{AlleleId, Release};

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

/// An expressed allele of a null allele's G group.
pub(crate) fn expressed_neighbour(null: AlleleId, release: &Release) -> Option<AlleleId> {
    let group = release.group_of(null, GroupKind::G)?;
    let members = release.group_members(&group.name, GroupKind::G)?;
    members.iter().copied().find(|m| release.class_of(*m).is_some())
}

/// The P group that gives an allele its small-g name: its own, or that of its expressed neighbours when it is null.
pub(crate) fn small_g_group(allele: AlleleId, release: &Release) -> Option<AlleleName> {
    let own = release.group_of(allele, GroupKind::P);
    let group = own.or_else(|| release.group_of(expressed_neighbour(allele, release)?, GroupKind::P));
    group.map(|group| group.name)
}

/// The alleles of a P group and the nulls of their G groups, in numeric order.
pub(crate) fn small_g_members(p_group: &AlleleName, release: &Release) -> Vec<AlleleId> {
    let expressed = release.group_members(p_group, GroupKind::P).unwrap_or_default();
    let mut all = expressed.to_vec();
    for allele in expressed {
        let Some(group) = release.group_of(*allele, GroupKind::G) else { continue };
        let same = release.group_members(&group.name, GroupKind::G).unwrap_or_default();
        // Each G group is looked at once, for its first expressed member.
        if same.iter().find(|m| release.class_of(**m).is_some()) == Some(allele) {
            all.extend(same.iter().filter(|m| release.class_of(**m).is_none()));
        }
    }
    all.sort_unstable();
    all
}
