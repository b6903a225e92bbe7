//! `GET /api/outcomes`: what became of patients.

use axum::extract::State;
use axum::{Extension, Json};

use crate::app::AppState;
use crate::error::Failure;
use crate::outcomes::{Outcomes, outcomes};
use crate::pages::Reader;

/// Outcomes of patients
///
/// Survival by Kaplan and Meier, engraftment by Aalen and Johansen, each with its band, and both by the dose that was given. Only numbers are
/// told, no patient.
#[utoipa::path(get, path = "/api/outcomes", operation_id = "get_outcomes", tag = "figures and traces",
    responses((status = 200, description = "Curves and groups", body = Outcomes)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Json<Outcomes>, Failure> {
    outcomes(&state.desk().store, reader.visitor.principal()?).await.map(Json)
}
