//! Makes a backup.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use qidai_bank::{CopyState, Store, check_copy};

use super::manifest::{Copied, Kind, Manifest};
use super::{busy, file_failure, postgres};
use crate::error::Failure;

/// The checkpoints in a backup.
pub(super) const CHECKPOINTS: &str = "checkpoints";

/// Copies a bank into a folder: into `out` when that is not there yet, else into a new one in it that is named after
/// the moment. Others may go on writing: the copy holds one state of the bank, and says which. Gives the folder.
///
/// # Errors
/// The bank cannot be read, the folder cannot be written, or `pg_dump` is not there.
pub(crate) async fn make(
    address: &str,
    checkpoints: &Path,
    out: &Path,
    now: Timestamp,
) -> Result<(PathBuf, Manifest), Failure> {
    let folder = if out.is_dir() { out.join(name_of(now)) } else { out.to_owned() };
    let unfinished = unfinished(&folder);
    fs::create_dir(&unfinished).map_err(|error| file_failure(&unfinished, &error))?;
    let made = fill(address, checkpoints, &unfinished, now).await.and_then(|manifest| {
        finish(&unfinished, &folder).map_err(|error| file_failure(&folder, &error))?;
        Ok(manifest)
    });
    if made.is_err() {
        // What is left of a failed attempt only takes room.
        let _ = fs::remove_dir_all(&unfinished);
    }
    Ok((folder, made?))
}

/// `qidai-20260131T221530Z`.
fn name_of(now: Timestamp) -> String {
    format!("qidai-{}", now.strftime("%Y%m%dT%H%M%SZ"))
}

fn unfinished(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// Under its own name only when it is whole; one that is there already stays.
fn finish(unfinished: &Path, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is something of that name already"));
    }
    fs::rename(unfinished, folder)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

async fn fill(address: &str, checkpoints: &Path, folder: &Path, now: Timestamp) -> Result<Manifest, Failure> {
    let store = Store::open(address).await?;
    let kind = if store.is_postgres() { Kind::Postgres } else { Kind::Sqlite };
    let copied = copy(&store, address, kind, folder).await;
    // The first error is the one to tell.
    let closed = store.close().await.map_err(Failure::from);
    let state = copied?;
    closed?;
    let mut names = vec![kind.file_name()];
    // After the bank: each checkpoint in the copy is of this state or says more, never less.
    if checkpoints.exists() {
        fs::copy(checkpoints, folder.join(CHECKPOINTS)).map_err(|error| file_failure(checkpoints, &error))?;
        names.push(CHECKPOINTS);
    }
    let files: io::Result<Vec<Copied>> = names.iter().map(|name| Copied::of(folder, name)).collect();
    let manifest = Manifest::new(kind, &state, files.map_err(|error| file_failure(folder, &error))?, now);
    manifest.write(folder).map_err(|error| file_failure(folder, &error))?;
    Ok(manifest)
}

async fn copy(store: &Store, address: &str, kind: Kind, folder: &Path) -> Result<CopyState, Failure> {
    let path = folder.join(kind.file_name());
    let bar = busy("copying");
    let state = match kind {
        Kind::Sqlite => {
            store.copy_into(&path).await?;
            check_copy(&path).await?.state
        }
        Kind::Postgres => {
            let held = store.hold_still().await?;
            let state = held.state.clone();
            postgres::dump(address, &held.snapshot, &path).await?;
            held.release().await?;
            state
        }
    };
    bar.finish_and_clear();
    Ok(state)
}
