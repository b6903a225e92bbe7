//! Records of declared concepts: one row for each record, one for each of its open fields, one for each thing done.
//! Personal fields are those of a person of its own, sealed as all persons are.

mod alert;
mod amend;
mod authorised;
mod carry_over;
mod clocks;
mod conditions;
mod create;
mod list;
mod moves;
mod numbers;
mod read;
mod rule;
mod timeline;
mod values;

use super::cell::{Cell, Row};
use super::table::{Column, Table};
use crate::{Acting, Refusal};

pub(super) use amend::may_amend;
pub(super) use carry_over::{carry_over, named};
pub(super) use create::raise;
pub(super) use moves::{
    WRITTEN_DOWN, actor_of, may_move, move_along, move_by_clock, obstacles_of, refusal_event, target_of,
};
pub(super) use numbers::{after as number_after, next as next_number};
pub(super) use read::{by_id, by_number, signed_by};
pub(super) use rule::recall::reached;
pub(super) use values::{Kept, refers_to};

pub(super) static TABLE: Table =
    Table { name: "record", key: &["record_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("record_id"),
    Column::text("concept"),
    Column::text("number"),
    Column::int("serial"),
    Column::text("state"),
    Column::int("version"),
    Column::text("site"),
    Column::text("person_id"),
    Column::int("created_at_us"),
    Column::int("entered_at_us"),
    Column::int("changed_at_us"),
];

pub(super) static FIELD: Table =
    Table { name: "record_field", key: &["record_id", "field"], counter: None, columns: || &FIELD_COLUMNS };
const FIELD_COLUMNS: [Column; 6] = [
    Column::text("record_id"),
    Column::text("field"),
    Column::text("concept"),
    Column::text("value"),
    Column::text("unique_key"),
    // What the value names, where it names something.
    Column::text("refers_to"),
];

pub(super) static STEP: Table =
    Table { name: "record_step", key: &["record_id", "version"], counter: None, columns: || &STEP_COLUMNS };
const STEP_COLUMNS: [Column; 7] = [
    Column::text("record_id"),
    Column::int("version"),
    Column::text("step"),
    Column::text("from_state"),
    Column::text("to_state"),
    Column::text("actor"),
    Column::text("account_id"),
];

pub(super) static REFUSAL: Table =
    Table { name: "record_refusal", key: &["refusal_id"], counter: None, columns: || &REFUSAL_COLUMNS };
const REFUSAL_COLUMNS: [Column; 5] = [
    Column::text("refusal_id"),
    Column::text("record_id"),
    Column::text("step"),
    Column::text("from_state"),
    Column::text("code"),
];

/// What is done to a record besides its moves; codes of moves never are these.
const CREATE: &str = "create";
const AMEND: &str = "amend";

/// A thing done, as its row.
struct Done<'a> {
    record_id: &'a str,
    version: u64,
    step: &'a str,
    from: Option<&'a str>,
    to: &'a str,
}

impl Done<'_> {
    fn row(&self, acting: &Acting<'_>) -> Row {
        let principal = acting.principal;
        vec![
            Some(self.record_id.into()),
            Some(int(self.version)),
            Some(self.step.into()),
            self.from.map(Cell::from),
            Some(self.to.into()),
            Some(principal.name().into()),
            principal.account_id().map(Cell::from),
        ]
    }
}

fn int(number: u64) -> Cell {
    Cell::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// There is no such record, or not for this person: who may not see it does not learn which.
pub(super) fn unknown(concept: &crate::workflow::Concept, number: &str) -> Refusal {
    let sentence = format!("There is no {} {number}: check the number.", concept.label.en);
    Refusal::new("record_unknown", sentence).with("kind", concept.code).with("number", number)
}

/// Somebody was faster.
pub(super) fn changed_meanwhile(number: &str, expected: u64, found: u64) -> Refusal {
    let sentence = format!(
        "{number} was changed by somebody else while you worked on it (you saw version {expected}, now it is {found}). \
         Nothing was changed: read it again and repeat what is still needed."
    );
    Refusal::new("record_changed_meanwhile", sentence)
        .with("number", number)
        .with("expected", expected.to_string())
        .with("found", found.to_string())
}
