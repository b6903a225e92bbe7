//! Writing events: rows change here, together with the history, and nowhere else.

use sea_orm::{ConnectionTrait, Statement};

use super::WriteTransaction;
use super::bulk::{self, key_condition, kind_of};
use crate::WriteContext;
use crate::chain::{self, BEFORE_FIRST, Content, Hash};
use crate::store::cell::{self, Cell, Row, parameter};
use crate::store::event::{Change, Event, Recorded, changed, known};
use crate::store::record_count::Counts;
use crate::store::table::{Column, RECORDED_IN, Table};
use crate::store::{StoreError, event_rows, history, unit_state};

/// A row before it changes.
type OldRow = Vec<(Column, Option<Cell>)>;

impl WriteTransaction<'_> {
    /// Writes events with all that they change, in their order; gives the number of the last one (of the last
    /// event there was, when none is given).
    ///
    /// Inserted rows go in bulk; an event that updates or deletes reads the row first. A row that is to be
    /// changed and is not there is an error.
    pub(in crate::store) async fn record(
        &self,
        context: &WriteContext<'_>,
        events: Vec<Event>,
    ) -> Result<i64, StoreError> {
        let mut events = events.into_iter().peekable();
        let mut last = history::generation(self.reader()).await?;
        while let Some(event) = events.next() {
            let mut batch = vec![event];
            if batch[0].only_inserts() {
                while let Some(next) = events.next_if(Event::only_inserts) {
                    batch.push(next);
                }
            }
            last = self.record_batch(context, batch).await?;
        }
        Ok(last)
    }

    /// Either events that only insert, or one event of any kind.
    async fn record_batch(
        &self,
        context: &WriteContext<'_>,
        mut events: Vec<Event>,
    ) -> Result<i64, StoreError> {
        let first = self.take_numbers("history", events.len()).await?;
        let mut before = self.hash_before(first).await?;
        let mut history_rows = Vec::with_capacity(events.len());
        let (mut unit_states, mut counts) = (Vec::new(), Counts::default());
        for (sequence, event) in (first..).zip(&mut events) {
            stamp(event, sequence);
            let old = self.old_rows(event).await?;
            for (change, old) in event.changes.iter().zip(&old) {
                counts.add(change, old.as_deref().unwrap_or_default());
            }
            let recorded = recorded_changes(event, &old);
            let changes = changes_json(event, &recorded);
            let id = context.ids.next_id();
            let content = content(context, sequence, &id, event, &changes);
            before = chain::link(&before, &chain::digest_of(content.canonical().as_bytes()));
            history_rows.push(history::row_with_packed(&content, &before, event));
            unit_states.extend(unit_state::rows_of(&recorded, &content));
        }
        let last = first - 1 + i64::try_from(events.len()).unwrap_or_default();
        let columns: Vec<Column> = history::COLUMNS.into_iter().chain([history::PACKED]).collect();
        bulk::insert(&self.transaction, "history", &columns, history_rows).await?;
        self.apply(events).await?;
        let columns: Vec<Column> = unit_state::TABLE.all_columns().collect();
        bulk::insert(&self.transaction, unit_state::TABLE.name, &columns, unit_states).await?;
        counts.keep(self).await?;
        Ok(last)
    }

    /// The hash that the next event is chained to. A history whose end is missing is not written on.
    async fn hash_before(&self, sequence: i64) -> Result<Hash, StoreError> {
        if sequence == 1 {
            return Ok(BEFORE_FIRST);
        }
        let hash = history::hash_of(self.reader(), sequence - 1).await?;
        hash.ok_or(StoreError::HistoryBroken { sequence: sequence - 1 })
    }

    /// For every change of an event the row as it is now; an inserted row has none.
    async fn old_rows(&self, event: &Event) -> Result<Vec<Option<OldRow>>, StoreError> {
        let mut old = Vec::with_capacity(event.changes.len());
        for change in &event.changes {
            old.push(match change {
                Change::Insert { .. } => None,
                Change::Update { table, key, .. } | Change::Delete { table, key } => {
                    Some(self.old_row(table, key).await?)
                }
            });
        }
        Ok(old)
    }

    async fn old_row(&self, table: &'static Table, key: &[Cell]) -> Result<OldRow, StoreError> {
        let columns: Vec<Column> = table.all_columns().collect();
        let condition = key_condition(table.key, 1);
        let sql = format!("SELECT {} FROM {} WHERE {condition}", table.select_list(), table.name);
        let values = key_values(table, key);
        let Some(row) = self.reader().first(&sql, values).await? else {
            return Err(StoreError::RowMissing { table: table.name, row: shown(key) });
        };
        let cells = columns.iter().enumerate().map(|(at, column)| cell::read(&row, at, column.kind));
        let cells: Row = cells.collect::<Result<_, _>>()?;
        Ok(columns.into_iter().zip(cells).collect())
    }

    async fn apply(&self, events: Vec<Event>) -> Result<(), StoreError> {
        let mut inserts: Vec<(&'static Table, Vec<Row>)> = Vec::new();
        let mut others = Vec::new();
        for change in events.into_iter().flat_map(|event| event.changes) {
            match change {
                Change::Insert { table, row } => match inserts.iter_mut().find(|(t, _)| t.name == table.name)
                {
                    Some((_, rows)) => rows.push(row),
                    None => inserts.push((table, vec![row])),
                },
                other => others.push(other),
            }
        }
        for (table, rows) in inserts {
            let columns: Vec<Column> = table.all_columns().collect();
            bulk::insert(&self.transaction, table.name, &columns, rows).await?;
        }
        for change in others {
            self.apply_one(change).await?;
        }
        Ok(())
    }

    async fn apply_one(&self, change: Change) -> Result<(), StoreError> {
        let (sql, values) = match change {
            Change::Insert { .. } => return Ok(()),
            Change::Delete { table, key } => {
                let sql = format!("DELETE FROM {} WHERE {}", table.name, key_condition(table.key, 1));
                (sql, key_values(table, &key))
            }
            Change::Update { table, key, set } => {
                let columns: Vec<Column> = table.all_columns().collect();
                let assigned: Vec<String> =
                    set.iter().zip(1..).map(|((name, _), number)| format!("{name} = ${number}")).collect();
                let condition = key_condition(table.key, set.len() + 1);
                let sql = format!("UPDATE {} SET {} WHERE {condition}", table.name, assigned.join(", "));
                let cells = set.into_iter().map(|(name, cell)| parameter(cell, kind_of(&columns, name)));
                (sql, cells.chain(key_values(table, &key)).collect())
            }
        };
        let statement = Statement::from_sql_and_values(self.reader().backend(), sql, values);
        self.transaction.execute_raw(statement).await?;
        Ok(())
    }
}

