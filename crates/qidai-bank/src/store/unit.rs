//! The bank's own units.

mod carry_over;
mod clock;
mod columns;
mod excursion;
mod for_order;
mod found;
mod guard;
mod hold;
mod life;
mod moves;
mod recall;
mod register;
mod rewrite;
mod tables;
mod timeline;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sea_orm::{QueryResult, Value};

use super::add::{AddOutcome, compare};
use super::database::{Reader, WriteTransaction, placeholders};
use super::event::Event;
use super::row::RowReader;
use super::{Store, StoreError, setting, typing};
use crate::bank_day::end_of_day;
use crate::digest::{differences, digest_of};
use crate::{Identity, UnitRecord, WriteContext};

pub(super) use carry_over::{carry_over, known};
pub(super) use columns::TABLE;
pub(super) use for_order::{Standing, free_of_orders, give_back, go, identity_in, keep, standing};
pub(super) use guard::excursion_of;
pub use guard::unit_guards;
pub(super) use hold::hold;
pub use moves::UnitAt;
pub(super) use moves::{next_version, refused};
pub(super) use register::find_by_number;
pub use register::{NewUnit, identity_to_register};
pub(super) use rewrite::{record, rewrite};
pub(super) use tables::{CLOCK, Did, FIELD, REFUSAL, STEP};

/// What is done to a unit besides its moves.
const CREATE: &str = "create";

/// Identities in one lookup.
const LOOKUP_MAX: usize = 500;

impl Store {
    /// Adds units, all in one transaction; give chunks of [`super::CHUNK_ROWS`]. One outcome per
    /// record, in the same order. A second record with an identity of this very call is compared
    /// with the first.
    ///
    /// A unit is what it is since the end of the day of its collection, in the bank's zone, when it has one and
    /// the context does not say another time ([`WriteContext::effective`]); never since later than now.
    pub async fn add_units(
        &self,
        records: &[UnitRecord],
        context: &WriteContext<'_>,
    ) -> Result<Vec<AddOutcome>, StoreError> {
        let digests: Vec<Vec<u8>> = records.iter().map(|r| digest_of(&r.fields())).collect();
        let write = self.database.begin().await?;
        let known = known_digests(write.reader(), records).await?;
        let keys = records.iter().map(|record| record.identity.clone());
        let (mut outcomes, new) = compare(known, keys.zip(digests.iter().cloned()));
        let new: Vec<_> = new.into_iter().map(|at| (&records[at], &digests[at])).collect();
        end_with(write, &new, context).await?;
        self.explain_conflicts(records, &mut outcomes).await?;
        Ok(outcomes)
    }

    /// The record of a unit with all its typings, or `None` when the bank does not know it.
    pub async fn unit(&self, identity: &Identity) -> Result<Option<UnitRecord>, StoreError> {
        let found = load(self.database.reader(), &identity.scheme, &[&identity.value]).await?;
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
                stored.extend(load(self.database.reader(), scheme, &values).await?);
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

/// Writes the new units, one event each, or nothing at all when there are none.
async fn end_with(
    write: WriteTransaction<'_>,
    new: &[(&UnitRecord, &Vec<u8>)],
    context: &WriteContext<'_>,
) -> Result<(), StoreError> {
    if new.is_empty() {
        return write.rollback().await;
    }
    let first_key = write.take_keys(&TABLE, new.len()).await?;
    let zone = setting::time_zone(write.reader()).await?;
    let events = (first_key..).zip(new).map(|(key, (record, digest))| {
        let event = added(record, key, digest);
        match effective_at(record, &zone, context) {
            Some(effective_at) => event.effective(effective_at),
            None => event,
        }
    });
    write.record(context, events.collect()).await?;
    write.commit().await
}

/// Since when a unit is what its record says, where the record knows better than the context.
fn effective_at(record: &UnitRecord, zone: &TimeZone, context: &WriteContext<'_>) -> Option<Timestamp> {
    if context.effective_at != context.now {
        return None;
    }
    let day = end_of_day(record.collection_date?, zone)?;
    Some(day.min(context.effective_at))
}

/// A unit arrives with all its typings: one change of the bank.
fn added(record: &UnitRecord, key: i64, digest: &[u8]) -> Event {
    let identity = &record.identity;
    let event = Event::new("unit_added", format!("unit/{}/{}", identity.scheme, identity.value));
    let event = event.insert(&TABLE, columns::row_of(record, key, digest));
    let typings = typing::rows_of(record, key).into_iter();
    typings.fold(event, |event, row| event.insert(&typing::TABLE, row))
}

/// Digests of those records whose identity is known already.
async fn known_digests(
    reader: Reader<'_>,
    records: &[UnitRecord],
) -> Result<HashMap<Identity, Vec<u8>>, StoreError> {
    let mut by_scheme: HashMap<&str, Vec<&str>> = HashMap::new();
    for record in records {
        by_scheme.entry(&record.identity.scheme).or_default().push(&record.identity.value);
    }
    let mut known = HashMap::new();
    for (scheme, values) in by_scheme {
        for part in values.chunks(LOOKUP_MAX) {
            for row in by_identity(reader, "unit_key, identity, record_digest", scheme, part).await? {
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
pub(super) async fn load(
    reader: Reader<'_>,
    scheme: &str,
    values: &[&str],
) -> Result<HashMap<Identity, UnitRecord>, StoreError> {
    let mut records = Vec::new();
    for row in by_identity(reader, &TABLE.select_list(), scheme, values).await? {
        records.push(columns::read(&mut RowReader::new("unit", &row))?);
    }
    let keys: Vec<i64> = records.iter().map(|(key, _)| *key).collect();
    let mut typings = if keys.is_empty() { HashMap::new() } else { typing::load(reader, &keys).await? };
    let with_typings = records.into_iter().map(|(key, mut record)| {
        let of_unit = typings.remove(&key).unwrap_or_default();
        record.typings = of_unit.unit;
        record.mother_typings = of_unit.mother;
        (record.identity.clone(), record)
    });
    Ok(with_typings.collect())
}

async fn by_identity(
    reader: Reader<'_>,
    columns: &str,
    scheme: &str,
    values: &[&str],
) -> Result<Vec<QueryResult>, StoreError> {
    let list = placeholders(2, values.len());
    let sql = format!("SELECT {columns} FROM unit WHERE scheme = $1 AND identity IN ({list})");
    let parameters = std::iter::once(Value::from(scheme)).chain(values.iter().map(|v| Value::from(*v)));
    reader.all(&sql, parameters).await
}
