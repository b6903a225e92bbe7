//! Settings of a bank.

use sea_orm::{ConnectionTrait, Statement, Value};
use serde::{Deserialize, Serialize};

use super::write::begin;
use super::{Store, StoreError, history};
use crate::WriteContext;

const RELEASE: &str = "hla_release";
const ZONE: &str = "bank_zone";
/// The zone of a bank that did not say its own.
const ZONE_DEFAULT: &str = "Asia/Shanghai";

/// The IPD-IMGT/HLA release that a bank interprets typings with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseInForce {
    /// Such as `3.58.0`.
    pub label: String,
    /// Where its files are.
    pub directory: String,
}

impl Store {
    /// A setting by its name, or `None` when it was never set.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        read(&self.db, name).await
    }

    /// Sets a setting. Setting the value that it has already writes nothing.
    pub async fn set_setting(
        &self,
        name: &str,
        value: &str,
        context: &WriteContext<'_>,
    ) -> Result<(), StoreError> {
        let write = begin(self).await?;
        let old = read(write.db(), name).await?;
        if old.as_deref() == Some(value) {
            return write.rollback().await;
        }
        let detail = serde_json::json!({ "name": name, "old": old, "new": value });
        let sequence = history::append(write.db(), context, "setting_changed", &detail).await?;
        let statement = Statement::from_sql_and_values(
            write.db().get_database_backend(),
            "INSERT INTO setting (name, value, changed_in) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE \
             SET value = excluded.value, changed_in = excluded.changed_in",
            [Value::from(name), Value::from(value), Value::from(sequence)],
        );
        write.db().execute_raw(statement).await?;
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
        Ok(self.setting(ZONE).await?.unwrap_or_else(|| ZONE_DEFAULT.to_owned()))
    }

    /// Sets the bank's zone, an IANA name.
    pub async fn set_bank_zone(&self, zone: &str, context: &WriteContext<'_>) -> Result<(), StoreError> {
        self.set_setting(ZONE, zone, context).await
    }
}

async fn read(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [Value::from(name)]);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}
