//! What a backup says of itself.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use jiff::Timestamp;
use qidai_bank::CopyState;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::Failure;

pub(super) const MANIFEST: &str = "manifest.json";
/// The form of a backup that this program writes and reads.
pub(super) const FORM: u32 = 1;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// Which database a bank is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Name of the copy in the folder.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Sqlite => "bank.sqlite",
            Self::Postgres => "bank.pgdump",
        }
    }
}

/// `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Version of this form.
    pub(crate) form: u32,
    /// The program that made it, such as `qidai 0.1.0`.
    pub(crate) program: String,
    pub(crate) made_at: Timestamp,
    pub(crate) database: Kind,
    /// The last change of the tables that the bank had.
    pub(crate) migration: String,
    pub(crate) history: History,
    pub(crate) files: Vec<Copied>,
}

/// Up to where the history goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// Number of the last event.
    pub(crate) sequence: u64,
    /// Its hash, hexadecimal.
    pub(crate) hash: String,
}

/// A file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copied {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl Manifest {
    pub(super) fn new(database: Kind, state: &CopyState, files: Vec<Copied>, made_at: Timestamp) -> Self {
        let program = concat!("qidai ", env!("CARGO_PKG_VERSION")).to_owned();
        let migration = state.migration.clone();
        Self { form: FORM, program, made_at, database, migration, history: History::of(state), files }
    }

    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// There is none, or it is of another form.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let sentence =
                format!("{} is no backup: its {MANIFEST} cannot be read: {error}.", folder.display());
            let code = "backup_not_found";
            if error.kind() == io::ErrorKind::NotFound {
                return Failure::refused(code, sentence);
            }
            super::file_failure(&path, &error)
        })?;
        let unreadable = |reason: String| {
            let sentence = format!("{} cannot be understood: {reason}.", path.display());
            Failure::refused("backup_manifest_unreadable", sentence)
        };
        let manifest: Self = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        if manifest.form != FORM {
            return Err(unreadable(format!("found form {}, expected {FORM}", manifest.form)));
        }
        Ok(manifest)
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut file = File::create_new(folder.join(MANIFEST))?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }
}

impl History {
    pub(super) fn of(state: &CopyState) -> Self {
        let hash = state.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { sequence: state.head.sequence, hash }
    }
}

impl Copied {
    /// Reads a file of a backup to its end.
    pub(super) fn of(folder: &Path, name: &str) -> io::Result<Self> {
        let mut file = File::open(folder.join(name))?;
        let mut hash = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut bytes = 0;
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            bytes += read as u64;
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { name: name.to_owned(), bytes, sha256 })
    }
}
