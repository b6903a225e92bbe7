//! A search that was run from a request, with its receipt: what a figure counts and a report tells.

use jiff::Timestamp;

use crate::{BankType, Identity, Record, Status};

/// All that a search asks of a request, read in one moment.
#[derive(Debug, Clone)]
pub struct SearchQuestion {
    pub request: Record,
    pub patient: Record,
    /// The patient's typing in force; `None`: none was entered.
    pub typing: Option<Record>,
    /// That of the patient's mother.
    pub mother: Option<Record>,
    /// Those in force.
    pub antibodies: Vec<Record>,
}

/// A search that was run, on its way into the bank.
#[derive(Debug, Clone, Copy)]
pub struct NewSearchRun<'a> {
    /// Number of the request.
    pub request: &'a str,
    /// Number of the patient's typing that was asked with.
    pub typing: &'a str,
    /// Of the receipt: history number, release, digest of the answer, profile and order with their versions.
    pub generation: u64,
    pub release: &'a str,
    pub digest: &'a str,
    pub profile: &'a str,
    pub order: &'a str,
    /// Units that met the floors; the first of them are in the content.
    pub listed: u64,
    /// Best class among them, in the best case; `None`: nothing was listed, or it is not computable.
    pub best_x6: Option<u8>,
    pub best_x8: Option<u8>,
    /// Answer and receipt as JSON.
    pub content: &'a [u8],
}

/// A search in the bank. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRun {
    /// Given by the bank.
    pub id: String,
    pub request: String,
    /// 1, 2, 3 … for each request.
    pub serial: u64,
    pub patient: String,
    pub typing: String,
    /// Number of the institution that asked.
    pub requester: String,
    pub is_foreign: bool,
    pub run_at: Timestamp,
    pub actor: String,
    pub generation: u64,
    pub release: String,
    pub digest: String,
    pub profile: String,
    pub order: String,
    pub listed: u64,
    pub best_x6: Option<u8>,
    pub best_x8: Option<u8>,
    pub(crate) content_sha256: Vec<u8>,
}

/// How long a request waited for its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTime {
    pub request: String,
    pub is_foreign: bool,
    pub submitted_at: Timestamp,
    /// `None`: it was not reported yet, or never will be.
    pub reported_at: Option<Timestamp>,
    /// Code of its state.
    pub state: &'static str,
    /// Best class that its last search listed.
    pub best_x6: Option<u8>,
    /// Was a search run?
    pub is_searched: bool,
}

/// A unit of a patient's own family, with what its match needs. Nobody else's search finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyUnit {
    pub identity: Identity,
    pub bank_type: BankType,
    pub status: Status,
    /// As written; `None`: it was not typed.
    pub hla: Option<String>,
    /// Cells per unit, before freezing, after processing.
    pub tnc_total: Option<i64>,
    pub cd34_total: Option<i64>,
    /// What the patient is of the infant that the unit is from: `self`, `sibling`, `mother`, `father`, `other`.
    pub relation: String,
    /// Number of the link that says so.
    pub link: String,
}
