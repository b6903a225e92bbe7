//! Long texts of the history are kept packed. Those that a bank has stay as they are.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct PackedHistory;

impl MigrationName for PackedHistory {
    fn name(&self) -> &'static str {
        "m0020_packed_history"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for PackedHistory {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE history ADD COLUMN packed {bytes}".to_owned()]).await
    }
}
