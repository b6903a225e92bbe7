//! Typings of units and of their mothers.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use super::row::RowReader;
use super::{StoreError, bulk};
use crate::{Typing, UnitRecord};

const COLUMNS: [&str; 9] =
    ["unit_key", "subject", "ordinal", "in_force", "written", "method", "release", "typed_on", "recorded_in"];

/// The typings of one unit as rows; the last of each list is in force.
pub(super) fn rows_of(record: &UnitRecord, unit_key: i64, sequence: i64) -> Vec<Vec<Value>> {
    let mut rows = Vec::with_capacity(record.typings.len() + record.mother_typings.len());
    for (subject, typings) in [("unit", &record.typings), ("mother", &record.mother_typings)] {
        for (ordinal, typing) in (1_i64..).zip(typings) {
            rows.push(vec![
                Value::from(unit_key),
                Value::from(subject),
                Value::from(ordinal),
                Value::from(usize::try_from(ordinal) == Ok(typings.len())),
                Value::from(typing.written.as_str()),
                Value::String(typing.method.clone()),
                Value::String(typing.release.clone()),
                Value::String(typing.typed_on.map(|day| day.to_string())),
                Value::from(sequence),
            ]);
        }
    }
    rows
}

pub(super) async fn insert(db: &DatabaseTransaction, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    bulk::insert(db, "typing", &COLUMNS, rows).await
}

/// Typings of one unit: its own and its mother's, oldest first.
#[derive(Default)]
pub(super) struct Typings {
    pub(super) unit: Vec<Typing>,
    pub(super) mother: Vec<Typing>,
}

pub(super) async fn load(
    db: &impl ConnectionTrait,
    unit_keys: &[i64],
) -> Result<HashMap<i64, Typings>, StoreError> {
    let sql = format!(
        "SELECT unit_key, subject, written, method, release, typed_on FROM typing \
         WHERE unit_key IN ({}) ORDER BY unit_key, subject, ordinal",
        bulk::placeholders(1, unit_keys.len())
    );
    let values = unit_keys.iter().map(|key| Value::from(*key));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let mut typings: HashMap<i64, Typings> = HashMap::new();
    for row in db.query_all_raw(statement).await? {
        let mut row = RowReader::new("typing", &row);
        let of_unit = typings.entry(row.key()?).or_default();
        let list = if row.text()? == "unit" { &mut of_unit.unit } else { &mut of_unit.mother };
        list.push(read(&mut row)?);
    }
    Ok(typings)
}

/// Reads text, method, release and date.
fn read(row: &mut RowReader<'_>) -> Result<Typing, StoreError> {
    Ok(Typing {
        written: row.text()?,
        method: row.optional_text()?,
        release: row.optional_text()?,
        typed_on: row.date("typed_on")?,
    })
}
