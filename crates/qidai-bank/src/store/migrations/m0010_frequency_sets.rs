//! Sets of haplotype frequencies, every version kept.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct FrequencySets;

impl MigrationName for FrequencySets {
    fn name(&self) -> &'static str {
        "m0010_frequency_sets"
    }
}

/// An empty registry or population stands for all of them.
const SET: &str = "CREATE TABLE frequency_set (
    set_id TEXT PRIMARY KEY,
    registry TEXT NOT NULL,
    population TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    is_synthetic BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    loci TEXT NOT NULL,
    haplotypes BIGINT NOT NULL,
    release TEXT,
    content_sha256 {bytes} NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const ONE_VERSION: &str =
    "CREATE UNIQUE INDEX frequency_set_version ON frequency_set (registry, population, version)";
const CONTENT: &str = "CREATE TABLE frequency_set_content (
    set_id TEXT PRIMARY KEY REFERENCES frequency_set (set_id),
    content {bytes} NOT NULL
)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for FrequencySets {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[SET, ONE_VERSION, CONTENT].map(str::to_owned)).await
    }
}
