//! `small-g`: the P group together with its null alleles.
//!
//! For each P group take its alleles and the null alleles of the G groups these are in. The name is that of the P
//! group with `g` (`A*01:01g`), unless all of them share one two-field name, which then says it all. An expressed
//! allele in no P group, and a null allele whose G group has no expressed member, have their two-field name.
//! Unlike `lg`, the name tells whether more than one protein name is meant. The definition is that of Anthony Nolan's
//! search algorithm, told in our words.

use crate::allele::AlleleName;
use crate::group::GroupKind;
use crate::release::{AlleleId, Release};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, lgx, p_group};

pub(super) const LEVEL: Level = Level { name: "small-g", needs_release: true, hides_nulls: true, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut done: Vec<AlleleName> = Vec::new();
    for allele in p_group::meant(alternatives, release) {
        match p_group_of(allele, release) {
            Some(group) if done.contains(&group) => {}
            Some(group) => {
                done.push(group);
                terms.push(term(&group, release));
            }
            None => terms.push(Term::Name(lgx::two_fields(allele, release))),
        }
    }
    terms
}

/// The P group of an allele, or of the expressed alleles of a null's G group.
fn p_group_of(allele: AlleleId, release: &Release) -> Option<AlleleName> {
    let own = release.group_of(allele, GroupKind::P);
    let own = own.or_else(|| release.group_of(lgx::expressed_neighbour(allele, release)?, GroupKind::P));
    own.map(|group| group.name)
}

fn term(p_group: &AlleleName, release: &Release) -> Term {
    let members = members(p_group, release);
    let first = members.first().copied();
    let protein = |a: &AlleleId| release.name(*a).shortened(2).with_suffix(None);
    match first {
        Some(first) if members.iter().all(|m| protein(m) == protein(&first)) => {
            Term::Name(lgx::two_fields(first, release))
        }
        _ => Term::SmallG(p_group.shortened(2)),
    }
}

/// The alleles of a P group and the nulls of their G groups, in numeric order.
pub(crate) fn members(p_group: &AlleleName, release: &Release) -> Vec<AlleleId> {
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
