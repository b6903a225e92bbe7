//! What analysers and laboratories sent: kept as it came, opened for a purpose, placed by hand where nobody could.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{LabMessage, Purpose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Asked, Body, InPath, List, Page, bounded, cursor};
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::file::{FileWish, LabFileView, import};
use crate::lab::{self, ResultView, message, phase_of, purpose_of};
use crate::pages::Reader;
use crate::upload::Upload;

/// Messages that are listed.
const LISTED: u32 = 500;

/// A message as it is kept, without its content.
#[derive(Serialize, ToSchema)]
pub(crate) struct LabMessageView {
    id: String,
    /// `astm`, `hl7`, `file`, or `mqtt` of a tank.
    #[schema(example = "hl7")]
    protocol: String,
    /// Address, laboratory or topic from which it came.
    from: String,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    size_bytes: u64,
    /// `taken`, `partly`, `refused`, `repeated` or `conflict`.
    outcome: &'static str,
    /// Results that were entered.
    accepted: u64,
    refused: u64,
    remarks: Vec<RemarkView>,
}

/// What was wrong with a part of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemarkView {
    #[schema(example = "OBX 3")]
    place: String,
    #[schema(example = "result_unit_unknown")]
    code: String,
    sentence: String,
}

impl From<&LabMessage> for LabMessageView {
    fn from(one: &LabMessage) -> LabMessageView {
        let remark = |remark: &qidai_bank::Remark| RemarkView {
            place: remark.place.clone(),
            code: remark.code.clone(),
            sentence: remark.sentence.clone(),
        };
        LabMessageView {
            id: one.id.clone(),
            protocol: one.protocol.clone(),
            from: one.peer.clone(),
            received_at: one.received_at,
            size_bytes: one.size_bytes,
            outcome: one.outcome.code(),
            accepted: one.accepted,
            refused: one.refused,
            remarks: one.remarks.iter().map(remark).collect(),
        }
    }
}

/// A message of an analyser, as text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"content": "MSH|^~\\&|AN|LAB|||20261124||ORU^R01|7|P|2.5\rOBR|1||G1234240000011-P\rOBX|1|NM|WBC||7.5|10*9/L|||||F\r"}))]
pub(crate) struct MessageBrought {
    /// ASTM records from `H|` on, or HL7 from `MSH|` on.
    #[schema(max_length = 1_000_000)]
    content: String,
}

/// Why a message is opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"purpose": "laboratory_work"}))]
pub(crate) struct MessageOpening {
    /// `laboratory_work`, `quality_investigation`, `data_subject_request` or `legal_request`.
    purpose: String,
}

/// Whose a line of a message is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"place": "OBX 1", "unit": "G123424000001", "phase": "processed", "reason": "tube relabelled, see the sheet of the day"}))]
pub(crate) struct Assignment {
    /// As in the remarks.
    #[schema(max_length = 200)]
    place: String,
    /// DIN, with or without its check character, or the bank's own number.
    #[schema(max_length = 200)]
    unit: String,
    /// Where the test has phases.
    phase: Option<String>,
    #[schema(min_length = 8, max_length = 1000)]
    reason: String,
}

/// A file of results.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form; the upload reads it")]
pub(crate) struct NewLabFileForm {
    /// The laboratory or the analyser; its mapping is used, and kept.
    laboratory: String,
    /// Lines such as `WBC = wbc_raw processed 10^9/L`.
    mapping: Option<String>,
    /// `collected`, `processed` or `post_thaw`, where the file does not say.
    phase: Option<String>,
    /// Why, where rows amend approved results.
    reason: Option<String>,
    /// `yes` writes nothing.
    only_check: Option<String>,
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Messages
///
/// What analysers and laboratories sent, the newest first, with what was wrong with each.
#[utoipa::path(get, path = "/api/lab/messages", operation_id = "list_lab_messages", tag = "laboratory",
    params(cursor::Pages), responses((status = 200, description = "A page of messages", body = Page<LabMessageView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(pages): Asked<cursor::Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/lab/messages", [], pages.limit)?;
    let found = desk.store.lab_messages(LISTED, reader.visitor.principal()?).await?;
    list.of_all(&found, pages.cursor.as_deref(), |one| &one.id, |one| LabMessageView::from(one))
}

/// Bring a message
///
/// Keeps a message of an analyser and enters its results, as if it had come over the wire.
#[utoipa::path(post, path = "/api/lab/messages", operation_id = "bring_lab_message", tag = "laboratory",
    request_body = MessageBrought,
    responses((status = 201, description = "What became of it", body = LabMessageView)))]
