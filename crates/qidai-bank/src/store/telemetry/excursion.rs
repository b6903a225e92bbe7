//! Excursions that a unit lived through and that nobody has evaluated yet: they stand in the way of its acceptance and
//! release.

use sea_orm::Value;

use super::alarm;
use super::look::MEETS;
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{Alarm, Identity};

/// An evaluation speaks of what was known when it was signed: of excursions that had been told and were over.
const NOT_EVALUATED: &str = "NOT EXISTS (SELECT 1 FROM unit_step e WHERE e.unit_key = u.unit_key AND e.step = 'evaluated' \
     AND e.recorded_at_us >= a.raised_at_us AND e.recorded_at_us >= a.ended_at_us)";

/// The excursions of a unit that nobody has evaluated, oldest first.
pub(in crate::store) async fn open_of(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<Vec<Alarm>, StoreError> {
    let condition = format!(
        "{MEETS} JOIN unit u ON u.scheme = p.scheme AND u.identity = p.identity WHERE a.kind = 'warm' AND p.kind = 'unit' \
         AND p.scheme = $1 AND p.identity = $2 AND {NOT_EVALUATED} ORDER BY a.began_at_us"
    );
    let values = [identity.scheme.as_str(), identity.value.as_str()].map(Value::from);
    let mut found = alarm::select(reader, &condition, values).await?;
    // A unit that was moved within its tank meets an excursion in two places.
    found.dedup_by(|one, other| one.id == other.id);
    Ok(found)
}

/// Units in some states that lived through an excursion which is not evaluated and was told, or ended, after `since_us`.
pub(in crate::store) async fn units_with_open(
    reader: Reader<'_>,
    states: &[&str],
    since_us: i64,
    limit: usize,
) -> Result<Vec<Identity>, StoreError> {
    let list: Vec<String> = states.iter().map(|state| format!("'{state}'")).collect();
    let sql = format!(
        "SELECT DISTINCT u.scheme, u.identity FROM tank_alarm a {MEETS} \
         JOIN unit u ON u.scheme = p.scheme AND u.identity = p.identity \
         WHERE a.kind = 'warm' AND p.kind = 'unit' AND u.status IN ({}) \
         AND (a.ended_at_us IS NULL OR a.raised_at_us > $1 OR a.ended_at_us > $1) AND {NOT_EVALUATED} LIMIT {limit}",
        list.join(", ")
    );
    let rows = reader.all(&sql, [Value::from(since_us)]).await?;
    let identity = |row| {
        let mut row = RowReader::new("unit", row);
        Ok(Identity { scheme: row.text()?, value: row.text()? })
    };
    rows.iter().map(identity).collect()
}

impl Store {
    /// The excursions of a unit that nobody has evaluated, oldest first.
    ///
    /// # Errors
    /// Outages only.
    pub async fn open_excursions(&self, identity: &Identity) -> Result<Vec<Alarm>, StoreError> {
        open_of(self.database.reader(), identity).await
    }
}
