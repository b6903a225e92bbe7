//! `POST /api/search`: the same search as the page and the command line, with the same answer.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, bounded};
use crate::app::AppState;
use crate::catalogue::{Placed, SearchAnswer, SearchRequest, UnitHit};
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::search::{away, may_see_typings, report as paper, search};
use crate::pools::among;
use crate::search_report::ReportFormat;

/// Units that one answer tells; the command line tells any number.
const LIMIT_MAX: usize = 1_000;

/// Search for a patient
///
/// What is left out is not required. The answer tells units, best first, how many each rule kept out, and a receipt with
/// which the same question gives the same answer.
#[utoipa::path(post, path = "/api/search", operation_id = "search", tag = "search", request_body = SearchRequest,
    responses((status = 200, description = "Units, exclusions and receipt", body = SearchAnswer)))]
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(request): Body<SearchRequest>,
) -> Result<Response, Failure> {
    within(&request)?;
    may_see_typings(&state, &reader).await?;
    let answered = search(&state, request).await?;
    Ok(Json(answered.answer.told_in(reader.lang)).into_response())
}

fn within(request: &SearchRequest) -> Result<(), Failure> {
    let Some(asked) = [request.limit, request.pairs].into_iter().find(|asked| *asked > LIMIT_MAX) else {
        return Ok(());
    };
    let sentence = format!("limit is {asked}: expected at most {LIMIT_MAX}.");
    let failure = Failure::refused("limit_out_of_range", sentence);
    Err(failure.with("value", asked.to_string()).with("most", LIMIT_MAX.to_string()))
}

/// A search, and how it is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"format": "pdf", "patient": "CN-0001",
    "search": {"patient": "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02", "weight_kg": 31, "limit": 10}}))]
pub(crate) struct ReportRequest {
    search: SearchRequest,
    format: ReportFormat,
    /// What the centre calls the patient; never a name.
    patient: Option<String>,
    /// The number of one listed unit: the report is of this unit alone.
    unit: Option<String>,
    /// Number of the institution it is given to. Abroad it needs a case of human genetic resources, whose number stands on it.
    to: Option<String>,
}

/// Report of a search
///
/// The answer of a search as a centre files it, in the language of `Accept-Language`: PDF, workbook or JSON.
#[utoipa::path(post, path = "/api/search/report", operation_id = "make_search_report", tag = "search",
    request_body = ReportRequest,
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "*/*")))]
pub(crate) async fn report(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(asked): Body<ReportRequest>,
) -> Result<Response, Failure> {
    within(&asked.search)?;
    bounded("patient", asked.patient.as_deref().unwrap_or_default())?;
    bounded("to", asked.to.as_deref().unwrap_or_default())?;
    let given = paper::given_to(&state, &reader, asked.to.as_deref()).await?;
    let answered = search(&state, asked.search).await?;
    let answer = std::sync::Arc::new(answered.answer.told_in(reader.lang));
    let wished = (asked.patient, asked.unit, given);
    let bytes = paper::made(&state, answer, wished, asked.format, reader.lang).await?;
    Ok(paper::file(bytes, asked.format))
}

/// A search, and one of the units that it lists.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"unit": "Z990121000001",
    "search": {"patient": "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02", "weight_kg": 31, "limit": 10}}))]
pub(crate) struct PlaceQuestion {
    search: SearchRequest,
    /// Its number, as the search tells it.
    unit: String,
}

/// Explain the rank of a unit
///
/// Which key of the order puts how many listed units before it and behind it, and where it would stand by the other named
/// orders.
#[utoipa::path(post, path = "/api/search/explain", operation_id = "explain_rank", tag = "search",
    request_body = PlaceQuestion, responses((status = 200, description = "The unit and its place", body = Placed)))]
pub(crate) async fn explain(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(asked): Body<PlaceQuestion>,
) -> Result<Json<Placed>, Failure> {
    within(&asked.search)?;
    may_see_typings(&state, &reader).await?;
    bounded("unit", &asked.unit)?;
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&asked.search)?);
    let placed = away(move || among(&catalogue, &pools).placed(&asked.search, &asked.unit)).await?;
    Ok(Json(placed.told_in(reader.lang)))
}

/// A search, and one of the rules that kept units out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rule": "tnc_below_floor",
    "search": {"patient": "A*11:01+A*24:02^B*15:02+B*40:01^DRB1*11:01+DRB1*12:02", "weight_kg": 31, "min_tnc_per_kg_e7": 2.5}}))]
pub(crate) struct ExcludedQuestion {
    search: SearchRequest,
    /// As in `excluded` of the search.
    rule: String,
}

/// Units that a rule kept out
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct KeptOut {
    /// As many as `limit` of the search, the nearest first; `rank` counts among them.
    units: Vec<UnitHit>,
}

/// List the units that a rule kept out
///
/// The units that a search counts under one rule, in the order of its list.
#[utoipa::path(post, path = "/api/search/excluded", operation_id = "list_excluded", tag = "search",
    request_body = ExcludedQuestion, responses((status = 200, description = "The units", body = KeptOut)))]
pub(crate) async fn excluded(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(asked): Body<ExcludedQuestion>,
) -> Result<Json<KeptOut>, Failure> {
    within(&asked.search)?;
    may_see_typings(&state, &reader).await?;
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&asked.search)?);
    let work = move || among(&catalogue, &pools).kept_out(&asked.search, &asked.rule, asked.search.limit);
    let units = away(work).await?;
    Ok(Json(KeptOut { units: units.into_iter().map(|unit| unit.told_in(reader.lang)).collect() }))
}
