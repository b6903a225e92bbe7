//! Results of tests, messages of analysers, decisions on units, and internal quality control.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::run;

pub(super) struct Laboratory;

impl MigrationName for Laboratory {
    fn name(&self) -> &'static str {
        "m0013_laboratory"
    }
}

/// A message is received once: its digest, and the key that its sender gave it. What is in it stands beside, not in the
/// history: an analyser may send a name.
const MESSAGE: &str = "CREATE TABLE lab_message (
    message_id TEXT PRIMARY KEY,
    protocol TEXT NOT NULL,
    peer TEXT NOT NULL,
    sender_key TEXT,
    received_at_us BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    content_sha256 {bytes} NOT NULL,
    outcome TEXT NOT NULL,
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    remarks TEXT NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const MESSAGE_SENDER: &str = "CREATE INDEX lab_message_sender ON lab_message (sender_key)";
const MESSAGE_SHA256: &str = "CREATE INDEX lab_message_sha256 ON lab_message (content_sha256)";
const MESSAGE_TIME: &str = "CREATE INDEX lab_message_time ON lab_message (received_at_us)";
const MESSAGE_CONTENT: &str = "CREATE TABLE lab_message_content (
    message_id TEXT PRIMARY KEY,
    content {bytes} NOT NULL
) {clustered}";

const RESULT: &str = "CREATE TABLE test_result (
    result_id TEXT PRIMARY KEY,
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    test TEXT NOT NULL,
    phase TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    written TEXT NOT NULL,
    written_unit TEXT,
    value TEXT NOT NULL,
    amount BIGINT,
    qualifier TEXT,
    flag TEXT,
    method TEXT,
    measured_at_us BIGINT,
    source TEXT NOT NULL,
    message_id TEXT,
    reason TEXT,
    entered_by TEXT NOT NULL,
    entered_account TEXT,
    entered_at_us BIGINT NOT NULL,
    reviewed_by TEXT,
    reviewed_account TEXT,
    reviewed_at_us BIGINT,
    approved_by TEXT,
    approved_account TEXT,
    approved_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const RESULT_VERSION: &str =
    "CREATE UNIQUE INDEX test_result_version ON test_result (unit_key, test, phase, version)";
/// One result counts, whatever a program does.
const RESULT_IN_FORCE: &str = "CREATE UNIQUE INDEX test_result_in_force ON test_result (unit_key, test, phase) \
     WHERE state = 'approved'";
/// Worklists are of what waits.
const RESULT_PENDING: &str = "CREATE INDEX test_result_pending ON test_result (entered_at_us, result_id) \
     WHERE state IN ('entered', 'reviewed')";

const DECISION: &str = "CREATE TABLE unit_decision (
    decision_id TEXT PRIMARY KEY,
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    stage TEXT NOT NULL,
    profile TEXT NOT NULL,
    profile_digest {bytes} NOT NULL,
    outcome TEXT NOT NULL,
    reject_reason TEXT,
    facts TEXT NOT NULL,
    rules TEXT NOT NULL,
    is_in_force BOOLEAN NOT NULL,
    decided_by TEXT NOT NULL,
    decided_account TEXT,
    decided_at_us BIGINT NOT NULL,
    exception_reason TEXT,
    exception_signature TEXT,
    exception_by TEXT,
    exception_at_us BIGINT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const DECISION_IN_FORCE: &str =
    "CREATE UNIQUE INDEX unit_decision_in_force ON unit_decision (unit_key, stage) WHERE is_in_force";
/// Decisions are counted by reason.
const DECISION_REASON: &str = "CREATE INDEX unit_decision_reason ON unit_decision (stage, profile, outcome, reject_reason) \
     WHERE is_in_force";

/// A lot of control material for one test at one level. Mean and deviation are amounts of the test × 1000.
const CONTROL: &str = "CREATE TABLE qc_control (
    control_id TEXT PRIMARY KEY,
    test TEXT NOT NULL,
    level TEXT NOT NULL,
    lot TEXT NOT NULL,
    analyser TEXT NOT NULL,
    mean_milli BIGINT NOT NULL,
    sd_milli BIGINT NOT NULL,
    valid_until TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const CONTROL_NAME: &str = "CREATE UNIQUE INDEX qc_control_name ON qc_control (test, level, lot, analyser)";
const POINT: &str = "CREATE TABLE qc_point (
    point_id TEXT PRIMARY KEY,
    control_id TEXT NOT NULL REFERENCES qc_control (control_id),
    run TEXT NOT NULL,
    measured_at_us BIGINT NOT NULL,
    written TEXT NOT NULL,
    amount BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    comment TEXT,
    commented_by TEXT,
    message_id TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
)";
const POINT_TIME: &str = "CREATE INDEX qc_point_time ON qc_point (control_id, measured_at_us, point_id)";

#[expect(elided_lifetimes_in_paths, reason = "async_trait needs the trait's own signature")]
#[async_trait::async_trait]
impl MigrationTrait for Laboratory {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            MESSAGE,
            MESSAGE_SENDER,
            MESSAGE_SHA256,
            MESSAGE_TIME,
            MESSAGE_CONTENT,
            RESULT,
            RESULT_VERSION,
            RESULT_IN_FORCE,
            RESULT_PENDING,
            DECISION,
            DECISION_IN_FORCE,
            DECISION_REASON,
            CONTROL,
            CONTROL_NAME,
            POINT,
            POINT_TIME,
        ];
        run(manager, &statements.map(str::to_owned)).await
    }
}
