//! The patient as five small tables: for each distinct typing of a locus, what it adds to the classes.

use std::sync::atomic::{AtomicU8, Ordering};

use qidai_hla::{Alternatives, ClassId, Locus, PersonTyping};
use rayon::prelude::*;

use super::finer::FinerTables;
use super::near::{Near, near_of};
use super::snapshot::Snapshot;
use crate::antigen::AntigenSpace;
use crate::class::Packed;
use crate::dpb1::Dpb1Typing;
use crate::genotype::{Interpreter, LocusGenotype, Token};
use crate::position::{PositionMatch, positions};
use crate::{LocusCounts, MATCH_LOCI, PerMatchLocus};

/// A patient prepared for one snapshot.
pub struct Query<'q> {
    snapshot: &'q Snapshot,
    antigens: &'q AntigenSpace,
    patient: PerMatchLocus<Option<LocusGenotype>>,
    /// Per locus, for each text number the packed counts.
    pub(crate) tables: PerMatchLocus<Vec<u32>>,
    /// The same in a byte each: most rows need no more.
    pub(super) near: Near,
    /// Per locus, for each text number whether it can show what there are antibodies against; empty without antibodies.
    antibodies: PerMatchLocus<Vec<bool>>,
    /// Per locus, for each text number one more than the mismatches, once they were asked for; 0 before.
    places: PerMatchLocus<Vec<AtomicU8>>,
    /// What decides between units of one class.
    pub(super) finer: FinerTables,
}

/// Mismatches of one locus in the best case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mismatches {
    /// 0 to 2.
    pub all: u8,
    /// Those of them that are of another antigen.
    pub antigens: u8,
}

impl<'q> Query<'q> {
    /// Compares the patient with each distinct genotype of the snapshot, once.
    pub fn new(snapshot: &'q Snapshot, patient: &PersonTyping, interpreter: &Interpreter<'q>) -> Self {
        let genotype = |locus| patient[locus].as_ref().map(|typing| interpreter.genotype(typing));
        let dpb1 = patient[Locus::DPB1].as_ref().and_then(|typing| Dpb1Typing::new(typing, interpreter));
        Query::of(snapshot, MATCH_LOCI.map(genotype), interpreter.antigens()).with_dpb1(dpb1)
    }

    /// The same for a patient whose genotypes are known.
    pub fn of(
        snapshot: &'q Snapshot,
        patient: PerMatchLocus<Option<LocusGenotype>>,
        antigens: &'q AntigenSpace,
    ) -> Self {
        let tables: Vec<Vec<u32>> = MATCH_LOCI
            .par_iter()
            .enumerate()
            .map(|(place, locus)| {
                let count = |donor: Option<&LocusGenotype>| {
                    Packed::of(*locus, &LocusCounts::of(*locus, patient[place].as_ref(), donor, antigens)).0
                };
                for_each_text(snapshot, place, count)
            })
            .collect();
        let mut tables = tables.into_iter();
        let tables: PerMatchLocus<Vec<u32>> = std::array::from_fn(|_| tables.next().unwrap_or_default());
        let near = Near(std::array::from_fn(|place| near_of(&tables[place])));
        let unasked =
            |place: usize| snapshot.genotype_of_text(place).iter().map(|_| AtomicU8::new(0)).collect();
        let places = std::array::from_fn(unasked);
        let finer = FinerTables::new(snapshot, &patient, antigens);
        Query { snapshot, antigens, patient, tables, near, antibodies: Default::default(), places, finer }
    }

    /// The same patient with a typing of DPB1, which no class asks for.
    #[must_use]
    pub fn with_dpb1(mut self, typing: Option<Dpb1Typing>) -> Self {
        self.finer.set_dpb1(self.snapshot, typing);
        self
    }

    pub(super) fn snapshot(&self) -> &'q Snapshot {
        self.snapshot
    }

    pub(super) fn antigens(&self) -> &'q AntigenSpace {
        self.antigens
    }

    pub(super) fn patient(&self) -> &PerMatchLocus<Option<LocusGenotype>> {
        &self.patient
    }

    /// The same patient with antibodies against antigens or alleles.
    #[must_use]
    pub fn with_antibodies(mut self, against: &[Alternatives]) -> Self {
        for (place, locus) in MATCH_LOCI.iter().enumerate() {
            let here = against.iter().filter(|target| target.locus == *locus);
            let mut shown: Vec<Token> =
                here.flat_map(|target| target.classes.iter().map(|ClassId(id)| *id)).collect();
            shown.sort_unstable();
            let shows = |donor: Option<&LocusGenotype>| donor.is_some_and(|donor| donor.may_show(&shown));
            if !shown.is_empty() {
                self.antibodies[place] = for_each_text(self.snapshot, place, shows);
            }
        }
        self
    }

    pub(super) fn has_antibody(&self, texts: &PerMatchLocus<u32>) -> bool {
        self.antibodies.iter().zip(texts).any(|(table, text)| table.get(*text as usize) == Some(&true))
    }

    /// All classes of a row.
    pub(super) fn packed(&self, texts: &PerMatchLocus<u32>) -> Packed {
        let add = |sum, (table, text): (&Vec<u32>, &u32)| sum + table[*text as usize];
        Packed(self.tables.iter().zip(texts).fold(0, add))
    }

    /// The loci at which the patient is not typed, one bit for each of [`MATCH_LOCI`].
    pub(super) fn untyped(&self) -> u32 {
        let untyped = |(place, typed): (usize, &Option<LocusGenotype>)| u32::from(typed.is_none()) << place;
        self.patient.iter().enumerate().map(untyped).sum()
    }

    /// The mismatches of a text of a locus, counted once for each text that is asked for.
    pub(super) fn mismatches(&self, place: usize, text: u32) -> Mismatches {
        let Some(kept) = self.places[place].get(text as usize) else { return Mismatches::default() };
        let known = kept.load(Ordering::Relaxed);
        if known > 0 {
            return Mismatches { all: (known - 1) >> 2, antigens: (known - 1) & 3 };
        }
        let counted = self.count_mismatches(place, text);
        kept.store(1 + (counted.all << 2 | counted.antigens), Ordering::Relaxed);
        counted
    }

    fn count_mismatches(&self, place: usize, text: u32) -> Mismatches {
        let number = self.snapshot.genotype_of_text(place)[text as usize];
        let donor = self.snapshot.genotypes(place).get(number as usize);
        let Some((patient, donor)) = self.patient[place].as_ref().zip(donor) else {
            return Mismatches::default();
        };
        let best = LocusCounts::of(MATCH_LOCI[place], Some(patient), Some(donor), self.antigens).ard.best;
        let compared = positions(patient, donor, self.antigens);
        let of_antigens = compared.positions.iter().filter(|one| **one == PositionMatch::AntigenMismatch);
        let all = 2_u8.saturating_sub(best);
        Mismatches { all, antigens: (of_antigens.count() as u8).min(all) }
    }
}

/// One value for each text of a locus; texts of one genotype have one value.
fn for_each_text<T: Copy + Send>(
    snapshot: &Snapshot,
    place: usize,
    value: impl Fn(Option<&LocusGenotype>) -> T + Sync,
) -> Vec<T> {
    let of_genotype: Vec<T> =
        snapshot.genotypes(place).par_iter().with_min_len(512).map(|g| value(Some(g))).collect();
    let untyped = value(None);
    let numbers = snapshot.genotype_of_text(place).iter();
    numbers.map(|n| of_genotype.get(*n as usize).copied().unwrap_or(untyped)).collect()
}
