//! `POST /api/search`: the same search as the page and the command line, with the same answer.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::Body;
use crate::app::AppState;
use crate::catalogue::{SearchAnswer, SearchRequest};
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::search::{may_see_typings, search};

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
    if let Some(asked) = [request.limit, request.pairs].into_iter().find(|asked| *asked > LIMIT_MAX) {
        let sentence = format!("limit is {asked}: expected at most {LIMIT_MAX}.");
        let failure = Failure::refused("limit_out_of_range", sentence);
        return Err(failure.with("value", asked.to_string()).with("most", LIMIT_MAX.to_string()));
    }
    may_see_typings(&state, &reader).await?;
    let answered = search(&state, request).await?;
    Ok(Json(answered.answer.told_in(reader.lang)).into_response())
}
