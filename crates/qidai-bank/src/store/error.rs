//! Why the records could not be reached: always an outage or a refusal, never a "no".

use std::sync::Arc;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

/// A failure of the store. The text is for the person; the cause, where there is one, for the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no bank at {address}: check the address, or make one by an import")]
    DatabaseMissing { address: String },
    #[error("{address} is not a bank of qidai: {reason}")]
    NotABank { address: String, reason: String },
    #[error(
        "the bank at {address} was written by a newer version of qidai (it has '{migration}'): \
         use that version or a later one"
    )]
    NewerThanProgram { address: String, migration: String },
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
    #[error("the database failed: {source}")]
    Failed { source: DbErr },
}

impl StoreError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DatabaseMissing { .. } => "database_missing",
            Self::NotABank { .. } => "not_a_bank",
            Self::NewerThanProgram { .. } => "database_newer_than_program",
            Self::Locked { .. } => "database_locked",
            Self::DiskFull { .. } => "disk_full",
            Self::ReadOnly { .. } => "database_read_only",
            Self::Unreachable { .. } => "database_unreachable",
            Self::AccessRefused { .. } => "database_access_refused",
            Self::Damaged { .. } => "database_damaged",
            Self::Unreadable { .. } => "database_value_unknown",
            Self::Failed { .. } => "database_failed",
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(source: DbErr) -> Self {
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
