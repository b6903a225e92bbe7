//! One document: what is known of it, a look at it, and the file.
//!
//! A file comes from somebody else, so it is never part of a page of ours: it is given away as a download, or shown
//! alone under a policy that lets nothing in it run. Text is shown escaped.

mod file;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{Document, DocumentState, OpenDocument, Preview, Purpose};
use serde::Deserialize;

use super::badge::Badge;
use super::{Frame, Reader, documents, render, shown};
use crate::app::AppState;
use crate::error::Failure;

pub(crate) use file::attachment;

/// Characters of a text that are shown; the rest is in the file.
const TEXT_CHARS_SHOWN: usize = 20_000;

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage {
    frame: Frame,
    /// Absent while it is sealed.
    name: Option<String>,
    badge: Badge,
    address: String,
    subject: String,
    home: String,
    facts: Vec<(String, String)>,
    sha256: String,
    look: Look,
    may_withdraw: bool,
    reason: String,
    refused: Option<(String, &'static str)>,
}

/// What is shown of the content.
enum Look {
    Image,
    Pdf,
    Text {
        text: String,
        is_cut: bool,
    },
    /// Only as a download.
    Nothing,
    /// Opened for one of these purposes: code and label.
    Sealed(Vec<(&'static str, &'static str)>),
}

#[derive(Deserialize)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(crate) struct Opening {
    #[serde(default)]
    purpose: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    page(&state, &reader, &id, String::new(), None).await
}

/// The file as a download.
pub(crate) async fn download(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(attachment(opened(&state, &reader, &id).await?))
}

/// The file alone in a window, or as a picture of our page.
pub(crate) async fn view(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    Ok(file::inline(opened(&state, &reader, &id).await?))
}

/// A person's file, opened for a purpose, as a download.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(opening): Form<Opening>,
) -> Result<Response, Failure> {
    match opened_for(&state, &reader, &id, &opening.purpose).await {
        Ok(opened) => Ok(attachment(opened)),
        Err(failure) if failure.is_refusal() && failure.status().as_u16() != 404 => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, &id, String::new(), Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

/// # Errors
/// As [`qidai_bank::Store::open_sealed_document`], and `purpose_unknown`.
pub(crate) async fn opened_for(
    state: &AppState,
    reader: &Reader,
    id: &str,
    purpose: &str,
) -> Result<OpenDocument, Failure> {
    let desk = state.desk();
    let unknown = || {
        let sentence = format!("'{purpose}' is no purpose: choose the one you work for.");
        Failure::refused("purpose_unknown", sentence).with("value", purpose)
    };
    let purpose = Purpose::parse(purpose).ok_or_else(unknown)?;
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(desk.store.open_sealed_document(id, purpose, &desk.keys, &acting).await?)
}

pub(crate) async fn withdraw(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(sent): Form<Reason>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?).because(&sent.reason);
    match desk.store.withdraw_document(&id, &acting).await.map_err(Failure::from) {
        Ok(document) => Ok(Redirect::to(&documents::home(&document.subject, &reader)).into_response()),
        Err(failure) if failure.status().as_u16() == 422 => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, &id, sent.reason, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn opened(state: &AppState, reader: &Reader, id: &str) -> Result<OpenDocument, Failure> {
    let desk = state.desk();
    Ok(desk.store.open_document(id, &desk.acting(reader.visitor.principal()?)).await?)
}

async fn page(
    state: &AppState,
    reader: &Reader,
    id: &str,
    reason: String,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (desk, w) = (state.desk(), reader.lang.words());
    let acting = desk.acting(reader.visitor.principal()?);
    let document = desk.store.document(id, &acting).await?;
    let may_add = desk.store.may_add_document(&document.subject, &acting).await?;
    let address = format!("/documents/{}", shown::escaped(&document.id));
    let look = look(state, reader, &document).await?;
    let reader = Reader { address: format!("{address}?"), ..reader.clone() };
    render(&DocumentPage {
        badge: documents::badge(document.state, w),
        facts: vec![
            (w.t("document-class"), shown::label(reader.lang, document.class.labels()).to_owned()),
            (w.t("document-kind"), document.media_type.label().to_owned()),
            (w.t("document-size"), shown::size(document.size_bytes)),
            (w.t("document-uploaded-by"), documents::number_of(&document.uploaded_by).to_owned()),
            (w.t("document-uploaded-at"), shown::second(document.uploaded_at, &desk.zone)),
        ],
        sha256: document.content_sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        look,
        may_withdraw: may_add && document.state == DocumentState::Current,
        home: documents::home(&document.subject, &reader),
        subject: document.subject,
        name: document.file_name,
        address,
        reason,
        refused,
        frame: Frame::new(&reader),
    })
}

async fn look(state: &AppState, reader: &Reader, document: &Document) -> Result<Look, Failure> {
    if document.is_sealed {
        let roles = || reader.visitor.principal().into_iter().flat_map(|one| one.grants());
        let theirs =
            Purpose::for_persons().filter(|one| roles().any(|grant| one.roles().contains(&grant.role)));
        let label = |one: Purpose| (one.code(), shown::label(reader.lang, one.labels()));
        return Ok(Look::Sealed(theirs.map(label).collect()));
    }
    Ok(match document.media_type.preview() {
        Preview::Image => Look::Image,
        Preview::Pdf => Look::Pdf,
        Preview::None => Look::Nothing,
        Preview::Text => {
            let content = opened(state, reader, &document.id).await?.content;
            let text = qidai_exchange::text_of(&content);
            let is_cut = text.chars().count() > TEXT_CHARS_SHOWN;
            Look::Text { text: text.chars().take(TEXT_CHARS_SHOWN).collect(), is_cut }
        }
    })
}
