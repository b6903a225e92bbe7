//! Who a unit is kept for.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Reservations;

impl MigrationName for Reservations {
    fn name(&self) -> &'static str {
        "m0009_reservations"
    }
}

const RESERVATION: &str = "CREATE TABLE reservation (
    reservation_id TEXT PRIMARY KEY,
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    reserved_for TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
/// Two can never hold one unit, whatever a program does.
const ONE_OPEN: &str = "CREATE UNIQUE INDEX reservation_open ON reservation (unit_key) WHERE is_open";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Reservations {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[RESERVATION, ONE_OPEN].map(str::to_owned)).await
    }
}
