//! `POST /api/listings`: the public units as registries take them.

use axum::extract::State;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Body;
use crate::app::AppState;
use crate::error::Failure;
use crate::listing::{self, ListingRequest, Manifest, Moment};
use crate::pages::Reader;

/// A list with what describes it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListingFile {
    manifest: Manifest,
    /// The file, byte for byte as `sha256` of the manifest was computed.
    content: String,
}

/// List public units for registries
///
/// The registries' inventory as XML, or the same as a table: everything, or with `since` what changed. It holds nothing of
/// a person. When any record would be refused by a receiver, the answer is 422 and names unit and field.
#[utoipa::path(post, path = "/api/listings", operation_id = "make_listing", tag = "units",
    request_body = ListingRequest, responses((status = 200, description = "The list", body = ListingFile)))]
pub(crate) async fn make(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(request): Body<ListingRequest>,
) -> Result<Json<ListingFile>, Failure> {
    let catalogue = state.catalogue();
    let moment = Moment { now: Timestamp::now(), zone: &state.desk().zone };
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let made = listing::listing(&desk.store, &request, &catalogue.nomenclature(), &moment, &acting).await?;
    Ok(Json(ListingFile {
        manifest: made.manifest,
        content: String::from_utf8_lossy(&made.bytes).into_owned(),
    }))
}
