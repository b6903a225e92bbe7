//! Why the records could not be reached: always an outage or a refusal, never a "no".

use std::sync::Arc;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use super::address::without_password;

/// A failure of the store. The text is for the person; the cause, where there is one, for the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{address} is no address of a bank ({reason}): expected a file or postgres://…")]
    AddressUnknown { address: String, reason: String },
    #[error("there is no bank at {address}: check the address, or make one by an import")]
    DatabaseMissing { address: String },
    #[error("{address} is not a bank of qidai: {reason}")]
    NotABank { address: String, reason: String },
    #[error(
        "the bank at {address} was written by a newer version of qidai (it has '{migration}'): \
         use that version or a later one"
    )]
    NewerThanProgram { address: String, migration: String },
    #[error(
        "the bank at {address} was last opened by an older version of qidai: open it once with this one, \
         for example with 'qidai serve', and try again"
    )]
    OlderThanProgram { address: String },
    #[error(
        "the bank at {address} must be brought up to date, and a copy is kept before that: {needed_mb} MB are \
         needed, {free_mb} MB are free; make room, nothing was changed"
    )]
    NoRoomToUpgrade { address: String, needed_mb: u64, free_mb: u64 },
    #[error(
        "the bank at {address} must be brought up to date, and no copy could be kept before that ({reason}): \
         nothing was changed"
    )]
    CopyNotKept { address: String, reason: String },
    #[error("another program is writing to the database and did not finish in time: try again")]
    Locked { source: DbErr },
    #[error("the disk of the database is full: nothing of this step was kept; make room, run again")]
    DiskFull { source: DbErr },
    #[error("the database cannot be written: check the rights of the file and its folder")]
    ReadOnly { source: DbErr },
    #[error("the database does not answer: check that it runs and that the address is right")]
    Unreachable { source: DbErr },
    #[error("the database refused the user or the password")]
    AccessRefused { source: DbErr },
    #[error("the database file is damaged: restore the last backup")]
    Damaged { source: DbErr },
    #[error("table {table}, row {row}: '{value}' is not a known {column}")]
    Unreadable { table: &'static str, row: String, column: String, value: String },
    #[error(
        "event {sequence} of the history is missing or has no hash, so nothing is written on: \
         run 'qidai audit verify'"
    )]
    HistoryBroken { sequence: i64 },
    #[error("table {table} has no row {row}, which was to be changed: read it again")]
    RowMissing { table: &'static str, row: String },
    #[error("a declaration of this program is wrong, so no bank is opened with it: {mistake}")]
    DeclarationWrong { mistake: crate::workflow::Mistake },
    #[error("the database failed: {source}")]
    Failed { source: DbErr },
}

impl StoreError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AddressUnknown { .. } => "database_address_unknown",
            Self::DatabaseMissing { .. } => "database_missing",
            Self::NotABank { .. } => "not_a_bank",
            Self::NewerThanProgram { .. } => "database_newer_than_program",
            Self::OlderThanProgram { .. } => "database_older_than_program",
            Self::NoRoomToUpgrade { .. } => "upgrade_needs_room",
            Self::CopyNotKept { .. } => "upgrade_copy_not_kept",
            Self::Locked { .. } => "database_locked",
            Self::DiskFull { .. } => "disk_full",
            Self::ReadOnly { .. } => "database_read_only",
            Self::Unreachable { .. } => "database_unreachable",
            Self::AccessRefused { .. } => "database_access_refused",
            Self::Damaged { .. } => "database_damaged",
            Self::Unreadable { .. } => "database_value_unknown",
            Self::HistoryBroken { .. } => "history_broken",
            Self::RowMissing { .. } => "row_missing",
            Self::DeclarationWrong { .. } => "declaration_wrong",
            Self::Failed { .. } => "database_failed",
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(source: DbErr) -> Self {
        let source = without_secrets(source);
        if let DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) = &source {
            return Self::Unreachable { source };
        }
        let Some(cause) = sqlx_cause(&source) else {
            return Self::Failed { source };
        };
        match &*cause {
            SqlxError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Self::DiskFull { source }
            }
            SqlxError::Io(_) | SqlxError::PoolTimedOut => Self::Unreachable { source },
            SqlxError::Database(error) => match error.code() {
                Some(code) => by_code(&code, source),
                None => Self::Failed { source },
            },
            _ => Self::Failed { source },
        }
    }
}

