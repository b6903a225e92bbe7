//! Copies of a bank: each holds one state of all tables, and says which.

use std::path::Path;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectOptions, Database as Connector, DbBackend};

use super::address::Address;
use super::database::{Database, Reader, Snapshot};
use super::{Store, StoreError, history, migrations};
use crate::audit::Head;
use crate::chain::BEFORE_FIRST;

/// Complaints of SQLite about a damaged copy that are passed on.
const COMPLAINTS_MAX: u32 = 20;

/// Which state of a bank a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyState {
    /// The last event, with its hash.
    pub head: Head,
    /// The last change of the tables that the bank has, such as `m0003_people`.
    pub migration: String,
}

/// One state of a bank in PostgreSQL, held still for a program that copies it.
pub struct HeldState {
    /// Which state it is.
    pub state: CopyState,
    /// The name by which another session can see the same state (`pg_dump --snapshot`).
    pub snapshot: String,
    transaction: Snapshot,
}

impl HeldState {
    /// Lets go. The name means nothing from then on.
    ///
    /// # Errors
    /// The database did not answer: a copy made meanwhile may have lost its state.
    pub async fn release(self) -> Result<(), StoreError> {
        self.transaction.end().await
    }
}

/// What is in a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyCheck {
    pub state: CopyState,
    /// What SQLite finds wrong in it: pages, indexes, references. Empty when it is whole.
    pub complaints: Vec<String>,
}

impl Store {
    /// True when the bank is in PostgreSQL, which has programs of its own for copies.
    pub fn is_postgres(&self) -> bool {
        matches!(self.address, Address::Postgres(_))
    }

    /// Copies a bank in SQLite into a new file, while others may go on writing.
    ///
    /// # Errors
    /// The file exists already, or there is no room for it.
    pub async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        self.database.copy_into(path).await
    }

    /// Holds the present state of a bank in PostgreSQL still, until it is released.
    ///
    /// # Errors
    /// The database does not answer, or is not PostgreSQL.
    pub async fn hold_still(&self) -> Result<HeldState, StoreError> {
        let transaction = self.database.snapshot().await?;
        let rows = transaction.reader().all("SELECT pg_export_snapshot()", []).await?;
        let snapshot = match rows.first() {
            Some(row) => row.try_get_by_index(0)?,
            None => String::new(),
        };
        let state = state_of(transaction.reader()).await?;
        Ok(HeldState { state, snapshot, transaction })
    }

    /// The last event and the last migration.
    pub async fn copy_state(&self) -> Result<CopyState, StoreError> {
        let transaction = self.database.snapshot().await?;
        let state = state_of(transaction.reader()).await?;
        transaction.end().await?;
        Ok(state)
    }
}

async fn state_of(reader: Reader<'_>) -> Result<CopyState, StoreError> {
    let sequence = history::generation(reader).await?;
    let hash = match sequence {
        0 => BEFORE_FIRST,
        _ => history::hash_of(reader, sequence).await?.ok_or(StoreError::HistoryBroken { sequence })?,
    };
    let migration = migrations::applied(reader).await?.pop().unwrap_or_default();
    Ok(CopyState { head: Head { sequence: sequence.unsigned_abs(), hash }, migration })
}

/// Looks into a copy in SQLite without changing a byte of it: its tables are not brought up to date.
///
/// # Errors
/// It cannot be opened or read at all.
pub async fn check_copy(path: &Path) -> Result<CopyCheck, StoreError> {
    let copy = open_unchanged(path).await?;
    let checked = check(copy.reader()).await;
    // The first error is the one to tell.
    let closed = copy.close().await;
    let checked = checked?;
    closed.map(|()| checked)
}

async fn check(reader: Reader<'_>) -> Result<CopyCheck, StoreError> {
    let mut complaints = Vec::new();
    let sql = format!("SELECT integrity_check FROM pragma_integrity_check LIMIT {COMPLAINTS_MAX}");
    for row in reader.all(&sql, []).await? {
        complaints.push(row.try_get_by_index::<String>(0)?);
    }
    complaints.retain(|complaint| complaint != "ok");
    let sql = format!("SELECT \"table\" FROM pragma_foreign_key_check LIMIT {COMPLAINTS_MAX}");
    for row in reader.all(&sql, []).await? {
        complaints.push(format!("a reference of table {} leads nowhere", row.try_get_by_index::<String>(0)?));
    }
    Ok(CopyCheck { state: state_of(reader).await?, complaints })
}

/// The names of the migrations that a copy has.
pub(super) async fn migrations_of_copy(path: &Path) -> Result<Vec<String>, StoreError> {
    let copy = open_unchanged(path).await?;
    let applied = migrations::applied(copy.reader()).await;
    let closed = copy.close().await;
    let applied = applied?;
    closed.map(|()| applied)
}

/// Opens a file that nobody writes to. A log beside it, from whatever was there before, is not read.
async fn open_unchanged(path: &Path) -> Result<Database, StoreError> {
    let sqlite = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |_| sqlite.clone());
    let database = Database::new(Connector::connect(options).await?);
    debug_assert_eq!(database.reader().backend(), DbBackend::Sqlite);
    Ok(database)
}
