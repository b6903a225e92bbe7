//! The laboratory: results and their reviews.

mod assign;
mod carry_over;
pub(super) mod content;
mod enter;
mod file;
mod list;
mod mapping;
pub(super) mod message;
mod open;
pub(super) mod qc;
mod read;
mod review;

use super::cell::Row;
use super::table::{Column, Table};
use crate::TestResult;

pub(super) use assign::TABLE as ASSIGNMENT;
pub(super) use carry_over::results;
pub(super) use mapping::TABLE as MAPPING;
pub(super) use read::{approved_of, unit_row};

pub(super) static RESULT: Table =
    Table { name: "test_result", key: &["result_id"], counter: None, columns: || &RESULT_COLUMNS };
const RESULT_COLUMNS: [Column; 26] = [
    Column::text("result_id"),
    Column::int("unit_key"),
    Column::text("test"),
    Column::text("phase"),
    Column::int("version"),
    Column::text("state"),
    Column::text("written"),
    Column::text("written_unit"),
    Column::text("value"),
    Column::int("amount"),
    Column::text("qualifier"),
    Column::text("flag"),
    Column::text("method"),
    Column::int("measured_at_us"),
    Column::text("source"),
    Column::text("message_id"),
    Column::text("reason"),
    Column::text("entered_by"),
    Column::text("entered_account"),
    Column::int("entered_at_us"),
    Column::text("reviewed_by"),
    Column::text("reviewed_account"),
    Column::int("reviewed_at_us"),
    Column::text("approved_by"),
    Column::text("approved_account"),
    Column::int("approved_at_us"),
];

/// A result that nobody has looked at yet, as its row.
fn row_of(result: &TestResult, unit_key: i64) -> Row {
    let measured = &result.measured;
    let text = |text: &Option<String>| text.as_deref().map(Into::into);
    let mut row: Row = vec![
        Some(result.id.as_str().into()),
        Some(unit_key.into()),
        Some(result.test.code.into()),
        Some(result.phase.map_or("", crate::Phase::code).into()),
        Some(i64::from(result.version).into()),
        Some(result.state.code().into()),
        Some(result.written.as_str().into()),
        text(&result.written_unit),
        Some(measured.value.as_str().into()),
        measured.amount.map(Into::into),
        measured.qualifier.map(|qualifier| qualifier.code().into()),
        measured.flag.map(|flag| flag.code().into()),
        text(&result.method),
        result.measured_at.map(|at| at.as_microsecond().into()),
        Some(result.source.code().into()),
        text(&result.message),
        text(&result.reason),
        Some(result.entered.actor.as_str().into()),
        text(&result.entered.account_id),
        Some(result.entered.at.as_microsecond().into()),
    ];
    row.resize(RESULT_COLUMNS.len(), None);
    row
}
