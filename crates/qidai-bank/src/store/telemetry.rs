//! Probes, their readings and alarms.
//!
//! Readings stand in a chain of their own, block by block; nothing ever changes one. What they mean for the bank –
//! alarms, and who acknowledged them – is in the history like everything else.

mod alarm;
mod chain;
pub(super) mod excursion;
mod level;
mod look;
mod silence;
mod take;

use std::collections::HashMap;

use sea_orm::Value;

use super::database::{Reader, placeholders};
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, storage};
use crate::telemetry::Limits;
use crate::{Acting, BankError, Permission, Refusal, Sensor};

pub(super) use alarm::TABLE as ALARM;
pub use take::READINGS_MAX;

pub(super) static SENSOR: Table =
    Table { name: "tank_sensor", key: &["code"], counter: None, columns: || &SENSOR_COLUMNS };
const SENSOR_COLUMNS: [Column; 6] = [
    Column::text("code"),
    Column::text("tank"),
    Column::int("sector"),
    Column::int("level_from"),
    Column::int("level_to"),
    Column::flag("is_closed"),
];

/// What the watch needs to know of a probe.
struct Watched {
    tank: String,
    site: Option<String>,
    /// Of a tank that is armed.
    limits: Option<Limits>,
    /// Liquid nitrogen below this is an alarm; of a tank that is armed.
    low_mm: Option<i64>,
}

impl Store {
    /// Adds a probe, or changes it.
    ///
    /// # Errors
    /// `permission_missing`, `tank_unknown`, `sensor_code_invalid`, `sensor_levels_invalid`, `sensor_outside`.
    pub async fn put_sensor(&self, sensor: &Sensor, acting: &Acting<'_>) -> Result<(), BankError> {
        if let Some(problem) = sensor.problem() {
            return Err(problem.into());
        }
        let write = self.database.begin().await?;
        let found = storage::find(write.reader(), &sensor.tank).await?;
        let context = acting.allowed(Permission::StorageMove, found.site.as_deref())?;
        let tank = &found.tank;
        let is_outside = sensor.sector.is_some_and(|sector| !(1..=tank.sectors).contains(&sector))
            || sensor.levels.is_some_and(|(_, to)| to > tank.levels);
        if is_outside {
            let sentence = format!("Tank {} has no such sector or levels: look at its size.", tank.code);
            return Err(Refusal::new("sensor_outside", sentence).with("tank", tank.code.as_str()).into());
        }
        let known =
            sensors(write.reader(), "WHERE code = $1", [Value::from(sensor.code.as_str())]).await?.pop();
        let row = vec![
            Some(sensor.code.as_str().into()),
            Some(sensor.tank.as_str().into()),
            sensor.sector.map(Into::into),
            sensor.levels.map(|(from, _)| from.into()),
            sensor.levels.map(|(_, to)| to.into()),
            Some(sensor.is_closed.into()),
        ];
        let subject = format!("tank/{}", sensor.tank);
        let event = match known {
            Some(known) if known == *sensor => return Ok(write.rollback().await?),
            Some(_) => {
                let set = SENSOR_COLUMNS.iter().map(|column| column.name).zip(row).skip(1).collect();
                Event::new("sensor_changed", subject).update(&SENSOR, vec![sensor.code.as_str().into()], set)
            }
            None => Event::new("sensor_added", subject).insert(&SENSOR, row),
        };
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// The probes of a tank by their codes.
    pub async fn sensors(&self, tank: &str) -> Result<Vec<Sensor>, StoreError> {
        sensors(self.database.reader(), "WHERE tank = $1", [Value::from(tank)]).await
    }
}

async fn sensors(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<Sensor>, StoreError> {
    let sql = format!("SELECT {} FROM tank_sensor {condition} ORDER BY code", SENSOR.select_list());
    let sensor = |row| {
        let mut row = RowReader::new(SENSOR.name, row);
        Ok(Sensor {
            code: row.text()?,
            tank: row.text()?,
            sector: row.int()?,
            levels: row.int()?.zip(row.int()?),
            is_closed: row.flag()?.unwrap_or_default(),
        })
    };
    reader.all(&sql, values).await?.iter().map(sensor).collect()
}

/// What the watch needs to know of these probes; those that nobody has entered, or that are closed, are left out.
async fn watched(reader: Reader<'_>, codes: &[&str]) -> Result<HashMap<String, Watched>, StoreError> {
    let list = placeholders(1, codes.len());
    let sql = format!(
        "SELECT s.code, t.code, r.site, t.is_armed, t.warn_mc, t.critical_mc, t.delay_s, t.low_mm FROM tank_sensor s \
         JOIN storage_tank t ON t.code = s.tank JOIN storage_room r ON r.code = t.room \
         WHERE NOT s.is_closed AND s.code IN ({list})"
    );
    let row = |row| {
        let mut row = RowReader::new(SENSOR.name, row);
        let (code, tank, site) = (row.text()?, row.text()?, row.optional_text()?);
        let is_armed = row.flag()?.unwrap_or_default();
        let (warn, critical, delay) = (row.int()?, row.int()?, row.int()?);
        let limits = warn.zip(critical).zip(delay).filter(|_| is_armed);
        let limits = limits.map(|((warn_mc, critical_mc), delay_s)| Limits {
            warn_mc,
            critical_mc,
            delay_us: delay_s * 1_000_000,
        });
        let low_mm = row.int()?.filter(|_| is_armed);
        Ok((code, Watched { tank, site, limits, low_mm }))
    };
    reader.all(&sql, codes.iter().map(|code| Value::from(*code))).await?.iter().map(row).collect()
}
