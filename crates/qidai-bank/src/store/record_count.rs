//! How many records of each concept are in which state, counted as they are written.
//!
//! A bank has millions of records, and its registers tell on every page how many are where: that cannot be counted anew
//! each time. The write path counts along, in the same transaction as the rows.

use std::collections::BTreeMap;

use sea_orm::Value;

use super::StoreError;
use super::cell::{Cell, Row};
use super::database::WriteTransaction;
use super::event::Change;
use super::record;
use super::table::Column;

/// Where a record counts: concept, state, and its site (empty for none).
const COUNTED: [&str; 3] = ["concept", "state", "site"];

/// What a write changes in the counts.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<[String; 3], i64>);

impl Counts {
    /// Counts a change; `old` is the row before it.
    pub(super) fn add(&mut self, change: &Change, old: &[(Column, Option<Cell>)]) {
        match change {
            Change::Insert { table, row } if table.name == record::TABLE.name => {
                self.count(inserted(row), 1);
            }
            Change::Update { table, set, .. } if table.name == record::TABLE.name => {
                let before = place_of(old);
                let mut after = before.clone();
                for (place, name) in COUNTED.iter().enumerate() {
                    if let Some((_, cell)) = set.iter().find(|(column, _)| column == name) {
                        after[place] = text(cell.as_ref());
                    }
                }
                self.count(before, -1);
                self.count(after, 1);
            }
            Change::Delete { table, .. } if table.name == record::TABLE.name => {
                let before = place_of(old);
                self.count(before, -1);
            }
            _ => {}
        }
    }

    fn count(&mut self, place: [String; 3], number: i64) {
        *self.0.entry(place).or_default() += number;
    }

    /// Writes what changed.
    pub(super) async fn keep(self, write: &WriteTransaction<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO record_count (concept, state, site, records) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (concept, state, site) DO UPDATE SET records = record_count.records + excluded.records";
        for ([concept, state, site], number) in self.0.into_iter().filter(|(_, number)| *number != 0) {
            let values = [concept.into(), state.into(), site.into(), Value::from(number)];
            write.change_unaudited(sql, values).await?;
        }
        Ok(())
    }
}

fn place_of(old: &[(Column, Option<Cell>)]) -> [String; 3] {
    COUNTED.map(|name| {
        let cell = old.iter().find(|(column, _)| column.name == name).map(|(_, cell)| cell);
        text(cell.and_then(Option::as_ref))
    })
}

fn inserted(row: &Row) -> [String; 3] {
    let columns = (record::TABLE.columns)();
    COUNTED.map(|name| {
        let place = columns.iter().position(|column| column.name == name);
        text(place.and_then(|place| row.get(place)).and_then(Option::as_ref))
    })
}

fn text(cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
