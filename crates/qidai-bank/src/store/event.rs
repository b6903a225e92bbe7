//! One change of the bank: what happened, and the rows it touches.

use jiff::Timestamp;

use super::cell::{Cell, Row, write_text};
use super::table::{Column, RECORDED_IN, Table};

/// An event on its way into the history. Rows of audited tables change in no other way.
///
/// An event without changes is allowed: something was refused, opened or printed.
#[derive(Debug)]
pub(super) struct Event {
    /// Such as `unit_added`.
    pub(super) kind: &'static str,
    /// What it is about, readable and without personal data: `unit/din/G123424000001`.
    pub(super) subject: String,
    /// Since when it is so, where that is this event's own; otherwise the context says it for all of them.
    pub(super) effective_at: Option<Timestamp>,
    pub(super) changes: Vec<Change>,
}

/// One row of an audited table.
#[derive(Debug)]
pub(super) enum Change {
    Insert { table: &'static Table, row: Row },
    Update { table: &'static Table, key: Vec<Cell>, set: Vec<(&'static str, Option<Cell>)> },
    Delete { table: &'static Table, key: Vec<Cell> },
}

impl Change {
    pub(super) fn table(&self) -> &'static Table {
        match self {
            Self::Insert { table, .. } | Self::Update { table, .. } | Self::Delete { table, .. } => table,
        }
    }
}

impl Event {
    pub(super) fn new(kind: &'static str, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), effective_at: None, changes: Vec::new() }
    }

    /// It is so since a time of its own.
    pub(super) fn effective(self, effective_at: Timestamp) -> Self {
        Self { effective_at: Some(effective_at), ..self }
    }

    /// A new row: its cells in the order of the table's columns.
    pub(super) fn insert(mut self, table: &'static Table, row: Row) -> Self {
        self.changes.push(Change::Insert { table, row });
        self
    }

    /// Columns of a known row. One event changes a row once. Columns that have the value already are not written
    /// down; the row gets the event's number all the same.
    pub(super) fn update(
        mut self,
        table: &'static Table,
        key: Vec<Cell>,
        set: Vec<(&'static str, Option<Cell>)>,
    ) -> Self {
        self.changes.push(Change::Update { table, key, set });
        self
    }

    /// Removes a row; what it held stays in the history.
    pub(super) fn delete(mut self, table: &'static Table, key: Vec<Cell>) -> Self {
        self.changes.push(Change::Delete { table, key });
        self
    }

    pub(super) fn only_inserts(&self) -> bool {
        self.changes.iter().all(|change| matches!(change, Change::Insert { .. }))
    }
}

/// What a change is in the history: `{"table":…,"key":[…],"old":{…},"new":{…}}`.
///
/// `old` and `new` hold the columns of a row. An inserted row has no `old` and of `new` only what is known; a
/// removed row the other way round; an updated row has in both the columns that changed, null where not known,
/// and always `recorded_in`, so that `old` leads to the event before.
pub(super) struct Recorded<'a> {
    pub(super) table: &'a str,
    pub(super) key: Vec<&'a Cell>,
    pub(super) old: Option<Columns<'a>>,
    pub(super) new: Option<Columns<'a>>,
}

/// Names of columns with their cells.
pub(super) type Columns<'a> = Vec<(&'a str, Option<&'a Cell>)>;

impl Recorded<'_> {
    /// Adds this change as JSON. Order of keys and form of values are fixed: the text is hashed as it is.
    pub(super) fn write_json(&self, json: &mut String) {
        json.push_str("{\"table\":");
        write_text(self.table, json);
        json.push_str(",\"key\":");
        write_key(self.key.iter().copied(), json);
        for (name, cells) in [(",\"old\":", &self.old), (",\"new\":", &self.new)] {
            json.push_str(name);
            match cells {
                Some(cells) => write_cells(cells, json),
                None => json.push_str("null"),
            }
        }
        json.push('}');
    }
}

fn write_key<'a>(key: impl Iterator<Item = &'a Cell>, json: &mut String) {
    json.push('[');
    for (at, cell) in key.enumerate() {
        json.push_str(if at == 0 { "" } else { "," });
        cell.write_json(json);
    }
    json.push(']');
}

fn write_cells(cells: &[(&str, Option<&Cell>)], json: &mut String) {
    json.push('{');
    for (at, (name, cell)) in cells.iter().enumerate() {
        json.push_str(if at == 0 { "" } else { "," });
        write_text(name, json);
        json.push(':');
        match cell {
            Some(cell) => cell.write_json(json),
            None => json.push_str("null"),
        }
    }
    json.push('}');
}

/// The known cells of a whole row with their columns.
pub(super) fn known<'a>(columns: impl Iterator<Item = Column>, row: &'a [Option<Cell>]) -> Columns<'a> {
    let cells = columns.zip(row).filter(|(_, cell)| cell.is_some());
    cells.map(|(column, cell)| (column.name, cell.as_ref())).collect()
}

/// The columns in which a row changes: as they were, and as they will be.
pub(super) fn changed<'a>(
    old: &'a [(Column, Option<Cell>)],
    new: &'a [(&'static str, Option<Cell>)],
) -> Vec<(&'static str, Option<&'a Cell>, Option<&'a Cell>)> {
    let mut changed = Vec::new();
    for (column, was) in old {
        let becomes = new.iter().find(|(name, _)| *name == column.name).map(|(_, cell)| cell);
        if let Some(becomes) = becomes
            && (becomes != was || column.name == RECORDED_IN)
        {
            changed.push((column.name, was.as_ref(), becomes.as_ref()));
        }
    }
    changed
}
