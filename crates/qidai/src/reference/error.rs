//! Why a reference file could not be used.

use std::io;
use std::path::PathBuf;

use qidai_hla::ReleaseError;
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
    /// The code table has a line of another form.
    #[error("{} {problem}", file.display())]
    Mac { file: PathBuf, problem: MacError },
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
            ReferenceError::Mac { .. } => "mac_table_line",
        }
    }
}

impl From<ReferenceError> for Failure {
    /// Without its reference files the program cannot work: exit status 1, never a "no".
    fn from(error: ReferenceError) -> Failure {
        Failure::outage(error.code(), error.to_string())
    }
}
