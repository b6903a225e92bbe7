//! `/api/documents`: documents of a subject, one document, its file.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::Document;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::history::SUBJECT_CHARS_MAX;
use super::{Asked, Body, InPath, List, Page, bounded, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, document, documents};
use crate::upload::Upload;

/// A document as programs read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocumentView {
    id: String,
    /// What it belongs to, as in the history: `unit/din/G123424000001`.
    subject: String,
    /// `report`, `certificate`, `consent` …
    class: &'static str,
    /// Null while the document is sealed.
    file_name: Option<String>,
    /// It holds a person's data and is opened for a purpose.
    is_sealed: bool,
    media_type: &'static str,
    size_bytes: i64,
    /// SHA-256 of what is stored, lower-case hexadecimal digits.
    content_sha256: String,
    uploaded_by: String,
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: Timestamp,
    /// `current` or `withdrawn`.
    state: &'static str,
    version: i64,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        Self {
            class: document.class.code(),
            is_sealed: document.is_sealed,
            media_type: document.media_type.code(),
            size_bytes: document.size_bytes,
            content_sha256: document.content_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            uploaded_at: document.uploaded_at,
            state: document.state.code(),
            version: document.version,
            uploaded_by: document.uploaded_by,
            file_name: document.file_name,
            subject: document.subject,
            id: document.id,
        }
    }
}

/// Whose documents.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfSubject {
    /// Such as `unit/din/G123424000001`.
    #[param(max_length = 200)]
    subject: String,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Why a document is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "scanned upside down, kept again"}))]
pub(crate) struct Withdrawing {
    #[schema(min_length = 8, max_length = 1000)]
    reason: String,
}

/// Why a sealed document is opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "quality_investigation"}))]
pub(crate) struct Opening {
    /// Code of a purpose, such as `collection_care`.
    purpose: String,
}

/// A file with what it belongs to.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the upload reads it")]
pub(crate) struct NewDocument {
    /// Such as `unit/din/G123424000001`.
    subject: String,
    /// `report`, `certificate`, `consent` …
    class: String,
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Documents
///
/// The documents of a subject, current ones first, then the newest.
#[utoipa::path(get, path = "/api/documents", operation_id = "list_documents", tag = "documents", params(OfSubject),
    responses((status = 200, description = "A page of documents", body = Page<DocumentView>),
        (status = 404, description = "There is no such subject", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(of): Asked<OfSubject>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    short("subject", Some(&of.subject), SUBJECT_CHARS_MAX)?;
    let list = List::new(&desk.keys, "/api/documents", [("subject", Some(of.subject.clone()))], of.limit)?;
    let found = desk.store.documents(&of.subject, &desk.acting(reader.visitor.principal()?)).await?;
    list.of_all(&found, of.cursor.as_deref(), |one| &one.id, |one| DocumentView::from(one.clone()))
}

/// Keep a document
///
/// PDF, PNG, JPEG, XLSX, DOCX, CSV or text, recognised by its content. What hides something or runs something is refused.
#[utoipa::path(post, path = "/api/documents", operation_id = "add_document", tag = "documents",
    request_body(content = NewDocument, content_type = "multipart/form-data"),
    responses((status = 201, description = "The document", body = DocumentView),
        (status = 404, description = "There is no such subject", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let kept = documents::keep(&state, &reader, &upload).await?;
    Ok((StatusCode::CREATED, Json(DocumentView::from(kept))).into_response())
}

/// A document
///
/// What is known of one document; its file is behind `content`.
#[utoipa::path(get, path = "/api/documents/{id}", operation_id = "get_document", tag = "documents",
    params(("id" = String, Path)), responses((status = 200, description = "The document", body = DocumentView)))]
pub(crate) async fn one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Json<DocumentView>, Failure> {
    let desk = state.desk();
    let document = desk.store.document(&id, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(Json(document.into()))
}

/// A file
///
/// The file of a document that is not sealed, in its own media type.
#[utoipa::path(get, path = "/api/documents/{id}/content", operation_id = "get_document_content", tag = "documents",
    params(("id" = String, Path)),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "*/*"),
        (status = 422, description = "It is sealed, or its file is not as it was kept", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn content(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Response, Failure> {
    document::download(State(state), Extension(reader), Path(id)).await
}

/// A sealed file
///
/// A file with a person's data, opened for a purpose; the opening is written down before anything is shown.
#[utoipa::path(post, path = "/api/documents/{id}/content", operation_id = "open_document", tag = "documents",
    params(("id" = String, Path)), request_body = Opening,
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "*/*")))]
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(opening): Body<Opening>,
) -> Result<Response, Failure> {
    Ok(document::attachment(document::opened_for(&state, &reader, &id, &opening.purpose).await?))
}

/// Withdraw a document
///
/// It stays in the bank and is marked as withdrawn, with the reason.
#[utoipa::path(post, path = "/api/documents/{id}/withdraw", operation_id = "withdraw_document", tag = "documents",
    params(("id" = String, Path)), request_body = Withdrawing,
    responses((status = 200, description = "The document as it is now", body = DocumentView)))]
pub(crate) async fn withdraw(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(withdrawing): Body<Withdrawing>,
) -> Result<Json<DocumentView>, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = acting.because(bounded("reason", &withdrawing.reason)?);
    Ok(Json(desk.store.withdraw_document(&id, &acting).await?.into()))
}
