//! The small rows that figures over units read, filled from the events there are.

use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct UnitState;

impl MigrationName for UnitState {
    fn name(&self) -> &'static str {
        "m0004_unit_state"
    }
}

const TABLE: &str = "CREATE TABLE unit_state (
    unit_key BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    effective_at_us BIGINT NOT NULL,
    recorded_at_us BIGINT NOT NULL,
    scheme TEXT,
    identity TEXT,
    bank_type TEXT,
    status TEXT,
    recorded_in BIGINT NOT NULL,
    PRIMARY KEY (unit_key, sequence)
) {clustered}";

/// One row for each change of a unit that says one of the four values, or removes the unit.
const FILL: &str = "INSERT INTO unit_state
    SELECT unit_key, sequence, effective_at_us, recorded_at_us, scheme, identity, bank_type, status, sequence
    FROM ({changes}) AS said
    WHERE removed OR COALESCE(scheme, identity, bank_type, status) IS NOT NULL";

const CHANGES_SQLITE: &str = "SELECT h.sequence, h.effective_at_us, h.recorded_at_us,
    json_extract(c.value, '$.key[0]') AS unit_key,
    json_type(c.value, '$.new') = 'null' AS removed,
    json_extract(c.value, '$.new.scheme') AS scheme,
    json_extract(c.value, '$.new.identity') AS identity,
    json_extract(c.value, '$.new.bank_type') AS bank_type,
    json_extract(c.value, '$.new.status') AS status
    FROM history h, json_each(h.changes) c
    WHERE json_extract(c.value, '$.table') = 'unit'";

const CHANGES_POSTGRES: &str = "SELECT h.sequence, h.effective_at_us, h.recorded_at_us,
    CAST(c.value -> 'key' ->> 0 AS BIGINT) AS unit_key,
    json_typeof(c.value -> 'new') = 'null' AS removed,
    c.value -> 'new' ->> 'scheme' AS scheme,
    c.value -> 'new' ->> 'identity' AS identity,
    c.value -> 'new' ->> 'bank_type' AS bank_type,
    c.value -> 'new' ->> 'status' AS status
    FROM history h, json_array_elements(CAST(h.changes AS json)) AS c (value)
    WHERE c.value ->> 'table' = 'unit'";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for UnitState {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let changes = match manager.get_database_backend() {
            DbBackend::Postgres => CHANGES_POSTGRES,
            _ => CHANGES_SQLITE,
        };
        run(manager, &[TABLE.to_owned(), FILL.replace("{changes}", changes)]).await
    }
}
