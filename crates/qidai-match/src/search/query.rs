//! The patient as five small tables: for each distinct typing of a locus, what it adds to the classes.

use qidai_hla::PersonTyping;
use rayon::prelude::*;

use super::snapshot::Snapshot;
use crate::class::Packed;
use crate::genotype::{Interpreter, LocusGenotype};
use crate::{LocusCounts, MATCH_LOCI, PerMatchLocus};

/// A patient prepared for one snapshot.
pub struct Query {
    /// Per locus, for each text number the packed counts.
    pub(crate) tables: PerMatchLocus<Vec<u32>>,
}

impl Query {
    /// Compares the patient with each distinct genotype of the snapshot, once.
    pub fn new(snapshot: &Snapshot, patient: &PersonTyping, interpreter: &Interpreter<'_>) -> Self {
        let tables: Vec<Vec<u32>> = MATCH_LOCI
            .par_iter()
            .enumerate()
            .map(|(place, locus)| {
                let patient = patient[*locus].as_ref().map(|typing| interpreter.genotype(typing));
                let count = |donor: Option<&LocusGenotype>| {
                    Packed::of(
                        *locus,
                        &LocusCounts::of(*locus, patient.as_ref(), donor, interpreter.antigens()),
                    )
                    .0
                };
                let of_genotype: Vec<u32> =
                    snapshot.genotypes(place).par_iter().with_min_len(512).map(|g| count(Some(g))).collect();
                let untyped = count(None);
                let numbers = snapshot.genotype_of_text(place).iter();
                numbers.map(|n| of_genotype.get(*n as usize).copied().unwrap_or(untyped)).collect()
            })
            .collect();
        let mut tables = tables.into_iter();
        Query { tables: std::array::from_fn(|_| tables.next().unwrap_or_default()) }
    }
}
