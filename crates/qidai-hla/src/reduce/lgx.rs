//! `lgx`: one two-field name for "the same antigen recognition domain".
//!
//! An expressed allele has the two-field name of the lowest allele of its P group, its own when it is in none. A
//! null allele rides along with the expressed alleles of its G group (`A*01:04N` → `A*01:01`), and keeps its own name
//! where there are none. Because a G group lies within one P group, this is the lowest name of the G group too, except
//! where the P group has a lower one (`DQB1*02:180` → `DQB1*02:03`): the domain is the same protein.
//!
//! Never match on `lgx` alone: many names become one, and the suffix is lost.

use crate::allele::AlleleName;
use crate::group::{GroupKind, expressed_neighbour};
use crate::release::{AlleleId, Release};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites, p_group};

pub(super) const LEVEL: Level =
    Level { name: "lgx", needs_release: true, hides_nulls: true, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    names(alternatives, release).into_iter().map(Term::Name).collect()
}

/// The names of a position; nulls that only begin like a short name ride along anyway.
pub(super) fn names(alternatives: &Alternatives, release: &Release) -> Vec<AlleleName> {
    let mut names: Vec<AlleleName> = Vec::new();
    for allele in p_group::meant(alternatives, release) {
        let name = of_allele(allele, release);
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}

/// The name of one allele.
pub(super) fn of_allele(allele: AlleleId, release: &Release) -> AlleleName {
    let expressed = match release.class_of(allele) {
        Some(_) => Some(allele),
        None => expressed_neighbour(allele, release),
    };
    let lowest = match expressed {
        Some(expressed) => lowest_of_group(expressed, GroupKind::P, release),
        None => lowest_of_group(allele, GroupKind::G, release),
    };
    two_fields(lowest, release)
}

fn lowest_of_group(allele: AlleleId, kind: GroupKind, release: &Release) -> AlleleId {
    release
        .group_of(allele, kind)
        .and_then(|group| release.group_members(&group.name, kind))
        .and_then(|members| members.first().copied())
        .unwrap_or(allele)
}

/// The two-field name; it keeps the suffix where no allele of these two fields is without one (`A*01:11N`).
pub(crate) fn two_fields(allele: AlleleId, release: &Release) -> AlleleName {
    let name = release.name(allele);
    let short = name.shortened(2).with_suffix(None);
    let plain = release.beginning_with(&short).any(|i| release.name(AlleleId(i)).suffix().is_none());
    if plain { short } else { short.with_suffix(name.suffix()) }
}
