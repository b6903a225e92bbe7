//! `/api/storage/runs`: freeze runs, each with its curve judged rule by rule.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{FreezeFinding, FreezeRun};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Pages;
use super::{Asked, InPath, List, Page};
use crate::app::AppState;
use crate::error::Failure;
use crate::freeze;
use crate::pages::Reader;
use crate::upload::Upload;

/// Runs of the list, the newest ones.
const RUNS_MAX: u32 = 1_000;

/// A run among others.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunLine {
    #[schema(example = "CRF1-0311")]
    number: String,
    device: String,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// Key of the profile by which it was judged.
    profile: String,
    /// `pass`, `fail`, or `missing` where it cannot be told.
    verdict: &'static str,
    points: i64,
}

/// A run with its bags and rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    #[serde(flatten)]
    run: RunLine,
    /// The units that were in it, as written on their labels.
    bags: Vec<String>,
    /// Id of the document that is the raw file.
    document: String,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    rules: Vec<RuleView>,
}

/// One rule, judged.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleView {
    rule: String,
    verdict: &'static str,
    /// In the unit of the rule; null where the curve does not show it.
    value: Option<f64>,
    least: f64,
    most: f64,
}

/// A freezer's file with the bags that were in it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the upload reads it")]
pub(crate) struct NewRun {
    /// Unique in the bank.
    number: String,
    /// The freezer.
    device: String,
    /// Numbers of the bags, divided by blanks, commas or lines.
    bags: String,
    /// `crf-dmso-1` when left out.
    profile: Option<String>,
    /// When the run began, where the file counts its time from 0.
    started_at: Option<String>,
    /// Zone of times in the file; the bank's when left out.
    zone: Option<String>,
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Freeze runs
///
/// The newest thousand runs, by the time at which they began.
#[utoipa::path(get, path = "/api/storage/runs", operation_id = "list_freeze_runs", tag = "storage", params(Pages),
    responses((status = 200, description = "A page of runs", body = Page<RunLine>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/storage/runs", [], pages.limit)?;
    let runs = desk.store.freeze_runs(RUNS_MAX).await?;
    list.of_all(&runs, pages.cursor.as_deref(), |one| &one.number, line)
}

/// A freeze run
///
/// With its bags, and each rule of its profile.
#[utoipa::path(get, path = "/api/storage/runs/{number}", operation_id = "get_freeze_run", tag = "storage",
    params(("number" = String, Path, example = "CRF1-0311")),
    responses((status = 200, description = "The run", body = RunView)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    InPath(number): InPath<String>,
) -> Result<Response, Failure> {
    let run = state.desk().store.freeze_run(&number).await?;
    Ok(Json(view(run)).into_response())
}

/// Keep a freeze run
///
/// The file stays as it is; its curve is read, or refused with line and value, and judged by the profile.
#[utoipa::path(post, path = "/api/storage/runs", operation_id = "add_freeze_run", tag = "storage",
    request_body(content = NewRun, content_type = "multipart/form-data"),
    responses((status = 201, description = "The run, judged", body = RunView)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let run = freeze::keep((&desk.store, &desk.keys), &upload, &acting).await?;
    Ok((StatusCode::CREATED, Json(view(run))).into_response())
}

fn line(run: &FreezeRun) -> RunLine {
    RunLine {
        number: run.number.clone(),
        device: run.device.clone(),
        started_at: run.started_at,
        profile: run.evaluation.profile.clone(),
        verdict: run.evaluation.verdict.code(),
        points: run.points,
    }
}

fn view(run: FreezeRun) -> RunView {
    let rule = |one: &FreezeFinding| RuleView {
        rule: one.rule.clone(),
        verdict: one.judgement.code(),
        value: one.value,
        least: one.least,
        most: one.most,
    };
    RunView {
        run: line(&run),
        bags: run.bags.iter().map(qidai_bank::Identity::written).collect(),
        rules: run.evaluation.findings.iter().map(rule).collect(),
        document: run.document_id,
        recorded_at: run.recorded_at,
    }
}
