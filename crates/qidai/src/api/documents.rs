//! `/api/documents`: documents of a subject, one document, its file.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::Document;
use serde::{Deserialize, Serialize};

use super::body;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, document, documents};
use crate::upload::Upload;

/// A document as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct DocumentView {
    id: String,
    /// What it belongs to, as in the history: `unit/din/G123424000001`.
    subject: String,
    /// `report`, `certificate`, `consent` …
    class: &'static str,
    /// Absent while the document is sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    /// It holds a person's data and is opened for a purpose.
    is_sealed: bool,
    media_type: &'static str,
    size_bytes: i64,
    /// SHA-256 of what is stored, lower-case hexadecimal digits.
    content_sha256: String,
    uploaded_by: String,
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

/// The documents of one subject.
#[derive(Debug, Serialize)]
pub(crate) struct DocumentList {
    documents: Vec<DocumentView>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct OfSubject {
    #[serde(default)]
    subject: String,
}

/// Why a sealed document is opened.
#[derive(Debug, Deserialize)]
pub(crate) struct Opening {
    #[serde(default)]
    purpose: String,
}

/// `GET /api/documents?subject=…`: current ones first, then the newest.
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(of): Query<OfSubject>,
) -> Result<Json<DocumentList>, Failure> {
    let desk = state.desk();
    let found = desk.store.documents(&of.subject, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(Json(DocumentList { documents: found.into_iter().map(DocumentView::from).collect() }))
}

/// `POST /api/documents`: `multipart/form-data` with `subject`, `class` and `file`.
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let kept = documents::keep(&state, &reader, &upload).await?;
    Ok((StatusCode::CREATED, Json(DocumentView::from(kept))).into_response())
}

/// `GET /api/documents/{id}`.
pub(crate) async fn one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Json<DocumentView>, Failure> {
    let desk = state.desk();
    let document = desk.store.document(&id, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(Json(document.into()))
}

/// `GET /api/documents/{id}/content`: the file.
pub(crate) async fn content(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    document::download(State(state), Extension(reader), Path(id)).await
}

/// `POST /api/documents/{id}/content` with `{"purpose":…}`: a sealed file.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    json: Result<Json<Opening>, JsonRejection>,
) -> Result<Response, Failure> {
    let opening = body(json)?;
    Ok(document::attachment(document::opened_for(&state, &reader, &id, &opening.purpose).await?))
}
