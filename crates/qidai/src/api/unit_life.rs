//! The life of a unit: registered, moved, traced. What its page does, for programs.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{BankType, Identity, NewUnit, Record, Refusal, TraceLine, UnitAt, identity_to_register};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::records::{RecordView, answer_with};
use super::units::identity_of;
use super::{Body, InPath, coded, reason, version};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, unit_not_found};

/// A unit to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "Z990126000017", "bank_type": "public", "fields": {"product_code": "S1234500"}}))]
pub(crate) struct UnitWanted {
    /// The DIN on the labels of its kit, with or without its check character.
    #[schema(max_length = 64)]
    number: String,
    /// `public` or `family`.
    bank_type: String,
    /// Open fields of a unit, as texts.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A move of a unit to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"move": "hold", "reason": "a label does not match"}))]
pub(crate) struct UnitMoveWanted {
    /// Code of the move, or of the state that is wanted.
    r#move: String,
    /// Fields that are written with the move.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// When it was done, for an entry made later.
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Timestamp>,
}

/// What a unit is connected with.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceView {
    /// The nearest first.
    items: Vec<TraceItem>,
    /// There is more than is listed.
    has_more: bool,
}

/// One connection.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceItem {
    #[schema(example = "kit/KIT-2026-0001")]
    subject: String,
    /// Code of the field that makes the connection; a move for somebody who made it.
    by: String,
    /// What it was reached from.
    from: String,
    /// `back` to what it came from, `forth` to what came of it.
    way: &'static str,
    depth: u8,
}

/// Register a unit
///
/// A number is given once, for ever. The unit begins as `registered`.
#[utoipa::path(post, path = "/api/units", operation_id = "register_unit", tag = "units", request_body = UnitWanted,
    responses((status = 201, description = "The unit", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn register(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(wanted): Body<UnitWanted>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let codes = BankType::ALL.map(BankType::code).into_iter();
    let bank_type = coded("bank_type", Some(wanted.bank_type.as_str()), BankType::parse, codes)?;
    let identity = identity_to_register(&wanted.number).map_err(Refusal::from)?;
    let fields = wanted.fields.into_iter().collect();
    let new = NewUnit { identity, bank_type: bank_type.unwrap_or(BankType::Public), fields };
    let record = desk.store.register_unit(&new, &acting).await?;
    answer(&state, &reader, &new.identity, &record, StatusCode::CREATED).await
}

/// A unit's life
///
/// State, open fields and the moves that lead on, each with what stands in its way for the sender.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/life", operation_id = "get_unit_life", tag = "units",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path)),
    responses((status = 200, description = "The unit", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
) -> Result<Response, Failure> {
    let identity = identity_of(scheme, value);
    let record = life(&state, &identity).await?;
    answer(&state, &reader, &identity, &record, StatusCode::OK).await
}

/// Move a unit
///
/// Makes a move (`If-Match` with the `ETag` of the unit's life). A refused attempt is written down with the unit.
#[utoipa::path(post, path = "/api/units/{scheme}/{identity}/moves", operation_id = "move_unit", tag = "units",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the unit's life", example = "\"1\"")),
    request_body = UnitMoveWanted,
    responses((status = 200, description = "The unit as it is now", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn move_on(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<UnitMoveWanted>,
) -> Result<Response, Failure> {
    let (desk, identity) = (state.desk(), identity_of(scheme, value));
    let at = UnitAt { identity: &identity, expected_version: version::seen(&headers)?.version() };
    let acting = desk.acting(reader.visitor.principal()?).since(wanted.done_at);
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let changes: Vec<_> = wanted.fields.into_iter().collect();
    let record = desk.store.move_unit(at, &wanted.r#move, &changes, &acting).await?;
    answer(&state, &reader, &identity, &record, StatusCode::OK).await
}

/// Trace a unit
///
/// Mother, kit, boxes, people, records and recipients: what it came from, and what came of it.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/trace", operation_id = "trace_unit", tag = "units",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path)),
    responses((status = 200, description = "The trace", body = TraceView)))]
pub(crate) async fn trace(
    State(state): State<AppState>,
    InPath((scheme, value)): InPath<(String, String)>,
) -> Result<Response, Failure> {
    let record = life(&state, &identity_of(scheme, value)).await?;
    let trace = state.desk().store.trace(&record.subject()).await?;
    let item = |line: TraceLine| TraceItem {
        subject: line.subject,
        by: line.by,
        from: line.from,
        way: line.way.code(),
        depth: line.depth,
    };
    let items = trace.lines.into_iter().map(item).collect();
    Ok(Json(TraceView { items, has_more: trace.has_more }).into_response())
}

async fn life(state: &AppState, identity: &Identity) -> Result<Record, Failure> {
    let life = state.desk().store.unit_life(identity).await?;
    life.ok_or_else(|| unit_not_found(&identity.written()))
}

async fn answer(
    state: &AppState,
    reader: &Reader,
    identity: &Identity,
    record: &Record,
    status: StatusCode,
) -> Result<Response, Failure> {
    let offers = state.desk().store.unit_moves(identity, reader.visitor.principal()?).await?;
    Ok(answer_with(record, &offers, status))
}
