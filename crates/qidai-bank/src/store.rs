//! The records of the bank in SQLite or PostgreSQL.
//!
//! SQL is written here and nowhere else: one text for both databases, and where they must differ
//! the two variants stand side by side.

mod access_log;
mod account;
mod add;
mod address;
mod affected;
mod api_request;
mod api_token;
mod audit;
mod backup;
mod cell;
mod clock;
mod connect;
mod count_columns;
mod credential;
mod database;
mod decision;
mod document;
mod dossier;
mod emergency;
mod error;
mod event;
mod event_rows;
mod family;
mod figure;
mod freeze;
mod frequency_set;
mod hgr;
mod history;
mod job;
mod lab;
mod label;
mod link;
mod listing;
mod migrations;
mod notification;
mod outcome;
mod packed;
mod password;
mod patient;
mod person;
mod public_list;
mod rate_limit;
mod recheck;
mod record;
mod record_count;
mod request_time;
mod reservation;
mod row;
mod scan;
mod search;
mod search_run;
mod secret_check;
mod session;
mod setting;
mod sign_in;
mod signature;
mod site;
mod statistics;
mod storage;
mod table;
mod telemetry;
mod timeline;
mod trace;
mod typing;
mod unit;
mod unit_list;
mod unit_state;
mod upgrade;
mod version;

pub use access_log::{Access, AccessLogCheck};
pub use add::{AddOutcome, CHUNK_ROWS};
pub use address::{holds_password, without_password};
pub use api_request::{ANSWER_HOURS, Claimed, RequestClaim};
pub use api_token::ApiToken;
pub use audit::{OnProgress, VerifyError};
pub use backup::{CopyCheck, CopyState, HeldState, check_copy};
pub use clock::ClockRan;
pub use emergency::Emergency;
pub use error::StoreError;
pub use freeze::NewFreezeRun;
pub use job::{Job, NewJob};
pub use label::Printed;
pub use link::NewCredential;
pub use notification::Marked;
pub use outcome::Outcome as PatientOutcome;
pub use person::PersonState;
pub use public_list::PublicList;
pub use rate_limit::LimitTaken;
pub use recheck::RecheckTypings;
pub use scan::Scanned;
pub use search::{SearchableChanges, SearchableKind, SearchableRow, SearchableThen};
pub use session::{OpenSession, Session};
pub use setting::{LAST_VERIFICATION, ReleaseInForce};
pub use sign_in::{SignIn, SignedIn};
pub use signature::{Proof, Signing};
pub use statistics::UnitCount;
pub use storage::{CountFinding, CountResult, Counted, Moved, StorageMove};
pub use telemetry::READINGS_MAX;
pub use timeline::{HistoryChange, HistoryEvent};
pub use trace::{TRACE_MAX, Trace, TraceLine, Way};
pub use unit::{NewUnit, UnitAt, identity_to_register, unit_guards};
pub use unit_list::{UnitFilter, UnitLine, UnitOrder};

use address::Address;
use database::Database;
pub use database::{OnTurn, WriterTurn};

/// An open bank. Cheap to share behind a reference; several processes may hold the same bank open.
#[derive(Debug)]
pub struct Store {
    database: Database,
    address: Address,
}

impl Store {
    /// Opens an existing bank: a path, or a `postgres://` address. Brings its tables up to date.
    ///
    /// Refused: no such database, something else than a bank, a bank of a newer version.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        connect::open(Address::parse(address)?, connect::WhenAbsent::Refuse).await
    }

    /// Opens a bank, or makes an empty one when the file is absent or the database is empty.
    pub async fn create_or_open(address: &str) -> Result<Self, StoreError> {
        connect::open(Address::parse(address)?, connect::WhenAbsent::Create).await
    }

    /// Opens an existing bank only to look at it: nothing is written, its tables are left as they are. Besides what
    /// [`Store::open`] refuses, a bank of an older version is.
    pub async fn open_read_only(address: &str) -> Result<Self, StoreError> {
        connect::open_read_only(Address::parse(address)?).await
    }

    /// An empty bank that is gone when it is closed. One connection: do not write while a stream
    /// of the same store is open.
    pub async fn in_memory() -> Result<Self, StoreError> {
        connect::open(Address::Memory, connect::WhenAbsent::Create).await
    }

    /// Tells `on_turn` of every write of this store, from now on and for its life: when the writer's turn is taken, the
    /// wait for others being over, and when it ends.
    pub fn watch_writes(&self, on_turn: OnTurn) {
        self.database.watch.set(on_turn);
    }

    /// The address as it may be shown: without a password.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits for open statements and closes; SQLite then folds its log into the file.
    pub async fn close(self) -> Result<(), StoreError> {
        self.database.close().await
    }

    /// The same for a store that others still hold: whatever they ask afterwards fails.
    pub async fn close_for_all(&self) -> Result<(), StoreError> {
        self.database.close().await
    }
}
