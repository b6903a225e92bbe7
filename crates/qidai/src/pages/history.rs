//! The history: newest first, a page at a time, of everything or of one subject.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use qidai_bank::{HistoryEvent, Role};
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;

/// Events of a page.
const PAGE_EVENTS: u32 = 30;
/// Changes of one event that stand on the page; the rest is counted.
const CHANGES_SHOWN: usize = 60;

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryPage {
    frame: Frame,
    subject: String,
    context: String,
    events: Vec<EventView>,
    first: Option<String>,
    older: Option<String>,
}

/// An event as a page tells it.
pub(super) struct EventView {
    pub(super) sequence: String,
    pub(super) number: u64,
    pub(super) at: String,
    /// When it became so, where that is another time: a late entry.
    pub(super) effective_at: Option<String>,
    pub(super) headline: String,
    pub(super) subject: String,
    pub(super) subject_address: Option<String>,
    pub(super) who: String,
    pub(super) reason: Option<String>,
    /// First and last characters of the hash, and all of it.
    pub(super) short_hash: String,
    pub(super) hash: String,
    pub(super) is_refusal: bool,
    pub(super) changes: Vec<ChangeView>,
    pub(super) more_changes: usize,
}

pub(super) struct ChangeView {
    pub(super) field: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    subject: String,
    before: Option<u64>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let subject = Some(wishes.subject.trim()).filter(|subject| !subject.is_empty());
    let found = desk.store.history_page(subject, wishes.before, PAGE_EVENTS + 1).await?;
    let events = found.get(..PAGE_EVENTS as usize).unwrap_or(&found);
    let last = events.last().filter(|_| found.len() > events.len());
    let total = match subject {
        Some(subject) => desk.store.history_count(subject).await?,
        None => desk.store.generation().await?,
    };
    render(&HistoryPage {
        context: reader.lang.words().t1("history-context", "count", total as f64),
        subject: subject.unwrap_or_default().to_owned(),
        events: events.iter().map(|event| EventView::new(event, &desk.zone, &reader)).collect(),
        first: wishes.before.is_some().then(|| address(subject, None)),
        older: last.map(|last| address(subject, Some(last.sequence))),
        frame: Frame::new(&reader),
    })
}

fn address(subject: Option<&str>, before: Option<u64>) -> String {
    let subject = subject.map(|subject| format!("subject={}", shown::escaped(subject)));
    let before = before.map(|before| format!("before={before}"));
    let query: Vec<String> = subject.into_iter().chain(before).collect();
    if query.is_empty() { "/history".to_owned() } else { format!("/history?{}", query.join("&")) }
}

impl EventView {
    pub(super) fn new(event: &HistoryEvent, zone: &TimeZone, reader: &Reader) -> EventView {
        let (lang, w) = (reader.lang, reader.lang.words());
        let role = Role::parse(&event.role).map(|role| shown::label(lang, role.labels()));
        let site = event.site.as_ref().map(|site| format!(" @ {site}")).unwrap_or_default();
        let who = match role {
            Some(role) => format!("{role}{site} · {}", event.actor),
            None => event.actor.clone(),
        };
        let changes = event.changes.iter().take(CHANGES_SHOWN).map(|change| ChangeView {
            field: format!("{}.{}", change.table, change.column),
            old: change.old.clone(),
            new: change.new.clone(),
        });
        let (front, back) = (event.hash.get(..4), event.hash.get(event.hash.len().saturating_sub(2)..));
        EventView {
            sequence: shown::count(event.sequence),
            number: event.sequence,
            at: shown::second(event.recorded_at, zone),
            effective_at: (event.effective_at != event.recorded_at)
                .then(|| shown::second(event.effective_at, zone)),
            headline: shown::word(w, "event", &event.kind),
            subject: event.subject.clone(),
            subject_address: shown::subject_address(&event.subject, &reader.visitor),
            who,
            reason: event.reason.clone(),
            short_hash: format!("{}…{}", front.unwrap_or_default(), back.unwrap_or_default()),
            hash: event.hash.clone(),
            is_refusal: event.kind.ends_with("_refused") || event.kind.ends_with("_locked"),
            changes: changes.collect(),
            more_changes: event.changes.len().saturating_sub(CHANGES_SHOWN),
        }
    }
}
