//! `S`: the antigens, with their broads.
//!
//! The antigens that `rel_dna_ser.txt` gives in its columns unambiguous, possible and assumed for each allele the
//! text can stand for, and every antigen of which these are a split or an associated antigen (`A*24:03` → A9, A24,
//! A2403). Never by way of another allele: what is known of `A*24:02` says nothing about `A*24:03`. The expert column is
//! informative and not used. Null alleles have none, nor have DPB1, DQA1 and DPA1. An antigen is itself, with its broads.

use crate::release::Release;
use crate::serology::{Antigen, Serology};
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites};

pub(super) const LEVEL: Level =
    Level { name: "S", needs_release: false, hides_nulls: false, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let mut antigens: Vec<Antigen> = match alternatives.antigen {
        Some(_) if alternatives.alleles.is_empty() => Vec::new(),
        Some(antigen) => vec![antigen],
        None => {
            let known = alternatives.alleles.iter().flat_map(|allele| release.antigens(*allele));
            known.map(|(antigen, _)| *antigen).collect()
        }
    };
    antigens.sort_unstable();
    antigens.dedup();
    with_broads(antigens, release.serology()).into_iter().map(Term::Antigen).collect()
}

fn with_broads(mut antigens: Vec<Antigen>, serology: &Serology) -> Vec<Antigen> {
    let mut next = 0;
    while let Some(antigen) = antigens.get(next).copied() {
        let new = serology.parents(antigen).iter().copied().filter(|p| !antigens.contains(p));
        antigens.extend(new.collect::<Vec<_>>());
        next += 1;
    }
    antigens
}
