//! Keys of what analysers sent, saved mappings of laboratory files, results assigned by hand, and levels of liquid
//! nitrogen.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct RawData;

impl MigrationName for RawData {
    fn name(&self) -> &'static str {
        "m0015_raw_data"
    }
}

/// A message is sealed under a key of its own, which is wrapped under the master key: a new master key changes this row
/// and not the message. `fingerprint` finds the very same content again.
const MESSAGE_KEY: &str = "CREATE TABLE lab_message_key (
    message_id TEXT PRIMARY KEY,
    master_key_id TEXT NOT NULL,
    wrapped {bytes} NOT NULL,
    fingerprint {bytes} NOT NULL
)";
const MESSAGE_FINGERPRINT: &str = "CREATE INDEX lab_message_fingerprint ON lab_message_key (fingerprint)";

const MAPPING: &str = "CREATE TABLE lab_mapping (
    name TEXT PRIMARY KEY,
    columns TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// A line of a message is assigned once.
const ASSIGNMENT: &str = "CREATE TABLE lab_assignment (
    message_id TEXT NOT NULL REFERENCES lab_message (message_id),
    place TEXT NOT NULL,
    result_id TEXT NOT NULL,
    assigned_by TEXT NOT NULL,
    assigned_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (message_id, place)
)";

/// Below it the liquid nitrogen of a tank is too low.
const TANK_LEVEL: &str = "ALTER TABLE storage_tank ADD COLUMN low_mm BIGINT";
const ALARM_LEVEL: &str = "ALTER TABLE tank_alarm ADD COLUMN least_mm BIGINT";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for RawData {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [MESSAGE_KEY, MESSAGE_FINGERPRINT, MAPPING, ASSIGNMENT, TANK_LEVEL, ALARM_LEVEL];
        run(manager, &statements.map(str::to_owned)).await
    }
}
