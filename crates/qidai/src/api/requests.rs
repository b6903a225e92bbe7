//! Search requests beyond their records: searches run from them, what is reported, the family's own units, and how long it takes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::civil::Date;
use qidai_bank::{Given, SearchRun};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, InPath};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::requests::{FamilyMember, Purpose, Told, Waiting, family, told, waiting};

/// A search that was run from a request.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunView {
    #[schema(example = "REQ-2026-0001")]
    request: String,
    /// 1, 2, 3 … for each request.
    search: u64,
    patient: String,
    /// Number of the typing that was asked with.
    typing: String,
    requester: String,
    /// `domestic` or `foreign`.
    origin: &'static str,
    #[schema(value_type = String, format = DateTime)]
    run_at: jiff::Timestamp,
    generation: u64,
    release: String,
    /// SHA-256 of the answer, as on its receipt.
    digest: String,
    profile: String,
    order: String,
    /// Units that met the floors.
    listed: u64,
    best_x6: Option<u8>,
    best_x8: Option<u8>,
}

/// Searches of a request, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Runs {
    items: Vec<RunView>,
}

/// The family beside the patient.
#[derive(Serialize, ToSchema)]
pub(crate) struct Family {
    items: Vec<FamilyMember>,
}

/// Requests of a time.
#[derive(Serialize, ToSchema)]
pub(crate) struct Times {
    /// In all, domestic, foreign.
    items: Vec<Waiting>,
}

/// From which day to which.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// First day on which they were handed in; all when left out.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// Last day, included.
    #[param(value_type = Option<String>, format = Date)]
    until: Option<String>,
}

/// What is to be given to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"institution": "INST-2026-0001", "given": "listing"}))]
pub(crate) struct GiveWanted {
    /// Number of the institution.
    institution: String,
    /// `report`, `listing`, `dossier` or `material`.
    given: String,
}

/// Under which case it is given.
#[derive(Serialize, ToSchema)]
pub(crate) struct GiveView {
    institution: String,
    given: &'static str,
    /// False: the institution is in China, and nobody abroad controls it.
    needs_case: bool,
    hgr_case: Option<String>,
    hgr_approval: Option<String>,
}

impl From<SearchRun> for RunView {
    fn from(run: SearchRun) -> Self {
        RunView {
            request: run.request,
            search: run.serial,
            patient: run.patient,
            typing: run.typing,
            requester: run.requester,
            origin: if run.is_foreign { "foreign" } else { "domestic" },
            run_at: run.run_at,
            generation: run.generation,
            release: run.release,
            digest: run.digest,
            profile: run.profile,
            order: run.order,
            listed: run.listed,
            best_x6: run.best_x6,
            best_x8: run.best_x8,
        }
    }
}

