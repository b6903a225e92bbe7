//! `1F`: the first field, which names the allele group: `B*15`. No antigen is implied: `B*15:68` is known as B35.

use crate::release::Release;
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites};

pub(super) const LEVEL: Level =
    Level { name: "1F", needs_release: false, hides_nulls: true, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let mut terms: Vec<Term> = alternatives
        .alleles
        .iter()
        .map(|a| Term::Name(release.name(*a).shortened(1).with_suffix(None)))
        .collect();
    terms.dedup();
    terms
}
