//! External lists.

mod columns;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use super::row::RowReader;
use super::write::{AddOutcome, WriteTransaction, begin, compare, take_numbers};
use super::{Store, StoreError, bulk, history};
use crate::digest::{chain_digest, differences, digest_of};
use crate::{ListedRecord, WriteContext};

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
        let write = begin(self).await?;
        let list_key = list_key(write.db(), list_name).await?;
        let known = match list_key {
            Some(key) => known_digests(write.db(), key, records).await?,
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
        let Some(key) = list_key(&self.db, list_name).await? else { return Ok(None) };
        Ok(load(&self.db, key, &[id]).await?.into_values().next())
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
        let Some(key) = list_key(&self.db, list_name).await? else { return Ok(()) };
        let mut stored = HashMap::new();
        for part in conflicting.chunks(LOOKUP_MAX) {
            stored.extend(load(&self.db, key, part).await?);
        }
        for (record, outcome) in records.iter().zip(outcomes) {
            if let (AddOutcome::Conflict(found), Some(stored)) = (outcome, stored.get(&record.id)) {
                *found = differences(&stored.fields(), &record.fields());
            }
        }
        Ok(())
    }
}

/// Writes the new entries with their event, or nothing at all when there are none.
async fn end_with(
    write: WriteTransaction<'_>,
    (list_name, list_key): (&str, Option<i64>),
    new: &[(&ListedRecord, &Vec<u8>)],
    context: &WriteContext<'_>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return write.rollback().await;
    }
    let first_key = take_numbers(write.db(), "listed", new.len()).await?;
    let detail = serde_json::json!({
        "list": list_name,
        "entries": new.len(),
        "first_key": first_key,
        "digest": chain_digest(new.iter().map(|(_, digest)| digest.as_slice())),
    });
    let sequence = history::append(write.db(), context, "listed_added", &detail).await?;
    let list_key = match list_key {
        Some(key) => key,
        None => make_list(write.db(), list_name, sequence).await?,
    };
    let rows = (first_key..)
        .zip(new)
        .map(|(key, (record, digest))| columns::row_of(record, (key, list_key), digest, sequence))
        .collect();
    bulk::insert(write.db(), "listed", &columns::names(), rows).await?;
    write.commit().await
}

async fn list_key(db: &impl ConnectionTrait, name: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT list_key FROM external_list WHERE name = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [Value::from(name)]);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

async fn make_list(db: &DatabaseTransaction, name: &str, sequence: i64) -> Result<i64, StoreError> {
    let key = take_numbers(db, "list", 1).await?;
    let row = vec![Value::from(key), Value::from(name), Value::from(sequence)];
    bulk::insert(db, "external_list", &["list_key", "name", "recorded_in"], vec![row]).await?;
    Ok(key)
}

async fn known_digests(
    db: &DatabaseTransaction,
    list_key: i64,
    records: &[ListedRecord],
) -> Result<HashMap<String, Vec<u8>>, StoreError> {
    let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let mut known = HashMap::new();
    for part in ids.chunks(LOOKUP_MAX) {
        for row in db.query_all_raw(by_id(db, "id, record_digest", list_key, part)).await? {
            let mut row = RowReader::new("listed", &row);
            known.insert(row.text()?, row.bytes()?);
        }
    }
    Ok(known)
}

async fn load(
    db: &impl ConnectionTrait,
    list_key: i64,
    ids: &[&str],
) -> Result<HashMap<String, ListedRecord>, StoreError> {
    let statement = by_id(db, &columns::names().join(", "), list_key, ids);
    let mut records = HashMap::new();
    for row in db.query_all_raw(statement).await? {
        let record = columns::read(&mut RowReader::new("listed", &row))?;
        records.insert(record.id.clone(), record);
    }
    Ok(records)
}

fn by_id(db: &impl ConnectionTrait, columns: &str, list_key: i64, ids: &[&str]) -> Statement {
    let list = bulk::placeholders(2, ids.len());
    let sql = format!("SELECT {columns} FROM listed WHERE list_key = $1 AND id IN ({list})");
    let parameters = std::iter::once(Value::from(list_key)).chain(ids.iter().map(|id| Value::from(*id)));
    Statement::from_sql_and_values(db.get_database_backend(), sql, parameters)
}
