//! `G`: the published G group.
//!
//! One group of alleles whose exons 2 and 3 (class II: exon 2) are the same nucleotides. An allele in no group
//! stays as it is, next to the groups: `A*01:01` is `A*01:01:01G/A*01:01:02/…`. A tool that leaves these out
//! claims to know more than was written. A short name of which no allele is in a group stays
//! as it was written; the alleles of a group, of `XX` and of an antigen are named in full. Null alleles are members and do not show.
//! Source: `hla_nom_g.txt`; <https://hla.alleles.org/alleles/g_groups.html>.

use crate::group::GroupKind;
use crate::release::{AlleleId, Release};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites, shortest};

pub(super) const LEVEL: Level =
    Level { name: "G", needs_release: true, hides_nulls: true, unites: Unites::UnlessRenamed, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    grouped(&alternatives.alleles, alternatives, GroupKind::G, release)
}

/// The groups of `alleles`, a part of `alternatives`, and those in none under their own names.
pub(super) fn grouped(
    alleles: &[AlleleId],
    alternatives: &Alternatives,
    kind: GroupKind,
    release: &Release,
) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut ungrouped = Vec::new();
    for allele in alleles {
        match release.group_of(*allele, kind) {
            Some(group) if terms.last() == Some(&Term::Group(group)) => {}
            Some(group) => terms.push(Term::Group(group)),
            None => ungrouped.push(*allele),
        }
    }
    terms.extend(shortest::names(&ungrouped, alternatives, release));
    terms
}
