//! Copies of a bank that can be made while others work in it, checked, and made a bank again.
//!
//! A backup is a folder:
//!
//! ```text
//! manifest.json     program, time, history number and hash, size and SHA-256 of each file
//! bank.sqlite       the whole bank, or bank.pgdump of PostgreSQL
//! checkpoints       the signed checkpoints, when there are any
//! ```
//!
//! Keys are never in it: whoever finds a backup cannot read the people in it. They are kept apart, and without them
//! nobody can.

mod check;
mod make;
mod manifest;
mod postgres;
mod restore;

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::Failure;

pub(crate) use check::{Checked, check};
pub(crate) use make::make;
pub(crate) use restore::restore;

/// A turning mark for steps whose length nobody knows; the words are steps of ours.
fn busy(step: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(step);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A file or folder that could not be read or written.
fn file_failure(path: &Path, error: &std::io::Error) -> Failure {
    let sentence = format!("{} could not be read or written: {error}.", path.display());
    Failure::outage("backup_file_failed", sentence).because(error)
}
