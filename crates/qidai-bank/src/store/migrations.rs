//! The one list of changes to the tables, for both databases.

mod m0001_first_shelf;
mod m0002_chained_history;
mod m0003_people;
mod m0004_unit_state;
mod m0005_unit_lists;
mod m0006_records;
mod m0007_documents;
mod m0008_api_requests;
mod m0009_reservations;
mod m0010_frequency_sets;
mod m0012_unit_life;
mod m0013_laboratory;
mod m0014_cold;
mod m0015_raw_data;
mod m0016_scale;
mod m0018_requests;
mod m0020_packed_history;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, DynIden};
use sea_orm_migration::sea_query::{Alias, IntoIden};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager};

use super::StoreError;
use super::database::Reader;

/// The table of applied migrations.
pub(super) const TABLE: &str = "qidai_migration";

struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first_shelf::FirstShelf),
            Box::new(m0002_chained_history::ChainedHistory),
            Box::new(m0003_people::People),
            Box::new(m0004_unit_state::UnitState),
            Box::new(m0005_unit_lists::UnitLists),
            Box::new(m0006_records::Records),
            Box::new(m0007_documents::Documents),
            Box::new(m0008_api_requests::ApiRequests),
            Box::new(m0009_reservations::Reservations),
            Box::new(m0010_frequency_sets::FrequencySets),
            Box::new(m0012_unit_life::UnitLife),
            Box::new(m0013_laboratory::Laboratory),
            Box::new(m0014_cold::Cold),
            Box::new(m0015_raw_data::RawData),
            Box::new(m0016_scale::Scale),
            Box::new(m0018_requests::Requests),
            Box::new(m0020_packed_history::PackedHistory),
        ]
    }

    fn migration_table_name() -> DynIden {
        Alias::new(TABLE).into_iden()
    }
}

pub(super) fn known_count() -> usize {
    Migrations::migrations().len()
}

pub(super) fn is_known(name: &str) -> bool {
    Migrations::migrations().iter().any(|migration| migration.name() == name)
}

/// The first of the last `missing` migrations, or `None` when that is all of them: a new bank.
pub(super) fn first_of_last(missing: usize) -> Option<String> {
    let known = Migrations::migrations();
    let at = known.len().checked_sub(missing).filter(|at| *at > 0)?;
    known.get(at).map(|migration| migration.name().to_owned())
}

/// Names of the migrations that the database has.
pub(super) async fn applied(reader: Reader<'_>) -> Result<Vec<String>, StoreError> {
    let sql = format!("SELECT version FROM {TABLE} ORDER BY version");
    let rows = reader.all(&sql, []).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Applies what is missing; all of it or nothing.
pub(super) async fn apply(transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    Migrations::up(transaction, None).await.map_err(StoreError::from)
}

/// Makes a bank as an earlier version left it.
#[cfg(test)]
pub(super) async fn apply_first(connection: &sea_orm::DatabaseConnection, count: u32) {
    Migrations::up(connection, Some(count)).await.expect("an older bank");
}

/// Runs statements written once for both databases. These words differ:
/// `{key}` an integer key (in SQLite the row's own number), `{bytes}` a byte string,
/// `{clustered}` a table kept in the order of its key.
async fn run(manager: &SchemaManager<'_>, statements: &[String]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let [key, bytes, clustered] = match db.get_database_backend() {
        DbBackend::Postgres => ["BIGINT PRIMARY KEY", "BYTEA", ""],
        _ => ["INTEGER PRIMARY KEY", "BLOB", "WITHOUT ROWID"],
    };
    for statement in statements {
        let sql = statement.replace("{key}", key).replace("{bytes}", bytes).replace("{clustered}", clustered);
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}
