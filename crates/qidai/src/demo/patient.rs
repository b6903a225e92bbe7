//! The patient of the example search.

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::Generator;
use super::haplotype::{A, B, C, DQB1, DRB1};

/// The patient's haplotypes are drawn among the so many most frequent, so that the list of a bank of usual size
/// goes from full matches to poor ones. Many real patients find less.
const COMMON: [usize; 2] = [10, 200];

/// Someone of the same population who needs a transplant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patient {
    /// Five loci at two fields.
    pub(crate) gl_string: String,
    /// Whole kilograms.
    pub(crate) weight_kg: f64,
}

impl Generator {
    /// A child, as two in three recipients of bank units are (128 of 187, Guangzhou). Its stream is no unit's.
    pub(crate) fn patient(&self) -> Patient {
        self.patient_number(0)
    }

    /// One of any number of such people; number 0 is the example.
    pub(crate) fn patient_number(&self, number: u64) -> Patient {
        let mut random = self.stream(u64::MAX - number);
        let pair = COMMON.map(|first| self.population.draw_common(first, &mut random));
        let loci = [A, C, B, DRB1, DQB1].map(|locus| format!("{}+{}", pair[0][locus], pair[1][locus]));
        let age_years: f64 = random.random_range(2.0..8.0);
        let spread: f64 = StandardNormal.sample(&mut random);
        // Median of growth charts for 1 to 8 years, spread 13 %.
        let weight_kg = ((8.0 + 2.0 * age_years) * (0.13 * spread).exp()).round();
        Patient { gl_string: loci.join("^"), weight_kg }
    }
}