/// Gives the rows of an event its number.
fn stamp(event: &mut Event, sequence: i64) {
    for change in &mut event.changes {
        match change {
            Change::Insert { row, .. } => row.push(Some(Cell::Int(sequence))),
            Change::Update { set, .. } => set.push((RECORDED_IN, Some(Cell::Int(sequence)))),
            Change::Delete { .. } => {}
        }
    }
}

fn key_values(table: &Table, key: &[Cell]) -> Vec<sea_orm::Value> {
    let columns = (table.columns)();
    let key = table.key.iter().zip(key);
    key.map(|(name, cell)| parameter(Some(cell.clone()), kind_of(columns, name))).collect()
}

fn shown(key: &[Cell]) -> String {
    let mut text = String::new();
    for (at, cell) in key.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ", " });
        match cell {
            Cell::Text(own) => text.push_str(own),
            other => other.write_json(&mut text),
        }
    }
    text
}

/// The changes of an event as the history keeps them.
fn recorded_changes<'a>(event: &'a Event, old_rows: &'a [Option<OldRow>]) -> Vec<Recorded<'a>> {
    let changes = event.changes.iter().zip(old_rows);
    changes.map(|(change, old)| recorded(change, old.as_deref().unwrap_or_default())).collect()
}

/// The changes of an event as the text that is hashed.
fn changes_json(event: &Event, changes: &[Recorded<'_>]) -> String {
    let mut json = String::from("[");
    let begin = |json: &mut String| json.push_str(if json.len() == 1 { "" } else { "," });
    let together = event_rows::together(event);
    let is_told = |change: &&Recorded<'_>| {
        let of_table = together.iter().any(|(table, _)| table.name == change.table);
        change.old.is_some() || !of_table
    };
    for change in changes.iter().filter(is_told) {
        begin(&mut json);
        change.write_json(&mut json);
    }
    for (table, rows) in &together {
        begin(&mut json);
        event_rows::write_json(table, rows, &mut json);
    }
    json.push(']');
    json
}

fn recorded<'a>(change: &'a Change, old: &'a [(Column, Option<Cell>)]) -> Recorded<'a> {
    match change {
        Change::Insert { table, row } => {
            let key = table.key_places().filter_map(|at| row.get(at)?.as_ref()).collect();
            Recorded { table: table.name, key, old: None, new: Some(known(table.all_columns(), row)) }
        }
        Change::Update { table, key, set } => {
            let changed = changed(old, set);
            let was = changed.iter().map(|(name, was, _)| (*name, *was)).collect();
            let becomes = changed.iter().map(|(name, _, becomes)| (*name, *becomes)).collect();
            Recorded { table: table.name, key: key.iter().collect(), old: Some(was), new: Some(becomes) }
        }
        Change::Delete { table, key } => {
            let held = old.iter().filter(|(_, cell)| cell.is_some());
            let held = held.map(|(column, cell)| (column.name, cell.as_ref())).collect();
            Recorded { table: table.name, key: key.iter().collect(), old: Some(held), new: None }
        }
    }
}

fn content<'a>(
    context: &'a WriteContext<'_>,
    sequence: i64,
    event_id: &'a str,
    event: &'a Event,
    changes: &'a str,
) -> Content<'a> {
    Content {
        sequence,
        event_id,
        effective_at_us: event.effective_at.unwrap_or(context.effective_at).as_microsecond(),
        recorded_at_us: context.now.as_microsecond(),
        actor: context.actor.name,
        role: context.actor.role,
        site: context.actor.site,
        kind: event.kind,
        subject: &event.subject,
        reason: context.reason,
        changes,
    }
}
