//! The file of an import: on disk, or from standard input.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Failure;

/// A file that can be read more than once, which finding its encoding needs.
pub(super) struct Input {
    path: PathBuf,
    shown: PathBuf,
    /// What came from standard input; goes away with the import.
    _kept: Option<NamedTempFile>,
}

impl Input {
    /// `-` is standard input; it is kept in a temporary file.
    pub(super) fn open(file: &Path) -> Result<Input, Failure> {
        if file != Path::new("-") {
            return Ok(Input { path: file.to_owned(), shown: file.to_owned(), _kept: None });
        }
        let failed = |error: io::Error| {
            Failure::outage(
                "file_not_readable",
                format!("Standard input could not be read or kept: {error}."),
            )
            .with("file", "standard input")
            .with("error", error.to_string())
            .because(&error)
        };
        let mut kept = NamedTempFile::new().map_err(failed)?;
        io::copy(&mut io::stdin().lock(), &mut kept).map_err(failed)?;
        let path = kept.path().to_owned();
        Ok(Input { path, shown: PathBuf::from("standard input"), _kept: Some(kept) })
    }

    /// Where it can be read.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What a person calls it.
    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }
}
