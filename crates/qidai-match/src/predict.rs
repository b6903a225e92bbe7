//! How likely two people match: the probability of exactly 0, 1, 2, 3, 4 mismatches.
//!
//! Patient and donor are independent. For every pair of their genotypes the mismatches of the counted loci are added
//! (0 to 2 at a locus); the probability of the pair goes to that total. `docs/algorithm/prediction.md` has the formula and an example.
//!
//! * [`batch`]: everybody with everybody
//! * [`pool`]: many donors, seen from one patient

pub mod batch;
mod look;
pub mod pool;

use crate::impute::LocusPairs;

/// Mismatch counts that are answered: 0 to 4.
pub const ANSWERED: usize = 5;

/// Probabilities of a pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Of exactly 0, 1, 2, 3, 4 mismatches. What is missing to 1 has more than four.
    pub totals: [f64; ANSWERED],
    /// No value is further from the truth than this; 0 when nothing was left out.
    pub bound: f64,
}

/// For one locus the marginal probabilities of 0, 1, 2 mismatches: over all genotypes, whatever the total.
pub fn at_locus(patient: &LocusPairs, donor: &LocusPairs) -> [f64; 3] {
    let mut all = [0.0; 3];
    for (mine, p) in patient {
        for (other, q) in donor {
            all[usize::from(mine.mismatches(*other))] += p * q;
        }
    }
    all
}
