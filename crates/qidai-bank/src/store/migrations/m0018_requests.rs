//! Searches that were run from requests.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Requests;

impl MigrationName for Requests {
    fn name(&self) -> &'static str {
        "m0018_requests"
    }
}

const RUN: &str = "CREATE TABLE search_run (
    run_id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    serial BIGINT NOT NULL,
    patient TEXT NOT NULL,
    typing TEXT NOT NULL,
    requester TEXT NOT NULL,
    is_foreign BOOLEAN NOT NULL,
    run_at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    generation BIGINT NOT NULL,
    release TEXT NOT NULL,
    digest TEXT NOT NULL,
    profile TEXT NOT NULL,
    order_name TEXT NOT NULL,
    listed BIGINT NOT NULL,
    best_x6 BIGINT,
    best_x8 BIGINT,
    content_sha256 {bytes} NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const RUN_OF_REQUEST: &str = "CREATE UNIQUE INDEX search_run_request ON search_run (request, serial)";
const RUN_OF_PATIENT: &str = "CREATE INDEX search_run_patient ON search_run (patient)";
const CONTENT: &str = "CREATE TABLE search_run_content (
    run_id TEXT PRIMARY KEY,
    content {bytes} NOT NULL
) {clustered}";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Requests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[RUN, RUN_OF_REQUEST, RUN_OF_PATIENT, CONTENT].map(str::to_owned)).await
    }
}
