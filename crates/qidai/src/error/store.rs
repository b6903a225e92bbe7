//! What a failing bank means for the person who asked.

use qidai_bank::StoreError;

use super::Failure;

impl From<&StoreError> for Failure {
    /// A database that cannot answer is an outage, never a "no".
    fn from(error: &StoreError) -> Failure {
        let failure = Failure::outage(error.code(), error.to_string()).because(error);
        values(error).into_iter().fold(failure, |failure, (name, value)| failure.with(name, value))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::from(&error)
    }
}

/// The values of the sentence `failure-<code>`.
fn values(error: &StoreError) -> Vec<(&'static str, String)> {
    match error {
        StoreError::AddressUnknown { address, reason } | StoreError::NotABank { address, reason } => {
            vec![("address", address.clone()), ("reason", reason.clone())]
        }
        StoreError::DatabaseMissing { address } => vec![("address", address.clone())],
        StoreError::NewerThanProgram { address, migration } => {
            vec![("address", address.clone()), ("migration", migration.clone())]
        }
        StoreError::Unreadable { table, row, column, value } => vec![
            ("table", (*table).to_owned()),
            ("row", row.clone()),
            ("column", column.clone()),
            ("value", value.clone()),
        ],
        StoreError::HistoryBroken { sequence } => vec![("sequence", sequence.to_string())],
        StoreError::RowMissing { table, row } => vec![("table", (*table).to_owned()), ("row", row.clone())],
        StoreError::Failed { source } => vec![("error", source.to_string())],
        _ => Vec::new(),
    }
}
