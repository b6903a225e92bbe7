//! A result, and what has become of it.

use jiff::Timestamp;

use super::definition::TestDefinition;
use super::value::{Flag, Measured};
use crate::{Identity, Phase};

/// Where a result is on its way to the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultState {
    /// Nobody but who entered it has looked at it.
    Entered,
    /// One of two people has agreed.
    Reviewed,
    /// It counts.
    Approved,
    /// It does not count: the test is done again.
    Rejected,
    /// It counted until a newer version was approved.
    Superseded,
}

impl ResultState {
    pub const ALL: [Self; 5] =
        [Self::Entered, Self::Reviewed, Self::Approved, Self::Rejected, Self::Superseded];

    pub fn code(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Does it wait for somebody?
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Entered | Self::Reviewed)
    }
}

/// By which door a result came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResultSource {
    Form,
    File,
    Astm,
    Hl7,
}

impl ResultSource {
    const ALL: [Self; 4] = [Self::Form, Self::File, Self::Astm, Self::Hl7];

    pub fn code(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::File => "file",
            Self::Astm => "astm",
            Self::Hl7 => "hl7",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

/// A result to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResult<'a> {
    pub unit: &'a Identity,
    pub test: &'static TestDefinition,
    /// Needed where the test has phases.
    pub phase: Option<Phase>,
    /// As written, with its unit; no unit is that of the test.
    pub written: &'a str,
    pub written_unit: Option<&'a str>,
    /// Such as the reagent or the analyser.
    pub method: Option<&'a str>,
    pub measured_at: Option<Timestamp>,
    pub source: ResultSource,
    /// The message that it came with.
    pub message: Option<&'a str>,
}

/// Who did something: as in the history, and the account where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredBy {
    pub actor: String,
    pub account_id: Option<String>,
    pub at: Timestamp,
}

/// Somebody who looked at a result.
pub type Reviewer = EnteredBy;

/// A result as it stands. Its value never changes: a correction is another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    pub id: String,
    pub unit: Identity,
    pub test: &'static TestDefinition,
    pub phase: Option<Phase>,
    /// 1 for the first; what is higher amends what was before.
    pub version: u32,
    pub state: ResultState,
    pub written: String,
    pub written_unit: Option<String>,
    pub measured: Measured,
    pub method: Option<String>,
    pub measured_at: Option<Timestamp>,
    pub source: ResultSource,
    pub message: Option<String>,
    /// Why it amends the version before, or why it was rejected.
    pub reason: Option<String>,
    pub entered: EnteredBy,
    pub reviewed: Option<Reviewer>,
    pub approved: Option<Reviewer>,
}

impl TestResult {
    /// As in the history: `test_result/ID`.
    pub fn subject(&self) -> String {
        format!("test_result/{}", self.id)
    }

    /// Printed reports mark what was changed after it was reported (EU GMP Annex 11, 8).
    pub fn is_amendment(&self) -> bool {
        self.version > 1
    }

    /// The value with its unit.
    pub fn shown(&self) -> String {
        match self.test.unit {
            "" => self.measured.value.clone(),
            unit => format!("{} {unit}", self.measured.value),
        }
    }

    pub fn flag(&self) -> Option<Flag> {
        self.measured.flag
    }
}

/// Which results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorklistFilter {
    /// In one of these; in any, when there is none.
    pub states: Vec<ResultState>,
    pub test: Option<&'static str>,
}
