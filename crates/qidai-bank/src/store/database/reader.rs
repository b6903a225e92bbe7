//! Reading rows.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement, Value,
};

use crate::store::StoreError;

/// Runs SELECT statements, and no others.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Reader<'a>(Source<'a>);

#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    Connection(&'a DatabaseConnection),
    Transaction(&'a DatabaseTransaction),
}

impl<'a> Reader<'a> {
    pub(super) fn of_connection(connection: &'a DatabaseConnection) -> Self {
        Self(Source::Connection(connection))
    }

    pub(super) fn of_transaction(transaction: &'a DatabaseTransaction) -> Self {
        Self(Source::Transaction(transaction))
    }

    pub(in crate::store) fn backend(self) -> DbBackend {
        match self.0 {
            Source::Connection(connection) => connection.get_database_backend(),
            Source::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    /// All rows. Parameters are `$1`, `$2`, ….
    pub(in crate::store) async fn all(
        self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>, StoreError> {
        let statement = self.select(sql, values)?;
        let rows = match self.0 {
            Source::Connection(connection) => connection.query_all_raw(statement).await,
            Source::Transaction(transaction) => transaction.query_all_raw(statement).await,
        };
        rows.map_err(StoreError::from)
    }

    /// The first row, or `None`.
    pub(in crate::store) async fn first(
        self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<QueryResult>, StoreError> {
        let statement = self.select(sql, values)?;
        let row = match self.0 {
            Source::Connection(connection) => connection.query_one_raw(statement).await,
            Source::Transaction(transaction) => transaction.query_one_raw(statement).await,
        };
        row.map_err(StoreError::from)
    }

    fn select(self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Statement, StoreError> {
        if !sql.trim_start().starts_with("SELECT") {
            let source = DbErr::Custom("a reader runs SELECT only; rows change by events".to_owned());
            return Err(StoreError::Failed { source });
        }
        Ok(Statement::from_sql_and_values(self.backend(), sql, values))
    }
}

/// `$first, $first+1, …` for a list of `count` parameters.
pub(in crate::store) fn placeholders(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    names.join(", ")
}
