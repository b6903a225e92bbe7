//! Compares release files with the publisher's `md5checksum.txt`, where it lies beside them.
//!
//! Its lines are `MD5 (hla_nom.txt) = 841e…`, in some releases `MD5 (wmda/hla_nom.txt) = …`. MD5 protects against accidents, not against intent; that is all
//! the publisher offers.

use std::fmt::Write;
use std::path::Path;

use md5::{Digest, Md5};

use super::ReferenceError;
use super::folder::{ReleaseText, read_text};

const FILE: &str = "md5checksum.txt";

pub(super) fn verify(files: &ReleaseText) -> Result<(), ReferenceError> {
    files.paths.iter().zip(&files.texts).try_for_each(|(path, text)| verify_one(path, text))
}

/// Compares one file with its checksum, when there is one.
pub(super) fn verify_one(path: &Path, text: &str) -> Result<(), ReferenceError> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str())) else {
        return Ok(());
    };
    let Some((checksum_file, expected)) = published(folder, name)? else { return Ok(()) };
    let found = hex(&Md5::digest(text.as_bytes()));
    if found == expected {
        return Ok(());
    }
    Err(ReferenceError::Checksum { file: path.display().to_string(), found, expected, checksum_file })
}

/// The published checksum of a file, when there is one in its folder.
fn published(folder: &Path, name: &str) -> Result<Option<(String, String)>, ReferenceError> {
    let list = folder.join(FILE);
    if !list.is_file() {
        return Ok(None);
    }
    let text = read_text(&list)?;
    let sum = text.lines().find_map(|line| {
        let (file, sum) = line.strip_prefix("MD5 (")?.split_once(") = ")?;
        (file.strip_prefix("wmda/").unwrap_or(file) == name).then(|| sum.trim().to_ascii_lowercase())
    });
    Ok(sum.map(|sum| (list.display().to_string(), sum)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
