//! Notifications of who is signed in: newest first, each marked as read by its reader.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use fluent_bundle::FluentValue;
use qidai_bank::{Marked, Notification, Role};
use serde::Deserialize;

use super::{Frame, Reader, documents, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::words::Lang;

/// Lines of a page.
const PAGE_LINES: u32 = 40;

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    lines: Vec<Line>,
    /// The newest on the page: all up to it are marked together.
    up_to: Option<i64>,
    older: Option<String>,
    first: bool,
}

struct Line {
    id: String,
    sentence: String,
    subject: String,
    address: Option<String>,
    at: String,
    is_read: bool,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    before: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct Mark {
    #[serde(default)]
    notification: String,
    up_to: Option<i64>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let found = desk.store.notifications(principal, wishes.before, PAGE_LINES + 1).await?;
    let shown = found.get(..PAGE_LINES as usize).unwrap_or(&found);
    let last = shown.last().filter(|_| found.len() > shown.len());
    let line = |one: &Notification| Line {
        id: one.id.clone(),
        sentence: sentence(one, reader.lang),
        subject: one.subject.clone(),
        address: shown::subject_address(&one.subject, &reader.visitor),
        at: shown::minute(one.created_at, &desk.zone),
        is_read: one.read_at.is_some(),
    };
    let has_unread = shown.iter().any(|one| one.read_at.is_none());
    render(&NotificationsPage {
        lines: shown.iter().map(line).collect(),
        up_to: shown.first().filter(|_| has_unread).map(|one| one.sequence),
        older: last.map(|last| format!("/notifications?before={}", last.sequence)),
        first: wishes.before.is_none(),
        frame: Frame::new(&reader),
    })
}

/// Marks one, or all that stood on the page.
pub(crate) async fn mark(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(mark): Form<Mark>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let which = match mark.up_to {
        Some(sequence) => Marked::UpTo(sequence),
        None => Marked::One(&mark.notification),
    };
    desk.store.mark_notifications_read(which, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(Redirect::to("/notifications").into_response())
}

/// Its text in the language of the reader. A code without words shows itself: a notification is never lost.
pub(crate) fn sentence(one: &Notification, lang: Lang) -> String {
    let w = lang.words();
    let values: Vec<(&'static str, FluentValue<'_>)> = one
        .arguments
        .iter()
        .filter_map(|(name, value)| {
            // Fluent wants names that live for ever.
            let name = ARGUMENTS.iter().find(|known| **known == name.as_str())?;
            Some((*name, argument(name, value, lang).into()))
        })
        .collect();
    w.find(&format!("notice-{}", one.code), &values).unwrap_or_else(|| one.code.replace('_', " "))
}

/// Names of arguments; a declared label comes in both languages.
const ARGUMENTS: [&str; 6] = ["who", "role", "number", "day", "zh", "en"];

/// A code of the program in the words of the reader; anything else as it is.
fn argument(name: &str, value: &str, lang: Lang) -> String {
    match name {
        "role" => Role::parse(value).map_or(value, |role| shown::label(lang, role.labels())).to_owned(),
        "who" => documents::number_of(value).to_owned(),
        _ => value.to_owned(),
    }
}
