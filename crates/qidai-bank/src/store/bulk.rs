//! Many rows in few statements.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};

use super::StoreError;

/// Parameters of one statement: below the limit of SQLite (32,766) and of PostgreSQL (65,535).
const PARAMETERS_MAX: usize = 30_000;
/// Rows of one statement. More rows save little and make the statement's text long.
const ROWS_MAX: usize = 200;

/// Inserts rows of the given columns. A column that no row has a value for is left out, so that
/// dozens of optional columns cost nothing where they are not used.
pub(super) async fn insert(
    db: &DatabaseTransaction,
    table: &str,
    columns: &[impl AsRef<str>],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let used: Vec<bool> = (0..columns.len())
        .map(|at| rows.iter().any(|row| row.get(at).is_some_and(|value| !is_null(value))))
        .collect();
    let names: Vec<&str> =
        columns.iter().zip(&used).filter(|(_, used)| **used).map(|(name, _)| name.as_ref()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let rows_per_statement = (PARAMETERS_MAX / names.len()).clamp(1, ROWS_MAX);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut values = Vec::with_capacity(rows_per_statement * names.len());
        let mut row_count = 0;
        for row in rows.by_ref().take(rows_per_statement) {
            values.extend(row.into_iter().zip(&used).filter(|(_, used)| **used).map(|(v, _)| v));
            row_count += 1;
        }
        let backend = db.get_database_backend();
        let sql = insert_text(backend, table, &names, row_count);
        let statement = Statement::from_sql_and_values(backend, sql, values);
        db.execute_raw(statement).await?;
    }
    Ok(())
}

/// `INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)`
///
/// SQLite takes `$1` for a name and searches all names for each parameter, which is the square of
/// thousands here; its own `?` has no name.
fn insert_text(backend: DbBackend, table: &str, columns: &[&str], rows: usize) -> String {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut number = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            number += 1;
            sql.push_str(if column == 0 { "" } else { ", " });
            match backend {
                DbBackend::Postgres => sql.push_str(&format!("${number}")),
                _ => sql.push('?'),
            }
        }
        sql.push(')');
    }
    sql
}

/// `$first, $first+1, …` for a list of `count` parameters.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    names.join(", ")
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::String(None) | Value::BigInt(None) | Value::Bool(None) | Value::Bytes(None))
}
