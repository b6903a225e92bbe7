//! The columns that a table has at this moment, from the database itself: later ones do not matter here.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::store::cell::Kind;

/// Names and kinds of the columns of a table, in their order.
pub(super) async fn of_table(db: &impl ConnectionTrait, table: &str) -> Result<Vec<(String, Kind)>, DbErr> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
        _ => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
    };
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, [table.into()])).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, kind_of(&row.try_get_by_index::<String>(1)?))))
        .collect()
}

fn kind_of(declared: &str) -> Kind {
    match declared.to_ascii_uppercase().as_str() {
        "BIGINT" | "INTEGER" => Kind::Int,
        "BOOLEAN" => Kind::Flag,
        "BLOB" | "BYTEA" => Kind::Bytes,
        _ => Kind::Text,
    }
}
