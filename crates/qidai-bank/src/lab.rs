//! The laboratory: which tests there are, what a result says, and who must have looked at it before it counts.

mod catalogue;
mod definition;
mod discreet;
mod effect;
mod file;
mod message;
mod proficiency;
mod qc;
mod result;
mod review;
mod value;
mod westgard;

pub use catalogue::{test, test_named, tests};
pub use definition::{Subject, TestDefinition, UnitField, ValueKind};
pub use discreet::discreet;
pub(crate) use effect::apply;
pub use file::{LabFileRow, LabFileTaken, NewLabFile, PlacedRemark};
pub use message::{
    LabMessage, Meant, MessageOutcome, NewLabMessage, Observation, ObservationStatus, Remark, specimen,
};
pub use proficiency::{ProficiencyAnswer, ProficiencyScore, ScoreKind};
pub use qc::{NewQcControl, QcControl, QcPoint};
pub use result::{EnteredBy, NewResult, ResultSource, ResultState, Reviewer, TestResult, WorklistFilter};
pub use review::Review;
pub(crate) use review::pending;
pub(crate) use value::scaled;
pub use value::{Flag, Measured, Qualifier};
pub use westgard::{Verdict, deviation, verdict as westgard};
