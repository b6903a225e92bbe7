//! The master keys of a bank: beside it in a folder of their own, or in the environment; never in the database.
//!
//! ```text
//! bank.sqlite
//! bank.sqlite.keys/master.keys     one key per line, oldest first; the last is in use
//! ```
//!
//! `QIDAI_MASTER_KEY` (one key, or several with commas, oldest first) takes the place of the file; `QIDAI_KEYS` names
//! another folder. A bank in PostgreSQL has no place beside it: its folder is in the data folder of the user.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use qidai_bank::{
    Acting, IdSource, KeyRing, MasterKey, Principal, RandomSource, RandomUnavailable, Store, without_password,
};
use rand::TryRng as _;
use rand::rngs::SysRng;
use sha2::{Digest as _, Sha256};

use crate::error::Failure;

const FILE: &str = "master.keys";
const IN_ENVIRONMENT: &str = "QIDAI_MASTER_KEY";
const FOLDER_IN_ENVIRONMENT: &str = "QIDAI_KEYS";
const HEADING: &str = "# Master keys of a bank of qidai, one per line, oldest first; the last is in use.\n\
                       # Without them nobody reads the people in the bank. Keep a copy apart from the backups.\n";
/// Only the owner reads and writes.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Random bytes of the operating system.
pub(crate) fn random() -> RandomSource {
    RandomSource::new(|bytes| {
        SysRng.try_fill_bytes(bytes).map_err(|error| RandomUnavailable(error.to_string()))
    })
}

/// Where the keys are, as it is told to people.
pub(crate) fn place_of(address: &str) -> String {
    match std::env::var_os(IN_ENVIRONMENT) {
        Some(_) => IN_ENVIRONMENT.to_owned(),
        None => folder_of(address).join(FILE).display().to_string(),
    }
}

/// The keys of a bank, or `None` when it has none yet.
///
/// # Errors
/// The file cannot be read, others may read it, or a line is no key.
pub(crate) fn load(address: &str) -> Result<Option<KeyRing>, Failure> {
    if let Ok(text) = std::env::var(IN_ENVIRONMENT) {
        return ring_of(&text.replace(',', "\n"), IN_ENVIRONMENT).map(Some);
    }
    let path = folder_of(address).join(FILE);
    let shown = path.display().to_string();
    let mode = match fs::metadata(&path) {
        Ok(known) => known.permissions().mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&shown, &error)),
    };
    if mode & 0o077 != 0 {
        let sentence =
            format!("Others may read the keys in {shown}: run chmod 600 on the file, then rotate the keys.");
        return Err(Failure::outage("keys_open_to_others", sentence).with("file", shown));
    }
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&shown, &error))?;
    ring_of(&text, &shown).map(Some)
}

/// The keys of a bank that has just been made or opened; makes them when it has none. Banks whose keys are lost are
/// not given new ones: what is sealed under the old ones would look like rubbish.
///
/// # Errors
/// As [`load`]; `keys_missing`, `key_missing` when something is sealed under keys that are not here; the file cannot
/// be written.
pub(crate) async fn ensure(address: &str, store: &Store) -> Result<KeyRing, Failure> {
    let ring = found_or_made(address, store).await?;
    // Messages that an earlier version kept in the open.
    let (system, ids) = (Principal::system("upgrade"), IdSource::new(|| uuid::Uuid::now_v7().to_string()));
    let random = random();
    while store.seal_lab_messages(&ring, &Acting::new(&system, Timestamp::now(), &ids, &random)).await? > 0 {}
    Ok(ring)
}

async fn found_or_made(address: &str, store: &Store) -> Result<KeyRing, Failure> {
    let in_use = store.master_keys_in_use().await?;
    match load(address)? {
        Some(ring) => match in_use.iter().find(|id| ring.all().all(|key| key.id() != id.as_str())) {
            None => Ok(ring),
            Some(id) => Err(not_here(address, id)),
        },
        None if in_use.is_empty() => {
            write(&folder_of(address), &KeyRing::new(new_key()?, Vec::new()), Target::New)?;
            // Another program may have been first: what stands there counts.
            load(address)?.ok_or_else(|| not_here(address, "none"))
        }
        None => Err(not_here(address, &in_use.join(", "))),
    }
}

/// A new key becomes the one in use; the older ones stay, until everything is sealed under the new one.
///
/// # Errors
/// `keys_in_environment`: then whoever sets the variable adds the key; no random bytes; the file cannot be written.
pub(crate) fn rotate(address: &str, ring: &KeyRing) -> Result<KeyRing, Failure> {
    if std::env::var_os(IN_ENVIRONMENT).is_some() {
        let sentence = format!(
            "The keys stand in {IN_ENVIRONMENT}, which this program cannot change: add a key there at the end, after \
             a comma, and run this again."
        );
        return Err(Failure::refused("keys_in_environment", sentence));
    }
    let ring = ring.rotated(new_key()?);
    write(&folder_of(address), &ring, Target::Replaced)?;
    Ok(ring)
}

