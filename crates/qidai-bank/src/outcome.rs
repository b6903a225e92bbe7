//! What became of patients, as curves: survival, and how many of them engrafted by which day.
//!
//! Pure functions over days and what happened on them; what they are computed of stands in the records of follow-ups.

mod course;
mod incidence;
mod survival;

pub use course::{Course, Ended, Report, courses};
pub use incidence::{IncidencePoint, cumulative_incidence};
pub use survival::{SurvivalPoint, median_days, survival};

/// A probability with its pointwise confidence band of 95 %; the band is absent where it is not defined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub band: Option<(f64, f64)>,
}

/// The quantile of the normal distribution that leaves 2.5 % above it.
const Z_95: f64 = 1.959_963_984_540_054;

/// The band on the scale log(−log p), which stays between 0 and 1 (Kalbfleisch and Prentice 1980): `p^exp(±z·se/(p·ln p))`. Undefined at
/// 0, at 1, and without an error of its own.
fn band(value: f64, standard_error: f64) -> Option<(f64, f64)> {
    let width = Z_95 * standard_error / (value * value.ln());
    let is_defined = value > 0.0 && value < 1.0 && width.is_finite() && standard_error > 0.0;
    is_defined.then(|| {
        let (one, other) = (value.powf(width.exp()), value.powf((-width).exp()));
        (one.min(other), one.max(other))
    })
}

/// Times in days with what happened, sorted and by time: `(day, subjects at risk, counts of each kind)`.
fn by_time<const KINDS: usize>(subjects: &[(u32, Option<usize>)]) -> Vec<(u32, usize, [usize; KINDS])> {
    let mut sorted = subjects.to_vec();
    sorted.sort_by_key(|(day, _)| *day);
    let mut at_risk = sorted.len();
    let mut all = Vec::new();
    for same_day in sorted.chunk_by(|one, other| one.0 == other.0) {
        let mut counts = [0; KINDS];
        for kind in same_day.iter().filter_map(|(_, kind)| *kind) {
            if let Some(count) = counts.get_mut(kind) {
                *count += 1;
            }
        }
        all.extend(same_day.first().map(|(day, _)| (*day, at_risk, counts)));
        at_risk -= same_day.len();
    }
    all
}
