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

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct FreezeRun {
    pub id: String,
    pub number: String,
    /// The freezer, by its name in the bank.
    pub device: String,
    /// How the columns of the file were read, as JSON.
    pub reading: String,
    /// The raw file.
    pub document_id: String,
    pub started_at: Timestamp,
    pub points: i64,
    pub evaluation: Evaluation,
    pub recorded_at: Timestamp,
    /// The units that were frozen in it.
    pub bags: Vec<crate::Identity>,
}

/// A run as its freezer recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeCurve {
    pub started_at: Timestamp,
    /// Strictly rising in time.
    pub points: Vec<CurvePoint>,
}
