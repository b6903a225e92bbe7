//! Requests of programs that carry an `Idempotency-Key`, with their answers.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct ApiRequests;

impl MigrationName for ApiRequests {
    fn name(&self) -> &'static str {
        "m0008_api_requests"
    }
}

/// `claim_digest` stands for actor, route and key; an answer is there when `status` is.
const API_REQUEST: &str = "CREATE TABLE api_request (
    claim_digest {bytes} PRIMARY KEY,
    actor TEXT NOT NULL,
    request_digest {bytes} NOT NULL,
    begun_at_us BIGINT NOT NULL,
    status BIGINT,
    answer_key_id TEXT,
    answer_sealed {bytes}
)";
const BY_TIME: &str = "CREATE INDEX api_request_begun ON api_request (begun_at_us)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for ApiRequests {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[API_REQUEST, BY_TIME].map(str::to_owned)).await
    }
}
