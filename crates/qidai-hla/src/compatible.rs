//! Can two typings be the same person's?
//!
//! Asked when a confirmatory typing arrives, when a unit is re-checked before release, and when two
//! records may be one. It compares alleles, not matching classes: `A*02:01:01:01` and `A*02:01:01:02`
//! are two persons although they match.

use crate::locus::{Locus, Pair};
use crate::release::{AlleleId, Release};
use crate::typing::{Alternatives, Category, LocusTyping, PersonTyping};

/// The loci at which two typings contradict each other; empty when they can be the same person's.
/// A locus that only one of them has says nothing.
///
/// ```
/// use qidai_hla::{Nomenclature, PersonTyping, Release, compatible};
/// let release = Release::starter();
/// let n = Nomenclature::new(&release, None);
/// let first = PersonTyping::read("A2+A11^B62+B13", &n).unwrap();
/// let later = PersonTyping::read("A*02:01+A*11:01^B*15:01+B*13:02^C*03:03+C*06:02", &n).unwrap();
/// let other = PersonTyping::read("A*02:01+A*24:02", &n).unwrap();
/// assert!(compatible(&first, &later, &release).is_empty());
/// assert_eq!(compatible(&later, &other, &release), [qidai_hla::Locus::A]);
/// ```
pub fn compatible(one: &PersonTyping, other: &PersonTyping, release: &Release) -> Vec<Locus> {
    let both = |locus: &Locus| match (&one[*locus], &other[*locus]) {
        (Some(a), Some(b)) => !locus_compatible(a, b, release),
        _ => false,
    };
    Locus::TYPED.iter().copied().filter(both).collect()
}

/// The same question for one locus.
pub fn locus_compatible(one: &LocusTyping, other: &LocusTyping, release: &Release) -> bool {
    one.genotypes.iter().any(|a| other.genotypes.iter().any(|b| genotypes_meet(a, b, release)))
}

fn genotypes_meet(a: &Pair<Alternatives>, b: &Pair<Alternatives>, release: &Release) -> bool {
    let meet = |x: &Alternatives, y: &Alternatives| positions_meet(x, y);
    let straight = meet(&a.0, &b.0) && meet(&a.1, &b.1);
    let crossed = meet(&a.0, &b.1) && meet(&a.1, &b.0);
    straight || crossed || hidden_null(a, b, release) || hidden_null(b, a, release)
}

fn positions_meet(a: &Alternatives, b: &Alternatives) -> bool {
    let unnamed = |x: &Alternatives| matches!(x.category, Category::New | Category::NotKnown);
    if unnamed(a) || unnamed(b) {
        return true;
    }
    if a.category == Category::Absent || b.category == Category::Absent {
        return a.category == b.category;
    }
    sorted_sets_meet(&a.alleles, &b.alleles)
}

/// Serology cannot see a null allele: one antigen, reported once or twice, can hide it.
fn hidden_null(serology: &Pair<Alternatives>, dna: &Pair<Alternatives>, release: &Release) -> bool {
    let seen = |p: &Alternatives| p.category == Category::Serology;
    if !(seen(&serology.0) && serology.0.antigen == serology.1.antigen) {
        return false;
    }
    let null = |p: &Alternatives| p.alleles.iter().any(|a| release.class_of(*a).is_none());
    (positions_meet(&serology.0, &dna.0) && null(&dna.1))
        || (positions_meet(&serology.0, &dna.1) && null(&dna.0))
}

fn sorted_sets_meet(a: &[AlleleId], b: &[AlleleId]) -> bool {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    small.iter().any(|x| large.binary_search(x).is_ok())
}
