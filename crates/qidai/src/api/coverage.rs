//! `POST /api/coverage`: how many patients the bank serves, and what the next unit would add.

use axum::Json;
use axum::extract::State;

use super::Body;
use crate::app::AppState;
use crate::coverage::{self, CoverageAnswer, CoverageRequest};
use crate::error::Failure;

/// Coverage of the bank
///
/// Shares of patients for whom the bank holds a unit: by formula for any number of units, and counted in the bank; with
/// the forecast for more units, the patients whom a list does not serve, and the value of a unit that is not yet banked.
/// Only numbers are told, no typing.
#[utoipa::path(post, path = "/api/coverage", operation_id = "get_coverage", tag = "figures and traces",
    request_body = CoverageRequest, responses((status = 200, description = "The shares", body = CoverageAnswer)))]
pub(crate) async fn run(
    State(state): State<AppState>,
    Body(request): Body<CoverageRequest>,
) -> Result<Json<CoverageAnswer>, Failure> {
    let (_, answer) = coverage::asked(state.catalogue(), request).await?;
    Ok(Json(answer))
}
