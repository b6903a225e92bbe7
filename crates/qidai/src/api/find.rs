//! `GET /api/find`: from whatever was scanned or typed to what it is.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::scan::{self, SCANNED_CHARS_MAX};

/// A number that was scanned or typed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Scanned {
    /// As on the label; blanks do not matter.
    #[param(max_length = 64, example = "Z990119004217U")]
    number: String,
}

/// Where a number leads.
#[derive(Serialize, ToSchema)]
pub(crate) struct Found {
    /// The units with this number.
    items: Vec<FoundUnit>,
    /// All that the scan box finds: units first, records of every register, places, tanks and freeze runs.
    things: Vec<ScannedThing>,
}

/// A unit with the number that was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundUnit {
    scheme: String,
    identity: String,
    written: String,
    /// Path of the unit.
    address: String,
}

/// Something that a scanned text may mean.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScannedThing {
    /// `unit`, the code of a register, `place`, `tank` or `freeze_run`.
    kind: &'static str,
    number: String,
    /// Null for what has no states.
    state: Option<&'static str>,
    /// The field that has the text, null where it is the thing's own number.
    by: Option<&'static str>,
    /// Path for programs.
    address: Option<String>,
    /// Path of its page.
    page: String,
    /// Codes of the moves that lead on, of those that you may make.
    next: Vec<&'static str>,
}

/// Find by number
///
/// Everything with a scanned or typed number, as the scan box of the pages finds it; nothing is two empty lists. What a
/// scanner adds, blanks, and flags or check characters of a DIN do not matter.
#[utoipa::path(get, path = "/api/find", operation_id = "find_units", tag = "units", params(Scanned),
    responses((status = 200, description = "What has this number", body = Found)))]
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(scanned): Asked<Scanned>,
) -> Result<Response, Failure> {
    short("number", Some(&scanned.number), SCANNED_CHARS_MAX)?;
    let hits = scan::hits(&state.desk().store, reader.visitor.principal()?, &scanned.number).await?;
    let unit = |one: &scan::Hit| {
        let (identity, address) = (one.unit.as_ref()?, one.api.clone()?);
        Some(FoundUnit {
            scheme: identity.scheme.clone(),
            identity: identity.value.clone(),
            written: one.number.clone(),
            address,
        })
    };
    let items = hits.iter().filter_map(unit).collect();
    let thing = |one: scan::Hit| ScannedThing {
        kind: one.kind,
        state: one.declared.map(|(_, state)| state.code),
        by: one.by,
        next: one.next.iter().map(|step| step.code).collect(),
        number: one.number,
        address: one.api,
        page: one.address,
    };
    Ok(Json(Found { items, things: hits.into_iter().map(thing).collect() }).into_response())
}
