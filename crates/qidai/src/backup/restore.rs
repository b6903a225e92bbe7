//! Makes a bank from a backup, in a new place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use qidai_bank::{CopyState, Store, StoreError, VerifyError};

use super::make::CHECKPOINTS;
use super::manifest::{History, Kind, Manifest};
use super::{busy, check, file_failure, postgres};
use crate::error::Failure;
use crate::keys;

/// Checks a backup, copies it to a place where there is no bank, opens it and compares. Gives what was restored.
///
/// # Errors
/// The backup is not whole, there is something at the place already, or what is there afterwards differs.
pub(crate) async fn restore(folder: &Path, address: &str, checkpoints: &Path) -> Result<Manifest, Failure> {
    let checked = check(folder).await?;
    if !checked.complaints.is_empty() {
        let detail = format!("{}: {}", folder.display(), checked.complaints.join("; "));
        return Err(Failure::outage("backup_damaged", detail.clone()).with("detail", detail));
    }
    let manifest = checked.manifest;
    let copy = folder.join(manifest.database.file_name());
    let signed = folder.join(CHECKPOINTS);
    // Before anything is written: the checkpoints of another bank must not be mixed with these.
    if signed.exists() && checkpoints.exists() {
        return Err(occupied(&checkpoints.display().to_string()));
    }
    let bar = busy("restoring");
    match manifest.database {
        Kind::Sqlite => restore_file(&copy, address)?,
        Kind::Postgres => restore_database(&copy, address).await?,
    }
    bar.finish_and_clear();
    look_at(address, &manifest).await?;
    if signed.exists() {
        if let Some(folder) = checkpoints.parent() {
            fs::create_dir_all(folder).map_err(|error| file_failure(folder, &error))?;
        }
        copy_new(&signed, checkpoints)?;
    }
    Ok(manifest)
}

fn restore_file(copy: &Path, address: &str) -> Result<(), Failure> {
    if address.contains("://") && !address.starts_with("sqlite:") {
        return Err(other_database("a file"));
    }
    let path =
        address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    // A log of another bank beside the place would be read into this one.
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let place = PathBuf::from(format!("{path}{suffix}"));
        if place.exists() {
            return Err(occupied(&place.display().to_string()));
        }
    }
    copy_new(copy, Path::new(path))
}

/// Copies to a place that nobody has, and onto the disk.
fn copy_new(from: &Path, to: &Path) -> Result<(), Failure> {
    let mut source = File::open(from).map_err(|error| file_failure(from, &error))?;
    let mut target = File::create_new(to).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => occupied(&to.display().to_string()),
        _ => file_failure(to, &error),
    })?;
    let copied = std::io::copy(&mut source, &mut target).and_then(|_| target.sync_all());
    copied.map_err(|error| {
        // Half a bank must not be taken for one.
        let _ = fs::remove_file(to);
        file_failure(to, &error)
    })
}

/// A database that is there and has nothing in it.
async fn restore_database(copy: &Path, address: &str) -> Result<(), Failure> {
    if !address.contains("://") || address.starts_with("sqlite:") {
        return Err(other_database("an empty database of PostgreSQL"));
    }
    match Store::open(address).await {
        Err(StoreError::NotABank { reason, .. }) if reason == "it is empty" => {}
        Err(error @ StoreError::NotABank { .. }) => {
            return Err(occupied(&qidai_bank::without_password(address)).because(&error));
        }
        Err(error) => return Err(error.into()),
        Ok(store) => {
            let shown = store.address();
            store.close().await?;
            return Err(occupied(&shown));
        }
    }
    postgres::restore(address, copy).await
}

/// Opens the new bank, which brings one of an older version up to date, and verifies every hash and every row.
async fn look_at(address: &str, manifest: &Manifest) -> Result<(), Failure> {
    let store = Store::open(address).await?;
    let bar = busy("verifying");
    let looked_at = look_at_store(&store, manifest).await;
    bar.finish_and_clear();
    // The first error is the one to tell.
    let closed = store.close().await.map_err(Failure::from);
    looked_at?;
    closed
}

async fn look_at_store(store: &Store, manifest: &Manifest) -> Result<(), Failure> {
    compare(manifest, &store.copy_state().await?)?;
    let verified = store.verify(&[], &keys::random(), &mut |_| ()).await.map_err(|error| match error {
        VerifyError::Store(error) => Failure::from(error),
        VerifyError::Random(error) => {
            Failure::outage("random_unavailable", "The system gives no random bytes.").because(&error)
        }
    })?;
    let Some(first) = verified.findings.first() else { return Ok(()) };
    let count = verified.findings.len() as u64 + verified.more;
    let sentence =
        format!("The restored bank is not whole: {count} things are not as its history says; first: {first}");
    Err(Failure::outage("bank_not_whole", sentence).with("count", count.to_string()))
}

/// A bank that was brought up to date may have more events than its backup.
fn compare(manifest: &Manifest, state: &CopyState) -> Result<(), Failure> {
    let found = History::of(state);
    if state.migration != manifest.migration || found == manifest.history {
        return Ok(());
    }
    let sentence = format!(
        "The restored bank ends with event {} ({}), expected {} ({}). Do not use it.",
        found.sequence, found.hash, manifest.history.sequence, manifest.history.hash
    );
    Err(Failure::outage("backup_differs", sentence))
}

fn occupied(place: &str) -> Failure {
    let sentence =
        format!("There is something at {place} already; a backup is restored into a new place only.");
    Failure::refused("restore_place_taken", sentence).with("place", place)
}

fn other_database(expected: &str) -> Failure {
    let sentence = format!("This backup is of another kind of database: it needs {expected} as its place.");
    Failure::refused("restore_other_database", sentence)
}
