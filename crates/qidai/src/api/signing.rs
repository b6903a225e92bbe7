//! Signatures of records and units, what a signer confirms once, and personal fields opened for a purpose.
//!
//! Only a person in a session signs: a token is no one's hand (21 CFR 11.100). Answers of these doors are not kept
//! for an `Idempotency-Key`, since they hold personal data or follow from a password.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{
    CERTIFICATION, CERTIFICATION_VERSION, CanonicalRecord, Coverage, Meaning, Proof, Purpose, Record,
    Signature, Signing,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Pages;
use super::units::identity_of;
use super::{Asked, Body, InPath, List, Page, coded};
use crate::app::{AppState, Client};
use crate::error::Failure;
use crate::pages::records::act::session_of;
use crate::pages::records::concept_of;
use crate::pages::{Reader, unit_not_found};

/// A signature.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignatureView {
    id: String,
    /// Such as `reviewed` or `released`.
    meaning: &'static str,
    staff_number: String,
    role: String,
    #[schema(format = DateTime)]
    signed_at: String,
    /// SHA-256 of the record as it was signed.
    record_digest: String,
    /// `password+code`, or `password` after a full one in the same session.
    components: String,
    /// False when the record was changed since.
    covers: bool,
}

/// A signature to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"meaning": "approved", "password": "…",
    "record_digest": "9f3c21ab9f3c21ab9f3c21ab9f3c21ab9f3c21ab9f3c21ab9f3c21ab9f3c21ab"}))]
pub(crate) struct SignatureWanted {
    /// `performed`, `reviewed`, `approved`, `released`, `rejected` or `witnessed`.
    meaning: String,
    /// `record_digest` of the record as the signer saw it.
    #[schema(max_length = 128)]
    record_digest: String,
    #[schema(max_length = 1024)]
    password: String,
    /// One-time code; needed for the first signature of a session.
    #[schema(max_length = 32)]
    code: Option<String>,
}

/// What a signer confirms.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificationView {
    version: &'static str,
    /// In Chinese.
    zh: &'static str,
    /// In English.
    en: &'static str,
}

/// A signer confirms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": "1", "password": "…", "code": "123456"}))]
pub(crate) struct Confirmation {
    /// Of the sentences that were shown.
    #[schema(max_length = 32)]
    version: String,
    #[schema(max_length = 1024)]
    password: String,
    #[schema(max_length = 32)]
    code: String,
}

/// Why personal fields are opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "care"}))]
pub(crate) struct OpeningWanted {
    /// Code of a purpose that one of the sender's roles works for.
    #[schema(max_length = 64)]
    purpose: String,
}

/// Personal fields, opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct Opened {
    /// By their codes.
    fields: BTreeMap<&'static str, String>,
}

/// Signatures of a record
///
/// Oldest first, with whether they still cover the record.
#[utoipa::path(get, path = "/api/records/{kind}/{number}/signatures", operation_id = "list_record_signatures",
    tag = "registers", params(("kind" = String, Path), ("number" = String, Path), Pages),
    responses((status = 200, description = "A page of signatures", body = Page<SignatureView>)))]
pub(crate) async fn of_record(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((kind, number)): InPath<(String, String)>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let record = state.desk().store.record(concept_of(&kind)?, &number, reader.visitor.principal()?).await?;
    let path = format!("/api/records/{}/{}/signatures", record.concept.code, record.number);
    listed(&state, path, &record.canonical(), &pages).await
}

/// Signatures of a unit
///
/// Oldest first, with whether they still cover the record.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/signatures", operation_id = "list_unit_signatures",
    tag = "units", params(("scheme" = String, Path), ("identity" = String, Path), Pages),
    responses((status = 200, description = "A page of signatures", body = Page<SignatureView>)))]
pub(crate) async fn of_unit(
    State(state): State<AppState>,
    InPath((scheme, value)): InPath<(String, String)>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let identity = identity_of(scheme, value);
    let life = state.desk().store.unit_life(&identity).await?;
    let record = life.ok_or_else(|| unit_not_found(&identity.written()))?.canonical();
    let path = format!("/api{}/signatures", crate::pages::unit_address(&identity));
    listed(&state, path, &record, &pages).await
}

async fn listed(
    state: &AppState,
    path: String,
    record: &CanonicalRecord,
    pages: &Pages,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, path, [], pages.limit)?;
    let all = desk.store.signatures(record).await?;
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.id, |one| view(one, record))
}

/// Sign a record
///
/// As its page does: with the digest of what was seen, the password, and a one-time code for the first signature of
/// a session. A token cannot sign.
#[utoipa::path(post, path = "/api/records/{kind}/{number}/signatures", operation_id = "sign_record",
    tag = "registers", params(("kind" = String, Path), ("number" = String, Path)), request_body = SignatureWanted,
    responses((status = 201, description = "The signature", body = SignatureView)))]
