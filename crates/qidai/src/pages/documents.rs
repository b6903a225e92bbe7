//! The documents of one subject: a list, and the form that adds one. Also a part of the pages of units and records.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{Document, DocumentClass, DocumentState, NewDocument, Refusal};
use serde::Deserialize;

use super::badge::Badge;
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::upload::Upload;
use crate::words::{Lang, Words};

/// The part of a page that shows documents (`documents_panel.html`).
pub(super) struct Panel {
    pub(super) subject: String,
    pub(super) lines: Vec<Line>,
    /// Present where the reader may add.
    pub(super) form: Option<Form>,
}

pub(super) struct Form {
    pub(super) classes: Vec<(&'static str, &'static str)>,
    /// What was chosen before a refusal.
    pub(super) chosen: String,
    pub(super) megabytes: usize,
    pub(super) accept: &'static str,
    pub(super) refused: Option<(String, &'static str)>,
}

/// One document of a list.
pub(super) struct Line {
    pub(super) address: String,
    /// Absent while it is sealed.
    pub(super) name: Option<String>,
    pub(super) class: &'static str,
    pub(super) kind: &'static str,
    pub(super) size: String,
    pub(super) who: String,
    pub(super) at: String,
    pub(super) is_withdrawn: bool,
}

/// What a browser offers to choose. The bank looks at the content itself.
const ACCEPT: &str = ".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.csv,.txt";

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage {
    frame: Frame,
    /// What the documents belong to, and its page.
    of: String,
    of_address: Option<String>,
    documents: Panel,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    subject: String,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    page(&state, &reader, &wishes.subject, None).await
}

/// Keeps a file. What is refused is said beside the form; the file itself a browser does not choose again.
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let subject = upload.text("subject").to_owned();
    match keep(&state, &reader, &upload).await {
        Ok(_) => Ok(Redirect::to(&home(&subject, &reader)).into_response()),
        Err(failure) if failure.status().as_u16() == 422 => {
            let said = (failure.sentence(reader.lang), failure.code());
            let chosen = upload.text("class").to_owned();
            let page = page(&state, &reader, &subject, Some((chosen, said))).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

/// Looks at the file and gives it to the bank. Looking can take a moment: not on the threads that answer.
pub(crate) async fn keep(state: &AppState, reader: &Reader, upload: &Upload) -> Result<Document, Failure> {
    let desk = state.desk();
    let class =
        DocumentClass::parse(upload.text("class")).ok_or_else(|| class_unknown(upload.text("class")))?;
    let Some((name, content)) = upload.file.clone() else {
        return Err(Failure::refused("upload_missing", "No file was chosen: choose one."));
    };
    let looked_at = (name.clone(), content.clone());
    let look = move || qidai_exchange::recognise(&looked_at.1, &looked_at.0);
    let looked = tokio::task::spawn_blocking(look).await.map_err(|error| {
        Failure::outage("task_interrupted", "The file could not be looked at.").because(&error)
    })?;
    let media_type = looked.map_err(|problem| Failure::from(Refusal::from(problem)))?;
    let subject = upload.text("subject");
    let new = NewDocument { subject, class, file_name: &name, media_type, content: &content };
    Ok(desk.store.add_document(&new, &desk.keys, &desk.acting(reader.visitor.principal()?)).await?)
}

fn class_unknown(code: &str) -> Failure {
    let sentence = format!("'{code}' is no kind of document: choose one from the list.");
    Failure::refused("document_class_unknown", sentence).with("value", code)
}

/// The page on which the documents of a subject stand.
pub(super) fn home(subject: &str, reader: &Reader) -> String {
    match shown::subject_address(subject, &reader.visitor) {
        Some(address) if !address.starts_with("/documents") => format!("{address}#documents"),
        _ => shown::documents_of(subject),
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    subject: &str,
    refused: Option<(String, (String, &'static str))>,
) -> Result<Response, Failure> {
    let mut documents = panel(state, reader, subject).await?;
    if let (Some(form), Some((chosen, said))) = (&mut documents.form, refused) {
        form.chosen = chosen;
        form.refused = Some(said);
    }
    let of_address = shown::subject_address(subject, &reader.visitor);
    let reader = Reader { address: format!("{}&", shown::documents_of(subject)), ..reader.clone() };
    render(&DocumentsPage {
        of: subject.to_owned(),
        of_address: of_address.filter(|address| !address.starts_with("/documents")),
        documents,
        frame: Frame::new(&reader),
    })
}

/// The documents of a subject, for any page.
///
/// # Errors
/// `subject_unknown`, `permission_missing`.
pub(super) async fn panel(state: &AppState, reader: &Reader, subject: &str) -> Result<Panel, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let documents = desk.store.documents(subject, &acting).await?;
    let may_add = desk.store.may_add_document(subject, &acting).await?;
    let line = |document: &Document| Line {
        address: format!("/documents/{}", shown::escaped(&document.id)),
        name: document.file_name.clone(),
        class: shown::label(reader.lang, document.class.labels()),
        kind: document.media_type.label(),
        size: shown::size(document.size_bytes),
        who: number_of(&document.uploaded_by).to_owned(),
        at: shown::minute(document.uploaded_at, &desk.zone),
        is_withdrawn: document.state == DocumentState::Withdrawn,
    };
    Ok(Panel {
        subject: subject.to_owned(),
        lines: documents.iter().map(line).collect(),
        form: may_add.then(|| form(reader.lang, desk.document_bytes_max >> 20)),
    })
}

fn form(lang: Lang, megabytes: usize) -> Form {
    let classes = DocumentClass::all().map(|class| (class.code(), shown::label(lang, class.labels())));
    Form { classes: classes.collect(), chosen: String::new(), megabytes, accept: ACCEPT, refused: None }
}

/// `S0012` of `staff:S0012`.
pub(super) fn number_of(actor: &str) -> &str {
    actor.split_once(':').map_or(actor, |(_, number)| number)
}

/// A document's state as a badge.
pub(super) fn badge(state: DocumentState, w: &Words) -> Badge {
    let family = match state {
        DocumentState::Current => "open",
        DocumentState::Withdrawn => "stop",
    };
    Badge { word: w.t(&format!("document-{}", state.code())), family }
}
