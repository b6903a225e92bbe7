//! Writes a set of alleles with as few names as possible, losing nothing.

use crate::release::{AlleleId, Release};

use super::term::Term;

/// The names of `alleles` (sorted, each once). Where *every* allele that begins with some shorter name is
/// in the set, and none of them has a suffix, the shorter name stands for them: `B*57:05` instead of
/// `B*57:05:01/B*57:05:02`. Names with a suffix are written in full, and so is a single allele.
pub(crate) fn names(alleles: &[AlleleId], release: &Release) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut rest = alleles;
    while let Some(first) = rest.first() {
        let (term, taken) = shorter(rest, release).unwrap_or((Term::Name(release.name(*first)), 1));
        terms.push(term);
        rest = &rest[taken..];
    }
    terms
}

/// The shortest name that stands for the first alleles of `rest`, and for how many; at least two.
fn shorter(rest: &[AlleleId], release: &Release) -> Option<(Term, usize)> {
    let name = release.name(*rest.first()?);
    (2..name.fields().len()).find_map(|fields| {
        let prefix = name.shortened(fields);
        let range = release.beginning_with(&prefix);
        let count = range.len();
        let all = rest.get(..count)?;
        // Ids are numbered in the order of names: the same first and last id means the same alleles.
        let whole = count > 1
            && all.first()?.0 == range.start
            && all.last()?.0 + 1 == range.end
            && all.iter().all(|a| release.name(*a).suffix().is_none());
        whole.then_some((Term::Name(prefix), count))
    })
}
