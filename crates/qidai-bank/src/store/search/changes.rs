//! What a search needs to know of the events since it last looked: which rows they touched, and what those are now.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sea_orm::{DbBackend, Value};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{SearchableKind, SearchableRow, page};
use crate::store::database::Reader;
use crate::store::{Store, StoreError, history, listing, setting, typing, unit};

/// Beyond so many events reading everything takes less time than reading what they touched.
const EVENTS_MAX: i64 = 50_000;
/// Events of one page: a few megabytes of text.
const PAGE_EVENTS: i64 = 4_000;

/// What happened to searchable rows between two events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchableChanges {
    /// Number and hash of the last event; everything here is of this moment.
    pub generation: u64,
    pub history_hash: [u8; 32],
    /// A setting of the bank changed: its release may be another.
    pub has_new_settings: bool,
    /// Kind and key of every row that was touched: changed, added, removed, or only looked like it.
    pub touched: BTreeSet<(SearchableKind, i64)>,
    /// Those of them that are searchable now.
    pub rows: Vec<SearchableRow>,
}

impl Store {
    /// What changed since an event of this bank's history. `None` when it must be read as a whole: the event is not of this
    /// history, too much happened since, a list has another name, or events cannot be read.
    pub async fn searchable_changes(
        &self,
        since: u64,
        hash: [u8; 32],
    ) -> Result<Option<SearchableChanges>, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let changes = read(snapshot.reader(), i64::try_from(since).unwrap_or(i64::MAX), hash).await?;
        snapshot.end().await?;
        Ok(changes)
    }
}

async fn read(
    reader: Reader<'_>,
    since: i64,
    hash: [u8; 32],
) -> Result<Option<SearchableChanges>, StoreError> {
    let last = history::generation(reader).await?;
    let is_ours = history::hash_of(reader, since).await?.unwrap_or_default() == hash;
    if !is_ours || last < since || last - since > EVENTS_MAX {
        return Ok(None);
    }
    let mut touched = Touched::default();
    let mut after = since;
    while after < last {
        let next = last.min(after + PAGE_EVENTS);
        touched.read_page(reader, after, next).await?;
        after = next;
    }
    if touched.needs_all {
        return Ok(None);
    }
    Ok(Some(SearchableChanges {
        generation: last.unsigned_abs(),
        history_hash: history::hash_of(reader, last).await?.unwrap_or_default(),
        has_new_settings: touched.has_settings,
        rows: page::read_some(reader, &touched.rows).await?,
        touched: touched.rows,
    }))
}

#[derive(Default)]
struct Touched {
    rows: BTreeSet<(SearchableKind, i64)>,
    has_settings: bool,
    /// What was touched cannot be told by keys.
    needs_all: bool,
}

/// The beginning of a change as [`crate::store::event::Recorded`] writes it.
#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    table: Cow<'a, str>,
    /// Absent where rows are told together, which searchable ones never are.
    #[serde(default)]
    key: Vec<serde_json::Value>,
    old: Option<IgnoredAny>,
}

impl Touched {
    async fn read_page(&mut self, reader: Reader<'_>, after: i64, last: i64) -> Result<(), StoreError> {
        // One text for all events: the SQLite driver hands rows over between threads one by one.
        let joined = match reader.backend() {
            DbBackend::Postgres => "string_agg(changes, ',')",
            _ => "group_concat(changes, ',')",
        };
        let sql =
            format!("SELECT {joined} FROM history WHERE sequence > $1 AND sequence <= $2 AND packed IS NULL");
        let row = reader.first(&sql, [Value::from(after), Value::from(last)]).await?;
        let text: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
        let text = format!("[{}]", text.unwrap_or_default());
        match serde_json::from_str::<Vec<Vec<Change<'_>>>>(&text) {
            Ok(events) => events.iter().flatten().for_each(|change| self.add(change)),
            // That an event was changed is what a verification finds; a search needs the rows.
            Err(_) => self.needs_all = true,
        }
        Ok(())
    }

    fn add(&mut self, change: &Change<'_>) {
        let key = || change.key.first().and_then(serde_json::Value::as_i64);
        let table = change.table.as_ref();
        if table == unit::TABLE.name || table == typing::TABLE.name {
            // The key of a typing begins with that of its unit.
            self.rows.extend(key().map(|key| (SearchableKind::OwnUnit, key)));
        } else if table == listing::ENTRY.name {
            self.rows.extend(key().map(|key| (SearchableKind::Listed, key)));
        }
        let of_verification = change.key.first().is_some_and(|name| name == setting::LAST_VERIFICATION);
        self.has_settings |= table == setting::TABLE.name && !of_verification;
        // A new list has no entries yet; those that come have events of their own.
        self.needs_all |= table == listing::LIST.name && change.old.is_some();
    }
}
