//! Where a bank's signed checkpoints and their key lie: beside the database, never in it.
//!
//! `bank.sqlite.checkpoints` holds them, the folder of the bank's keys ([`keys::folder_of`]) `checkpoint.key` and its public
//! half `checkpoint.pub`. For PostgreSQL the file lies beside that folder.
//!
//! `QIDAI_CHECKPOINTS` names another file, `QIDAI_CHECKPOINT_KEY` gives the key itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use qidai_bank::{Checkpoint, CheckpointFile, CheckpointKey, CheckpointPublicKey, RandomSource, Store};

use crate::error::Failure;
use crate::keys;

const FILE: &str = "QIDAI_CHECKPOINTS";
const KEY: &str = "QIDAI_CHECKPOINT_KEY";

/// Places of one bank.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checkpoints {
    pub(crate) file: PathBuf,
    keys: PathBuf,
}

/// What there is to compare a history with.
pub(crate) struct Kept {
    /// `None` when there is no file.
    pub(crate) file: Option<CheckpointFile>,
    /// `None` when signatures could not be checked.
    pub(crate) key: Option<CheckpointPublicKey>,
}

impl Checkpoints {
    /// The places that belong to the address of a bank.
    pub(crate) fn of(address: &str) -> Self {
        let own = std::env::var_os(FILE).map(PathBuf::from);
        Self { file: own.unwrap_or_else(|| file_of(address)), keys: keys::folder_of(address) }
    }

    /// Signs the head of the bank's history and adds a line, unless the last line says the same.
    pub(crate) async fn add(&self, store: &Store) -> Result<(), Failure> {
        let head = store.head().await?;
        let text = read_text(&self.file).map_err(|error| unusable(&self.file, &error))?.unwrap_or_default();
        let key = self.key(text.is_empty())?;
        let checkpoint = Checkpoint::sign(&head, Timestamp::now(), &key);
        let known = CheckpointFile::read(&text, Some(&key.public()));
        let last = known.checkpoints.last();
        if head.sequence == 0
            || last.is_some_and(|last| last.sequence == head.sequence && last.hash == checkpoint.hash)
        {
            return Ok(());
        }
        let line = checkpoint.to_line().map_err(|error| unusable(&self.file, &error.into()))?;
        let is_torn = !text.is_empty() && !text.ends_with('\n');
        append(&self.file, &format!("{}{line}", if is_torn { "\n" } else { "" }))
            .map_err(|error| unusable(&self.file, &error))
    }

    /// After a command has written: the bank keeps what was written even where no checkpoint can be kept.
    pub(crate) async fn add_or_warn(&self, store: &Store) {
        if let Err(failure) = self.add(store).await {
            tracing::warn!(code = failure.code(), "no checkpoint was signed");
        }
    }

    /// Reads what there is; writes nothing. A public key that was given is believed before the one that lies here.
    pub(crate) fn read(&self, given: Option<CheckpointPublicKey>) -> Result<Kept, Failure> {
        let key = match given {
            Some(key) => Some(key),
            None => self.public_key()?,
        };
        let text = read_text(&self.file).map_err(|error| unusable(&self.file, &error))?;
        Ok(Kept { file: text.map(|text| CheckpointFile::read(&text, key.as_ref())), key })
    }

    fn public_key(&self) -> Result<Option<CheckpointPublicKey>, Failure> {
        if let Some(key) = key_of_environment()? {
            return Ok(Some(key.public()));
        }
        let path = self.keys.join("checkpoint.pub");
        match read_text(&path).map_err(|error| unusable(&path, &error))? {
            Some(text) => CheckpointPublicKey::parse(&text).map(Some).ok_or_else(|| damaged_key(&path)),
            None => Ok(None),
        }
    }

    /// The key to sign with. It is made for the first checkpoint, and for no later one: a new key would make the old
    /// checkpoints worthless.
    fn key(&self, is_first: bool) -> Result<CheckpointKey, Failure> {
        if let Some(key) = key_of_environment()? {
            return Ok(key);
        }
        let path = self.keys.join("checkpoint.key");
        match read_text(&path).map_err(|error| unusable(&path, &error))? {
            Some(text) => CheckpointKey::parse(&text).ok_or_else(|| damaged_key(&path)),
            None if is_first => self.make_key(&path, &keys::random()),
            None => Err(Failure::outage(
                "checkpoint_key_missing",
                format!("The key {} is missing; bring it back from where keys are kept.", path.display()),
            )
            .with("file", path.display().to_string())),
        }
    }

    fn make_key(&self, path: &Path, random: &RandomSource) -> Result<CheckpointKey, Failure> {
        let key = CheckpointKey::new(random).map_err(|error| {
            Failure::outage("random_unavailable", "The system gives no random bytes for a key.")
                .because(&error)
        })?;
        let write = || -> io::Result<()> {
            make_secret_folder(&self.keys)?;
            write_secret(path, &key.to_text())?;
            fs::write(self.keys.join("checkpoint.pub"), key.public().to_text() + "\n")
        };
        write().map_err(|error| unusable(path, &error))?;
        Ok(key)
    }
}

/// Beside a file; for a server beside the folder of its keys.
fn file_of(address: &str) -> PathBuf {
    let path =
        address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    if path.contains("://") {
        return keys::folder_of(address).with_extension("checkpoints");
    }
    PathBuf::from(format!("{path}.checkpoints"))
}

fn key_of_environment() -> Result<Option<CheckpointKey>, Failure> {
    match std::env::var(KEY) {
        Ok(text) => CheckpointKey::parse(&text).map(Some).ok_or_else(|| damaged_key(Path::new(KEY))),
        Err(_) => Ok(None),
    }
}

/// The text of a file, or `None` when there is none.
fn read_text(path: &Path) -> io::Result<Option<String>> {
    let mut text = String::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_string(&mut text).map(|_| Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// One write, so that lines of two programs do not mix; on the disk when this returns.
fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn make_secret_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_secret_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// A new file that only its owner can read.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    Failure::outage("checkpoints_unusable", format!("{} cannot be used: {error}.", path.display()))
        .with("file", path.display().to_string())
        .with("error", error.to_string())
        .because(error)
}

fn damaged_key(path: &Path) -> Failure {
    Failure::outage(
        "checkpoint_key_damaged",
        format!("{} is no key: expected 64 hexadecimal digits.", path.display()),
    )
    .with("file", path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_beside_the_bank_and_name_no_password() {
        let places = Checkpoints::of("sqlite:some/bank.sqlite");
        assert_eq!(places.file, Path::new("some/bank.sqlite.checkpoints"));
        assert_eq!(places.keys, Path::new("some/bank.sqlite.keys"));
        let places = Checkpoints::of("postgres://qidai:secret@db.example:5432/bank");
        assert_eq!(places.file.parent(), places.keys.parent());
        assert!(!places.file.display().to_string().contains("secret"), "{}", places.file.display());
    }
}
