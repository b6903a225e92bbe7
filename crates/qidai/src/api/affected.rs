//! `GET /api/affected`: from a lot, an instrument, a tank, a person or a unit to everything that hangs together with it.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Asked, short};
use crate::affected::AffectedView;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;

/// Characters of the longest beginning.
const FROM_CHARS_MAX: usize = 100;

/// Where it begins.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AffectedWishes {
    /// Number of a record of any register, of a unit, or `tank/CODE`, `freeze_run/NUMBER`.
    #[param(max_length = 100, example = "RL-2026-0001")]
    from: String,
}

/// Everything affected
///
/// All units that hang together with one thing, through as many records as it takes, and the orders for which they left: what a recall
/// or a look-back is about. The answer is whole, however long it is.
#[utoipa::path(get, path = "/api/affected", operation_id = "list_affected", tag = "units", params(AffectedWishes),
    responses((status = 200, description = "Units and orders", body = AffectedView),
        (status = 422, description = "The bank knows no such thing", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(wishes): Asked<AffectedWishes>,
) -> Result<Json<AffectedView>, Failure> {
    short("from", Some(&wishes.from), FROM_CHARS_MAX)?;
    let found = state.desk().store.affected_by(&wishes.from, reader.visitor.principal()?).await?;
    Ok(Json(found.into()))
}
