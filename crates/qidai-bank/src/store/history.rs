//! The history: one event per write, in the same transaction, numbered without gaps.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use super::write::take_numbers;
use super::{Store, StoreError};
use crate::WriteContext;

/// Appends an event and gives its sequence number. `detail` is JSON without personal data.
pub(super) async fn append(
    db: &DatabaseTransaction,
    context: &WriteContext<'_>,
    kind: &str,
    detail: &serde_json::Value,
) -> Result<i64, StoreError> {
    let sequence = take_numbers(db, "history", 1).await?;
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "INSERT INTO history (sequence, event_id, recorded_at_us, actor, kind, detail) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            Value::from(sequence),
            Value::from(context.ids.next_id()),
            Value::from(context.now.as_microsecond()),
            Value::from(context.actor),
            Value::from(kind),
            Value::from(detail.to_string()),
        ],
    );
    db.execute_raw(statement).await?;
    Ok(sequence)
}

/// The number of the last event visible to this connection or transaction.
pub(super) async fn generation(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM counter WHERE name = 'history'";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let last: i64 = match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(last.unsigned_abs())
}

impl Store {
    /// The sequence number of the last event. It grows with every write, and with nothing else.
    pub async fn generation(&self) -> Result<u64, StoreError> {
        generation(&self.db).await
    }
}
