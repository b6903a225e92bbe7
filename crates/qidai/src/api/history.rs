//! The history: newest first, of everything or of one subject.

use axum::extract::State;
use axum::response::Response;
use qidai_bank::HistoryEvent;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::number_of;
use super::{Asked, List, Page, short};
use crate::app::AppState;
use crate::error::Failure;

/// No subject of the history is longer.
pub(crate) const SUBJECT_CHARS_MAX: usize = 200;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wishes {
    /// What they are about, such as `unit/din/Z990119004217` or `account/S0012`.
    #[param(max_length = 200)]
    subject: Option<String>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One change of the bank.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event {
    sequence: u64,
    /// When it became so.
    #[schema(format = DateTime)]
    effective_at: String,
    /// When the bank learned it.
    #[schema(format = DateTime)]
    recorded_at: String,
    #[schema(example = "staff:S0012")]
    actor: String,
    /// The role whose right was used.
    role: String,
    site: Option<String>,
    #[schema(example = "unit_added")]
    kind: String,
    #[schema(example = "unit/din/Z990119004217")]
    subject: String,
    reason: Option<String>,
    changes: Vec<EventChange>,
    /// Of this event and, with it, of all before: 64 hexadecimal digits.
    hash: String,
}

/// One column of one row. What was not known is null; personal fields are sealed.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventChange {
    table: String,
    column: String,
    old: Option<String>,
    new: Option<String>,
}

impl Event {
    pub(crate) fn new(event: &HistoryEvent) -> Event {
        let changes = event.changes.iter().map(|change| EventChange {
            table: change.table.clone(),
            column: change.column.clone(),
            old: change.old.clone(),
            new: change.new.clone(),
        });
        Event {
            sequence: event.sequence,
            effective_at: event.effective_at.to_string(),
            recorded_at: event.recorded_at.to_string(),
            actor: event.actor.clone(),
            role: event.role.clone(),
            site: event.site.clone(),
            kind: event.kind.clone(),
            subject: event.subject.clone(),
            reason: event.reason.clone(),
            changes: changes.collect(),
            hash: event.hash.clone(),
        }
    }
}

/// The history
///
/// A page of events, newest first.
#[utoipa::path(get, path = "/api/history", operation_id = "list_history", tag = "figures and traces", params(Wishes),
    responses((status = 200, description = "A page of events", body = Page<Event>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(wishes): Asked<Wishes>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    short("subject", wishes.subject.as_deref(), SUBJECT_CHARS_MAX)?;
    let list = List::new(&desk.keys, "/api/history", [("subject", wishes.subject.clone())], wishes.limit)?;
    let before = list.place(wishes.cursor.as_deref())?.map(|place| number_of(&place)).transpose()?;
    let found = desk.store.history_page(wishes.subject.as_deref(), before, list.one_more()).await?;
    let events = found.get(..list.limit()).unwrap_or(&found);
    let next = events.last().filter(|_| found.len() > events.len()).map(|last| last.sequence.to_string());
    Ok(list.answer(events.iter().map(Event::new).collect(), next))
}
