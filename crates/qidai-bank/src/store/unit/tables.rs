//! The rows of a unit's life, beside its own: moves, open fields, refused attempts, clocks that ran.

use crate::store::cell::{Cell, Row};
use crate::store::record::refers_to;
use crate::store::table::{Column, Table};
use crate::workflow::Concept;

pub(in crate::store) static STEP: Table =
    Table { name: "unit_step", key: &["unit_key", "version"], counter: None, columns: || &STEP_COLUMNS };
const STEP_COLUMNS: [Column; 9] = [
    Column::int("unit_key"),
    Column::int("version"),
    Column::text("step"),
    Column::text("from_state"),
    Column::text("to_state"),
    Column::text("actor"),
    Column::text("account_id"),
    Column::int("effective_at_us"),
    Column::int("recorded_at_us"),
];

pub(in crate::store) static FIELD: Table =
    Table { name: "unit_field", key: &["unit_key", "field"], counter: None, columns: || &FIELD_COLUMNS };
const FIELD_COLUMNS: [Column; 4] =
    [Column::int("unit_key"), Column::text("field"), Column::text("value"), Column::text("refers_to")];

pub(in crate::store) static REFUSAL: Table =
    Table { name: "unit_refusal", key: &["refusal_id"], counter: None, columns: || &REFUSAL_COLUMNS };
const REFUSAL_COLUMNS: [Column; 5] = [
    Column::text("refusal_id"),
    Column::int("unit_key"),
    Column::text("step"),
    Column::text("from_state"),
    Column::text("code"),
];

pub(in crate::store) static CLOCK: Table = Table {
    name: "unit_clock",
    key: &["unit_key", "clock", "started"],
    counter: None,
    columns: || &CLOCK_COLUMNS,
};
const CLOCK_COLUMNS: [Column; 5] = [
    Column::int("unit_key"),
    Column::text("clock"),
    Column::text("started"),
    Column::text("outcome"),
    Column::int("ran_at_us"),
];

/// A thing done to a unit.
pub(in crate::store) struct Did<'a> {
    pub(in crate::store) key: i64,
    /// Of the steps of this unit, from 1.
    pub(in crate::store) version: u64,
    pub(in crate::store) step: &'a str,
    pub(in crate::store) from: Option<&'a str>,
    pub(in crate::store) to: &'a str,
    pub(in crate::store) actor: &'a str,
    pub(in crate::store) account_id: Option<&'a str>,
    pub(in crate::store) effective_at_us: i64,
    pub(in crate::store) recorded_at_us: i64,
}

impl Did<'_> {
    pub(in crate::store) fn row(&self) -> Row {
        vec![
            Some(self.key.into()),
            Some(i64::try_from(self.version).unwrap_or(i64::MAX).into()),
            Some(self.step.into()),
            self.from.map(Cell::from),
            Some(self.to.into()),
            Some(self.actor.into()),
            self.account_id.map(Cell::from),
            Some(self.effective_at_us.into()),
            Some(self.recorded_at_us.into()),
        ]
    }
}

/// One open field as its row.
pub(super) fn field_row(key: i64, concept: &Concept, code: &str, value: &str) -> Row {
    vec![Some(key.into()), Some(code.into()), Some(value.into()), named(concept, code, value)]
}

/// What becomes of a known row when its value changes.
pub(super) fn field_set(concept: &Concept, code: &str, value: &str) -> Vec<(&'static str, Option<Cell>)> {
    vec![("value", Some(value.into())), ("refers_to", named(concept, code, value))]
}

fn named(concept: &Concept, code: &str, value: &str) -> Option<Cell> {
    concept.field(code).and_then(|field| refers_to(field, value)).map(Cell::Text)
}
