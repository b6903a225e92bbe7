//! The laboratory: its tests, their results, and what waits for review.

pub(crate) mod controls;
pub(crate) mod messages;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{Identity, NewResult, ResultSource, ResultState, Review, WorklistFilter, tests};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, InPath, List, Page, bounded, coded, parameter_wrong, reason, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::{self, ResultView, TestView};
use crate::pages::Reader;

/// The catalogue.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tests {
    items: Vec<TestView>,
}

/// Which results.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// `entered`, `reviewed`, `approved`, `rejected` or `superseded`; those that wait for review when left out.
    #[param(example = "entered")]
    state: Option<String>,
    /// Code of a test.
    #[param(example = "tnc_total")]
    test: Option<String>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A result to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"test": "tnc_total", "phase": "processed", "value": "12.5", "unit": "10^8"}))]
pub(crate) struct ResultWanted {
    /// Code of the test.
    test: String,
    /// Needed where the test has phases.
    phase: Option<String>,
    #[schema(max_length = 4000)]
    value: String,
    /// Of numbers; the unit of the test when left out.
    unit: Option<String>,
    /// Such as the analyser or the kit.
    #[schema(max_length = 1000)]
    method: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    measured_at: Option<Timestamp>,
    /// Why, where it amends an approved result.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What somebody says who looked at a result.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"review": "agree"}))]
pub(crate) struct ReviewWanted {
    /// `agree` or `reject`.
    review: String,
    /// Why, where it is rejected.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Tests
///
/// The catalogue: forms, reports, imports and reference ranges follow from it.
#[utoipa::path(get, path = "/api/lab/tests", operation_id = "list_tests", tag = "laboratory",
    responses((status = 200, description = "All tests", body = Tests)))]
pub(crate) async fn list_tests() -> Response {
    Json(Tests { items: tests().iter().map(TestView::of).collect() }).into_response()
}

/// Results
///
/// Results in a state, the oldest first; without one, those that wait for review.
#[utoipa::path(get, path = "/api/lab/results", operation_id = "list_results", tag = "laboratory", params(Which),
    responses((status = 200, description = "A page of results", body = Page<ResultView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(which): Asked<Which>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let states = ResultState::ALL.into_iter().map(ResultState::code);
    let wanted = coded("state", which.state.as_deref(), ResultState::parse, states)?;
    let codes = tests().iter().map(|test| test.code);
    let test =
        coded("test", which.test.as_deref(), |code| qidai_bank::test(code).map(|test| test.code), codes)?;
    let named = [("state", which.state.clone()), ("test", which.test.clone())];
    let list = List::new(&desk.keys, "/api/lab/results", named, which.limit)?;
    let place = list.place(which.cursor.as_deref())?;
    let after = place.as_deref().map(place_of).transpose()?;
    let filter = WorklistFilter { states: wanted.into_iter().collect(), test };
    let principal = reader.visitor.principal()?;
    let found = desk.store.result_worklist(&filter, after, list.one_more(), principal).await?;
    let shown = found.get(..list.limit()).unwrap_or(&found);
    let last = shown.last().filter(|_| found.len() > shown.len());
    let next = last.map(|last| format!("{} {}", last.entered.at.as_microsecond(), last.id));
    Ok(list.answer(shown.iter().map(ResultView::from).collect(), next))
}

fn place_of(place: &str) -> Result<(Timestamp, &str), Failure> {
    let parts = place.split_once(' ').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id)));
    let read = parts.and_then(|(at, id)| Some((Timestamp::from_microsecond(at).ok()?, id)));
    read.ok_or_else(|| parameter_wrong("cursor: this is no place in this list"))
}

/// Results of a unit
///
/// Every version of every result of a unit and its mother.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/results", operation_id = "list_unit_results",
    tag = "laboratory", params(("scheme" = String, Path, example = "din"), ("identity" = String, Path), super::cursor::Pages),
    responses((status = 200, description = "A page of results", body = Page<ResultView>)))]
pub(crate) async fn of_unit(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
    Asked(pages): Asked<super::cursor::Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let unit = super::units::known(&state, scheme, value).await?.identity;
    let path = format!("/api/units/{}/{}/results", unit.scheme, unit.value);
    let list = List::new(&desk.keys, path, [], pages.limit)?;
    let results = desk.store.test_results(&unit, reader.visitor.principal()?).await?;
    list.of_all(&results, pages.cursor.as_deref(), |result| &result.id, |result| ResultView::from(result))
}

/// Enter a result
///
/// Where one is approved already this is its amendment: it needs a reason, and the approved one counts until this is
/// approved.
#[utoipa::path(post, path = "/api/units/{scheme}/{identity}/results", operation_id = "enter_result", tag = "laboratory",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path)), request_body = ResultWanted,
    responses((status = 201, description = "The result, which waits for review", body = ResultView)))]
pub(crate) async fn enter(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
    Body(wanted): Body<ResultWanted>,
) -> Result<Response, Failure> {
    let unit: Identity = super::units::known(&state, scheme, value).await?.identity;
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let new = NewResult {
        unit: &unit,
        test: lab::test_of(&wanted.test)?,
        phase: lab::phase_of(wanted.phase.as_deref().unwrap_or_default())?,
        written: &wanted.value,
        written_unit: wanted.unit.as_deref(),
        method: wanted.method.as_deref().map(|method| bounded("method", method)).transpose()?,
        measured_at: wanted.measured_at,
        source: ResultSource::Form,
        message: None,
    };
    short("unit", wanted.unit.as_deref(), 40)?;
    let catalogue = state.catalogue();
    let result = lab::enter(&desk.store, &catalogue.nomenclature(), &new, &acting).await?;
    Ok((StatusCode::CREATED, Json(ResultView::from(&result))).into_response())
}

/// Review a result
///
/// Who entered it, and who has agreed before, do not. The last of one or two makes it count.
#[utoipa::path(post, path = "/api/lab/results/{id}/reviews", operation_id = "review_result", tag = "laboratory",
    params(("id" = String, Path)), request_body = ReviewWanted,
    responses((status = 200, description = "The result as it is now", body = ResultView)))]
pub(crate) async fn review(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(wanted): Body<ReviewWanted>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let said = review_of(&wanted.review)?;
    let result = desk.store.review_result(&id, said, &acting).await?;
    Ok(Json(ResultView::from(&result)).into_response())
}

/// The review of a code.
pub(crate) fn review_of(code: &str) -> Result<Review, Failure> {
    Review::parse(code).ok_or_else(|| {
        let sentence = format!("'{code}' is no review: expected agree or reject.");
        Failure::refused("review_unknown", sentence).with("value", code)
    })
}
