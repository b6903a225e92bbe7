//! What analysers and laboratories sent: a list, a message, its content for a purpose, and lines placed by hand.

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{LabMessage, MessageOutcome, Observation, Permission, Purpose};
use serde::Deserialize;

use super::{phases, place_of, sentence_of};
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::{file, message, phase_of, purpose_of};
use crate::pages::{Frame, Reader, render, shown};

/// Messages of the list.
const LISTED: u32 = 200;
/// Characters of a content on a page; all of it can be taken as a file.
const CHARS_SHOWN: usize = 20_000;

#[derive(Template)]
#[template(path = "lab_messages.html")]
struct MessagesPage {
    frame: Frame,
    lines: Vec<Line>,
    may_bring: bool,
    content: String,
    refused: Option<(String, &'static str)>,
}

/// A message of the list.
struct Line {
    id: String,
    address: String,
    at: String,
    protocol: String,
    from: String,
    outcome: (&'static str, String),
    accepted: u64,
    refused: u64,
    first: Option<String>,
}

#[derive(Template)]
#[template(path = "lab_message.html")]
struct MessagePage {
    frame: Frame,
    line: Line,
    size: String,
    remarks: Vec<(String, String, String)>,
    purposes: Vec<(&'static str, &'static str)>,
    has_errors: bool,
    may_assign: bool,
    /// What stands in it, once it is opened.
    opened: Option<Opened>,
    phases: Vec<(&'static str, String)>,
    refused: Option<(String, &'static str)>,
}

struct Opened {
    text: String,
    is_cut: bool,
    observations: Vec<Placed>,
}

/// A result in a message, and what became of it.
struct Placed {
    place: String,
    specimen: String,
    test: String,
    value: String,
    /// The result that it became by hand.
    assigned: bool,
    /// It was refused, so somebody may place it.
    is_open: bool,
}

/// Who sees what was received: who records or reviews results, quality, and who keeps the tanks.
pub(super) fn may_list(reader: &Reader) -> bool {
    let enough = [
        Permission::TestRecord,
        Permission::TestReview,
        Permission::NonconformityManage,
        Permission::StorageMove,
    ];
    enough.into_iter().any(|one| reader.visitor.may(one))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    list_page(&state, &reader, String::new(), None).await
}

#[derive(Deserialize)]
pub(crate) struct Brought {
    #[serde(default)]
    content: String,
}

/// Takes a message that was pasted. A browser sends line ends of its own; records end with any of them.
pub(crate) async fn bring(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(brought): Form<Brought>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let catalogue = state.catalogue();
    let content = brought.content.as_bytes();
    match message::take((&desk.store, &desk.keys), &catalogue.nomenclature(), content, &acting).await {
        Ok(kept) => Ok(Redirect::to(&address_of(&kept.id)).into_response()),
        Err(failure) if failure.is_refusal() => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = list_page(&state, &reader, brought.content, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn list_page(
    state: &AppState,
    reader: &Reader,
    content: String,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let messages = state.desk().store.lab_messages(LISTED, reader.visitor.principal()?).await?;
    render(&MessagesPage {
        lines: messages.iter().map(|one| line(one, state, reader)).collect(),
        may_bring: reader.visitor.may(Permission::TestRecord),
        content,
        refused,
        frame: Frame::new(&Reader { address: "/lab/messages?".to_owned(), ..reader.clone() }),
    })
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    page(&state, &reader, &id, None, None).await
}

#[derive(Deserialize)]
pub(crate) struct Opening {
    #[serde(default)]
    purpose: String,
}

/// Shows the content once; the access log says to whom and why.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(opening): Form<Opening>,
) -> Result<Response, Failure> {
    match opened(&state, &reader, &id, &opening.purpose).await {
        Ok((_, content)) => page(&state, &reader, &id, Some(&content), None).await,
        Err(failure) => refused_on(&state, &reader, &id, failure).await,
    }
}

#[derive(Deserialize)]
pub(crate) struct Assigned {
    #[serde(default)]
    place: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    phase: String,
    #[serde(default)]
    reason: String,
}

/// Enters a line as a result of a unit.
pub(crate) async fn assign(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(sent): Form<Assigned>,
) -> Result<Response, Failure> {
    match assigned(&state, &reader, &id, &sent).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(failure) => refused_on(&state, &reader, &id, failure).await,
    }
}

async fn assigned(state: &AppState, reader: &Reader, id: &str, sent: &Assigned) -> Result<String, Failure> {
    let desk = state.desk();
    let unit = crate::storage::unit_of(&desk.store, sent.unit.trim()).await?;
    let phase = phase_of(&sent.phase)?;
    let (kept, content) = opened(state, reader, id, Purpose::LaboratoryWork.code()).await?;
    let acting = desk.acting(reader.visitor.principal()?).because(sent.reason.trim());
    let catalogue = state.catalogue();
    let by = (&desk.store, &catalogue.nomenclature());
    message::assign(by, (&kept, &content), &sent.place, (&unit, phase), &acting).await?;
    Ok(super::address_of(&unit))
}

/// The rows of a file that were refused, as a file to be mended.
pub(crate) async fn errors(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let told = async {
        let (kept, content) = opened(&state, &reader, &id, Purpose::LaboratoryWork.code()).await?;
        file::error_rows(&content, &kept.remarks)
    };
    match told.await {
        Ok(text) => Ok(download(text.into_bytes(), "refused.csv", "text/csv; charset=utf-8")),
        Err(failure) => refused_on(&state, &reader, &id, failure).await,
    }
}

/// A file that a browser keeps and does not show.
pub(crate) fn download(content: Vec<u8>, name: &str, kind: &'static str) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    (headers, content).into_response()
}

async fn opened(
    state: &AppState,
    reader: &Reader,
    id: &str,
    purpose: &str,
) -> Result<(LabMessage, Vec<u8>), Failure> {
    let desk = state.desk();
    let (purpose, acting) = (purpose_of(purpose)?, desk.acting(reader.visitor.principal()?));
    let (kept, content) = desk.store.open_lab_message(id, purpose, &desk.keys, &acting).await?;
    Ok((kept, content.to_vec()))
}

async fn refused_on(
    state: &AppState,
    reader: &Reader,
    id: &str,
    failure: Failure,
) -> Result<Response, Failure> {
    if !failure.is_refusal() || failure.code() == "message_unknown" {
        return Err(failure);
    }
    let said = (failure.sentence(reader.lang), failure.code());
    let page = page(state, reader, id, None, Some(said)).await?;
    Ok(failure.on_page(page))
}

async fn page(
    state: &AppState,
    reader: &Reader,
    id: &str,
    content: Option<&[u8]>,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (store, w) = (&state.desk().store, reader.lang.words());
    let kept = store.lab_message(id, reader.visitor.principal()?).await?;
    let opened = match content {
        Some(content) => Some(look(state, &kept, content).await?),
        None => None,
    };
    let roles = || reader.visitor.principal().into_iter().flat_map(|one| one.grants());
    let fits = |one: &Purpose| *one == Purpose::LaboratoryWork || *one == Purpose::QualityInvestigation;
    let keeps_tanks = kept.is_of_cold() && reader.visitor.may(Permission::StorageMove);
    let theirs = Purpose::all().filter(|one| {
        let serves = roles().any(|grant| one.roles().contains(&grant.role));
        serves || (keeps_tanks && *one == Purpose::LaboratoryWork)
    });
    let remark = |one: &qidai_bank::Remark| {
        (place_of(&one.place, w), sentence_of(&one.code, &one.sentence, reader.lang), one.code.clone())
    };
    let address = format!("{}?", address_of(id));
    render(&MessagePage {
        line: line(&kept, state, reader),
        size: shown::size(i64::try_from(kept.size_bytes).unwrap_or(i64::MAX)),
        remarks: kept.remarks.iter().map(remark).collect(),
        purposes: theirs
            .filter(fits)
            .map(|one| (one.code(), shown::label(reader.lang, one.labels())))
            .collect(),
        has_errors: kept.protocol == "file" && kept.refused > 0 && reader.visitor.may(Permission::TestRecord),
        may_assign: reader.visitor.may(Permission::TestRecord),
        opened,
        phases: phases(w),
        refused,
        frame: Frame::new(&Reader { address, ..reader.clone() }),
    })
}

async fn look(state: &AppState, kept: &LabMessage, content: &[u8]) -> Result<Opened, Failure> {
    let store = &state.desk().store;
    let reading = message::read(store, &kept.protocol, content).await?;
    let assigned = store.assigned_places(&kept.id).await?;
    let text = readable(&qidai_exchange::text_of(content));
    let placed = |one: &Observation| {
        let is_assigned = assigned.iter().any(|(place, _)| *place == one.place);
        let was_refused = kept.remarks.iter().any(|remark| remark.place == one.place)
            || kept.outcome == MessageOutcome::Conflict;
        Placed {
            place: one.place.clone(),
            specimen: one.specimen.clone(),
            test: one.test.clone(),
            value: format!("{} {}", one.value, one.unit).trim().to_owned(),
            assigned: is_assigned,
            is_open: was_refused && !is_assigned,
        }
    };
    Ok(Opened {
        is_cut: text.chars().count() > CHARS_SHOWN,
        text: text.chars().take(CHARS_SHOWN).collect(),
        observations: reading.observations.iter().map(placed).collect(),
    })
}

/// Control characters as signs of their own, and a new line where a record ends.
fn readable(text: &str) -> String {
    let sign = |c: char| match c {
        '\r' => "\n".to_owned(),
        '\n' | '\t' => c.to_string(),
        c if c.is_control() => {
            let picture = char::from_u32(0x2400 + u32::from(c)).filter(|_| u32::from(c) < 0x20);
            picture.unwrap_or('\u{fffd}').to_string()
        }
        c => c.to_string(),
    };
    text.replace("\r\n", "\n").chars().map(sign).collect()
}

fn line(one: &LabMessage, state: &AppState, reader: &Reader) -> Line {
    let w = reader.lang.words();
    let family = match one.outcome {
        MessageOutcome::Taken => "done",
        MessageOutcome::Partly => "wait",
        MessageOutcome::Repeated => "plan",
        MessageOutcome::Refused | MessageOutcome::Conflict => "stop",
    };
    Line {
        id: shown::escaped(&one.id),
        address: address_of(&one.id),
        at: shown::minute(one.received_at, &state.desk().zone),
        protocol: w.t(&format!("lab-protocol-{}", one.protocol)),
        from: match one.peer.as_str() {
            "by hand" => w.t("lab-by-hand"),
            peer => peer.to_owned(),
        },
        outcome: (family, w.t(&format!("lab-outcome-{}", one.outcome.code()))),
        accepted: one.accepted,
        refused: one.refused,
        first: one.remarks.first().map(|remark| sentence_of(&remark.code, &remark.sentence, reader.lang)),
    }
}

fn address_of(id: &str) -> String {
    format!("/lab/messages/{}", shown::escaped(id))
}
