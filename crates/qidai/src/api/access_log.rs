//! Who opened whose data.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use qidai_bank::Access;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::number_of;
use super::history::SUBJECT_CHARS_MAX;
use super::{Asked, List, Page, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wishes {
    /// Whose data, such as `person/0198f2c4`.
    #[param(max_length = 200)]
    subject: Option<String>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One opening, search or refusal.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessLine {
    sequence: i64,
    #[schema(format = DateTime)]
    at: String,
    actor: String,
    role: String,
    /// `person_opened`, `person_searched` or `person_open_refused`.
    kind: String,
    /// The person's pseudonym, or the field that was searched by.
    subject: String,
    purpose: String,
}

/// The access log
///
/// Who opened whose data, when and what for; newest first.
#[utoipa::path(get, path = "/api/access-log", operation_id = "list_accesses", tag = "figures and traces",
    params(Wishes), responses((status = 200, description = "A page of the log", body = Page<AccessLine>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(wishes): Asked<Wishes>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    short("subject", wishes.subject.as_deref(), SUBJECT_CHARS_MAX)?;
    let list = List::new(&desk.keys, "/api/access-log", [("subject", wishes.subject.clone())], wishes.limit)?;
    let before = list.place(wishes.cursor.as_deref())?.map(|place| number_of(&place)).transpose()?;
    let acting = desk.acting(reader.visitor.principal()?);
    let found = desk.store.accesses(wishes.subject.as_deref(), before, list.one_more(), &acting).await?;
    let lines = found.get(..list.limit()).unwrap_or(&found);
    let next = lines.last().filter(|_| found.len() > lines.len()).map(|last| last.sequence.to_string());
    Ok(list.answer(lines.iter().map(line).collect(), next))
}

fn line(access: &Access) -> AccessLine {
    AccessLine {
        sequence: access.sequence,
        at: access.at.to_string(),
        actor: access.actor.clone(),
        role: access.role.clone(),
        kind: access.kind.clone(),
        subject: access.subject.clone(),
        purpose: access.purpose.clone(),
    }
}
