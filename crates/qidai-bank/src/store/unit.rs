//! The bank's own units.

mod columns;

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use super::row::RowReader;
use super::write::{AddOutcome, WriteTransaction, begin, compare, take_numbers};
use super::{Store, StoreError, bulk, history, typing};
use crate::digest::{chain_digest, differences, digest_of};
use crate::{Identity, UnitRecord, WriteContext};

/// Identities in one lookup.
const LOOKUP_MAX: usize = 500;

impl Store {
    /// Adds units, all in one transaction; give chunks of [`super::CHUNK_ROWS`]. One outcome per
    /// record, in the same order. A second record with an identity of this very call is compared
    /// with the first.
    pub async fn add_units(
        &self,
        records: &[UnitRecord],
        context: &WriteContext<'_>,
    ) -> Result<Vec<AddOutcome>, StoreError> {
        let digests: Vec<Vec<u8>> = records.iter().map(|r| digest_of(&r.fields())).collect();
        let write = begin(self).await?;
        let known = known_digests(write.db(), records).await?;
        let keys = records.iter().map(|record| record.identity.clone());
        let (mut outcomes, new) = compare(known, keys.zip(digests.iter().cloned()));
        let new: Vec<_> = new.into_iter().map(|at| (&records[at], &digests[at])).collect();
        end_with(write, &new, context).await?;
        self.explain_conflicts(records, &mut outcomes).await?;
        Ok(outcomes)
    }

    /// The record of a unit with all its typings, or `None` when the bank does not know it.
    pub async fn unit(&self, identity: &Identity) -> Result<Option<UnitRecord>, StoreError> {
        let found = load(&self.db, &identity.scheme, &[&identity.value]).await?;
        Ok(found.into_values().next())
    }

    /// Says in which fields a refused record differs. Read after the commit, so that the writer is
    /// not held for it.
    async fn explain_conflicts(
        &self,
        records: &[UnitRecord],
        outcomes: &mut [AddOutcome],
    ) -> Result<(), StoreError> {
        let mut by_scheme: HashMap<&str, Vec<&UnitRecord>> = HashMap::new();
        for (record, outcome) in records.iter().zip(outcomes.iter()) {
            if matches!(outcome, AddOutcome::Conflict(_)) {
                by_scheme.entry(&record.identity.scheme).or_default().push(record);
            }
        }
        let mut stored = HashMap::new();
        for (scheme, conflicting) in by_scheme {
            for part in conflicting.chunks(LOOKUP_MAX) {
                let values: Vec<&str> = part.iter().map(|r| r.identity.value.as_str()).collect();
                stored.extend(load(&self.db, scheme, &values).await?);
            }
        }
        for (record, outcome) in records.iter().zip(outcomes) {
            if let (AddOutcome::Conflict(found), Some(stored)) = (outcome, stored.get(&record.identity)) {
                *found = differences(&stored.fields(), &record.fields());
            }
        }
        Ok(())
    }
}

/// Writes the new units with their event, or nothing at all when there are none.
async fn end_with(
    write: WriteTransaction<'_>,
    new: &[(&UnitRecord, &Vec<u8>)],
    context: &WriteContext<'_>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return write.rollback().await;
    }
    let first_key = take_numbers(write.db(), "unit", new.len()).await?;
    let detail = serde_json::json!({
        "units": new.len(),
        "first_key": first_key,
        "digest": chain_digest(new.iter().map(|(_, digest)| digest.as_slice())),
    });
    let sequence = history::append(write.db(), context, "units_added", &detail).await?;
    let mut rows = Vec::with_capacity(new.len());
    let mut typings = Vec::with_capacity(new.len());
    for (key, (record, digest)) in (first_key..).zip(new) {
        rows.push(columns::row_of(record, key, digest, sequence));
        typings.extend(typing::rows_of(record, key, sequence));
    }
    bulk::insert(write.db(), "unit", &columns::names(), rows).await?;
    typing::insert(write.db(), typings).await?;
    write.commit().await
}

/// Digests of those records whose identity is known already.
async fn known_digests(
    db: &DatabaseTransaction,
    records: &[UnitRecord],
) -> Result<HashMap<Identity, Vec<u8>>, StoreError> {
    let mut by_scheme: HashMap<&str, Vec<&str>> = HashMap::new();
    for record in records {
        by_scheme.entry(&record.identity.scheme).or_default().push(&record.identity.value);
    }
    let mut known = HashMap::new();
    for (scheme, values) in by_scheme {
        for part in values.chunks(LOOKUP_MAX) {
            let statement = by_identity(db, "unit_key, identity, record_digest", scheme, part);
            for row in db.query_all_raw(statement).await? {
                let mut row = RowReader::new("unit", &row);
                row.key()?;
                let identity = Identity { scheme: scheme.to_owned(), value: row.text()? };
                known.insert(identity, row.bytes()?);
            }
        }
    }
    Ok(known)
}

/// Whole records by their identities.
async fn load(
    db: &impl ConnectionTrait,
    scheme: &str,
    values: &[&str],
) -> Result<HashMap<Identity, UnitRecord>, StoreError> {
    let statement = by_identity(db, &columns::names().join(", "), scheme, values);
    let mut records = Vec::new();
    for row in db.query_all_raw(statement).await? {
        records.push(columns::read(&mut RowReader::new("unit", &row))?);
    }
    let keys: Vec<i64> = records.iter().map(|(key, _)| *key).collect();
    let mut typings = if keys.is_empty() { HashMap::new() } else { typing::load(db, &keys).await? };
    let with_typings = records.into_iter().map(|(key, mut record)| {
        let of_unit = typings.remove(&key).unwrap_or_default();
        record.typings = of_unit.unit;
        record.mother_typings = of_unit.mother;
        (record.identity.clone(), record)
    });
    Ok(with_typings.collect())
}

fn by_identity(db: &impl ConnectionTrait, columns: &str, scheme: &str, values: &[&str]) -> Statement {
    let list = bulk::placeholders(2, values.len());
    let sql = format!("SELECT {columns} FROM unit WHERE scheme = $1 AND identity IN ({list})");
    let parameters = std::iter::once(Value::from(scheme)).chain(values.iter().map(|v| Value::from(*v)));
    Statement::from_sql_and_values(db.get_database_backend(), sql, parameters)
}
