//! Settings of a bank.

use jiff::tz::TimeZone;
use sea_orm::Value;
use serde::{Deserialize, Serialize};

use super::database::Reader;
use super::event::Event;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::WriteContext;

const RELEASE: &str = "hla_release";
pub(super) const ZONE: &str = "bank_zone";
/// The zone of a bank that did not say its own.
pub(super) const ZONE_DEFAULT: &str = "Asia/Shanghai";

pub(super) static TABLE: Table =
    Table { name: "setting", key: &["name"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 2] = [Column::text("name"), Column::text("value")];

/// The IPD-IMGT/HLA release that a bank interprets typings with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseInForce {
    /// Such as `3.58.0`.
    pub label: String,
    /// Where its files are.
    pub directory: String,
}

/// Name of the setting that says how the last verification ended.
pub const LAST_VERIFICATION: &str = "last_verification";

impl Store {
    /// A setting by its name, or `None` when it was never set.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        read(self.database.reader(), name).await
    }

    /// Sets a setting. Setting the value that it has already writes nothing.
    pub async fn set_setting(
        &self,
        name: &str,
        value: &str,
        context: &WriteContext<'_>,
    ) -> Result<(), StoreError> {
        let write = self.database.begin().await?;
        let old = read(write.reader(), name).await?;
        if old.as_deref() == Some(value) {
            return write.rollback().await;
        }
        let event = Event::new("setting_changed", format!("setting/{name}"));
        let event = match old {
            None => event.insert(&TABLE, vec![Some(name.into()), Some(value.into())]),
            Some(_) => event.update(&TABLE, vec![name.into()], vec![("value", Some(value.into()))]),
        };
        write.record(context, vec![event]).await?;
        write.commit().await
    }

    /// The release in force, or `None`: the program then uses its starter release.
    pub async fn release_in_force(&self) -> Result<Option<ReleaseInForce>, StoreError> {
        let Some(text) = self.setting(RELEASE).await? else { return Ok(None) };
        match serde_json::from_str(&text) {
            Ok(release) => Ok(Some(release)),
            Err(_) => Err(StoreError::Unreadable {
                table: "setting",
                row: RELEASE.to_owned(),
                column: "value".to_owned(),
                value: text,
            }),
        }
    }

    /// Puts a release in force.
    pub async fn set_release_in_force(
        &self,
        release: &ReleaseInForce,
        context: &WriteContext<'_>,
    ) -> Result<(), StoreError> {
        let text = serde_json::json!({ "label": release.label, "directory": release.directory });
        self.set_setting(RELEASE, &text.to_string(), context).await
    }

    /// The zone in which the bank's days begin and end, `Asia/Shanghai` unless it was set.
    pub async fn bank_zone(&self) -> Result<String, StoreError> {
        zone(self.database.reader()).await
    }

    /// The last microsecond of a day in the bank's zone.
    ///
    /// # Errors
    /// Outages only.
    pub async fn end_of_day(&self, day: jiff::civil::Date) -> Result<jiff::Timestamp, StoreError> {
        let zone = time_zone(self.database.reader()).await?;
        Ok(crate::bank_day::end_of_day(day, &zone).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Sets the bank's zone, an IANA name.
    pub async fn set_bank_zone(&self, zone: &str, context: &WriteContext<'_>) -> Result<(), StoreError> {
        self.set_setting(ZONE, zone, context).await
    }
}

pub(super) async fn zone(reader: Reader<'_>) -> Result<String, StoreError> {
    Ok(read(reader, ZONE).await?.unwrap_or_else(|| ZONE_DEFAULT.to_owned()))
}

/// The zone in which the bank's days begin and end.
pub(super) async fn time_zone(reader: Reader<'_>) -> Result<TimeZone, StoreError> {
    zone_of(&zone(reader).await?)
}

/// The zone of a name.
pub(super) fn zone_of(name: &str) -> Result<TimeZone, StoreError> {
    TimeZone::get(name).map_err(|_| StoreError::Unreadable {
        table: TABLE.name,
        row: ZONE.to_owned(),
        column: "zone".to_owned(),
        value: name.to_owned(),
    })
}

/// A value of a profile (`workflow.CONCEPT.CODE`) as the bank set it, or as it is declared.
pub(super) async fn profile(
    reader: Reader<'_>,
    concept: &str,
    code: &str,
    declared: u32,
) -> Result<u32, StoreError> {
    let name = format!("workflow.{concept}.{code}");
    let Some(text) = read(reader, &name).await? else { return Ok(declared) };
    text.parse().map_err(|_| StoreError::Unreadable {
        table: "setting",
        row: name,
        column: "value".to_owned(),
        value: text,
    })
}

async fn read(reader: Reader<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = $1";
    match reader.first(sql, [Value::from(name)]).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}
