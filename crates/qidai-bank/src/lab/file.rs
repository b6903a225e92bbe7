//! A file of results on its way into the bank, and what became of it.

use super::message::{LabMessage, Observation, Remark};

/// A row of a file: taken whole, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabFileRow {
    /// As the file counts, from 1.
    pub line: u64,
    /// Their places name the row and the column.
    pub observations: Vec<Observation>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLabFile<'a> {
    /// The laboratory or the analyser that it came from.
    pub laboratory: &'a str,
    /// Every byte, as it came.
    pub content: &'a [u8],
    pub rows: Vec<LabFileRow>,
    /// What was wrong with rows that could not be read, and with the file.
    pub remarks: Vec<PlacedRemark>,
}

/// What is wrong, and in which line; line 0 is the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedRemark {
    pub line: u64,
    pub remark: Remark,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabFileTaken {
    pub message: LabMessage,
    pub rows_accepted: u64,
    /// Everything in them is waiting or in force already.
    pub rows_unchanged: u64,
    pub rows_refused: u64,
    /// All that was wrong, by line.
    pub remarks: Vec<PlacedRemark>,
}
