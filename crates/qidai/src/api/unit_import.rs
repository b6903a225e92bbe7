//! `/api/units/imports`: a file of units, checked or taken.

use axum::extract::State;
use axum::{Extension, Json};
use utoipa::ToSchema;

use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::unit_file::{self, UnitFileView};
use crate::upload::Upload;

/// A file of units.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the upload reads it")]
pub(crate) struct UnitFileForm {
    /// What the sender calls columns and values, as JSON.
    mapping: Option<String>,
    /// `yes` writes nothing.
    only_check: Option<String>,
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Import units
///
/// CSV in any usual encoding, or XLSX. Good rows are taken, each other row is told with all that is wrong with it; a file
/// that comes again changes nothing.
#[utoipa::path(post, path = "/api/units/imports", operation_id = "import_units", tag = "units",
    request_body(content = UnitFileForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What became of its rows", body = UnitFileView)))]
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Json<UnitFileView>, Failure> {
    Ok(Json(unit_file::take(&state, &reader, &upload).await?.view))
}
