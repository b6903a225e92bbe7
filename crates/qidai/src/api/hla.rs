//! `GET /api/hla/explain`: what does this text mean as a typing?

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Asked, bounded};
use crate::app::AppState;
use crate::error::Failure;
use crate::explain::{Explained, explain_all};

/// The text to explain.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// One position, as a laboratory writes it.
    #[param(example = "A*02:01")]
    typing: String,
}

/// Explain a typing
///
/// What kind of text it is, what it can be, its groups, antigens and epitopes, what was corrected. A text that is no
/// typing is an answer as well: `error` says what is wrong and what would be right.
#[utoipa::path(get, path = "/api/hla/explain", operation_id = "explain_typing", tag = "search", params(Question),
    responses(
        (status = 200, description = "What it means", body = Explained),
        (status = 422, description = "The text is longer than any typing", body = crate::error::Problem,
            content_type = "application/problem+json"),
    ))]
pub(crate) async fn explain(
    State(state): State<AppState>,
    Asked(question): Asked<Question>,
) -> Result<Json<Explained>, Failure> {
    let typing = bounded("typing", &question.typing)?;
    Ok(Json(explain_all(typing, &state.catalogue().nomenclature(), None)))
}
