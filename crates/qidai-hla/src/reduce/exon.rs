//! `exon`: every complete name cut to three fields, which name the coding sequence. The suffix stays, because an
//! allele may be null for a reason outside the exons: `A*01:01:01:02N` → `A*01:01:01N`.

use crate::release::Release;
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites};

pub(super) const LEVEL: Level =
    Level { name: "exon", needs_release: true, hides_nulls: false, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let cut = |allele: &crate::AlleleId| {
        let name = release.name(*allele);
        Term::Name(name.shortened(3).with_suffix(name.suffix()))
    };
    alternatives.alleles.iter().map(cut).collect()
}
