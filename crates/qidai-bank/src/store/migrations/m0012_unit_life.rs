//! The life of units: their moves, open fields, refused attempts and clocks; and what fields of records name, for traces.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct UnitLife;

impl MigrationName for UnitLife {
    fn name(&self) -> &'static str {
        "m0012_unit_life"
    }
}

const STEP: &str = "CREATE TABLE unit_step (
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    version BIGINT NOT NULL,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor TEXT NOT NULL,
    account_id TEXT,
    effective_at_us BIGINT NOT NULL,
    recorded_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (unit_key, version)
)";

const FIELD: &str = "CREATE TABLE unit_field (
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    refers_to TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (unit_key, field)
)";

const REFUSAL: &str = "CREATE TABLE unit_refusal (
    refusal_id TEXT PRIMARY KEY,
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    step TEXT NOT NULL,
    from_state TEXT NOT NULL,
    code TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const CLOCK: &str = "CREATE TABLE unit_clock (
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    clock TEXT NOT NULL,
    started TEXT NOT NULL,
    outcome TEXT NOT NULL,
    ran_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (unit_key, clock, started)
)";

/// Only rows that name something are in the indexes of traces.
const LAST: [&str; 5] = [
    "ALTER TABLE record_field ADD COLUMN refers_to TEXT",
    "CREATE INDEX record_field_refers ON record_field (refers_to) WHERE refers_to IS NOT NULL",
    "CREATE INDEX unit_field_refers ON unit_field (refers_to) WHERE refers_to IS NOT NULL",
    "CREATE INDEX unit_step_actor ON unit_step (actor, unit_key)",
    "CREATE INDEX unit_refusal_unit ON unit_refusal (unit_key)",
];

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for UnitLife {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements: Vec<String> =
            [STEP, FIELD, REFUSAL, CLOCK].into_iter().chain(LAST).map(str::to_owned).collect();
        run(manager, &statements).await
    }
}
