//! What figures need of units, derived from the events as they are written.
//!
//! For each event that says something about who a unit is, for whom it is kept or where it is in its life, there is
//! one small row beside the history, so that a figure over a million units reads a twentieth of what their events
//! hold. Rows are added and never changed. `audit verify` derives them again from the history.

use super::cell::{Cell, Row};
use super::event::Recorded;
use super::table::{Column, Table};
use super::unit;
use crate::chain::Content;

/// `sequence` is the event's number, which every audited table also has as its last column.
pub(super) static TABLE: Table =
    Table { name: "unit_state", key: &["unit_key", "sequence"], counter: None, columns: || &COLUMNS };

const COLUMNS: [Column; 8] = [
    Column::int("unit_key"),
    Column::int("sequence"),
    Column::int("effective_at_us"),
    Column::int("recorded_at_us"),
    Column::text("scheme"),
    Column::text("identity"),
    Column::text("bank_type"),
    Column::text("status"),
];

/// Columns of a unit that are carried over where an event sets them. A row without any of them says that the unit's
/// row was removed.
pub(super) const VALUES: [&str; 4] = ["scheme", "identity", "bank_type", "status"];

/// The rows of an event.
pub(super) fn rows_of(changes: &[Recorded<'_>], content: &Content<'_>) -> Vec<Row> {
    let of_units = changes.iter().filter(|change| change.table == unit::TABLE.name);
    of_units.filter_map(|change| row_of(change, content)).collect()
}

fn row_of(change: &Recorded<'_>, content: &Content<'_>) -> Option<Row> {
    let said = |name: &str| {
        let (_, cell) = change.new.iter().flatten().find(|(column, _)| *column == name)?;
        cell.cloned()
    };
    let values = VALUES.map(said);
    if change.new.is_some() && values.iter().all(Option::is_none) {
        return None;
    }
    let key = change.key.first().map(|key| (*key).clone());
    let numbers = [content.sequence, content.effective_at_us, content.recorded_at_us];
    let mut row = vec![key];
    row.extend(numbers.map(|number| Some(Cell::Int(number))));
    row.extend(values);
    row.push(Some(Cell::Int(content.sequence)));
    Some(row)
}
