//! Writes a set of alleles with as few names as possible, losing nothing.

use crate::allele::AlleleName;
use crate::release::{AlleleId, Release};
use crate::typing::{Alternatives, Category};

use super::term::Term;

/// The names of `alleles`, a part of `alternatives` (sorted, each once). Where *every* allele that begins with the
/// name as it was written is in the set, and none of them has a suffix, that name stays: `B*57:05` instead of
/// `B*57:05:01/B*57:05:02`. What was not written as a name (a group, XX, an antigen) has its alleles named in full,
/// and so have names with a suffix and a single allele.
pub(crate) fn names(alleles: &[AlleleId], alternatives: &Alternatives, release: &Release) -> Vec<Term> {
    let written = Written::of(alternatives);
    let mut terms = Vec::new();
    let mut rest = alleles;
    while let Some(first) = rest.first() {
        let (term, taken) = shorter(rest, &written, release).unwrap_or((Term::Name(release.name(*first)), 1));
        terms.push(term);
        rest = &rest[taken..];
    }
    terms
}

/// Which short names stand in the typing.
enum Written {
    /// A name of its own.
    Name(AlleleName),
    /// The two-field names that a code stands for.
    TwoFieldNames,
    Nothing,
}

impl Written {
    fn of(alternatives: &Alternatives) -> Written {
        match (alternatives.category, alternatives.name) {
            (_, Some(name)) => Written::Name(name),
            (Category::Mac, None) => Written::TwoFieldNames,
            _ => Written::Nothing,
        }
    }

    fn has(&self, short: &AlleleName) -> bool {
        match self {
            Written::Name(name) => name == short,
            Written::TwoFieldNames => short.fields().len() == 2,
            Written::Nothing => false,
        }
    }
}

/// The shortest name that stands for the first alleles of `rest`, and for how many; at least two.
fn shorter(rest: &[AlleleId], written: &Written, release: &Release) -> Option<(Term, usize)> {
    let name = release.name(*rest.first()?);
    (2..name.fields().len()).find_map(|fields| {
        let prefix = name.shortened(fields);
        if !written.has(&prefix) {
            return None;
        }
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
