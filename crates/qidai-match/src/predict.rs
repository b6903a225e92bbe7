//! How likely two people match: the probability of exactly 0, 1, 2, 3, 4 mismatches.
//!
//! Patient and donor are independent. For every pair of their genotypes the mismatches of the counted loci are added
//! (0 to 2 at a locus); the probability of the pair goes to that total. `docs/algorithm/prediction.md` has the formula and an example.
//!
//! * [`Collection`]: donors, frozen; [`Patient`]: who looks at them. Both are made of the same [`crate::impute::Counted`]
//! * [`certain`]: typings that leave nothing open need no frequencies
//! * [`Kept`]: typings of snapshots, imputed once for all searches
//! * [`batch`]: many patients, those who are typed alike imputed once

pub mod batch;
pub mod certain;
mod collection;
mod compare;
mod kept;
mod lists;
pub(crate) mod look;
mod marginal;
mod patient;
mod viewpoint;

pub use batch::People;
pub use collection::Collection;
pub use kept::{Heard, Kept};
pub use patient::Patient;
pub use viewpoint::LOCI_MAX;

/// Mismatch counts that are answered: 0 to 4.
pub const ANSWERED: usize = 5;

/// What may be left out of one side where a pair would take longer than about a second; said as a bound.
pub const LEFT_OUT_MAX: f64 = 1e-4;

/// Probabilities of a pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Of exactly 0, 1, 2, 3, 4 mismatches. What is missing to 1 has more than four.
    pub totals: [f64; ANSWERED],
    /// No value is further from the truth than this; 0 when nothing was left out.
    pub bound: f64,
}

/// One answer for a patient and a donor.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The probabilities.
    Predicted(Prediction),
    /// The set does not represent one of the two.
    Unrepresented,
    /// Both are so ambiguous that neither exact numbers nor a bound of [`LEFT_OUT_MAX`] can be had in about a second.
    TooAmbiguous,
}
