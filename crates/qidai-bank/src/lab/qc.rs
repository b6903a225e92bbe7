//! Control material, and what it measured.

use jiff::Timestamp;
use jiff::civil::Date;

use super::definition::TestDefinition;
use super::westgard::Verdict;

/// A lot of control material for one test at one level on one analyser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QcControl {
    pub id: String,
    pub test: &'static TestDefinition,
    /// Such as `L1`.
    pub level: String,
    pub lot: String,
    pub analyser: String,
    /// Thousandths of the amount of the test.
    pub mean_milli: i64,
    pub sd_milli: i64,
    /// That day included.
    pub valid_until: Date,
}

/// A lot to be entered; mean and deviation in the unit of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewQcControl<'a> {
    pub test: &'static TestDefinition,
    pub level: &'a str,
    pub lot: &'a str,
    pub analyser: &'a str,
    pub mean: &'a str,
    pub sd: &'a str,
    pub valid_until: Date,
}

/// One measurement of control material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QcPoint {
    pub id: String,
    /// Measurements of one run on one analyser are judged together.
    pub run: String,
    pub measured_at: Timestamp,
    pub amount: i64,
    /// As it was judged when it was entered; later measurements do not change it.
    pub verdict: Verdict,
}
