//! A copy of a whole SQLite bank in one new file.

use std::fs::File;
use std::path::Path;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

use super::Database;
use crate::store::StoreError;

impl Database {
    /// Copies one committed state into a file that does not exist yet. Other programs go on writing meanwhile:
    /// in WAL mode a reader keeps its state and stops nobody. The file is on the disk when this returns.
    pub(in crate::store) async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        let text = path.to_str().ok_or_else(|| not_copied("the path is not UTF-8"))?;
        let values = [Value::from(text)];
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", values);
        self.connection.execute_raw(statement).await?;
        File::open(path).and_then(|file| file.sync_all()).map_err(|error| not_copied(&error.to_string()))
    }
}

fn not_copied(reason: &str) -> StoreError {
    StoreError::Failed { source: DbErr::Custom(format!("the copy was not written: {reason}")) }
}
