//! The file of a unit as it was kept elsewhere: on paper, or by the program before this one.
//!
//! [`crate::Store::carry_over`] takes such files in. What was done then passes the same gates as what is done today:
//! who might do it, in which order, with which fields, papers and signatures.

use jiff::Timestamp;

use crate::workflow::Concept;
use crate::{DocumentClass, MediaType, Phase, Position, TestDefinition, UnitRecord};

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDeed {
    /// `create`, or the code of a move.
    pub code: &'static str,
    /// Who: a place in the list of staff that comes with the dossiers.
    pub by: usize,
    pub at: Timestamp,
    /// Why, for moves that need a reason.
    pub reason: Option<String>,
}

/// A paper that was with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastDocument {
    pub class: DocumentClass,
    pub file_name: String,
    pub media_type: MediaType,
    pub content: Vec<u8>,
}

/// A record of a declared concept with all that was done to it, the first deed being `create`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRecord {
    pub concept: &'static Concept,
    pub site: Option<String>,
    /// Code of a field and what was written. A number of the bank is not known before the record is carried over: see
    /// `names`.
    pub fields: Vec<(&'static str, String)>,
    /// Fields that name an earlier record of the same dossier, by its place there.
    pub names: Vec<(&'static str, usize)>,
    pub documents: Vec<PastDocument>,
    pub deeds: Vec<PastDeed>,
}

/// An approved result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastResult {
    pub test: &'static TestDefinition,
    pub phase: Option<Phase>,
    /// In the unit of the test.
    pub written: String,
    pub measured_at: Timestamp,
    pub entered: (usize, Timestamp),
    /// Who agreed, in order: as many as the test needs.
    pub agreed: Vec<(usize, Timestamp)>,
}

/// Where the bag was put, once it was in the state that it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPlace {
    pub position: Position,
    pub by: usize,
    pub at: Timestamp,
}

/// A unit with its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastUnit {
    /// As it is now. What its results say must be what it has.
    pub record: UnitRecord,
    /// Open fields of its declaration.
    pub fields: Vec<(&'static str, String)>,
    pub names: Vec<(&'static str, usize)>,
    pub documents: Vec<PastDocument>,
    /// From `create` to the state of the record.
    pub deeds: Vec<PastDeed>,
    pub results: Vec<PastResult>,
    /// Name of a profile, who decided by it, and when.
    pub decision: Option<(&'static str, usize, Timestamp)>,
    pub place: Option<PastPlace>,
}

/// Records that belong together: those around a unit with the unit, or some that many units share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dossier {
    pub unit: Option<PastUnit>,
    pub records: Vec<PastRecord>,
}
