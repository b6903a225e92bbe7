//! Cryostorage: rooms, tanks and places, freeze runs, readings and alarms, printed labels.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Cold;

impl MigrationName for Cold {
    fn name(&self) -> &'static str {
        "m0014_cold"
    }
}

const ROOM: &str = "CREATE TABLE storage_room (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    site TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const TANK: &str = "CREATE TABLE storage_tank (
    code TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES storage_room (code),
    class TEXT NOT NULL,
    sectors BIGINT NOT NULL,
    racks BIGINT NOT NULL,
    levels BIGINT NOT NULL,
    slots BIGINT NOT NULL,
    warn_mc BIGINT,
    critical_mc BIGINT,
    delay_s BIGINT,
    silence_s BIGINT,
    is_armed BOOLEAN NOT NULL,
    is_closed BOOLEAN NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// A row for each time that something stands somewhere; it ends with `taken_at_us`.
const PLACE: &str = "CREATE TABLE storage_place (
    place_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    scheme TEXT NOT NULL,
    identity TEXT NOT NULL,
    tank TEXT NOT NULL REFERENCES storage_tank (code),
    sector BIGINT NOT NULL,
    rack BIGINT NOT NULL,
    level BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    placed_at_us BIGINT NOT NULL,
    taken_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
/// Never two in one slot, and nothing in two of them, whatever a program does.
const SLOT_ONCE: &str = "CREATE UNIQUE INDEX storage_slot_once ON storage_place (tank, sector, rack, level, slot) \
     WHERE taken_at_us IS NULL";
const THING_ONCE: &str = "CREATE UNIQUE INDEX storage_thing_once ON storage_place (scheme, identity, kind) \
     WHERE taken_at_us IS NULL";
const PLACE_OF: &str = "CREATE INDEX storage_place_of ON storage_place (scheme, identity, placed_at_us)";
const PLACED: &str = "CREATE INDEX storage_placed ON storage_place (placed_at_us, tank)";

const COUNT: &str = "CREATE TABLE storage_count (
    count_id TEXT PRIMARY KEY,
    tank TEXT NOT NULL REFERENCES storage_tank (code),
    sector BIGINT,
    rack BIGINT,
    counted_at_us BIGINT NOT NULL,
    counted_by TEXT NOT NULL,
    expected BIGINT NOT NULL,
    matched BIGINT NOT NULL,
    findings TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const COUNT_OF: &str = "CREATE INDEX storage_count_of ON storage_count (tank, counted_at_us)";

/// The raw file is the document; `reading` says how its columns were read.
const RUN: &str = "CREATE TABLE freeze_run (
    run_id TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    device TEXT NOT NULL,
    profile TEXT NOT NULL,
    reading TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (document_id),
    started_at_us BIGINT NOT NULL,
    points BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    evaluation TEXT NOT NULL,
    recorded_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const RUN_BAG: &str = "CREATE TABLE freeze_run_bag (
    run_id TEXT NOT NULL REFERENCES freeze_run (run_id),
    scheme TEXT NOT NULL,
    identity TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (run_id, scheme, identity)
)";
const RUN_OF: &str = "CREATE INDEX freeze_run_of ON freeze_run_bag (scheme, identity)";

const SENSOR: &str = "CREATE TABLE tank_sensor (
    code TEXT PRIMARY KEY,
    tank TEXT NOT NULL REFERENCES storage_tank (code),
    sector BIGINT,
    level_from BIGINT,
    level_to BIGINT,
    is_closed BOOLEAN NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// Readings that were written together, chained: the hash covers each of them and the block before.
const BLOCK: &str = "CREATE TABLE reading_block (
    sequence {key},
    recorded_at_us BIGINT NOT NULL,
    readings BIGINT NOT NULL,
    hash {bytes} NOT NULL
)";
/// A probe that nobody has entered yet is kept too. `fingerprint` tells two readings of one moment apart; the very same one, sent twice, is one row.
const READING: &str = "CREATE TABLE tank_reading (
    sensor TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    device_at_us BIGINT NOT NULL,
    received_at_us BIGINT NOT NULL,
    device_sequence BIGINT,
    temperature_mc BIGINT,
    level_mm BIGINT,
    quality TEXT NOT NULL,
    beyond BIGINT NOT NULL,
    block BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    PRIMARY KEY (sensor, device_at_us, fingerprint)
) {clustered}";
const READING_BLOCK: &str = "CREATE INDEX tank_reading_block ON tank_reading (block, ordinal)";

/// Where the watch over a probe stands: what is above a limit since when, and when it was last heard.
const WATCH: &str = "CREATE TABLE sensor_watch (
    sensor TEXT PRIMARY KEY,
    received_at_us BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    temperature_mc BIGINT,
    live TEXT NOT NULL,
    late TEXT NOT NULL
)";

const ALARM: &str = "CREATE TABLE tank_alarm (
    alarm_id TEXT PRIMARY KEY,
    tank TEXT NOT NULL REFERENCES storage_tank (code),
    sensor TEXT NOT NULL REFERENCES tank_sensor (code),
    kind TEXT NOT NULL,
    began_at_us BIGINT NOT NULL,
    raised_at_us BIGINT NOT NULL,
    ended_at_us BIGINT,
    is_critical BOOLEAN NOT NULL,
    peak_mc BIGINT,
    area_mc_s BIGINT,
    acknowledged_by TEXT,
    acknowledged_at_us BIGINT,
    comment TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const ALARM_OF: &str = "CREATE INDEX tank_alarm_of ON tank_alarm (tank, began_at_us)";
const ALARM_SENSOR: &str = "CREATE INDEX tank_alarm_sensor ON tank_alarm (sensor, kind, began_at_us)";
/// One excursion is one alarm.
const ALARM_ONCE: &str =
    "CREATE UNIQUE INDEX tank_alarm_once ON tank_alarm (sensor, kind) WHERE ended_at_us IS NULL";

const LABEL: &str = "CREATE TABLE label_print (
    print_id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    copies BIGINT NOT NULL,
    is_reprint BOOLEAN NOT NULL,
    printed_by TEXT NOT NULL,
    printed_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const LABEL_OF: &str = "CREATE INDEX label_print_of ON label_print (subject, kind)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Cold {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let storage = [ROOM, TANK, PLACE, SLOT_ONCE, THING_ONCE, PLACE_OF, PLACED, COUNT, COUNT_OF];
        let freezing = [RUN, RUN_BAG, RUN_OF];
        let watching =
            [SENSOR, BLOCK, READING, READING_BLOCK, WATCH, ALARM, ALARM_OF, ALARM_SENSOR, ALARM_ONCE];
        let statements = storage.iter().chain(&freezing).chain(&watching).chain(&[LABEL, LABEL_OF]);
        run(manager, &statements.map(|statement| (*statement).to_owned()).collect::<Vec<_>>()).await
    }
}
