//! Verifying the bank: begin one, see how far it is, and what the last one found.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{Finding, Stage, Verification};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Body;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::audit::{CheckpointState, Last, Running};
use crate::words::Lang;

/// Findings that are told; the command tells all.
const FINDINGS_TOLD: usize = 100;

/// How the verification of this server stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Number of the last event now.
    generation: u64,
    /// Null when none is under way.
    running: Option<AuditRunning>,
    /// Null when none came to its end since this server began.
    last: Option<AuditLast>,
}

/// One that is under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditRunning {
    #[schema(format = DateTime)]
    began_at: String,
    by: String,
    /// `chain`, `rows` or `search`.
    stage: &'static str,
    done: u64,
    total: u64,
}

/// One that came to its end.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditLast {
    #[schema(format = DateTime)]
    began_at: String,
    took_seconds: f64,
    by: String,
    /// True only when nothing was found and the head was compared with a checkpoint.
    is_whole: bool,
    /// Why there is no result: an outage says nothing about the bank.
    outage: Option<AuditOutage>,
    result: Option<AuditResult>,
}

/// Why a verification has no result.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditOutage {
    code: &'static str,
    detail: String,
}

/// What was verified, and what was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditResult {
    events: u64,
    rows: u64,
    /// Number and hash of the last event.
    head: u64,
    head_hash: String,
    /// `compared`, `missing` or `not_checked`.
    checkpoint: &'static str,
    findings_total: u64,
    /// The first hundred.
    findings: Vec<AuditFinding>,
}

/// One thing that is not as the history says.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditFinding {
    code: &'static str,
    table: String,
    row: String,
    column: Option<String>,
    expected: Option<String>,
    found: Option<String>,
}

/// The verification
///
/// The one that is under way, and what the last one found.
#[utoipa::path(get, path = "/api/audit", operation_id = "get_audit", tag = "figures and traces",
    responses((status = 200, description = "How it stands", body = AuditView)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    Ok(Json(view(&state, reader.lang).await?).into_response())
}

/// An empty object: nothing more is needed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(crate) struct Nothing {}

/// Verify the bank
///
/// Begins a verification of chain, rows and people, unless one is under way. It changes nothing.
#[utoipa::path(post, path = "/api/audit", operation_id = "begin_audit", tag = "figures and traces",
    request_body = Nothing, responses((status = 202, description = "It is under way", body = AuditView)))]
pub(crate) async fn begin(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Response, Failure> {
    crate::pages::audit::begin(&state, reader.visitor.principal()?.name());
    Ok((StatusCode::ACCEPTED, Json(view(&state, reader.lang).await?)).into_response())
}

async fn view(state: &AppState, lang: Lang) -> Result<AuditView, Failure> {
    let (running, last) = state.verifier().look();
    Ok(AuditView {
        generation: state.desk().store.generation().await?,
        running: running.as_ref().map(running_view),
        last: last.as_deref().map(|last| last_view(last, lang)),
    })
}

fn running_view(running: &Running) -> AuditRunning {
    let progress = running.progress;
    AuditRunning {
        began_at: running.began_at.to_string(),
        by: running.by.clone(),
        stage: match progress.map_or(Stage::Chain, |progress| progress.stage) {
            Stage::Chain => "chain",
            Stage::Rows => "rows",
            Stage::Search => "search",
        },
        done: progress.map_or(0, |progress| progress.done),
        total: progress.map_or(0, |progress| progress.total),
    }
}

fn last_view(last: &Last, lang: Lang) -> AuditLast {
    let outage = last.outcome.as_ref().err();
    let result = last.outcome.as_ref().ok().map(|(verified, compared)| result(verified, *compared));
    AuditLast {
        began_at: last.began_at.to_string(),
        took_seconds: last.took.as_secs_f64(),
        by: last.by.clone(),
        is_whole: result.as_ref().is_some_and(|one| one.findings_total == 0 && one.checkpoint == "compared"),
        outage: outage.map(|failure| AuditOutage { code: failure.code(), detail: failure.sentence(lang) }),
        result,
    }
}

fn result(verified: &Verification, compared: CheckpointState) -> AuditResult {
    AuditResult {
        events: verified.events,
        rows: verified.rows,
        head: verified.head.sequence,
        head_hash: verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        checkpoint: match compared {
            CheckpointState::Compared => "compared",
            CheckpointState::Missing => "missing",
            CheckpointState::NotChecked => "not_checked",
        },
        findings_total: verified.findings.len() as u64 + verified.more,
        findings: verified.findings.iter().take(FINDINGS_TOLD).map(finding).collect(),
    }
}

fn finding(finding: &Finding) -> AuditFinding {
    AuditFinding {
        code: finding.code,
        table: finding.table.to_string(),
        row: finding.row.clone(),
        column: finding.column.clone(),
        expected: finding.expected.clone(),
        found: finding.found.clone(),
    }
}
