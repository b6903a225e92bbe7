//! Records of the registers: what their pages do, for every declared kind.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header::{HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::workflow::Concept;
use qidai_bank::{MoveOffer, NewRecord, Record, RecordAt, RecordFilter, RecordLine, RecordOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, InPath, List, Page, parameter_wrong, reason, version};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::records::concept_of;
use crate::{recheck, typed_fields};

/// A record.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// Such as `licence`.
    kind: &'static str,
    #[schema(example = "LIC-2026-0001")]
    number: String,
    /// Code of its state, as declared.
    state: &'static str,
    /// Code of its site, where it belongs to one.
    site: Option<String>,
    /// Open fields that have a value. Dates are ISO 8601, choices are codes, flags `true` or `false`.
    fields: BTreeMap<&'static str, String>,
    /// Personal fields that have a value. It is opened for a purpose, on the page of the record.
    sealed: Vec<&'static str>,
    /// The moves from its state, each with the codes of what stands in its way for the sender.
    moves: Vec<MoveView>,
    /// SHA-256 of what a signature covers.
    record_digest: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when it is in its state.
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// A move that begins in the present state.
#[derive(Serialize, ToSchema)]
pub(crate) struct MoveView {
    /// Code of the move.
    r#move: &'static str,
    /// Code of the state that it leads to.
    to: &'static str,
    /// Empty when it can be made now, but for a reason where one is needed.
    obstacles: Vec<&'static str>,
}

/// A record in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordItem {
    #[schema(example = "LIC-2026-0001")]
    number: String,
    state: &'static str,
    site: Option<String>,
    /// Open fields that have a value.
    fields: BTreeMap<&'static str, String>,
    /// As its `ETag`.
    version: u64,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Code of a state.
    state: Option<String>,
    /// Code of a site.
    site: Option<String>,
    /// Part of the number or of a searched field.
    text: Option<String>,
    /// `number`, `changed` or the code of an open field; with `-` in front the other way round.
    order: Option<String>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A record to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fields": {"kind": "laboratory", "licence_number": "JN-7", "authority": "卫健委"}}))]
pub(crate) struct RecordWanted {
    /// Code of the site that it belongs to.
    site: Option<String>,
    /// Values by the codes of fields, as texts.
    fields: BTreeMap<String, String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Fields as they shall be; those left out stay, an empty text takes a value away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fields": {"holder": "脐带血库"}, "reason": "as on the paper"}))]
pub(crate) struct RecordChange {
    fields: BTreeMap<String, String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A move to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"move": "activate", "fields": {"valid_until": "2031-05-01"}}))]
pub(crate) struct MoveWanted {
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

/// Records
///
/// Records of one kind that the sender may see, by number, the newest last.
#[utoipa::path(get, path = "/api/records/{kind}", operation_id = "list_records", tag = "registers",
    params(("kind" = String, Path, description = "Such as `licence`", example = "licence"), Which),
    responses((status = 200, description = "A page of records", body = Page<RecordItem>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(kind): InPath<String>,
    Asked(which): Asked<Which>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let filter = filter_of(concept, &which)?;
    let named = [
        ("state", which.state.clone()),
        ("site", which.site.clone()),
        ("text", which.text.clone()),
        ("order", which.order.clone()),
    ];
    let list = List::new(&desk.keys, format!("/api/records/{}", concept.code), named, which.limit)?;
    let after = list.place(which.cursor.as_deref())?;
    let page = (after.as_deref(), list.one_more());
    let found = desk.store.record_page(concept, &filter, page, reader.visitor.principal()?).await?;
    let shown = found.get(..list.limit()).unwrap_or(&found);
    let next = shown.last().filter(|_| found.len() > shown.len()).map(|last| last.cursor().to_owned());
    Ok(list.answer(shown.iter().map(item).collect(), next))
}

/// Make a record
///
/// The record begins in the first state of its kind and gets its number.
#[utoipa::path(post, path = "/api/records/{kind}", operation_id = "add_record", tag = "registers",
    params(("kind" = String, Path, example = "licence")), request_body = RecordWanted,
    responses((status = 201, description = "The record", body = RecordView,
        headers(("ETag" = String, description = "Its version"), ("Location" = String, description = "Its address")))))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(kind): InPath<String>,
    Body(wanted): Body<RecordWanted>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let new = NewRecord { concept, site: wanted.site, fields: wanted.fields.into_iter().collect() };
    typed_fields::check(concept, &new.fields, &state.catalogue().nomenclature())?;
    let record = desk.store.create_record(&new, &desk.keys, &acting).await?;
    let mut response = answer(&state, &reader, &record, StatusCode::CREATED).await?;
    let address = format!("/api/records/{}/{}", concept.code, record.number);
    if let Ok(address) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(LOCATION, address);
    }
    Ok(response)
}

