//! Is a backup whole, and is in it what it says?

use std::path::Path;

use qidai_bank::check_copy;

use super::manifest::{Copied, History, Kind, MANIFEST, Manifest};
use super::{busy, file_failure, postgres};
use crate::error::Failure;

/// Complaints that are passed on.
const COMPLAINTS_MAX: usize = 50;

/// A backup that was read again from its first to its last byte.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) manifest: Manifest,
    /// What is wrong: sentences with the file. Empty when it is whole.
    pub(crate) complaints: Vec<String>,
}

/// Reads a backup again.
///
/// # Errors
/// It is no backup, or its files cannot be read.
pub(crate) async fn check(folder: &Path) -> Result<Checked, Failure> {
    let manifest = Manifest::read(folder)?;
    let bar = busy("checking");
    let mut complaints = check_files(folder, &manifest)?;
    if complaints.is_empty() {
        complaints = check_bank(folder, &manifest).await?;
    }
    bar.finish_and_clear();
    complaints.truncate(COMPLAINTS_MAX);
    Ok(Checked { manifest, complaints })
}

fn check_files(folder: &Path, manifest: &Manifest) -> Result<Vec<String>, Failure> {
    let mut complaints = Vec::new();
    for said in &manifest.files {
        // A name of the manifest never leads out of the folder.
        if said.name.contains('/') || said.name == MANIFEST || said.name == ".." {
            complaints.push(format!("{MANIFEST} names the file {:?}, which no backup has", said.name));
            continue;
        }
        match Copied::of(folder, &said.name) {
            Ok(found) => complaints.extend(difference(said, &found)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                complaints.push(format!("{}: the file is missing", said.name));
            }
            Err(error) => return Err(file_failure(&folder.join(&said.name), &error)),
        }
    }
    if !manifest.files.iter().any(|said| said.name == manifest.database.file_name()) {
        complaints.push(format!("{MANIFEST} names no {}", manifest.database.file_name()));
    }
    Ok(complaints)
}

fn difference(said: &Copied, found: &Copied) -> Option<String> {
    let name = &said.name;
    if said.bytes != found.bytes {
        return Some(format!("{name}: {} bytes, expected {}", found.bytes, said.bytes));
    }
    (said.sha256 != found.sha256)
        .then(|| format!("{name}: its content changed (SHA-256 {}, expected {})", found.sha256, said.sha256))
}

async fn check_bank(folder: &Path, manifest: &Manifest) -> Result<Vec<String>, Failure> {
    let name = manifest.database.file_name();
    let path = folder.join(name);
    match manifest.database {
        Kind::Sqlite => {
            let copy = check_copy(&path).await?;
            let mut complaints: Vec<String> =
                copy.complaints.iter().map(|complaint| format!("{name}: {complaint}")).collect();
            let found = History::of(&copy.state);
            if found != manifest.history || copy.state.migration != manifest.migration {
                complaints.push(format!(
                    "{name} ends with event {} ({}), expected {} ({})",
                    found.sequence, found.hash, manifest.history.sequence, manifest.history.hash
                ));
            }
            Ok(complaints)
        }
        Kind::Postgres => {
            let tables = postgres::tables_in(&path).await?;
            let needed = ["history", "unit", "qidai_migration"];
            let missing = needed.iter().filter(|table| !tables.iter().any(|known| known == *table));
            Ok(missing.map(|table| format!("{name} has no rows of table {table}")).collect())
        }
    }
}
