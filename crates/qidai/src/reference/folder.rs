//! Finds the six files of a release in a folder and reads them.

use std::path::{Path, PathBuf};

use super::ReferenceError;

/// The allele list and the five WMDA files, in the order of [`ReleaseText::texts`].
const ALLELE_LIST: &str = "Allelelist.txt";
const WMDA: [&str; 5] =
    ["hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt", "rel_dna_ser.txt", "rel_ser_ser.txt"];
/// How many names of a wrong folder are quoted: enough to recognise it.
const FOUND_MAX: usize = 8;

/// The six files, read.
pub(super) struct ReleaseText {
    pub(super) paths: [PathBuf; 6],
    pub(super) texts: [String; 6],
}

pub(super) fn locate(dir: &Path) -> Result<ReleaseText, ReferenceError> {
    let (nested, flat) = (paths(dir, Path::new("wmda")), paths(dir, Path::new("")));
    let whole = |paths: &[PathBuf; 6]| paths.iter().all(|p| p.is_file());
    let paths = match (whole(&nested), whole(&flat)) {
        (true, true) => return Err(ReferenceError::Twice { dir: dir.display().to_string() }),
        (true, false) => nested,
        (false, true) => flat,
        (false, false) => return Err(not_a_release(dir, &nested, &flat)),
    };
    let mut texts: [String; 6] = Default::default();
    for (text, path) in texts.iter_mut().zip(&paths) {
        *text = read_text(path)?;
    }
    Ok(ReleaseText { paths, texts })
}

fn paths(dir: &Path, wmda: &Path) -> [PathBuf; 6] {
    std::array::from_fn(|i| match i {
        0 => dir.join(ALLELE_LIST),
        i => dir.join(wmda).join(WMDA[i - 1]),
    })
}

/// Tells what is missing of the layout that is nearer to complete, and what lies there instead.
fn not_a_release(dir: &Path, nested: &[PathBuf; 6], flat: &[PathBuf; 6]) -> ReferenceError {
    let missing = |paths: &[PathBuf; 6]| -> Vec<String> {
        let relative = |p: &PathBuf| p.strip_prefix(dir).unwrap_or(p).display().to_string();
        paths.iter().filter(|p| !p.is_file()).map(relative).collect()
    };
    let (of_nested, of_flat) = (missing(nested), missing(flat));
    let missing = if of_flat.len() < of_nested.len() { of_flat } else { of_nested };
    ReferenceError::NotARelease {
        dir: dir.display().to_string(),
        missing: missing.join(", "),
        found: found(dir),
    }
}

fn found(dir: &Path) -> String {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(problem) if dir.is_file() => return format!("a file, no folder ({problem})"),
        Err(problem) => return format!("nothing ({problem})"),
    };
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(FOUND_MAX);
    names.truncate(FOUND_MAX);
    match (names.is_empty(), more) {
        (true, _) => "an empty folder".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}

/// A file that not every folder has, checked against its published checksum.
pub(super) fn beside(dir: &Path, name: &str) -> Result<Option<String>, ReferenceError> {
    let path = dir.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    let text = read_text(&path)?;
    super::checksum::verify_one(&path, &text)?;
    Ok(Some(text))
}

/// Reads a file as UTF-8, naming it when it cannot be.
pub(super) fn read_text(file: &Path) -> Result<String, ReferenceError> {
    let named = || file.display().to_string();
    let bytes =
        std::fs::read(file).map_err(|problem| ReferenceError::Unreadable { file: named(), problem })?;
    String::from_utf8(bytes).map_err(|error| ReferenceError::NotUtf8 {
        file: named(),
        position: error.utf8_error().valid_up_to() + 1,
    })
}
