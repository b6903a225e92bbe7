//! Records of declared concepts, what their clocks did, and jobs.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Records;

impl MigrationName for Records {
    fn name(&self) -> &'static str {
        "m0006_records"
    }
}

const RECORD: &str = "CREATE TABLE record (
    record_id TEXT PRIMARY KEY,
    concept TEXT NOT NULL,
    number TEXT NOT NULL,
    serial BIGINT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    site TEXT,
    person_id TEXT REFERENCES person (person_id),
    created_at_us BIGINT NOT NULL,
    entered_at_us BIGINT NOT NULL,
    changed_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// `unique_key` has a value where no other record may have the same; without one a row is in nobody's way.
const RECORD_FIELD: &str = "CREATE TABLE record_field (
    record_id TEXT NOT NULL REFERENCES record (record_id),
    field TEXT NOT NULL,
    concept TEXT NOT NULL,
    value TEXT NOT NULL,
    unique_key TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (record_id, field)
)";

const RECORD_STEP: &str = "CREATE TABLE record_step (
    record_id TEXT NOT NULL REFERENCES record (record_id),
    version BIGINT NOT NULL,
    step TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor TEXT NOT NULL,
    account_id TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (record_id, version)
)";

const RECORD_REFUSAL: &str = "CREATE TABLE record_refusal (
    refusal_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES record (record_id),
    step TEXT NOT NULL,
    from_state TEXT NOT NULL,
    code TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// `started` names the beginning for which a clock ran: the time a state was entered, or a day.
const CLOCK_RUN: &str = "CREATE TABLE clock_run (
    record_id TEXT NOT NULL REFERENCES record (record_id),
    clock TEXT NOT NULL,
    started TEXT NOT NULL,
    outcome TEXT NOT NULL,
    ran_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (record_id, clock, started)
)";

/// A job of which only one may wait has a `job_key`.
const JOB: &str = "CREATE TABLE job (
    job_id TEXT PRIMARY KEY,
    job_key TEXT UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at_us BIGINT NOT NULL,
    owner TEXT,
    lease_until_us BIGINT,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    given_up BOOLEAN NOT NULL
)";

/// PostgreSQL keeps no long texts in an index: the beginning of a value is enough to find it.
const INDEXES: [&str; 9] = [
    "CREATE UNIQUE INDEX record_number ON record (concept, number)",
    "CREATE UNIQUE INDEX record_serial ON record (concept, serial)",
    "CREATE INDEX record_state ON record (concept, state, serial)",
    "CREATE INDEX record_changed ON record (concept, changed_at_us, serial)",
    "CREATE INDEX record_person ON record (person_id)",
    "CREATE INDEX record_field_value ON record_field (concept, field, SUBSTR(value, 1, 64))",
    "CREATE UNIQUE INDEX record_field_unique ON record_field (unique_key)",
    "CREATE INDEX record_refusal_record ON record_refusal (record_id)",
    "CREATE INDEX job_due ON job (run_at_us)",
];

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Records {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [RECORD, RECORD_FIELD, RECORD_STEP, RECORD_REFUSAL, CLOCK_RUN, JOB];
        let statements: Vec<String> = tables.into_iter().chain(INDEXES).map(str::to_owned).collect();
        run(manager, &statements).await
    }
}
