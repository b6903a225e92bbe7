//! One write: the writer's turn, a transaction, its event in the history.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use futures::lock::MutexGuard;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};

use super::{Store, StoreError};
use crate::digest::Difference;

/// Rows that one call of [`Store::add_units`] or [`Store::add_listed`] should be given: the writer
/// is then held for well under 200 ms (`docs/benchmarks.md`, `bulk_insert`).
pub const CHUNK_ROWS: usize = 1_000;

/// What became of one added record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddOutcome {
    Accepted,
    /// The very same record is known already.
    Unchanged,
    /// The identity is known with other content; nothing was changed.
    Conflict(Vec<Difference>),
}

/// Compares records with what is known under their keys: an outcome for each, and which of them
/// are new. A new record is known to those that follow it.
pub(super) fn compare<K: Eq + Hash>(
    mut known: HashMap<K, Vec<u8>>,
    given: impl Iterator<Item = (K, Vec<u8>)>,
) -> (Vec<AddOutcome>, Vec<usize>) {
    let (mut outcomes, mut new) = (Vec::new(), Vec::new());
    for (at, (key, digest)) in given.enumerate() {
        outcomes.push(match known.entry(key) {
            Entry::Occupied(stored) if *stored.get() == digest => AddOutcome::Unchanged,
            Entry::Occupied(_) => AddOutcome::Conflict(Vec::new()),
            Entry::Vacant(place) => {
                place.insert(digest);
                new.push(at);
                AddOutcome::Accepted
            }
        });
    }
    (outcomes, new)
}

/// A transaction that holds the writer's turn until it ends. Dropped without a commit, it is
/// rolled back.
pub(super) struct WriteTransaction<'a> {
    transaction: DatabaseTransaction,
    _turn: MutexGuard<'a, ()>,
}

impl WriteTransaction<'_> {
    pub(super) fn db(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::from)
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        self.transaction.rollback().await.map_err(StoreError::from)
    }
}

/// Begins a write. What is read inside stays true until the commit: on SQLite the write lock is
/// taken at once, on PostgreSQL the row of the history's counter is locked, which every writer
/// needs.
pub(super) async fn begin(store: &Store) -> Result<WriteTransaction<'_>, StoreError> {
    let write = begin_unlocked(store).await?;
    if write.transaction.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT value FROM counter WHERE name = 'history' FOR UPDATE";
        write.transaction.execute_unprepared(sql).await?;
    }
    Ok(write)
}

/// Begins a change of the tables themselves. Two programs that meet an empty database at the same
/// moment take turns: PostgreSQL has no counter to lock yet, so a lock by number is taken.
pub(super) async fn begin_migration(store: &Store) -> Result<WriteTransaction<'_>, StoreError> {
    let write = begin_unlocked(store).await?;
    if write.transaction.get_database_backend() == DbBackend::Postgres {
        // The letters "qidai" as a number; any constant serves.
        let sql = "SELECT pg_advisory_xact_lock(121399435553)";
        write.transaction.execute_unprepared(sql).await?;
    }
    Ok(write)
}

async fn begin_unlocked(store: &Store) -> Result<WriteTransaction<'_>, StoreError> {
    let turn = store.writer.lock().await;
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = store.db.begin_with_options(options).await?;
    Ok(WriteTransaction { transaction, _turn: turn })
}

/// Takes `count` numbers of a counter that only grows; gives the first of them.
pub(super) async fn take_numbers(
    db: &DatabaseTransaction,
    counter: &str,
    count: usize,
) -> Result<i64, StoreError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "UPDATE counter SET value = value + $1 WHERE name = $2 RETURNING value",
        [Value::from(count), Value::from(counter)],
    );
    let row = db.query_one_raw(statement).await?.ok_or_else(|| StoreError::Unreadable {
        table: "counter",
        row: counter.to_owned(),
        column: "name".to_owned(),
        value: counter.to_owned(),
    })?;
    let last: i64 = row.try_get_by_index(0)?;
    Ok(last - count + 1)
}