/// A record
///
/// One record with the moves that lead on from it; its `ETag` is needed to change it.
#[utoipa::path(get, path = "/api/records/{kind}/{number}", operation_id = "get_record", tag = "registers",
    params(("kind" = String, Path, example = "licence"), ("number" = String, Path, example = "LIC-2026-0001")),
    responses((status = 200, description = "The record", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((kind, number)): InPath<(String, String)>,
) -> Result<Response, Failure> {
    let principal = reader.visitor.principal()?;
    let record = state.desk().store.record(concept_of(&kind)?, &number, principal).await?;
    answer(&state, &reader, &record, StatusCode::OK).await
}

/// Amend a record
///
/// Changes fields of a record (`If-Match` with its `ETag`). Where its state asks for one, a reason is needed.
#[utoipa::path(patch, path = "/api/records/{kind}/{number}", operation_id = "amend_record", tag = "registers",
    params(("kind" = String, Path, example = "licence"), ("number" = String, Path, example = "LIC-2026-0001"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the record", example = "\"1\"")),
    request_body = RecordChange,
    responses((status = 200, description = "The record as it is now", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn amend(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((kind, number)): InPath<(String, String)>,
    headers: HeaderMap,
    Body(change): Body<RecordChange>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let at = RecordAt { concept, number: &number, expected_version: version::seen(&headers)?.version() };
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = reason(change.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let changes: Vec<_> = change.fields.into_iter().collect();
    typed_fields::check(concept, &changes, &state.catalogue().nomenclature())?;
    let record = desk.store.amend_record(at, &changes, &desk.keys, &acting).await?;
    answer(&state, &reader, &record, StatusCode::OK).await
}

/// Move a record
///
/// Makes a move (`If-Match` with the record's `ETag`). A refused attempt is written down with the record.
#[utoipa::path(post, path = "/api/records/{kind}/{number}/moves", operation_id = "move_record", tag = "registers",
    params(("kind" = String, Path, example = "licence"), ("number" = String, Path, example = "LIC-2026-0001"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the record", example = "\"1\"")),
    request_body = MoveWanted,
    responses((status = 200, description = "The record as it is now", body = RecordView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn move_on(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((kind, number)): InPath<(String, String)>,
    headers: HeaderMap,
    Body(wanted): Body<MoveWanted>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let at = RecordAt { concept, number: &number, expected_version: version::seen(&headers)?.version() };
    let acting = desk.acting(reader.visitor.principal()?);
    let acting =
        reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why)).since(wanted.done_at);
    let changes: Vec<_> = wanted.fields.into_iter().collect();
    typed_fields::check(concept, &changes, &state.catalogue().nomenclature())?;
    let nomenclature = state.catalogue();
    let what = (concept, number.as_str(), wanted.r#move.as_str());
    let found = recheck::found(&desk.store, what, acting.principal, &nomenclature.nomenclature()).await?;
    let given = (&changes[..], found);
    let record = desk.store.move_record_found(at, &wanted.r#move, given, &desk.keys, &acting).await?;
    answer(&state, &reader, &record, StatusCode::OK).await
}

async fn answer(
    state: &AppState,
    reader: &Reader,
    record: &Record,
    status: StatusCode,
) -> Result<Response, Failure> {
    let offers = state.desk().store.record_moves(record, reader.visitor.principal()?).await?;
    Ok(answer_with(record, &offers, status))
}

/// A record, or a unit, with the moves from its state.
pub(super) fn answer_with(record: &Record, offers: &[MoveOffer], status: StatusCode) -> Response {
    let moves = offers.iter().map(|offer| MoveView {
        r#move: offer.step.code,
        to: offer.to.code,
        obstacles: offer.obstacles.iter().map(|refusal| refusal.code).collect(),
    });
    let view = RecordView {
        kind: record.concept.code,
        number: record.number.clone(),
        state: record.state.code,
        site: record.site.clone(),
        fields: record.fields.iter().cloned().collect(),
        sealed: record.sealed.clone(),
        moves: moves.collect(),
        record_digest: record.canonical().digest_shown(),
        created_at: record.created_at,
        entered_at: record.entered_at,
        changed_at: record.changed_at,
    };
    version::at(Some(record.version), (status, Json(view)).into_response())
}

fn item(line: &RecordLine) -> RecordItem {
    RecordItem {
        number: line.number.clone(),
        state: line.state.code,
        site: line.site.clone(),
        fields: line.fields.iter().cloned().collect(),
        version: line.version,
        changed_at: line.changed_at,
    }
}

fn filter_of(concept: &'static Concept, which: &Which) -> Result<RecordFilter, Failure> {
    if let Some(state) = which.state.as_deref().filter(|code| concept.state(code).is_none()) {
        let known: Vec<&str> = concept.states.iter().map(|state| state.code).collect();
        return Err(parameter_wrong(format!("state: found '{state}', expected one of {}", known.join(", "))));
    }
    let order = which.order.as_deref().unwrap_or("number");
    let unknown = || {
        parameter_wrong(format!(
            "order: found '{order}', expected number, changed or an open field of {}",
            concept.code
        ))
    };
    Ok(RecordFilter {
        states: which.state.iter().cloned().collect(),
        site: which.site.clone(),
        fields: Vec::new(),
        text: which.text.clone(),
        order: RecordOrder::read(order.trim_start_matches('-'), concept).ok_or_else(unknown)?,
        descending: order.starts_with('-'),
    })
}
