//! Why a reference file could not be used.

use std::io;
use std::path::{Path, PathBuf};

use qidai_hla::ReleaseError;
use qidai_hla::history::HistoryError;
use qidai_hla::rarity::RarityError;
use qidai_hla::typing::MacError;

use crate::error::Failure;

/// Why a release or a code table could not be used: which folder or file, what was looked for, what was found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReferenceError {
    /// The folder does not hold a release.
    #[error(
        "{dir} is not a folder of an IPD-IMGT/HLA release: looked for Allelelist.txt and, in wmda/, hla_nom.txt, hla_nom_g.txt, hla_nom_p.txt, rel_dna_ser.txt, rel_ser_ser.txt; missing: {missing}; found: {found}"
    )]
    NotARelease { dir: String, missing: String, found: String },
    /// Both layouts are there and it is not clear which one is meant.
    #[error(
        "{dir} holds the release files twice, in wmda/ and beside Allelelist.txt: remove one copy, so that it is clear which is meant"
    )]
    Twice { dir: String },
    /// The file could not be read.
    #[error("{file} could not be read: {problem}")]
    Unreadable { file: String, problem: io::Error },
    /// The file is no UTF-8 text.
    #[error("{file} is not UTF-8 text (first at byte {position}): fetch it again, unmodified")]
    NotUtf8 { file: String, position: usize },
    /// The file is not the one the publisher made.
    #[error(
        "{file} was edited, cut or re-encoded: its MD5 is {found}, {checksum_file} says {expected}; fetch the file again"
    )]
    Checksum { file: String, found: String, expected: String, checksum_file: String },
    /// The files were read but do not make a release.
    #[error("{}: {problem}", dir.display())]
    Release { dir: PathBuf, problem: ReleaseError },
    /// A list of the history is damaged.
    #[error("{problem}")]
    History { problem: HistoryError },
    /// The code table has a line of another form.
    #[error("{} {problem}", file.display())]
    Mac { file: PathBuf, problem: MacError },
    /// The table of common alleles has a line of another form.
    #[error("{} {problem}", file.display())]
    Ciwd { file: PathBuf, problem: RarityError },
}

impl ReferenceError {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            ReferenceError::NotARelease { .. } => "release_folder",
            ReferenceError::Twice { .. } => "release_folder_ambiguous",
            ReferenceError::Unreadable { .. } => "reference_unreadable",
            ReferenceError::NotUtf8 { .. } => "reference_not_utf8",
            ReferenceError::Checksum { .. } => "release_checksum",
            ReferenceError::Release { problem, .. } => problem.code(),
            ReferenceError::History { .. } => "history_line",
            ReferenceError::Mac { .. } => "mac_table_line",
            ReferenceError::Ciwd { .. } => "ciwd_table_line",
        }
    }
}

impl ReferenceError {
    /// The values of the sentence `failure-<code>`.
    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            ReferenceError::NotARelease { dir, missing, found } => {
                vec![("folder", dir.clone()), ("missing", missing.clone()), ("found", found.clone())]
            }
            ReferenceError::Twice { dir } => vec![("folder", dir.clone())],
            ReferenceError::Unreadable { file, problem } => {
                vec![("file", file.clone()), ("error", problem.to_string())]
            }
            ReferenceError::NotUtf8 { file, position } => {
                vec![("file", file.clone()), ("position", position.to_string())]
            }
            ReferenceError::Checksum { file, found, expected, checksum_file } => vec![
                ("file", file.clone()),
                ("found", found.clone()),
                ("wanted", expected.clone()),
                ("checksums", checksum_file.clone()),
            ],
            ReferenceError::Release { dir, problem } => values_of_release(dir, problem),
            ReferenceError::History { problem } => vec![
                ("file", problem.file.clone()),
                ("line", problem.line.to_string()),
                ("problem", problem.problem.clone()),
                ("value", problem.value.clone()),
            ],
            ReferenceError::Ciwd { file, problem } => vec![
                ("file", file.display().to_string()),
                ("line", problem.line.to_string()),
                ("value", problem.value.clone()),
            ],
            ReferenceError::Mac { file, problem } => vec![
                ("file", file.display().to_string()),
                ("line", problem.line.to_string()),
                ("problem", problem.problem.to_owned()),
                ("value", problem.value.clone()),
            ],
        }
    }
}

fn values_of_release(dir: &Path, error: &ReleaseError) -> Vec<(&'static str, String)> {
    let path = |file: &str| ("file", format!("{}: {file}", dir.display()));
    match error {
        ReleaseError::Header { file, found } => vec![path(file), ("found", found.clone())],
        ReleaseError::Mixed { file, found, first_file, expected } => vec![
            path(file),
            ("found", found.clone()),
            ("other", (*first_file).to_owned()),
            ("wanted", expected.clone()),
        ],
        ReleaseError::Line { file, line, problem, value } => vec![
            path(file),
            ("line", line.to_string()),
            ("problem", problem.clone()),
            ("value", value.clone()),
        ],
        ReleaseError::Truncated { file, problem } | ReleaseError::Inconsistent { file, problem } => {
            vec![path(file), ("problem", problem.clone())]
        }
        _ => Vec::new(),
    }
}

impl From<ReferenceError> for Failure {
    /// Without its reference files the program cannot work: exit status 1, never a "no".
    fn from(error: ReferenceError) -> Failure {
        let failure = Failure::outage(error.code(), error.to_string());
        error.values().into_iter().fold(failure, |failure, (name, value)| failure.with(name, value))
    }
}
