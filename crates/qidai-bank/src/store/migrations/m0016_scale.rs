//! Indexes that a bank of a million units needs, without the rows that no question asks for; and how many records are where.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Scale;

impl MigrationName for Scale {
    fn name(&self) -> &'static str {
        "m0016_scale"
    }
}

/// Most fields are unique to nobody and most records are of no person: they stand in no index of those that are.
///
/// What stands in the tanks is counted in an index alone; the order of its columns serves the pace at which they fill, too.
const INDEXES: [&str; 7] = [
    "CREATE TABLE record_count (concept TEXT NOT NULL, state TEXT NOT NULL, site TEXT NOT NULL, records BIGINT NOT NULL, \
     PRIMARY KEY (concept, state, site)) {clustered}",
    "INSERT INTO record_count SELECT concept, state, COALESCE(site, ''), COUNT(*) FROM record \
     GROUP BY concept, state, COALESCE(site, '')",
    "DROP INDEX record_field_unique",
    "CREATE UNIQUE INDEX record_field_unique ON record_field (unique_key) WHERE unique_key IS NOT NULL",
    "DROP INDEX record_person",
    "CREATE INDEX record_person ON record (person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX storage_place_tank ON storage_place (tank, taken_at_us, placed_at_us)",
];

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Scale {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &INDEXES.map(str::to_owned)).await
    }
}
