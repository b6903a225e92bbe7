//! External lists.

mod columns;

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};

use super::add::{AddOutcome, compare};
use super::database::{Reader, WriteTransaction, placeholders};
use super::event::Event;
use super::row::RowReader;
use super::{Store, StoreError};
use crate::digest::{differences, digest_of};
use crate::{ListedRecord, WriteContext};

pub(super) use columns::{ENTRY, LIST};

/// Entries in one lookup.
const LOOKUP_MAX: usize = 500;

impl Store {
    /// Adds entries to the external list of this name, which is made when it is new; all in one
    /// transaction, with one outcome per record as in [`Store::add_units`].
    pub async fn add_listed(
        &self,
        list_name: &str,
        records: &[ListedRecord],
        context: &WriteContext<'_>,
    ) -> Result<Vec<AddOutcome>, StoreError> {
        let digests: Vec<Vec<u8>> = records.iter().map(|r| digest_of(&r.fields())).collect();
        let write = self.database.begin().await?;
        let list_key = list_key(write.reader(), list_name).await?;
        let known = match list_key {
            Some(key) => known_digests(write.reader(), key, records).await?,
            None => HashMap::new(),
        };
        let keys = records.iter().map(|record| record.id.clone());
        let (mut outcomes, new) = compare(known, keys.zip(digests.iter().cloned()));
        let new: Vec<_> = new.into_iter().map(|at| (&records[at], &digests[at])).collect();
        end_with(write, (list_name, list_key), &new, context).await?;
        self.explain_listed_conflicts(list_name, records, &mut outcomes).await?;
        Ok(outcomes)
    }

    /// One entry of an external list.
    pub async fn listed(&self, list_name: &str, id: &str) -> Result<Option<ListedRecord>, StoreError> {
        let Some(key) = list_key(self.database.reader(), list_name).await? else { return Ok(None) };
        Ok(load(self.database.reader(), key, &[id]).await?.into_values().next())
    }

    async fn explain_listed_conflicts(
        &self,
        list_name: &str,
        records: &[ListedRecord],
        outcomes: &mut [AddOutcome],
    ) -> Result<(), StoreError> {
        let conflicting: Vec<&str> = records
            .iter()
            .zip(outcomes.iter())
            .filter(|(_, outcome)| matches!(outcome, AddOutcome::Conflict(_)))
            .map(|(record, _)| record.id.as_str())
            .collect();
        if conflicting.is_empty() {
            return Ok(());
        }
        let Some(key) = list_key(self.database.reader(), list_name).await? else { return Ok(()) };
        let mut stored = HashMap::new();
        for part in conflicting.chunks(LOOKUP_MAX) {
            stored.extend(load(self.database.reader(), key, part).await?);
        }
        for (record, outcome) in records.iter().zip(outcomes) {
            if let (AddOutcome::Conflict(found), Some(stored)) = (outcome, stored.get(&record.id)) {
                *found = differences(&stored.fields(), &record.fields());
            }
        }
        Ok(())
    }
}

/// Writes the new entries, one event each, or nothing at all when there are none.
async fn end_with(
    write: WriteTransaction<'_>,
    (list_name, list_key): (&str, Option<i64>),
    new: &[(&ListedRecord, &Vec<u8>)],
    context: &WriteContext<'_>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return write.rollback().await;
    }
    let mut events = Vec::with_capacity(new.len() + 1);
    let list_key = match list_key {
        Some(key) => key,
        None => {
            let key = write.take_keys(&LIST, 1).await?;
            let event = Event::new("list_begun", format!("list/{list_name}"));
            events.push(event.insert(&LIST, vec![Some(key.into()), Some(list_name.into())]));
            key
        }
    };
    let first_key = write.take_keys(&ENTRY, new.len()).await?;
    events.extend((first_key..).zip(new).map(|(key, (record, digest))| {
        let event = Event::new("listed_added", format!("list/{list_name}/{}", record.id));
        event.insert(&ENTRY, columns::row_of(record, (key, list_key), digest))
    }));
    write.record(context, events).await?;
    write.commit().await
}

async fn list_key(reader: Reader<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT list_key FROM external_list WHERE name = $1";
    match reader.first(sql, [Value::from(name)]).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

async fn known_digests(
    reader: Reader<'_>,
    list_key: i64,
    records: &[ListedRecord],
) -> Result<HashMap<String, Vec<u8>>, StoreError> {
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let mut known = HashMap::new();
    for part in ids.chunks(LOOKUP_MAX) {
        for row in by_id(reader, "id, record_digest", list_key, part).await? {
            let mut row = RowReader::new("listed", &row);
            known.insert(row.text()?, row.bytes()?);
        }
    }
    Ok(known)
}

async fn load(
    reader: Reader<'_>,
    list_key: i64,
    ids: &[&str],
) -> Result<HashMap<String, ListedRecord>, StoreError> {
    let mut records = HashMap::new();
    for row in by_id(reader, &ENTRY.select_list(), list_key, ids).await? {
        let record = columns::read(&mut RowReader::new("listed", &row))?;
        records.insert(record.id.clone(), record);
    }
    Ok(records)
}

async fn by_id(
    reader: Reader<'_>,
    columns: &str,
    list_key: i64,
    ids: &[&str],
) -> Result<Vec<QueryResult>, StoreError> {
    let list = placeholders(2, ids.len());
    let sql = format!("SELECT {columns} FROM listed WHERE list_key = $1 AND id IN ({list})");
    let parameters = std::iter::once(Value::from(list_key)).chain(ids.iter().map(|id| Value::from(*id)));
    reader.all(&sql, parameters).await
}