/// Forgets all keys but the one in use.
pub(crate) fn keep_current_only(address: &str, ring: &KeyRing) -> Result<KeyRing, Failure> {
    let alone = KeyRing::new(ring.current().clone(), Vec::new());
    if std::env::var_os(IN_ENVIRONMENT).is_none() {
        write(&folder_of(address), &alone, Target::Replaced)?;
    }
    Ok(alone)
}

fn new_key() -> Result<MasterKey, Failure> {
    MasterKey::new(&random()).map_err(|error| Failure::outage("random_unavailable", format!("{error}.")))
}

/// Beside a file; for a server in the data folder of the user, under a name that tells addresses apart.
pub(crate) fn folder_of(address: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os(FOLDER_IN_ENVIRONMENT) {
        return PathBuf::from(folder);
    }
    let path =
        address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    if !path.contains("://") {
        return PathBuf::from(format!("{path}.keys"));
    }
    let digest = Sha256::digest(without_password(address).as_bytes());
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    data.unwrap_or_default().join("qidai").join(format!("{name}.keys"))
}

fn ring_of(text: &str, place: &str) -> Result<KeyRing, Failure> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Option<Vec<MasterKey>> = lines.map(MasterKey::parse).collect();
    let mut keys = keys.unwrap_or_default();
    match keys.pop() {
        Some(current) => Ok(KeyRing::new(current, keys.into_iter().rev().collect())),
        None => {
            let sentence = format!(
                "{place} does not hold keys: each is 64 hexadecimal digits. Put the copy back that you keep apart."
            );
            Err(Failure::outage("keys_unreadable", sentence).with("file", place))
        }
    }
}

/// What becomes of a key file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// It stays: two programs that make one bank at the same moment must agree on its keys.
    New,
    Replaced,
}

/// Writes beside and moves, so that a crash leaves the file before or the file after.
fn write(folder: &Path, ring: &KeyRing, target: Target) -> Result<(), Failure> {
    let mut lines: Vec<String> = ring.all().map(MasterKey::reveal).collect();
    lines.reverse();
    let text = format!("{HEADING}{}\n", lines.join("\n"));
    write_text(folder, &text, target).map_err(|error| {
        let shown = folder.display().to_string();
        let sentence = format!(
            "The keys could not be written to {shown}: {error}. Set {FOLDER_IN_ENVIRONMENT} to a folder that can be \
             written."
        );
        Failure::outage("keys_not_written", sentence).with("folder", shown).with("error", error.to_string())
    })
}

fn write_text(folder: &Path, text: &str, target: Target) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    let beside = folder.join(format!("{FILE}.{}", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match target {
        Target::Replaced => fs::rename(&beside, folder.join(FILE))?,
        Target::New => {
            let linked = fs::hard_link(&beside, folder.join(FILE));
            fs::remove_file(&beside)?;
            linked.or_else(
                |error| if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) },
            )?;
        }
    }
    fs::File::open(folder)?.sync_all()
}

fn unreadable(file: &str, error: &io::Error) -> Failure {
    let sentence = format!("The keys in {file} cannot be read: {error}.");
    Failure::outage("keys_unreadable", sentence).with("file", file).because(error)
}

fn not_here(address: &str, id: &str) -> Failure {
    let place = place_of(address);
    let sentence = format!(
        "The keys of this bank are not in {place} (looked for {id}): put the copy back that you keep apart from the \
         backups, or name its folder in {FOLDER_IN_ENVIRONMENT}."
    );
    Failure::outage("keys_missing", sentence).with("place", place).with("id", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_in_their_order_and_only_by_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let bank = folder.path().join("bank.sqlite").display().to_string();
        assert!(load(&bank).unwrap().is_none());
        let first = KeyRing::new(new_key().unwrap(), Vec::new());
        write(&folder_of(&bank), &first, Target::New).unwrap();
        let late = KeyRing::new(new_key().unwrap(), Vec::new());
        write(&folder_of(&bank), &late, Target::New).unwrap();
        assert_eq!(load(&bank).unwrap().unwrap().current().id(), first.current().id(), "the first one stays");
        let second = rotate(&bank, &first).unwrap();
        let third = rotate(&bank, &second).unwrap();
        let ids = |ring: &KeyRing| ring.all().map(|key| key.id().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&load(&bank).unwrap().unwrap()), ids(&third));
        assert_eq!(ids(&third)[1], ids(&second)[0]);

        let file = folder_of(&bank).join(FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(folder_of(&bank)).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(load(&bank).unwrap_err().code(), "keys_open_to_others");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, "not a key\n").unwrap();
        assert_eq!(load(&bank).unwrap_err().code(), "keys_unreadable");
    }

    #[test]
    fn a_server_has_one_folder_whoever_asks() {
        let folder = |address| folder_of(address);
        let first = folder("postgres://chen:secret@db.example/bank");
        assert_eq!(first, folder("postgres://li@db.example/bank"));
        assert_ne!(first, folder("postgres://li@db.example/other"));
        assert!(!first.display().to_string().contains("secret"));
        assert_eq!(folder("sqlite://a/b.sqlite"), PathBuf::from("a/b.sqlite.keys"));
    }
}