/// A driver may quote the address it was given: what it says in words of its own loses the password.
fn without_secrets(error: DbErr) -> DbErr {
    match error {
        DbErr::Conn(RuntimeErr::Internal(text)) => DbErr::Conn(RuntimeErr::Internal(without_password(&text))),
        DbErr::Exec(RuntimeErr::Internal(text)) => DbErr::Exec(RuntimeErr::Internal(without_password(&text))),
        DbErr::Query(RuntimeErr::Internal(text)) => {
            DbErr::Query(RuntimeErr::Internal(without_password(&text)))
        }
        other => other,
    }
}

/// PostgreSQL: invalid_catalog_name, the server runs but has no database of this name.
pub(super) fn is_no_such_database(error: &DbErr) -> bool {
    sqlx_cause(error).is_some_and(|cause| match &*cause {
        SqlxError::Database(error) => error.code().is_some_and(|code| code == "3D000"),
        _ => false,
    })
}

fn sqlx_cause(error: &DbErr) -> Option<Arc<SqlxError>> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(Arc::clone(cause)),
        _ => None,
    }
}

/// SQLite: extended result codes (sqlite.org/rescode.html), whose low byte is the primary code.
/// PostgreSQL: SQLSTATE of five characters (PostgreSQL manual, appendix A).
fn by_code(code: &str, source: DbErr) -> StoreError {
    if code.len() == 5 {
        return match code {
            "53100" => StoreError::DiskFull { source },
            "55P03" | "40P01" | "40001" => StoreError::Locked { source },
            "25006" => StoreError::ReadOnly { source },
            _ if code.starts_with("28") => StoreError::AccessRefused { source },
            _ if code.starts_with("08") || code.starts_with("57P") => StoreError::Unreachable { source },
            _ => StoreError::Failed { source },
        };
    }
    match code.parse::<i32>().map(|code| code & 0xFF) {
        Ok(5 | 6) => StoreError::Locked { source },
        Ok(8) => StoreError::ReadOnly { source },
        Ok(11 | 26) => StoreError::Damaged { source },
        Ok(13) => StoreError::DiskFull { source },
        _ => StoreError::Failed { source },
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::Address;
    use super::super::{Store, connect};
    use crate::{Actor, BankType, IdSource, Identity, StoreError, UnitRecord, WriteContext};
    use jiff::Timestamp;

    async fn add(store: &Store, numbers: std::ops::Range<u32>) -> Result<(), StoreError> {
        let first = numbers.start;
        let ids = IdSource::counting(format!("from-{first}"));
        let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &ids);
        let din = |number| Identity::din(&format!("G123417{number:06}")).expect("a valid DIN");
        let units: Vec<_> = numbers.map(|number| UnitRecord::new(din(number), BankType::Public)).collect();
        store.add_units(&units, &context).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_full_disk_keeps_nothing_of_the_step_and_what_was_there() {
        let store = Store::in_memory().await.expect("a bank");
        add(&store, 0..10).await.expect("room for ten");
        store.database.run_anything("PRAGMA max_page_count = 90").await;
        let error = add(&store, 10..5_000).await.expect_err("no room for thousands");
        assert_eq!(error.code(), "disk_full");
        assert_eq!(store.generation().await.expect("read"), 10);
        store.database.run_anything("PRAGMA max_page_count = 60000").await;
        add(&store, 10..5_000).await.expect("the same step again");
        let units: u64 = store.unit_counts().await.expect("read").iter().map(|c| c.units).sum();
        assert_eq!(units, 5_000);
    }

    #[tokio::test]
    async fn a_writer_that_never_ends_is_told_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bank.sqlite").display().to_string();
        let slow = Store::create_or_open(&path).await.expect("a bank");
        let (address, patience) =
            (Address::parse(&path).expect("a file"), std::time::Duration::from_millis(50));
        let waiting = connect::open_with_patience(address, connect::WhenAbsent::Refuse, patience);
        let waiting = waiting.await.expect("a bank");
        let writing = slow.database.begin().await.expect("the writer's turn");
        let error = add(&waiting, 0..1).await.expect_err("it is not our turn");
        assert_eq!(error.code(), "database_locked");
        writing.rollback().await.expect("ended");
        add(&waiting, 0..1).await.expect("our turn");
    }
}
