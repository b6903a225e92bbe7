//! The tables of a bank: which of them are audited, and what their columns are.
//!
//! A row of an audited table changes only together with an event of the history
//! ([`super::database::WriteTransaction::record`]), and `audit verify` computes it again from there. A new table is
//! one declaration beside its concept and one line in [`AUDITED`].

use super::cell::Kind;
use super::{
    account, api_token, clock, decision, document, emergency, freeze, frequency_set, lab, label, link,
    listing, notification, person, record, reservation, search_run, setting, signature, site, storage,
    telemetry, typing, unit, unit_state,
};

/// Every table whose rows are recorded in the history. The order is part of nothing; lines are only added.
pub(super) static AUDITED: [&Table; 46] = [
    &setting::TABLE,
    &unit::TABLE,
    &typing::TABLE,
    &listing::LIST,
    &listing::ENTRY,
    &site::TABLE,
    &account::TABLE,
    &account::ROLE,
    &link::TABLE,
    &api_token::TABLE,
    &emergency::TABLE,
    &person::TABLE,
    &person::FIELD,
    &signature::TABLE,
    &unit_state::TABLE,
    &document::TABLE,
    &notification::TABLE,
    &notification::READ,
    &record::TABLE,
    &record::FIELD,
    &record::STEP,
    &record::REFUSAL,
    &clock::RUN,
    &reservation::TABLE,
    &unit::STEP,
    &unit::FIELD,
    &unit::REFUSAL,
    &unit::CLOCK,
    &lab::RESULT,
    &lab::message::TABLE,
    &lab::MAPPING,
    &lab::ASSIGNMENT,
    &lab::qc::CONTROL,
    &lab::qc::POINT,
    &decision::TABLE,
    &storage::ROOM,
    &storage::TANK,
    &storage::PLACE,
    &storage::COUNT,
    &telemetry::SENSOR,
    &telemetry::ALARM,
    &freeze::RUN,
    &freeze::BAG,
    &label::TABLE,
    &frequency_set::TABLE,
    &search_run::TABLE,
];

/// Tables whose rows the history does not hold, each with what protects it instead.
///
/// * `history` – its own chain of hashes, and the checkpoints outside.
/// * `counter` – computed again from the history: the last event, and the highest key given out.
/// * `qidai_migration` – the program compares it with its own list when it opens the bank.
/// * `credential` – secrets; `account.credential_digest` says what they must be.
/// * `person_key` – keys that an erasure must destroy; `person.key_check` says what they must be.
/// * `person_index` – made again from the sealed fields.
/// * `document_content` – files; `document.content_sha256` says what they must be.
/// * `lab_message_content` – messages as they came, sealed; `lab_message.content_sha256` says what they must be.
/// * `lab_message_key` – their wrapped keys: with another one a message does not open.
/// * `frequency_set_content` – files; `frequency_set.content_sha256` says what they must be.
/// * `search_run_content` – answers of searches; `search_run.content_sha256` says what they must be.
/// * `access_log` – its own chain of hashes.
/// * `session`, `sign_in_state`, `rate_limit` – they last for minutes and hours, and end by themselves.
/// * `job` – work that is done and gone; what it does to the bank is in the history.
/// * `reading_block`, `tank_reading` – a chain of hashes of their own.
/// * `sensor_watch` – what the last readings left behind; silence raises an alarm whatever stands there.
/// * `record_count` – counted along with `record`, whose rows are audited; no rule looks at it.
/// * `api_request` – answers are sealed and bound to their request, and end after a day.
pub(super) const UNAUDITED: [&str; 21] = [
    "history",
    "counter",
    super::migrations::TABLE,
    "credential",
    "person_key",
    "person_index",
    "document_content",
    "lab_message_content",
    "lab_message_key",
    "frequency_set_content",
    "search_run_content",
    "access_log",
    "session",
    "sign_in_state",
    "rate_limit",
    "job",
    "api_request",
    "reading_block",
    "tank_reading",
    "sensor_watch",
    "record_count",
];

/// The last column of every audited table: the number of the event that wrote the row as it stands. It is the
/// row's version too.
pub(super) const RECORDED_IN: &str = "recorded_in";

/// An audited table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Columns of the primary key, in its order.
    pub(super) key: &'static [&'static str],
    /// The counter that gives out the key, where the key is a number of ours.
    pub(super) counter: Option<&'static str>,
    /// All columns but [`RECORDED_IN`], which the write path sets. Later migrations add columns; none is ever
    /// renamed or removed, because the history keeps speaking of it.
    pub(super) columns: fn() -> &'static [Column],
}

/// A column and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

impl Column {
    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, kind: Kind::Text }
    }

    pub(super) const fn int(name: &'static str) -> Self {
        Self { name, kind: Kind::Int }
    }

    pub(super) const fn flag(name: &'static str) -> Self {
        Self { name, kind: Kind::Flag }
    }

    pub(super) const fn bytes(name: &'static str) -> Self {
        Self { name, kind: Kind::Bytes }
    }
}

impl Table {
    /// All columns with [`RECORDED_IN`] last, in the order of rows.
    pub(super) fn all_columns(&self) -> impl Iterator<Item = Column> {
        (self.columns)().iter().copied().chain([Column::int(RECORDED_IN)])
    }

    /// `a, b, c, recorded_in`, for a SELECT of whole rows.
    pub(super) fn select_list(&self) -> String {
        let names: Vec<&str> = self.all_columns().map(|column| column.name).collect();
        names.join(", ")
    }

    /// Where the columns of the key stand in a row.
    pub(super) fn key_places(&self) -> impl Iterator<Item = usize> {
        self.key.iter().filter_map(|name| (self.columns)().iter().position(|column| column.name == *name))
    }
}

/// The audited table of a name.
pub(super) fn audited(name: &str) -> Option<(usize, &'static Table)> {
    AUDITED.iter().enumerate().find(|(_, table)| table.name == name).map(|(at, table)| (at, *table))
}
