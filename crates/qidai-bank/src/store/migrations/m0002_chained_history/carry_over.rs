//! Old events get their hashes; rows get an event that holds them.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use sea_orm_migration::SchemaManagerConnection;

use super::columns;
use crate::chain::{self, BEFORE_FIRST, Content, Hash};
use crate::store::StoreError;
use crate::store::cell::{self, Cell, Kind};
use crate::store::database::bulk;
use crate::store::event::Recorded;
use crate::store::history;

/// Rows of one step.
const PAGE_ROWS: i64 = 500;

pub(super) struct CarryOver<'a> {
    db: &'a SchemaManagerConnection<'a>,
    last: i64,
    hash: Hash,
}

/// A row with its columns, and what the event said that wrote it.
struct Carried {
    columns: Vec<(String, Option<Cell>)>,
    recorded_at_us: i64,
    actor: String,
}

/// A table and its columns.
struct Source {
    table: &'static str,
    columns: Vec<(String, Kind)>,
}

impl<'a> CarryOver<'a> {
    /// Chains the events that are there.
    pub(super) async fn begin(db: &'a SchemaManagerConnection<'a>) -> Result<Self, DbErr> {
        let mut carry_over = Self { db, last: 0, hash: BEFORE_FIRST };
        let sql = "SELECT sequence, event_id, effective_at_us, recorded_at_us, actor, role, kind, reason \
                   FROM history ORDER BY sequence";
        for row in carry_over.select(sql, []).await? {
            carry_over.chain_old(&row).await?;
        }
        Ok(carry_over)
    }

    async fn chain_old(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        let text = |place: usize| row.try_get_by_index::<String>(place);
        let (event_id, actor, role, kind) = (text(1)?, text(4)?, text(5)?, text(6)?);
        let reason: Option<String> = row.try_get_by_index(7)?;
        let content = Content {
            sequence: row.try_get_by_index(0)?,
            event_id: &event_id,
            effective_at_us: row.try_get_by_index(2)?,
            recorded_at_us: row.try_get_by_index(3)?,
            actor: &actor,
            role: &role,
            site: None,
            kind: &kind,
            subject: "",
            reason: reason.as_deref(),
            changes: "[]",
        };
        self.hash = chain::link(&self.hash, &chain::digest_of(content.canonical().as_bytes()));
        self.last = content.sequence;
        let sql = "UPDATE history SET hash = $1 WHERE sequence = $2";
        self.execute(sql, [Value::from(self.hash.to_vec()), Value::from(self.last)]).await
    }

    /// One event for each row of a table, with the rows of `parts` that have the same key.
    pub(super) async fn rows(
        &mut self,
        table: &'static str,
        key: &'static str,
        subject: &str,
        parts: Option<&'static str>,
    ) -> Result<(), DbErr> {
        let source = self.source(table).await?;
        let parts_source = match parts {
            Some(parts) => Some(self.source(parts).await?),
            None => None,
        };
        let lists = self.list_names().await?;
        let mut after: Option<Cell> = None;
        loop {
            let rows = self.page(&source, key, after.as_ref()).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            let next = cell_of(last, key).cloned();
            let of_rows = match &parts_source {
                Some(source) => self.parts(source, key, &rows).await?,
                None => HashMap::new(),
            };
            let mut events = Vec::with_capacity(rows.len());
            for row in &rows {
                let none = Vec::new();
                let parts = key_of(row, key).and_then(|key| of_rows.get(&key)).unwrap_or(&none);
                let subject = subject_of(subject, row, &lists);
                events.push(self.event(row, (&source, key), (parts_source.as_ref(), parts), &subject));
            }
            bulk::insert(self.db, "history", &history::COLUMNS, events)
                .await
                .map_err(|error| database_error(&error))?;
            self.renumber(&rows, table, key, parts).await?;
            after = next;
        }
    }

    async fn source(&self, table: &'static str) -> Result<Source, DbErr> {
        Ok(Source { table, columns: columns::of_table(self.db, table).await? })
    }

    /// The next rows of a table by their key, each with its event.
    async fn page(&self, source: &Source, key: &str, after: Option<&Cell>) -> Result<Vec<Carried>, DbErr> {
        let names: Vec<String> = source.columns.iter().map(|(name, _)| format!("r.{name}")).collect();
        let condition = if after.is_some() { format!("WHERE r.{key} > $1") } else { String::new() };
        let sql = format!(
            "SELECT {}, COALESCE(h.recorded_at_us, 0), COALESCE(h.actor, '') FROM {} r \
             LEFT JOIN history h ON h.sequence = r.recorded_in {condition} ORDER BY r.{key} LIMIT {PAGE_ROWS}",
            names.join(", "),
            source.table
        );
        let kind = if matches!(after, Some(Cell::Text(_))) { Kind::Text } else { Kind::Int };
        let values = after.map(|after| cell::parameter(Some(after.clone()), kind));
        let rows = self.select(&sql, values).await?;
        rows.iter().map(|row| carried(row, source)).collect()
    }

    /// Rows of the second table by the key of the first.
    async fn parts(
        &self,
        source: &Source,
        key: &str,
        rows: &[Carried],
    ) -> Result<HashMap<i64, Vec<Carried>>, DbErr> {
        let names: Vec<&str> = source.columns.iter().map(|(name, _)| name.as_str()).collect();
        let keys: Vec<String> =
            rows.iter().filter_map(|row| key_of(row, key)).map(|key| key.to_string()).collect();
        let sql = format!(
            "SELECT {}, CAST(0 AS BIGINT), '' FROM {} WHERE {key} IN ({}) ORDER BY {key}, subject, ordinal",
            names.join(", "),
            source.table,
            keys.join(", ")
        );
        let mut parts: HashMap<i64, Vec<Carried>> = HashMap::new();
        for row in self.select(&sql, []).await? {
            let part = carried(&row, source)?;
            if let Some(key) = key_of(&part, key) {
                parts.entry(key).or_default().push(part);
            }
        }
        Ok(parts)
    }

