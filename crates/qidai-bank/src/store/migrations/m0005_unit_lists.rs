//! Indexes of the lists of units. An expression, because a unit may have no day of collection.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct UnitLists;

impl MigrationName for UnitLists {
    fn name(&self) -> &'static str {
        "m0005_unit_lists"
    }
}

const INDEXES: [&str; 3] = [
    "CREATE INDEX unit_newest ON unit (COALESCE(collection_date, ''), unit_key)",
    "CREATE INDEX unit_status_number ON unit (status, identity, scheme)",
    "CREATE INDEX unit_status_newest ON unit (status, COALESCE(collection_date, ''), unit_key)",
];

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for UnitLists {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &INDEXES.map(str::to_owned)).await
    }
}
