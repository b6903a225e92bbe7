//! Decisions on units, each with the profile by which it was made and the facts that it saw.

use super::table::{Column, Table};

pub(super) static TABLE: Table =
    Table { name: "unit_decision", key: &["decision_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 16] = [
    Column::text("decision_id"),
    Column::int("unit_key"),
    Column::text("profile"),
    Column::bytes("profile_digest"),
    Column::text("outcome"),
    Column::text("reject_reason"),
    Column::text("facts"),
    Column::text("rules"),
    Column::flag("is_in_force"),
    Column::text("decided_by"),
    Column::text("decided_account"),
    Column::int("decided_at_us"),
    Column::text("exception_reason"),
    Column::text("exception_signature"),
    Column::text("exception_by"),
    Column::int("exception_at_us"),
];
