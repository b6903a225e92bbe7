//! Freezing: the curve of a run, beside the limits of a profile.

mod evaluate;
mod profile;

use jiff::Timestamp;

pub use evaluate::{Evaluation, Finding, Judgement, evaluate};
pub use profile::{FreezeProfile, FreezeRule, RuleUnit};

/// One moment of a run. Temperatures in thousandths of a degree Celsius; a probe that did not answer is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// Seconds since the run began.
    pub at_s: i64,
    pub sample_mc: Option<i64>,
    pub chamber_mc: Option<i64>,
}

/// A run as its freezer recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeCurve {
    pub started_at: Timestamp,
    /// Strictly rising in time.
    pub points: Vec<CurvePoint>,
}
