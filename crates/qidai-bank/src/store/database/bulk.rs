//! Many rows in few statements.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::store::StoreError;
use crate::store::cell::{Kind, Row, parameter};
use crate::store::table::Column;

/// Parameters of one statement: below the limit of SQLite (32,766) and of PostgreSQL (65,535).
const PARAMETERS_MAX: usize = 30_000;
/// Rows of one statement. More rows save little and make the statement's text long.
const ROWS_MAX: usize = 200;

/// Inserts rows of the given columns. A column that no row has a value for is left out, so that
/// dozens of optional columns cost nothing where they are not used. Only this room and migrations have a
/// connection to give.
pub(in crate::store) async fn insert(
    db: &impl ConnectionTrait,
    table: &str,
    columns: &[Column],
    rows: Vec<Row>,
) -> Result<(), StoreError> {
    let used: Vec<bool> = (0..columns.len())
        .map(|at| rows.iter().any(|row| row.get(at).is_some_and(Option::is_some)))
        .collect();
    let kept: Vec<Column> =
        columns.iter().zip(&used).filter(|(_, used)| **used).map(|(column, _)| *column).collect();
    if kept.is_empty() {
        return Ok(());
    }
    let rows_per_statement = (PARAMETERS_MAX / kept.len()).clamp(1, ROWS_MAX);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut values: Vec<Value> = Vec::with_capacity(rows_per_statement * kept.len());
        let mut row_count = 0;
        for row in rows.by_ref().take(rows_per_statement) {
            let cells = row.into_iter().zip(&used).filter(|(_, used)| **used).map(|(cell, _)| cell);
            values.extend(cells.zip(&kept).map(|(cell, column)| parameter(cell, column.kind)));
            row_count += 1;
        }
        let backend = db.get_database_backend();
        let sql = insert_text(backend, table, &kept, row_count);
        db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// `INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)`
///
/// SQLite takes `$1` for a name and searches all names for each parameter, which is the square of
/// thousands here; its own `?` has no name.
fn insert_text(backend: DbBackend, table: &str, columns: &[Column], rows: usize) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", names.join(", "));
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

/// `a = $1 AND b = $2` over key columns, numbered from `first`.
pub(super) fn key_condition(key: &[&str], first: usize) -> String {
    let parts = key.iter().zip(first..).map(|(name, number)| format!("{name} = ${number}"));
    parts.collect::<Vec<_>>().join(" AND ")
}

/// The kind of a column of a table, for its parameter.
pub(super) fn kind_of(columns: &[Column], name: &str) -> Kind {
    columns.iter().find(|column| column.name == name).map_or(Kind::Text, |column| column.kind)
}