/// Run the search of a request
///
/// Asks with the patient's typing in force, weight, antibodies and mother; keeps answer and receipt with the request, which becomes
/// `searched`.
#[utoipa::path(post, path = "/api/requests/{number}/searches", operation_id = "run_request", tag = "requests",
    params(("number" = String, Path, example = "REQ-2026-0001")),
    responses((status = 201, description = "The search", body = RunView),
        (status = 412, description = "Another typing came into force meanwhile", body = crate::error::Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "Nobody accepted the request, or there is no typing", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
) -> Result<Response, Failure> {
    let run = crate::pages::requests::run_search(&state, &reader, &number).await?;
    Ok((StatusCode::CREATED, Json(RunView::from(run))).into_response())
}

/// Searches of a request
///
/// All that were run for it, the newest first, with their receipts' numbers.
#[utoipa::path(get, path = "/api/requests/{number}/searches", operation_id = "list_request_searches", tag = "requests",
    params(("number" = String, Path, example = "REQ-2026-0001")),
    responses((status = 200, description = "The searches", body = Runs)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
) -> Result<Json<Runs>, Failure> {
    let runs = state.desk().store.search_runs(&number, reader.visitor.principal()?).await?;
    Ok(Json(Runs { items: runs.into_iter().map(RunView::from).collect() }))
}

/// One search of a request
///
/// With its candidates. Who asked sees the last one, once it was reported.
#[utoipa::path(get, path = "/api/requests/{number}/searches/{search}", operation_id = "get_request_search", tag = "requests",
    params(("number" = String, Path, example = "REQ-2026-0001"), ("search" = u64, Path, example = 1)),
    responses((status = 200, description = "The search", body = Told),
        (status = 422, description = "Not reported yet, or no case covers it", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((number, search)): InPath<(String, u64)>,
) -> Result<Json<Told>, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(Json(told(&desk.store, (&number, Some(search)), (Purpose::Look, &acting)).await?))
}

/// The report of a request
///
/// The last search, once it was reported. For a requester abroad only under an approved case of human genetic resources, whose
/// number it bears; otherwise refused, and written down.
#[utoipa::path(get, path = "/api/requests/{number}/report", operation_id = "get_request_report", tag = "requests",
    params(("number" = String, Path, example = "REQ-2026-0001")),
    responses((status = 200, description = "The report", body = Told),
        (status = 422, description = "Not reported yet, or no case covers it", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn report(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
) -> Result<Json<Told>, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(Json(told(&desk.store, (&number, None), (Purpose::Report, &acting)).await?))
}

/// The family of a patient
///
/// The family's own units and typed relatives beside the patient: matches, and how many haplotypes the typings allow them to share. Only
/// for a patient whose link to the family a second person confirmed; written down.
#[utoipa::path(get, path = "/api/patients/{number}/family", operation_id = "get_patient_family", tag = "requests",
    params(("number" = String, Path, example = "PAT-2026-0001")),
    responses((status = 200, description = "Units and relatives", body = Family),
        (status = 422, description = "No confirmed link, or no typing", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn of_family(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
) -> Result<Json<Family>, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(Json(Family { items: family(&desk.store, &state.catalogue(), &number, &acting).await? }))
}

/// Time to report
///
/// Requests that were handed in on some days: how long they waited, and for how many there was a unit.
#[utoipa::path(get, path = "/api/request-times", operation_id = "get_request_times", tag = "requests", params(Days),
    responses((status = 200, description = "In all, domestic, foreign", body = Times)))]
pub(crate) async fn times(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(days): Asked<Days>,
) -> Result<Json<Times>, Failure> {
    let desk = state.desk();
    let from = days.from.as_deref().map(day).transpose()?.unwrap_or(Date::MIN);
    let until = days.until.as_deref().map(day).transpose()?.unwrap_or(Date::MAX);
    let span = crate::requests::span(from, until, &desk.zone);
    let times = desk.store.request_times(span, reader.visitor.principal()?).await?;
    Ok(Json(Times { items: waiting(&times).to_vec() }))
}

fn day(text: &str) -> Result<Date, Failure> {
    text.parse()
        .map_err(|_| super::parameter_wrong(format!("found '{text}', expected a day such as 2026-03-31")))
}

/// May this be given?
///
/// Asks the gate for an institution, and writes down what is given abroad and what is refused.
#[utoipa::path(post, path = "/api/hgr/releases", operation_id = "give_abroad", tag = "requests", request_body = GiveWanted,
    responses((status = 200, description = "It may, and under which case", body = GiveView),
        (status = 404, description = "No such institution", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn give(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(wanted): Body<GiveWanted>,
) -> Result<Json<GiveView>, Failure> {
    let known: Vec<&str> = Given::all().map(Given::code).collect();
    let given = Given::all().find(|given| given.code() == wanted.given).ok_or_else(|| {
        let sentence = format!("given: found '{}', expected one of {}", wanted.given, known.join(", "));
        super::parameter_wrong(sentence)
    })?;
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let cover = desk.store.give_to(&wanted.institution, given, &acting).await?;
    Ok(Json(GiveView {
        institution: wanted.institution,
        given: given.code(),
        needs_case: cover.is_some(),
        hgr_case: cover.as_ref().map(|cover| cover.case.clone()),
        hgr_approval: cover.map(|cover| cover.approval_number),
    }))
}
