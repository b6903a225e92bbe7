//! Can two positions show the same antigen?
//!
//! The rule of the WMDA (2024-02-07) for telling an allele mismatch from an antigen mismatch: where serology is assigned
//! on both sides, it decides; otherwise the first field of the allele stands for the antigen, so that `C*12` and `C*15`,
//! which have no antigens, differ; and every mismatch at DPB1 is one of antigens. Splits are told apart, a broad antigen
//! may be any of its splits, an associated antigen is the one it belongs to. The antigens of an allele are those of its
//! own line in `rel_dna_ser.txt`, columns unambiguous, possible and assumed.

use crate::locus::Locus;
use crate::release::Release;
use crate::serology::{Antigen, Family};
use crate::typing::{Alternatives, Category};

/// What one possibility of a position looks like to serology.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    /// At split level, sorted.
    antigens: Vec<Antigen>,
    /// The first field stands in for an antigen that is not assigned.
    is_family: bool,
    first_field: u16,
}

/// Whether the two can show the same antigen, in the best case that the typings allow.
///
/// ```
/// use qidai_hla::{Nomenclature, Release, antigen_match::antigens_may_match};
/// let release = Release::starter();
/// let n = Nomenclature::new(&release, None);
/// let read = |text| n.read(text).unwrap();
/// assert!(antigens_may_match(&read("A*02:01"), &read("A*02:06"), &release)); // both A2
/// assert!(!antigens_may_match(&read("A*24:02"), &read("A23"), &release)); // splits of A9
/// assert!(antigens_may_match(&read("A*24:02"), &read("A9"), &release));
/// ```
pub fn antigens_may_match(one: &Alternatives, other: &Alternatives, release: &Release) -> bool {
    let is_open = |a: &Alternatives| a.category == Category::NotKnown;
    // Of two antigens it is not asked which alleles could be either: serology told them apart.
    let both_seen = one.antigen.is_some() && other.antigen.is_some();
    let meet = || one.classes.iter().any(|c| other.classes.binary_search(c).is_ok());
    if is_open(one) || is_open(other) || (!both_seen && meet()) {
        return true;
    }
    if one.locus == Locus::DPB1 || one.locus != other.locus {
        return false;
    }
    let (ours, theirs) = (looks(one, release), looks(other, release));
    if ours.is_empty() && theirs.is_empty() {
        // Two nulls show the same: nothing. A protein without a name shows something that is not known.
        return one.category != Category::New && other.category != Category::New;
    }
    ours.iter().any(|a| theirs.iter().any(|b| same(a, b, release)))
}

/// Each look once. A null allele shows nothing.
fn looks(position: &Alternatives, release: &Release) -> Vec<Look> {
    let serology = release.serology();
    let at_split_level = |antigens: &mut dyn Iterator<Item = Antigen>| {
        let mut all: Vec<Antigen> = antigens.flat_map(|a| serology.split_level(a)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    if let Some(antigen) = position.antigen {
        let antigens = at_split_level(&mut std::iter::once(antigen));
        return vec![Look { antigens, is_family: false, first_field: antigen.number }];
    }
    let expressed = position.alleles.iter().filter(|allele| release.class_of(**allele).is_some());
    let mut looks: Vec<Look> = expressed
        .map(|allele| {
            let antigens = at_split_level(&mut release.antigens(*allele).iter().map(|(a, _)| *a));
            let first_field = release.name(*allele).fields()[0];
            Look { is_family: antigens.is_empty(), antigens, first_field }
        })
        .collect();
    looks.sort_unstable();
    looks.dedup();
    looks
}

fn same(a: &Look, b: &Look, release: &Release) -> bool {
    match (a.is_family, b.is_family) {
        (false, false) => a.antigens.iter().any(|antigen| b.antigens.binary_search(antigen).is_ok()),
        (true, false) => family_is(a, b, release),
        (false, true) => family_is(b, a, release),
        (true, true) => a.first_field == b.first_field,
    }
}

/// An allele without an antigen beside one that has some, or beside a serological typing: its first field is read as an
/// antigen, B*15 as B15 or any of its splits.
fn family_is(family: &Look, assigned: &Look, release: &Release) -> bool {
    let shows = |number: u16| {
        let kinds = assigned.antigens.iter().map(|a| a.family);
        let mut named = kinds.map(|family: Family| Antigen { family, number });
        named.any(|a| release.serology().split_level(a).iter().any(|s| assigned.antigens.contains(s)))
    };
    family.first_field == assigned.first_field || shows(family.first_field)
}
