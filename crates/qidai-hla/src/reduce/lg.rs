//! `lg`: the same as [`super::lgx`] with a `g` behind the name, so that nobody takes it for an allele.

use crate::release::Release;
use crate::typing::Alternatives;

use super::term::Term;
use super::{Level, Unites, lgx};

pub(super) const LEVEL: Level =
    Level { name: "lg", needs_release: true, hides_nulls: true, unites: Unites::Always, terms };

fn terms(alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    lgx::names(alternatives, release).into_iter().map(Term::SmallG).collect()
}