pub(crate) async fn bring(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(brought): Body<MessageBrought>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let catalogue = state.catalogue();
    let content = brought.content.as_bytes();
    let kept = message::take((&desk.store, &desk.keys), &catalogue.nomenclature(), content, &acting).await?;
    Ok((StatusCode::CREATED, Json(LabMessageView::from(&kept))).into_response())
}

/// A message
///
/// What is known of one message; its content is behind `content`.
#[utoipa::path(get, path = "/api/lab/messages/{id}", operation_id = "get_lab_message", tag = "laboratory",
    params(("id" = String, Path)), responses((status = 200, description = "The message", body = LabMessageView)))]
pub(crate) async fn one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Json<LabMessageView>, Failure> {
    let found = state.desk().store.lab_message(&id, reader.visitor.principal()?).await?;
    Ok(Json(LabMessageView::from(&found)))
}

/// Open a message
///
/// Its bytes as they came, opened for a purpose; the opening is written down before anything is shown.
#[utoipa::path(post, path = "/api/lab/messages/{id}/content", operation_id = "open_lab_message", tag = "laboratory",
    params(("id" = String, Path)), request_body = MessageOpening,
    responses((status = 200, description = "Its bytes", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(opening): Body<MessageOpening>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let (purpose, acting) = (purpose_of(&opening.purpose)?, desk.acting(reader.visitor.principal()?));
    let (_, content) = desk.store.open_lab_message(&id, purpose, &desk.keys, &acting).await?;
    Ok(crate::pages::lab::messages::download(content.to_vec(), "message.bin", "application/octet-stream"))
}

/// Assign a line
///
/// Enters a line of a message as a result of a unit, because a person knows whose it is. It is reviewed like every other.
#[utoipa::path(post, path = "/api/lab/messages/{id}/assignments", operation_id = "assign_lab_message", tag = "laboratory",
    params(("id" = String, Path)), request_body = Assignment,
    responses((status = 201, description = "The result, which waits for review", body = ResultView)))]
pub(crate) async fn assign(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(wanted): Body<Assignment>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?).because(bounded("reason", &wanted.reason)?);
    let unit = crate::storage::unit_of(&desk.store, &wanted.unit).await?;
    let phase = phase_of(wanted.phase.as_deref().unwrap_or_default())?;
    let purpose = Purpose::LaboratoryWork;
    let (kept, content) = desk.store.open_lab_message(&id, purpose, &desk.keys, &acting).await?;
    let placed = (&unit, phase);
    let catalogue = state.catalogue();
    let by = (&desk.store, &catalogue.nomenclature());
    let result = message::assign(by, (&kept, &content), &wanted.place, placed, &acting).await?;
    Ok((StatusCode::CREATED, Json(ResultView::from(&result))).into_response())
}

/// Import a file
///
/// CSV in any usual encoding, or XLSX. Rows are taken whole or not at all; the file is kept as it came.
#[utoipa::path(post, path = "/api/lab/files", operation_id = "import_lab_file", tag = "laboratory",
    request_body(content = NewLabFileForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "What became of its rows", body = LabFileView)))]
pub(crate) async fn files(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Json<LabFileView>, Failure> {
    take_file(&state, &reader, &upload).await.map(Json)
}

/// The same for the page.
///
/// # Errors
/// Those of [`import`], and `upload_missing`.
pub(crate) async fn take_file(
    state: &AppState,
    reader: &Reader,
    upload: &Upload,
) -> Result<LabFileView, Failure> {
    let desk = state.desk();
    let Some((_, content)) = &upload.file else {
        return Err(Failure::refused("upload_missing", "No file was chosen: choose one."));
    };
    let acting = desk.acting(reader.visitor.principal()?);
    let reason = upload.text("reason");
    let acting = if reason.is_empty() { acting } else { acting.because(bounded("reason", reason)?) };
    let wish = FileWish {
        laboratory: upload.text("laboratory"),
        mapping: Some(upload.text("mapping")),
        phase: lab::phase_of(upload.text("phase"))?,
        only_check: upload.text("only_check") == "yes",
    };
    let catalogue = state.catalogue();
    import((&desk.store, &desk.keys), &catalogue.nomenclature(), content, &wish, &acting).await
}
