//! `POST /api/search`: the same search as the page and the command line, with the same answer.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::body;
use crate::app::AppState;
use crate::catalogue::SearchRequest;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::search::search;

/// Takes a [`SearchRequest`]; what is left out is not required. Answers with units, exclusions and receipt.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    json: Result<Json<SearchRequest>, JsonRejection>,
) -> Result<Response, Failure> {
    let answered = search(&state, body(json)?).await?;
    Ok(Json(answered.answer.told_in(reader.lang)).into_response())
}
