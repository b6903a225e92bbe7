//! The connection of a bank, and the only room from which rows change.
//!
//! What leaves this room can read ([`Reader`], [`Snapshot`]); who wants to change something begins a
//! [`WriteTransaction`] and gives it events. The connection itself is private here, so there is no other way.

pub(super) mod bulk;
mod copy;
mod reader;
mod record;
#[cfg(test)]
mod tests;
mod watch;
mod write;

use futures::lock::Mutex;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait,
};

use super::StoreError;

pub(super) use reader::{Reader, placeholders};
pub(super) use watch::Watch;
pub use watch::{OnTurn, WriterTurn};
pub(super) use write::WriteTransaction;

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    connection: DatabaseConnection,
    /// SQLite has one writer. Tasks of this process queue here, which is fair and fast; other
    /// processes are waited for by SQLite's busy handler.
    turn: Mutex<()>,
    pub(super) watch: Watch,
}

impl Database {
    pub(super) fn new(connection: DatabaseConnection) -> Self {
        Self { connection, turn: Mutex::new(()), watch: Watch::default() }
    }

    /// Reads what is committed.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::of_connection(&self.connection)
    }

    /// Begins to read one state of all tables. SQLite reads one in any transaction, and has no word for it;
    /// PostgreSQL must be asked.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let asked = match self.reader().backend() {
            DbBackend::Postgres => (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)),
            _ => (None, None),
        };
        Ok(Snapshot(self.connection.begin_with_config(asked.0, asked.1).await?))
    }

    /// Waits for open statements and closes; SQLite then folds its log into the file.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        self.connection.close_by_ref().await.map_err(StoreError::from)
    }

    /// Any statement, for tests of what the store itself never does.
    #[cfg(test)]
    pub(super) async fn run_anything(&self, sql: &str) {
        use sea_orm::ConnectionTrait as _;
        self.connection.execute_unprepared(sql).await.expect(sql);
    }
}

/// One state of all tables.
pub(super) struct Snapshot(DatabaseTransaction);

impl Snapshot {
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::of_transaction(&self.0)
    }

    pub(super) async fn end(self) -> Result<(), StoreError> {
        self.0.rollback().await.map_err(StoreError::from)
    }
}
