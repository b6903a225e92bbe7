//! The units that the bank lists in public: all of them, or what changed since an event of the history.
//!
//! A unit is listed from the day on which it became available. One on hold stays in the list as not to be had now; one
//! that never was available is in no list.

use std::collections::BTreeMap;

use sea_orm::Value;

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError, history, unit};
use crate::{BankType, Identity, Status, UnitRecord};

/// States in which a unit can be had, or is kept for somebody.
const LISTED: [Status; 5] = [
    Status::Available,
    Status::Reserved,
    Status::InReleaseTesting,
    Status::ReleaseApproved,
    Status::ExceptionalRelease,
];
/// States in which a unit that was available before cannot be had for now.
const WAITING: [Status; 4] = [Status::Held, Status::Recalled, Status::Quarantine, Status::UnderEvaluation];
/// Units read at once.
const PAGE_UNITS: u32 = 500;
/// Touched units of one question: more than any bank holds.
const CHANGES_MAX: u64 = 10_000_000;

/// Units of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicList {
    /// Number of the last event of that moment.
    pub generation: u64,
    /// Units that are listed, by number; of changes those that were touched.
    pub units: Vec<UnitRecord>,
    /// Units that were listed and no longer are, and where they are now; empty in a whole list.
    pub gone: Vec<(Identity, Option<Status>)>,
}

impl Store {
    /// All public units that are listed now.
    ///
    /// # Errors
    /// The database fails.
    pub async fn public_list(&self) -> Result<PublicList, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let list = whole(snapshot.reader()).await;
        snapshot.end().await?;
        list
    }

    /// What changed in the list since an event; `None` when this history has no such event.
    ///
    /// # Errors
    /// The database fails.
    pub async fn public_changes(&self, since: u64) -> Result<Option<PublicList>, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let list = changes(snapshot.reader(), i64::try_from(since).unwrap_or(i64::MAX)).await;
        snapshot.end().await?;
        list
    }
}

fn codes(statuses: &[Status]) -> String {
    let quoted = statuses.iter().map(|status| format!("'{}'", status.code()));
    quoted.collect::<Vec<_>>().join(", ")
}

async fn whole(reader: Reader<'_>) -> Result<PublicList, StoreError> {
    let generation = history::generation(reader).await?.unsigned_abs();
    let (listed, waiting) = (codes(&LISTED), codes(&WAITING));
    let sql = format!(
        "SELECT scheme, identity FROM unit WHERE bank_type = 'public' AND (status IN ({listed}) OR (status IN ({waiting}) \
         AND EXISTS (SELECT 1 FROM unit_state s WHERE s.unit_key = unit.unit_key AND s.status = 'available'))) \
         AND (identity, scheme) > ($1, $2) ORDER BY identity, scheme LIMIT {PAGE_UNITS}"
    );
    let (mut units, mut after) = (Vec::new(), (String::new(), String::new()));
    loop {
        let rows = reader.all(&sql, [Value::from(after.0), Value::from(after.1)]).await?;
        let page = rows.iter().map(|row| {
            let mut row = RowReader::new("unit", row);
            Ok(Identity { scheme: row.text()?, value: row.text()? })
        });
        let page = page.collect::<Result<Vec<Identity>, StoreError>>()?;
        let Some(last) = page.last() else { return Ok(PublicList { generation, units, gone: Vec::new() }) };
        after = (last.value.clone(), last.scheme.clone());
        units.extend(records(reader, &page).await?);
    }
}

/// The records of some units, in their order.
async fn records(reader: Reader<'_>, identities: &[Identity]) -> Result<Vec<UnitRecord>, StoreError> {
    let mut by_scheme: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for identity in identities {
        by_scheme.entry(&identity.scheme).or_default().push(&identity.value);
    }
    let mut found = std::collections::HashMap::new();
    for (scheme, values) in by_scheme {
        found.extend(unit::load(reader, scheme, &values).await?);
    }
    Ok(identities.iter().filter_map(|identity| found.remove(identity)).collect())
}

async fn changes(reader: Reader<'_>, since: i64) -> Result<Option<PublicList>, StoreError> {
    let generation = history::generation(reader).await?;
    if since > generation {
        return Ok(None);
    }
    let sql = format!(
        "SELECT unit_key FROM unit WHERE recorded_in > $1 UNION SELECT unit_key FROM typing WHERE recorded_in > $1 \
         UNION SELECT unit_key FROM unit_state WHERE sequence > $1 ORDER BY unit_key LIMIT {CHANGES_MAX}"
    );
    let mut list = PublicList { generation: generation.unsigned_abs(), units: Vec::new(), gone: Vec::new() };
    let (mut now, mut before) = (Vec::new(), Vec::new());
    for row in reader.all(&sql, [Value::from(since)]).await? {
        let key = RowReader::new("unit", &row).key()?;
        let (then, present) = life(reader, key, since).await?;
        match (then.is_listed(), present.is_listed()) {
            (_, true) => now.extend(present.identity),
            (true, false) => before.push((then.identity, present.status)),
            (false, false) => {}
        }
    }
    now.sort();
    for page in now.chunks(PAGE_UNITS as usize) {
        list.units.extend(records(reader, page).await?);
    }
    list.gone = before.into_iter().filter_map(|(identity, status)| Some((identity?, status))).collect();
    list.gone.sort();
    Ok(Some(list))
}

/// What the small rows beside the history say of a unit at a moment.
#[derive(Clone, Default)]
struct Known {
    identity: Option<Identity>,
    bank_type: Option<BankType>,
    status: Option<Status>,
    was_available: bool,
}

impl Known {
    /// Carries over what a row sets; a row that sets nothing says that the unit was removed.
    fn take(&mut self, [scheme, value, bank_type, status]: [Option<String>; 4]) {
        if scheme.is_none() && value.is_none() && bank_type.is_none() && status.is_none() {
            self.status = None;
            return;
        }
        let old = self.identity.take();
        let (old_scheme, old_value) = old.map_or((None, None), |old| (Some(old.scheme), Some(old.value)));
        self.identity =
            scheme.or(old_scheme).zip(value.or(old_value)).map(|(scheme, value)| Identity { scheme, value });
        self.bank_type = bank_type.as_deref().and_then(BankType::parse).or(self.bank_type);
        self.status = status.as_deref().and_then(Status::parse).or(self.status);
        self.was_available |= self.status == Some(Status::Available);
    }

    fn is_listed(&self) -> bool {
        let Some(status) = self.status else { return false };
        let may_wait = self.was_available && WAITING.contains(&status);
        self.bank_type == Some(BankType::Public) && (LISTED.contains(&status) || may_wait)
    }
}

/// A unit as it was at an event, and as it is.
async fn life(reader: Reader<'_>, key: i64, since: i64) -> Result<(Known, Known), StoreError> {
    let sql = "SELECT sequence, scheme, identity, bank_type, status FROM unit_state WHERE unit_key = $1 ORDER BY sequence";
    let (mut then, mut known) = (Known::default(), Known::default());
    for row in reader.all(sql, [Value::from(key)]).await? {
        let mut row = RowReader::new("unit_state", &row);
        let sequence = row.key()?;
        let values = [row.optional_text()?, row.optional_text()?, row.optional_text()?, row.optional_text()?];
        known.take(values);
        if sequence <= since {
            then = known.clone();
        }
    }
    Ok((then, known))
}
