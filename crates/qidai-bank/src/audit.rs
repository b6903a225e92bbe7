//! What a verification of a bank finds.

use std::fmt;

use serde::Serialize;

use crate::Checkpoint;

/// Findings that are told one by one; further ones are counted.
pub const FINDINGS_MAX: usize = 1_000;

/// One thing that is not as it must be: where, what was expected, what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable, such as `row_changed`.
    pub code: &'static str,
    pub table: String,
    /// The key of the row; parts of a longer key are joined by `, `.
    pub row: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// As the history has it. Absent when nothing is known there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// As it is in the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: &'static str, table: impl Into<String>, row: impl Into<String>) -> Self {
        let row = row.into();
        Self { code, table: table.into(), row, column: None, expected: None, found: None }
    }

    /// An event of the history.
    pub(crate) fn of_event(code: &'static str, sequence: i64) -> Self {
        Self::new(code, "history", sequence.to_string())
    }

    pub(crate) fn column(self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self }
    }

    pub(crate) fn expected(self, expected: impl Into<Option<String>>) -> Self {
        Self { expected: expected.into(), ..self }
    }

    pub(crate) fn found(self, found: impl Into<Option<String>>) -> Self {
        Self { found: found.into(), ..self }
    }

    fn meaning(&self) -> &'static str {
        match self.code {
            "row_changed" => "was changed without an event",
            "row_removed" => "was removed without an event",
            "row_inserted" => "was inserted without an event",
            "event_changed" => "does not have the hash of its content and of the event before",
            "event_missing" => "is missing",
            "event_inserted" => "stands where no event can be",
            "event_unreadable" => "cannot be read",
            "counter_changed" => "does not agree with the history",
            "tail_cut" => "was there when a checkpoint was signed, and is missing: the end was cut off",
            "checkpoint_differs" => "has another hash than when a checkpoint was signed",
            "checkpoint_signature_wrong" => "is not signed by the key of this bank",
            "checkpoint_unreadable" => "cannot be read",
            _ => "is not as it must be",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table {}, row {}", self.table, self.row)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {} {}", self.code, self.meaning())?;
        let shown = |text: &Option<String>| match text {
            Some(text) => format!("'{text}'"),
            None => "nothing".to_owned(),
        };
        if self.expected.is_some() || self.found.is_some() {
            write!(f, "; expected {}, found {}", shown(&self.expected), shown(&self.found))?;
        }
        Ok(())
    }
}

/// The last event of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// 0 for an empty history.
    pub sequence: u64,
    pub hash: [u8; 32],
}

/// What a verification is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Hashes of the history.
    Chain,
    /// Rows of the tables.
    Rows,
    /// Something differs: which rows?
    Search,
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// Events or rows so far.
    pub done: u64,
    pub total: u64,
}

/// What a verification saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    pub head: Head,
    /// Events whose hash was computed again.
    pub events: u64,
    /// Current rows that were compared with the history.
    pub rows: u64,
    /// The first [`FINDINGS_MAX`], events before rows.
    pub findings: Vec<Finding>,
    /// Further findings.
    pub more: u64,
    /// The last checkpoint that holds, if one was given.
    pub checkpoint: Option<Checkpoint>,
}

impl Verification {
    /// Nothing is wrong. Says nothing about a cut end when there was no checkpoint.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}
