//! People whose typing leaves nothing open: they are compared without any frequencies.
//!
//! A set need not know them: what matches is read off the names. Two alleles are compared as the rules say, by name (of two fields) or by P group;
//! an allele without product gives way to the other one.

use qidai_hla::{Alternatives, ClassId, Locus, Nomenclature};

use crate::frequency::{Identity, Nulls, Rules};

/// What one chromosome shows at a locus, without doubt.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shows {
    /// A class at the antigen recognition domain.
    Class(ClassId),
    /// A name of two fields, with its suffix.
    Name(String),
    /// No product.
    Nothing,
}

impl Shows {
    /// What one reading shows; `None` when it leaves something open that is compared.
    pub(crate) fn of(read: &Alternatives, rules: Rules, nomenclature: &Nomenclature<'_>) -> Option<Shows> {
        let is_null = read.classes.is_empty() && read.may_be_null;
        if rules.nulls == Nulls::NotExpressed {
            if is_null {
                return Some(Shows::Nothing);
            }
            if read.may_be_null {
                return None;
            }
        }
        match (rules.identity, read.classes.as_slice()) {
            (Identity::PGroup, [only]) => Some(Shows::Class(*only)),
            (Identity::Name, _) => two_fields(read, nomenclature).map(Shows::Name),
            _ => None,
        }
    }

    /// A name that only the set knows.
    pub(crate) fn of_name(name: &str, rules: Rules) -> Option<Shows> {
        match (rules.identity, rules.nulls) {
            (_, Nulls::NotExpressed) if name.ends_with('N') => Some(Shows::Nothing),
            (Identity::Name, _) => Some(Shows::Name(name.to_owned())),
            _ => None,
        }
    }
}

/// The one name of two fields that all alleles of a reading have.
fn two_fields(read: &Alternatives, nomenclature: &Nomenclature<'_>) -> Option<String> {
    let mut names = crate::frequency::meant(read, nomenclature.release)
        .map(|allele| nomenclature.release.name(allele).shortened(2).to_string());
    let first = names.next()?;
    names.all(|name| name == first).then_some(first)
}

/// The unordered pair of a locus that leaves nothing open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertainLocus {
    /// The locus.
    pub locus: Locus,
    /// What both chromosomes show; a [`Shows::Nothing`] has given way to the other one.
    pub pair: [Shows; 2],
}

impl CertainLocus {
    pub(crate) fn new(locus: Locus, one: Shows, two: Shows) -> Self {
        let pair = match (one, two) {
            (Shows::Nothing, other) | (other, Shows::Nothing) => [other.clone(), other],
            (one, two) => [one, two],
        };
        CertainLocus { locus, pair }
    }

    fn mismatches(&self, other: &Self) -> u8 {
        let ([a, b], [x, y]) = (&self.pair, &other.pair);
        let straight = u8::from(a == x) + u8::from(b == y);
        let crossed = u8::from(a == y) + u8::from(b == x);
        2 - straight.max(crossed)
    }
}

/// Mismatches at each of these loci; `None` where one of the two leaves one of them open.
pub fn mismatches(one: &[CertainLocus], two: &[CertainLocus], loci: &[Locus]) -> Option<Vec<u8>> {
    let at = |side: &[CertainLocus], locus: &Locus| side.iter().position(|certain| certain.locus == *locus);
    loci.iter().map(|locus| Some(one[at(one, locus)?].mismatches(&two[at(two, locus)?]))).collect()
}
