//! Silence is an alarm: a probe that says nothing is not "fine".

use sea_orm::Value;

use super::alarm::{self, Place};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::telemetry::Excursion;
use crate::{Acting, AlarmKind, BankError};

/// A probe that was not heard for too long.
struct Quiet {
    sensor: String,
    tank: String,
    site: Option<String>,
    since_us: i64,
}

impl Store {
    /// Raises an alarm for every probe of an armed tank that said nothing for longer than its tank allows; gives how
    /// many. A probe that was never heard is silent since its tank was armed.
    ///
    /// # Errors
    /// Outages only.
    pub async fn watch_silence(&self, acting: &Acting<'_>) -> Result<u64, BankError> {
        let quiet = self.quiet(acting).await?;
        if quiet.is_empty() {
            return Ok(0);
        }
        let write = self.database.begin().await?;
        let mut raised = 0;
        for one in &quiet {
            let is_known = alarm::silent(write.reader(), &[one.sensor.as_str()]).await?;
            if !is_known.is_empty() {
                continue;
            }
            let place = Place { tank: &one.tank, sensor: &one.sensor, site: one.site.as_deref() };
            let silence = Excursion {
                began_us: one.since_us,
                until_us: acting.now.as_microsecond(),
                peak_mc: 0,
                area_mc_s: 0,
                is_critical: false,
            };
            let event = alarm::raised(AlarmKind::Silent, &place, &silence, None, acting);
            write.record(&alarm::context(acting), vec![event]).await?;
            raised += 1;
        }
        write.commit().await?;
        Ok(raised)
    }

    async fn quiet(&self, acting: &Acting<'_>) -> Result<Vec<Quiet>, StoreError> {
        let sql = "SELECT s.code, t.code, r.site, COALESCE(w.received_at_us, h.recorded_at_us) FROM tank_sensor s \
                   JOIN storage_tank t ON t.code = s.tank JOIN storage_room r ON r.code = t.room \
                   JOIN history h ON h.sequence = t.recorded_in LEFT JOIN sensor_watch w ON w.sensor = s.code \
                   WHERE t.is_armed AND NOT s.is_closed \
                   AND COALESCE(w.received_at_us, h.recorded_at_us) + t.silence_s * 1000000 < $1 \
                   AND NOT EXISTS (SELECT 1 FROM tank_alarm a WHERE a.sensor = s.code AND a.kind = 'silent' \
                   AND a.ended_at_us IS NULL) ORDER BY s.code";
        let rows = self.database.reader().all(sql, [Value::from(acting.now.as_microsecond())]).await?;
        let quiet = |row| {
            let mut row = RowReader::new("tank_sensor", row);
            Ok(Quiet {
                sensor: row.text()?,
                tank: row.text()?,
                site: row.optional_text()?,
                since_us: row.key()?,
            })
        };
        rows.iter().map(quiet).collect()
    }
}
