//! `GET /api/units/{scheme}/{identity}/dossier`: everything that travels with a bag.

use axum::extract::State;
use axum::{Extension, Json};

use super::InPath;
use super::units::identity_of;
use crate::app::AppState;
use crate::dossier::{Dossier, dossier};
use crate::error::Failure;
use crate::pages::Reader;

/// Dossier of a unit
///
/// What travels with the bag of the order that holds it: unit, results, the release rule by rule, re-check, shipment, hand-overs, and every
/// signature with the digest of what was signed. It is given to the institution of that order: abroad only under a case, and both
/// are written down. The same on paper: `/units/{scheme}/{identity}/dossier/pdf`.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/dossier", operation_id = "get_dossier", tag = "units",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path, example = "Z990119004217")),
    responses((status = 200, description = "The dossier", body = Dossier),
        (status = 422, description = "No order holds it, or no case covers its receiver", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
) -> Result<Json<Dossier>, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    dossier(&desk.store, &identity_of(scheme, value), &acting).await.map(Json)
}
