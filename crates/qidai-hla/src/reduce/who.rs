//! `W`: every complete (WHO) name the typing can stand for, null alleles included.

use crate::release::Release;
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites};

pub(super) const LEVEL: Level =
    Level { name: "W", needs_release: true, hides_nulls: false, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    alternatives.alleles.iter().map(|allele| Term::Name(release.name(*allele))).collect()
}