pub(crate) async fn sign_record(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    InPath((kind, number)): InPath<(String, String)>,
    Body(wanted): Body<SignatureWanted>,
) -> Result<Response, Failure> {
    let record = state.desk().store.record(concept_of(&kind)?, &number, reader.visitor.principal()?).await?;
    sign(&state, (&reader, &client, &headers), &record, &wanted).await
}

/// Sign a unit
///
/// As its page does: with the digest of what was seen, the password, and a one-time code for the first signature of
/// a session. A token cannot sign.
#[utoipa::path(post, path = "/api/units/{scheme}/{identity}/signatures", operation_id = "sign_unit", tag = "units",
    params(("scheme" = String, Path), ("identity" = String, Path)), request_body = SignatureWanted,
    responses((status = 201, description = "The signature", body = SignatureView)))]
pub(crate) async fn sign_unit(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    InPath((scheme, value)): InPath<(String, String)>,
    Body(wanted): Body<SignatureWanted>,
) -> Result<Response, Failure> {
    let identity = identity_of(scheme, value);
    let life = state.desk().store.unit_life(&identity).await?;
    let record = life.ok_or_else(|| unit_not_found(&identity.written()))?;
    sign(&state, (&reader, &client, &headers), &record, &wanted).await
}

async fn sign(
    state: &AppState,
    (reader, client, headers): (&Reader, &Client, &HeaderMap),
    record: &Record,
    wanted: &SignatureWanted,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let session = session_of(headers, client)?;
    let codes = Meaning::all().map(Meaning::code);
    let meaning = coded("meaning", Some(wanted.meaning.as_str()), Meaning::parse, codes)?;
    let canonical = record.canonical();
    if canonical.digest_shown() != wanted.record_digest {
        let sentence = "The record was changed after it was shown to you: look at it again, then sign it.";
        return Err(Failure::refused("signed_record_changed", sentence));
    }
    let site = record.site.as_deref();
    let signing = Signing { record: &canonical, meaning: meaning.unwrap_or(Meaning::Performed), site };
    let code = wanted.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let proof = Proof { session: &session, password: &wanted.password, code };
    let acting = desk.acting(reader.visitor.principal()?);
    let signature = desk.store.sign(signing, proof, &desk.keys, &acting).await?;
    Ok((StatusCode::CREATED, Json(view(&signature, &canonical))).into_response())
}

/// What a signer confirms
///
/// The sentences that bind a signer, confirmed once before the first signature.
#[utoipa::path(get, path = "/api/certification", operation_id = "get_certification", tag = "people",
    responses((status = 200, description = "The sentences", body = CertificationView)))]
pub(crate) async fn certification() -> Response {
    let (zh, en) = CERTIFICATION;
    Json(CertificationView { version: CERTIFICATION_VERSION, zh, en }).into_response()
}

/// Confirm
///
/// The signer confirms that electronic signatures bind, with password and one-time code.
#[utoipa::path(post, path = "/api/certification", operation_id = "certify_signer", tag = "people",
    request_body = Confirmation, responses((status = 204, description = "Confirmed")))]
pub(crate) async fn certify(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Body(given): Body<Confirmation>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let session = session_of(&headers, &client)?;
    let read = |version: &str| (version == CERTIFICATION_VERSION).then_some(());
    coded("version", Some(given.version.as_str()), read, [CERTIFICATION_VERSION].into_iter())?;
    let proof = Proof { session: &session, password: &given.password, code: Some(given.code.trim()) };
    desk.store.certify_signer(proof, &desk.keys, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Open personal fields
///
/// For a purpose of the sender's role; who opened them and why is written to the access log.
#[utoipa::path(post, path = "/api/records/{kind}/{number}/openings", operation_id = "open_record",
    tag = "registers", params(("kind" = String, Path), ("number" = String, Path)), request_body = OpeningWanted,
    responses((status = 200, description = "The fields that have a value", body = Opened)))]
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((kind, number)): InPath<(String, String)>,
    Body(wanted): Body<OpeningWanted>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let record = desk.store.record(concept_of(&kind)?, &number, principal).await?;
    let asked = wanted.purpose.as_str();
    let purpose = Purpose::parse(asked).ok_or_else(|| {
        let sentence = format!("'{asked}' is no purpose: choose the one you work for.");
        Failure::refused("purpose_unknown", sentence).with("value", asked)
    })?;
    let Some(person) = &record.person_id else {
        return Ok(Json(Opened { fields: BTreeMap::new() }).into_response());
    };
    let opened = desk.store.open_person(person, purpose, &desk.keys, &desk.acting(principal)).await?;
    let fields = opened.fields().iter().map(|(field, text)| (field.code(), text.clone())).collect();
    Ok(Json(Opened { fields }).into_response())
}

fn view(signature: &Signature, record: &CanonicalRecord) -> SignatureView {
    SignatureView {
        id: signature.id.clone(),
        meaning: signature.meaning.code(),
        staff_number: signature.staff_number.clone(),
        role: signature.role.clone(),
        signed_at: signature.signed_at.to_string(),
        record_digest: signature.record_digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        components: signature.components.clone(),
        covers: signature.coverage(record) == Coverage::Covers,
    }
}
