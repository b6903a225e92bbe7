//! Before the tables of an SQLite bank change, a copy of it is kept: `<bank>.before-<migration>`.
//!
//! A bank in PostgreSQL is copied by `qidai backup`, which needs programs of PostgreSQL.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::address::Address;
use super::{Store, StoreError, backup};

/// Room that an upgrade may take, in sizes of the bank: the copy, and tables that are written again.
const ROOM_IN_BANKS: u64 = 2;

/// Keeps a copy of the bank as it is before its first missing migration.
///
/// # Errors
/// There is no room for copy and upgrade, or the copy cannot be written: nothing was changed then.
pub(super) async fn keep_copy(store: &Store, migration: &str) -> Result<(), StoreError> {
    let Address::Sqlite(path) = &store.address else { return Ok(()) };
    check_room(path)?;
    let unfinished = with_suffix(path, &format!(".before-{migration}.{}", std::process::id()));
    let kept = copy_and_name(store, path, &unfinished, migration).await;
    if kept.is_err() {
        // What is left of a failed attempt only takes room.
        let _ = fs::remove_file(&unfinished);
    }
    kept
}

async fn copy_and_name(
    store: &Store,
    path: &Path,
    unfinished: &Path,
    migration: &str,
) -> Result<(), StoreError> {
    store.database.copy_into(unfinished).await?;
    let has_it = backup::migrations_of_copy(unfinished).await?.iter().any(|name| name == migration);
    if has_it {
        // Another program upgraded the bank between our look and our copy, and kept its own.
        return fs::remove_file(unfinished).map_err(|error| not_kept(path, &error));
    }
    let name = free_name(path, migration).map_err(|error| not_kept(path, &error))?;
    fs::rename(unfinished, name).map_err(|error| not_kept(path, &error))
}

/// Takes a name that nobody has: the copy of an earlier attempt stays.
fn free_name(path: &Path, migration: &str) -> std::io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let number_shown = if number == 1 { String::new() } else { format!(".{number}") };
        let name = with_suffix(path, &format!(".before-{migration}{number_shown}"));
        match File::create_new(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn check_room(path: &Path) -> Result<(), StoreError> {
    let bytes = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let needed = (bytes(path) + bytes(&with_suffix(path, "-wal"))) * ROOM_IN_BANKS;
    let free = free_bytes(path).map_err(|error| not_kept(path, &error))?;
    if free >= needed {
        return Ok(());
    }
    let megabytes = |bytes: u64| bytes.div_ceil(1_000_000);
    Err(StoreError::NoRoomToUpgrade {
        address: path.display().to_string(),
        needed_mb: megabytes(needed),
        free_mb: free / 1_000_000,
    })
}

/// Bytes that this user may still write to the disk of a file.
fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn not_kept(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::CopyNotKept { address: path.display().to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::migrations;
    use super::*;

    /// A bank as the first version made it.
    async fn old_bank(path: &str) {
        let connection =
            sea_orm::Database::connect(format!("sqlite://{path}?mode=rwc")).await.expect("a file");
        migrations::apply_first(&connection, 1).await;
        connection.close().await.expect("closed");
    }

    #[tokio::test]
    async fn a_copy_is_kept_before_the_tables_change_and_none_when_they_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bank.sqlite").display().to_string();
        old_bank(&path).await;
        Store::open(&path).await.expect("upgraded").close().await.expect("closed");
        let kept = format!("{path}.before-m0002_chained_history");
        let of_copy = backup::migrations_of_copy(Path::new(&kept)).await.expect("a whole copy");
        assert_eq!(of_copy, ["m0001_first_shelf"]);
        let files = || std::fs::read_dir(folder.path()).expect("a folder").count();
        let before = files();
        let store = Store::open(&path).await.expect("nothing to do");
        let now = migrations::applied(store.database.reader()).await.expect("read");
        assert_eq!(now.len(), migrations::known_count());
        store.close().await.expect("closed");
        assert_eq!(files(), before, "no second copy");
        // The copy is a bank of before: it opens, and is upgraded in its turn.
        Store::open(&kept).await.expect("the copy opens").close().await.expect("closed");
        assert!(Path::new(&format!("{kept}.before-m0002_chained_history")).exists());
    }

    #[tokio::test]
    async fn a_copy_of_an_earlier_attempt_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bank.sqlite");
        std::fs::write(with_suffix(&path, ".before-m1"), "earlier").expect("written");
        assert_eq!(free_name(&path, "m1").expect("a name"), with_suffix(&path, ".before-m1.2"));
        assert_eq!(std::fs::read_to_string(with_suffix(&path, ".before-m1")).expect("read"), "earlier");
    }
}