    /// The next event, as a row of the history.
    fn event(
        &mut self,
        row: &Carried,
        (source, key): (&Source, &str),
        (parts_source, parts): (Option<&Source>, &[Carried]),
        subject: &str,
    ) -> cell::Row {
        self.last += 1;
        let mut changes = String::from("[");
        write_inserted(row, source.table, &[key], self.last, &mut changes);
        for part in parts {
            changes.push(',');
            let table = parts_source.map_or("", |source| source.table);
            write_inserted(part, table, &[key, "subject", "ordinal"], self.last, &mut changes);
        }
        changes.push(']');
        let content = Content {
            sequence: self.last,
            event_id: &format!("carried-over-{}", self.last),
            effective_at_us: row.recorded_at_us,
            recorded_at_us: row.recorded_at_us,
            actor: &row.actor,
            role: "administrator",
            site: None,
            kind: "carried_over",
            subject,
            reason: None,
            changes: &changes,
        };
        self.hash = chain::link(&self.hash, &chain::digest_of(content.canonical().as_bytes()));
        history::row_of(&content, &self.hash)
    }

    /// Gives rows the numbers of the events just written for them, which end with the last one.
    async fn renumber(
        &self,
        rows: &[Carried],
        table: &str,
        key: &str,
        parts: Option<&str>,
    ) -> Result<(), DbErr> {
        let first = self.last + 1 - i64::try_from(rows.len()).unwrap_or_default();
        let mut numbers = Vec::with_capacity(rows.len());
        for (row, sequence) in rows.iter().zip(first..) {
            match cell_of(row, key) {
                Some(Cell::Int(key)) => numbers.push(format!("({key}, {sequence})")),
                Some(Cell::Text(own)) => {
                    let sql = format!("UPDATE {table} SET recorded_in = $1 WHERE {key} = $2");
                    self.execute(&sql, [Value::from(sequence), Value::from(own.as_str())]).await?;
                }
                _ => {}
            }
        }
        if numbers.is_empty() {
            return Ok(());
        }
        for table in [Some(table), parts].into_iter().flatten() {
            let sql = format!(
                "WITH given (own_key, event) AS (VALUES {}) UPDATE {table} \
                 SET recorded_in = (SELECT event FROM given WHERE own_key = {table}.{key}) \
                 WHERE {key} IN (SELECT own_key FROM given)",
                numbers.join(", ")
            );
            self.execute(&sql, []).await?;
        }
        Ok(())
    }

    async fn list_names(&self) -> Result<HashMap<i64, String>, DbErr> {
        let rows = self.select("SELECT list_key, name FROM external_list", []).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }

    /// The counter follows.
    pub(super) async fn end(self) -> Result<(), DbErr> {
        let sql = "UPDATE counter SET value = $1 WHERE name = 'history'";
        self.execute(sql, [Value::from(self.last)]).await
    }

    async fn select(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.db.get_database_backend();
        self.db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
    }

    async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), DbErr> {
        let backend = self.db.get_database_backend();
        self.db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(|_| ())
    }
}

fn carried(row: &QueryResult, source: &Source) -> Result<Carried, DbErr> {
    let mut columns = Vec::with_capacity(source.columns.len());
    for (at, (name, kind)) in source.columns.iter().enumerate() {
        columns.push((name.clone(), cell::read(row, at, *kind).map_err(|error| database_error(&error))?));
    }
    let after = source.columns.len();
    Ok(Carried {
        columns,
        recorded_at_us: row.try_get_by_index(after)?,
        actor: row.try_get_by_index(after + 1)?,
    })
}

fn cell_of<'r>(row: &'r Carried, name: &str) -> Option<&'r Cell> {
    row.columns.iter().find(|(column, _)| column == name).and_then(|(_, cell)| cell.as_ref())
}

fn key_of(row: &Carried, name: &str) -> Option<i64> {
    match cell_of(row, name) {
        Some(Cell::Int(key)) => Some(*key),
        _ => None,
    }
}

/// Adds a row as an inserted one, with the number of its event.
fn write_inserted(row: &Carried, table: &str, key: &[&str], sequence: i64, json: &mut String) {
    let number = Cell::Int(sequence);
    let known = row.columns.iter().filter(|(name, cell)| cell.is_some() && name != "recorded_in");
    let mut new: Vec<_> = known.map(|(name, cell)| (name.as_str(), cell.as_ref())).collect();
    new.push(("recorded_in", Some(&number)));
    let key = key.iter().filter_map(|name| cell_of(row, name)).collect();
    Recorded { table, key, old: None, new: Some(new) }.write_json(json);
}

/// What an event is about, as [`crate::store::event::Event::subject`] of those who write such rows.
fn subject_of(kind: &str, row: &Carried, lists: &HashMap<i64, String>) -> String {
    let text = |name: &str| match cell_of(row, name) {
        Some(Cell::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let list = key_of(row, "list_key").and_then(|key| lists.get(&key)).map(String::as_str);
    let parts = match (kind, text("id")) {
        ("unit", _) => [text("scheme"), text("identity")],
        ("list", Some(id)) => [list, Some(id)],
        _ => [text("name"), None],
    };
    let parts = parts.into_iter().flatten().map(|part| format!("/{part}"));
    std::iter::once(kind.to_owned()).chain(parts).collect()
}

fn database_error(error: &StoreError) -> DbErr {
    DbErr::Migration(error.to_string())
}
