//! `small-g`: the P group together with its null alleles.
//!
//! For each P group take its alleles and the null alleles of the G groups these are in. The name is that of the P
//! group with `g` (`A*01:01g`), unless all of them share one two-field name, which then says it all. An expressed
//! allele in no P group, and a null allele whose G group has no expressed member, have their two-field name.
//! Unlike `lg`, the name tells whether more than one protein name is meant. The definition is that of Anthony Nolan's
//! search algorithm, told in our words.

use crate::allele::AlleleName;
use crate::group::{small_g_group, small_g_members};
use crate::release::{AlleleId, Release};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites, lgx, p_group};

pub(super) const LEVEL: Level =
    Level { name: "small-g", needs_release: true, hides_nulls: true, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut done: Vec<AlleleName> = Vec::new();
    for allele in p_group::meant(alternatives, release) {
        match small_g_group(allele, release) {
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

fn term(p_group: &AlleleName, release: &Release) -> Term {
    let members = small_g_members(p_group, release);
    let first = members.first().copied();
    let protein = |a: &AlleleId| release.name(*a).shortened(2).with_suffix(None);
    match first {
        Some(first) if members.iter().all(|m| protein(m) == protein(&first)) => {
            Term::Name(lgx::two_fields(first, release))
        }
        _ => Term::SmallG(p_group.shortened(2)),
    }
}
