//! Readings and alarms as they are looked at, and which alarm met which bag.

use jiff::Timestamp;
use sea_orm::Value;

use super::alarm;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::{Alarm, Stored, StoredReading};

/// Bag and alarm meet where the probe stands for the place, while the bag was there.
pub(super) const MEETS: &str = "JOIN tank_sensor s ON s.code = a.sensor JOIN storage_place p ON p.tank = a.tank \
     AND (a.ended_at_us IS NULL OR p.placed_at_us < a.ended_at_us) \
     AND (p.taken_at_us IS NULL OR p.taken_at_us > a.began_at_us) \
     AND (s.sector IS NULL OR s.sector = p.sector) \
     AND (s.level_from IS NULL OR p.level BETWEEN s.level_from AND s.level_to)";

impl Store {
    /// The readings of a probe in a span of its own clock, oldest first, at most `limit`.
    pub async fn readings(
        &self,
        sensor: &str,
        (from, to): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<StoredReading>, StoreError> {
        let sql = format!(
            "SELECT at_us, temperature_mc, level_mm, quality, beyond FROM tank_reading \
             WHERE sensor = $1 AND device_at_us >= $2 AND device_at_us < $3 ORDER BY device_at_us LIMIT {limit}"
        );
        let values = [Value::from(sensor), from.as_microsecond().into(), to.as_microsecond().into()];
        let reading = |row| {
            let mut row = RowReader::new("tank_reading", row);
            Ok(StoredReading {
                at: row.time("at_us")?,
                temperature_mc: row.int()?,
                level_mm: row.int()?,
                quality: row.text()?,
                beyond: row.key()?,
            })
        };
        self.database.reader().all(&sql, values).await?.iter().map(reading).collect()
    }

    /// How many readings are kept.
    pub async fn reading_count(&self) -> Result<u64, StoreError> {
        let row = self.database.reader().first("SELECT COUNT(*) FROM tank_reading", []).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }

    /// Alarms of a tank, or of all; those that are open first, then the newest.
    pub async fn alarms(&self, tank: Option<&str>, limit: u32) -> Result<Vec<Alarm>, StoreError> {
        let condition = if tank.is_some() { "WHERE a.tank = $1" } else { "" };
        let order = "CASE WHEN a.ended_at_us IS NULL OR a.acknowledged_at_us IS NULL THEN 0 ELSE 1 END, a.began_at_us DESC";
        let condition = format!("{condition} ORDER BY {order}, a.sensor LIMIT {limit}");
        alarm::select(self.database.reader(), &condition, tank.map(Value::from)).await
    }

    /// The excursions that something lived through: of the probes of its places, while it stood there. A release looks
    /// at them; one that is open is no pass.
    pub async fn excursions_of(&self, stored: &Stored) -> Result<Vec<Alarm>, StoreError> {
        let condition = format!(
            "{MEETS} WHERE a.kind = 'warm' AND p.scheme = $1 AND p.identity = $2 AND p.kind = $3 ORDER BY a.began_at_us"
        );
        let identity = &stored.identity;
        let values = [identity.scheme.as_str(), identity.value.as_str(), stored.kind.code()].map(Value::from);
        alarm::select(self.database.reader(), &condition, values).await
    }

    /// How many things lived through an excursion.
    pub async fn met_by(&self, alarm_id: &str) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT COUNT(DISTINCT p.place_id) FROM tank_alarm a {MEETS} WHERE a.alarm_id = $1 AND a.kind = 'warm'"
        );
        let row = self.database.reader().first(&sql, [Value::from(alarm_id)]).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }
}
