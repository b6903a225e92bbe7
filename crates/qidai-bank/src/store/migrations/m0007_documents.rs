//! Documents with their content, and notifications.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Documents;

impl MigrationName for Documents {
    fn name(&self) -> &'static str {
        "m0007_documents"
    }
}

/// `content_sha256` binds the content, which stands apart, to the history. A document about a person is sealed:
/// its name stands in `sealed_name` only.
const DOCUMENT: &str = "CREATE TABLE document (
    document_id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    class TEXT NOT NULL,
    file_name TEXT,
    sealed_name {bytes},
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    content_sha256 {bytes} NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at_us BIGINT NOT NULL,
    state TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const OF_SUBJECT: &str = "CREATE INDEX document_subject ON document (subject, recorded_in)";

const CONTENT: &str = "CREATE TABLE document_content (
    document_id TEXT PRIMARY KEY REFERENCES document (document_id),
    content {bytes} NOT NULL
)";

/// To an account, or to a role at a site (`*` is every site).
const NOTIFICATION: &str = "CREATE TABLE notification (
    notification_id TEXT PRIMARY KEY,
    account_id TEXT,
    role TEXT,
    site TEXT,
    subject TEXT NOT NULL,
    code TEXT NOT NULL,
    arguments TEXT NOT NULL,
    created_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const TO_ACCOUNT: &str = "CREATE INDEX notification_account ON notification (account_id, created_at_us)";
const TO_ROLE: &str = "CREATE INDEX notification_role ON notification (role, created_at_us)";

const NOTIFICATION_READ: &str = "CREATE TABLE notification_read (
    notification_id TEXT NOT NULL REFERENCES notification (notification_id),
    account_id TEXT NOT NULL REFERENCES account (account_id),
    read_at_us BIGINT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (notification_id, account_id)
)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Documents {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements =
            [DOCUMENT, OF_SUBJECT, CONTENT, NOTIFICATION, TO_ACCOUNT, TO_ROLE, NOTIFICATION_READ];
        run(manager, &statements.map(str::to_owned)).await
    }
}
