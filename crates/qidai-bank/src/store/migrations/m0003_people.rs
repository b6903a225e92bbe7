//! Sites, accounts, sessions, persons, signatures.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct People;

impl MigrationName for People {
    fn name(&self) -> &'static str {
        "m0003_people"
    }
}

const SITE: &str = "CREATE TABLE site (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    uscc TEXT,
    active BOOLEAN NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

/// `credential_digest` binds the secrets, which stand in `credential`, to the history.
const ACCOUNT: &str = "CREATE TABLE account (
    account_id TEXT PRIMARY KEY,
    staff_number TEXT NOT NULL,
    state TEXT NOT NULL,
    person_id TEXT,
    credential_digest {bytes},
    certified_version TEXT,
    certified_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
/// S0012 and s0012 are one number.
const STAFF_NUMBER: &str = "CREATE UNIQUE INDEX account_staff_number ON account (LOWER(staff_number))";

/// `site` is `*` for every site: a column of a key is never null.
const ACCOUNT_ROLE: &str = "CREATE TABLE account_role (
    account_id TEXT NOT NULL REFERENCES account (account_id),
    role TEXT NOT NULL,
    site TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (account_id, role, site)
)";

const LINK: &str = "CREATE TABLE one_time_link (
    link_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    token_digest {bytes} NOT NULL UNIQUE,
    expires_at_us BIGINT NOT NULL,
    used_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const API_TOKEN: &str = "CREATE TABLE api_token (
    token_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    token_digest {bytes} NOT NULL UNIQUE,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at_us BIGINT NOT NULL,
    revoked_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const EMERGENCY: &str = "CREATE TABLE emergency (
    emergency_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    role TEXT NOT NULL,
    site TEXT NOT NULL,
    reason TEXT NOT NULL,
    taken_at_us BIGINT NOT NULL,
    until_us BIGINT NOT NULL,
    reviewed_at_us BIGINT,
    reviewed_by TEXT,
    review_note TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const CREDENTIAL: &str = "CREATE TABLE credential (
    account_id TEXT PRIMARY KEY REFERENCES account (account_id),
    password_hash TEXT NOT NULL,
    code_key_id TEXT,
    code_sealed {bytes}
)";

const SIGN_IN_STATE: &str = "CREATE TABLE sign_in_state (
    staff_number TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    locked_until_us BIGINT,
    code_step BIGINT,
    changed_at_us BIGINT NOT NULL
)";

const SESSION: &str = "CREATE TABLE session (
    token_digest {bytes} PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    created_at_us BIGINT NOT NULL,
    seen_at_us BIGINT NOT NULL,
    signed_at_us BIGINT
)";
const SESSION_OF_ACCOUNT: &str = "CREATE INDEX session_account ON session (account_id)";

const RATE_LIMIT: &str = "CREATE TABLE rate_limit (
    bucket TEXT PRIMARY KEY,
    window_us BIGINT NOT NULL,
    taken BIGINT NOT NULL
)";

const PERSON: &str = "CREATE TABLE person (
    person_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    site TEXT,
    state TEXT NOT NULL,
    key_check {bytes} NOT NULL,
    erased_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";

const PERSON_FIELD: &str = "CREATE TABLE person_field (
    person_id TEXT NOT NULL REFERENCES person (person_id),
    field TEXT NOT NULL,
    sealed {bytes} NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (person_id, field)
)";

const PERSON_KEY: &str = "CREATE TABLE person_key (
    person_id TEXT PRIMARY KEY REFERENCES person (person_id),
    master_key_id TEXT NOT NULL,
    wrapped {bytes} NOT NULL
)";

const PERSON_INDEX: &str = "CREATE TABLE person_index (
    person_id TEXT NOT NULL REFERENCES person (person_id),
    field TEXT NOT NULL,
    tag {bytes} NOT NULL,
    PRIMARY KEY (person_id, field)
)";
const PERSON_BY_TAG: &str = "CREATE INDEX person_index_tag ON person_index (tag)";

/// The columns of the history: its events are hashed in the same form.
const ACCESS_LOG: &str = "CREATE TABLE access_log (
    sequence {key},
    event_id TEXT NOT NULL UNIQUE,
    effective_at_us BIGINT NOT NULL,
    recorded_at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    site TEXT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT,
    changes TEXT NOT NULL,
    hash {bytes} NOT NULL
)";
const ACCESS_OF_PERSON: &str = "CREATE INDEX access_log_subject ON access_log (subject)";

const SIGNATURE: &str = "CREATE TABLE signature (
    signature_id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    meaning TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (account_id),
    staff_number TEXT NOT NULL,
    role TEXT NOT NULL,
    signed_at_us BIGINT NOT NULL,
    record_digest {bytes} NOT NULL,
    components TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const SIGNATURE_OF: &str = "CREATE INDEX signature_subject ON signature (subject)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for People {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            SITE,
            ACCOUNT,
            STAFF_NUMBER,
            ACCOUNT_ROLE,
            LINK,
            API_TOKEN,
            EMERGENCY,
            CREDENTIAL,
            SIGN_IN_STATE,
            SESSION,
            SESSION_OF_ACCOUNT,
            RATE_LIMIT,
            PERSON,
            PERSON_FIELD,
            PERSON_KEY,
            PERSON_INDEX,
            PERSON_BY_TAG,
            ACCESS_LOG,
            ACCESS_OF_PERSON,
            SIGNATURE,
            SIGNATURE_OF,
        ];
        run(manager, &statements.map(str::to_owned)).await
    }
}
