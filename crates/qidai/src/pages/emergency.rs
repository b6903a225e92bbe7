//! Taking a role in an emergency, and looking at it afterwards.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use qidai_bank::{EMERGENCY_HOURS, Emergency, Role};
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::auth::Desk;
use crate::error::Failure;

#[derive(Template)]
#[template(path = "emergency.html")]
struct TakePage {
    frame: Frame,
    hours: f64,
    /// Roles that can be taken: code and label.
    roles: Vec<(&'static str, &'static str)>,
    sites: Vec<(String, String)>,
    chosen: String,
    reason: String,
    /// What the visitor holds now.
    held: Vec<String>,
    refused: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "emergencies.html")]
struct ReviewPage {
    frame: Frame,
    waiting: Vec<Line>,
    reviewed: Vec<Line>,
    refused: Option<(String, &'static str)>,
}

/// One emergency of the list.
struct Line {
    id: String,
    staff_number: String,
    grant: String,
    taken_at: String,
    reason: String,
    /// When and by whom, with what result.
    review: Option<(String, String, String)>,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    role: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(crate) struct Reviewed {
    #[serde(default)]
    emergency: String,
    #[serde(default)]
    note: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let nothing = Wanted { role: String::new(), site: String::new(), reason: String::new() };
    take_page(&state, &reader, nothing, None).await
}

/// Takes the role; it is there with the next page.
pub(crate) async fn take(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let site = Some(wanted.site.as_str()).filter(|site| !site.is_empty());
    let acting = desk.acting(principal).because(&wanted.reason);
    let taken = match Role::parse(&wanted.role) {
        Some(role) => desk.store.take_role_in_emergency(role, site, &acting).await.map_err(Failure::from),
        None => Err(super::people::role_unknown(&wanted.role)),
    };
    match taken {
        Ok(_) => Ok(Redirect::to("/emergency").into_response()),
        Err(failure) if failure.is_refusal() => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = take_page(&state, &reader, wanted, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    review_page(&state, &reader, None).await
}

/// Writes down the result of a review.
pub(crate) async fn review(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(sent): Form<Reviewed>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    match desk.store.review_emergency(&sent.emergency, sent.note.trim(), &acting).await {
        Ok(()) => Ok(Redirect::to("/admin/emergencies").into_response()),
        Err(error) if error.is_refusal() => {
            let failure = Failure::from(error);
            let said = (failure.sentence(reader.lang), failure.code());
            let page = review_page(&state, &reader, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(error) => Err(error.into()),
    }
}

async fn take_page(
    state: &AppState,
    reader: &Reader,
    wanted: Wanted,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (desk, lang) = (state.desk(), reader.lang);
    let roles = Role::all().filter(|role| role.can_be_taken_in_an_emergency());
    let held = reader.visitor.principal()?.grants().iter();
    render(&TakePage {
        frame: Frame::new(reader),
        hours: EMERGENCY_HOURS as f64,
        roles: roles.map(|role| (role.code(), shown::label(lang, role.labels()))).collect(),
        sites: super::people::sites(desk).await?,
        chosen: wanted.role,
        reason: wanted.reason,
        held: held.map(|grant| shown::grant(grant, lang, &desk.zone)).collect(),
        refused,
    })
}

async fn review_page(
    state: &AppState,
    reader: &Reader,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let accounts = desk.store.accounts().await?;
    let number = |id: &str| {
        let account = accounts.iter().find(|account| account.id == id);
        account.map_or_else(|| id.to_owned(), |account| account.staff_number.clone())
    };
    let emergencies = desk.store.emergencies().await?;
    let lines = emergencies.iter().map(|one| line(one, number(&one.account_id), reader, desk));
    let (reviewed, waiting) = lines.partition(|line| line.review.is_some());
    render(&ReviewPage { frame: Frame::new(reader), waiting, reviewed, refused })
}

fn line(emergency: &Emergency, staff_number: String, reader: &Reader, desk: &Desk) -> Line {
    let minute = |at: Timestamp| shown::minute(at, &desk.zone);
    Line {
        id: emergency.id.clone(),
        staff_number,
        grant: shown::grant(&emergency.grant, reader.lang, &desk.zone),
        taken_at: minute(emergency.taken_at),
        reason: emergency.reason.clone(),
        review: emergency.review.as_ref().map(|(at, by, note)| (minute(*at), by.clone(), note.clone())),
    }
}
