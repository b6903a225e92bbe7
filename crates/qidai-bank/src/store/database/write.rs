//! One write: the writer's turn and a transaction.

use futures::lock::MutexGuard;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait, Value,
};

use super::watch::Held;
use super::{Database, Reader, bulk};
use crate::store::cell::Row;
use crate::store::table::{Column, Table, UNAUDITED};
use crate::store::{StoreError, migrations};

/// A transaction that holds the writer's turn until it ends. Dropped without a commit, it is
/// rolled back.
pub(in crate::store) struct WriteTransaction<'a> {
    pub(super) transaction: DatabaseTransaction,
    _turn: MutexGuard<'a, ()>,
    _held: Option<Held>,
}

impl Database {
    /// Begins a write. What is read inside stays true until the commit: on SQLite the write lock is
    /// taken at once, on PostgreSQL the row of the history's counter is locked, which every writer
    /// needs.
    pub(in crate::store) async fn begin(&self) -> Result<WriteTransaction<'_>, StoreError> {
        let write = self.begin_unlocked().await?;
        if write.reader().backend() == DbBackend::Postgres {
            let sql = "SELECT value FROM counter WHERE name = 'history' FOR UPDATE";
            write.transaction.execute_unprepared(sql).await?;
        }
        Ok(WriteTransaction { _held: self.watch.taken(), ..write })
    }

    /// Begins a write of rows that the history does not hold: on PostgreSQL it does not wait for those who write the
    /// history, nor they for it.
    pub(in crate::store) async fn begin_aside(&self) -> Result<WriteTransaction<'_>, StoreError> {
        self.begin_unlocked().await
    }

    /// Brings the tables up to date; all of it or nothing. Two programs that meet an empty database at the same
    /// moment take turns: PostgreSQL has no counter to lock yet, so a lock by number is taken.
    pub(in crate::store) async fn migrate(&self) -> Result<(), StoreError> {
        let write = self.begin_unlocked().await?;
        if write.reader().backend() == DbBackend::Postgres {
            // The letters "qidai" as a number; any constant serves.
            let sql = "SELECT pg_advisory_xact_lock(121399435553)";
            write.transaction.execute_unprepared(sql).await?;
        }
        migrations::apply(&write.transaction).await?;
        write.commit().await
    }

    async fn begin_unlocked(&self) -> Result<WriteTransaction<'_>, StoreError> {
        let turn = self.turn.lock().await;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection.begin_with_options(options).await?;
        Ok(WriteTransaction { transaction, _turn: turn, _held: None })
    }
}

impl WriteTransaction<'_> {
    /// Reads what this write sees.
    pub(in crate::store) fn reader(&self) -> Reader<'_> {
        Reader::of_transaction(&self.transaction)
    }

    /// Gives out `count` new keys of a table whose keys are numbers of ours; the first of them. Every key that
    /// is taken must get its row in this transaction: the counter is checked against the rows.
    pub(in crate::store) async fn take_keys(
        &self,
        table: &'static Table,
        count: usize,
    ) -> Result<i64, StoreError> {
        self.take_numbers(table.counter.unwrap_or(table.name), count).await
    }

    /// Takes `count` numbers of a counter that only grows; gives the first of them.
    pub(super) async fn take_numbers(&self, counter: &str, count: usize) -> Result<i64, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let statement = Statement::from_sql_and_values(
            self.reader().backend(),
            "UPDATE counter SET value = value + $1 WHERE name = $2 RETURNING value",
            [Value::from(count), Value::from(counter)],
        );
        let row = self.transaction.query_one_raw(statement).await?;
        let row = row.ok_or_else(|| StoreError::Unreadable {
            table: "counter",
            row: counter.to_owned(),
            column: "name".to_owned(),
            value: counter.to_owned(),
        })?;
        let last: i64 = row.try_get_by_index(0)?;
        Ok(last - count + 1)
    }

    /// Changes rows of a table that the history does not hold, such as sessions and jobs; gives how many.
    /// A statement on an audited table is refused.
    pub(in crate::store) async fn change_unaudited(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64, StoreError> {
        let may = target_of(sql).is_some_and(|table| UNAUDITED.contains(&table) && table != "history");
        if !may {
            let source = DbErr::Custom(format!("rows of this table change by events only: {sql}"));
            return Err(StoreError::Failed { source });
        }
        let statement = Statement::from_sql_and_values(self.reader().backend(), sql, values);
        Ok(self.transaction.execute_raw(statement).await?.rows_affected())
    }

    /// Adds rows to a table that the history does not hold, in few statements.
    pub(in crate::store) async fn insert_unaudited(
        &self,
        table: &str,
        columns: &[Column],
        rows: Vec<Row>,
    ) -> Result<(), StoreError> {
        if !UNAUDITED.contains(&table) || table == "history" {
            let source = DbErr::Custom(format!("rows of this table change by events only: {table}"));
            return Err(StoreError::Failed { source });
        }
        bulk::insert(&self.transaction, table, columns, rows).await
    }

    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::from)
    }

    pub(in crate::store) async fn rollback(self) -> Result<(), StoreError> {
        self.transaction.rollback().await.map_err(StoreError::from)
    }
}

/// The table that a changing statement names.
fn target_of(sql: &str) -> Option<&str> {
    let begin = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let rest = begin.iter().find_map(|words| sql.trim_start().strip_prefix(words))?;
    rest.split(|c: char| c.is_whitespace() || c == '(').next()
}

#[cfg(test)]
mod tests {
    use super::target_of;

    #[test]
    fn the_table_of_a_statement_is_found() {
        assert_eq!(target_of("INSERT INTO session (a) VALUES ($1)"), Some("session"));
        assert_eq!(target_of("UPDATE unit SET a = 1"), Some("unit"));
        assert_eq!(target_of(" DELETE FROM job WHERE a = 1"), Some("job"));
        assert_eq!(target_of("WITH x AS (SELECT 1) UPDATE unit SET a = 1"), None);
    }
}
