//! Typings of units and of their mothers.

use std::collections::HashMap;

use sea_orm::Value;

use super::cell::{Cell, Row};
use super::database::{Reader, placeholders};
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::{Typing, UnitRecord};

pub(super) static TABLE: Table =
    Table { name: "typing", key: &["unit_key", "subject", "ordinal"], counter: None, columns: || &COLUMNS };

const COLUMNS: [Column; 8] = [
    Column::int("unit_key"),
    Column::text("subject"),
    Column::int("ordinal"),
    Column::flag("in_force"),
    Column::text("written"),
    Column::text("method"),
    Column::text("release"),
    Column::text("typed_on"),
];

impl Store {
    /// Of every unit that was typed more than once the first typing and the one in force, as they were written.
    ///
    /// # Errors
    /// Outages only.
    pub async fn retyped(&self) -> Result<Vec<[String; 2]>, StoreError> {
        let sql = "SELECT first.written, later.written FROM typing first \
                   JOIN typing later ON later.unit_key = first.unit_key AND later.subject = first.subject \
                   WHERE first.subject = 'unit' AND first.ordinal = 1 AND later.in_force AND later.ordinal > 1 \
                   ORDER BY first.unit_key";
        let pair = |row: &sea_orm::QueryResult| Ok([row.try_get_by_index(0)?, row.try_get_by_index(1)?]);
        self.database.reader().all(sql, []).await?.iter().map(pair).collect()
    }
}

/// The typings of one unit as rows; the last of each list is in force.
pub(super) fn rows_of(record: &UnitRecord, unit_key: i64) -> Vec<Row> {
    let mut rows = Vec::with_capacity(record.typings.len() + record.mother_typings.len());
    for (subject, typings) in [("unit", &record.typings), ("mother", &record.mother_typings)] {
        for (ordinal, typing) in (1_i64..).zip(typings) {
            let in_force = usize::try_from(ordinal) == Ok(typings.len());
            rows.push(vec![
                Some(unit_key.into()),
                Some(subject.into()),
                Some(ordinal.into()),
                Some(in_force.into()),
                Some(typing.written.as_str().into()),
                typing.method.as_deref().map(Cell::from),
                typing.release.as_deref().map(Cell::from),
                typing.typed_on.map(Cell::shown),
            ]);
        }
    }
    rows
}

/// Typings of one unit: its own and its mother's, oldest first.
#[derive(Default)]
pub(super) struct Typings {
    pub(super) unit: Vec<Typing>,
    pub(super) mother: Vec<Typing>,
}

pub(super) async fn load(reader: Reader<'_>, unit_keys: &[i64]) -> Result<HashMap<i64, Typings>, StoreError> {
    let sql = format!(
        "SELECT unit_key, subject, written, method, release, typed_on FROM typing \
         WHERE unit_key IN ({}) ORDER BY unit_key, subject, ordinal",
        placeholders(1, unit_keys.len())
    );
    let values = unit_keys.iter().map(|key| Value::from(*key));
    let mut typings: HashMap<i64, Typings> = HashMap::new();
    for row in reader.all(&sql, values).await? {
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
