//! The records of the bank in SQLite or PostgreSQL.
//!
//! SQL is written here and nowhere else: one text for both databases, and where they must differ
//! the two variants stand side by side.

mod address;
mod bulk;
mod connect;
mod count_columns;
mod error;
mod history;
mod listing;
mod migrations;
mod row;
mod search;
mod setting;
mod statistics;
mod typing;
mod unit;
mod write;

pub use error::StoreError;
pub use search::{SearchableKind, SearchableRow};
pub use setting::ReleaseInForce;
pub use statistics::UnitCount;
pub use write::{AddOutcome, CHUNK_ROWS};

use address::Address;
use futures::lock::Mutex;
use sea_orm::DatabaseConnection;

/// An open bank. Cheap to share behind a reference; several processes may hold the same bank open.
#[derive(Debug)]
pub struct Store {
    db: DatabaseConnection,
    address: Address,
    /// SQLite has one writer. Tasks of this process queue here, which is fair and fast; other
    /// processes are waited for by SQLite's busy handler.
    writer: Mutex<()>,
}

impl Store {
    /// Opens an existing bank: a path, or a `postgres://` address. Brings its tables up to date.
    ///
    /// Refused: no such database, something else than a bank, a bank of a newer version.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        connect::open(Address::parse(address), connect::WhenAbsent::Refuse).await
    }

    /// Opens a bank, or makes an empty one when the file is absent or the database is empty.
    pub async fn create_or_open(address: &str) -> Result<Self, StoreError> {
        connect::open(Address::parse(address), connect::WhenAbsent::Create).await
    }

    /// An empty bank that is gone when it is closed. One connection: do not write while a stream
    /// of the same store is open.
    pub async fn in_memory() -> Result<Self, StoreError> {
        connect::open(Address::Memory, connect::WhenAbsent::Create).await
    }

    /// The address as it may be shown: without a password.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits for open statements and closes; SQLite then folds its log into the file.
    pub async fn close(self) -> Result<(), StoreError> {
        self.db.close().await.map_err(StoreError::from)
    }
}
