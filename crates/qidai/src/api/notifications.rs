//! What waits for who is signed in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{Marked, Notification};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::{Pages, number_of};
use super::{Asked, Body, InPath, List, Page, parameter_wrong};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::notifications::sentence;

/// A notification to an account or to one of its roles.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotificationView {
    id: String,
    /// Newer ones have higher numbers.
    sequence: i64,
    /// What it is about, as in the history.
    subject: String,
    code: String,
    /// In the language of the reader.
    sentence: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When this reader marked it as read.
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

/// My notifications
///
/// To my account and to my roles, the newest first.
#[utoipa::path(get, path = "/api/notifications", operation_id = "list_notifications", tag = "people", params(Pages),
    responses((status = 200, description = "A page of notifications", body = Page<NotificationView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let list = List::new(&desk.keys, "/api/notifications", [], pages.limit)?;
    let before = list.place(pages.cursor.as_deref())?.map(|place| number_of(&place)).transpose()?;
    let before = before.and_then(|before| i64::try_from(before).ok());
    let found = desk.store.notifications(principal, before, list.one_more()).await?;
    let shown = found.get(..list.limit()).unwrap_or(&found);
    let next = shown.last().filter(|_| found.len() > shown.len()).map(|last| last.sequence.to_string());
    let view = |one: &Notification| NotificationView {
        id: one.id.clone(),
        sequence: one.sequence,
        subject: one.subject.clone(),
        code: one.code.clone(),
        sentence: sentence(one, reader.lang),
        created_at: one.created_at.to_string(),
        read_at: one.read_at.map(|at| at.to_string()),
    };
    Ok(list.answer(shown.iter().map(view).collect(), next))
}

/// Up to where all are read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"up_to": 120}))]
pub(crate) struct Read {
    /// `sequence` of the newest one that was seen.
    #[schema(minimum = 0)]
    up_to: i64,
}

/// Mark as read
///
/// Marks all up to one as read by me. Marked again, nothing is written.
#[utoipa::path(post, path = "/api/notifications/read", operation_id = "read_notifications", tag = "people",
    request_body = Read, responses((status = 204, description = "They are marked")))]
pub(crate) async fn read(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(read): Body<Read>,
) -> Result<Response, Failure> {
    if read.up_to < 0 {
        return Err(parameter_wrong(format!("up_to: found {}, expected a sequence from 0 on", read.up_to)));
    }
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    desk.store.mark_notifications_read(Marked::UpTo(read.up_to), &acting).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Mark one as read
///
/// One of somebody else is as unknown as one that never was.
#[utoipa::path(post, path = "/api/notifications/{id}/read", operation_id = "read_notification", tag = "people",
    params(("id" = String, Path)), request_body = super::audit::Nothing,
    responses((status = 204, description = "It is marked")))]
pub(crate) async fn read_one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(super::audit::Nothing {}): Body<super::audit::Nothing>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    desk.store.mark_notifications_read(Marked::One(&id), &acting).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How much waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unread {
    /// Of the last weeks, up to 100.
    unread: u32,
}

/// Unread notifications
///
/// How many notifications wait, as the bell of a page tells.
#[utoipa::path(get, path = "/api/notifications/unread", operation_id = "count_notifications", tag = "people",
    responses((status = 200, description = "How many", body = Unread)))]
pub(crate) async fn unread(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let principal = reader.visitor.principal()?;
    let unread = state.desk().store.unread_notifications(principal, jiff::Timestamp::now()).await?;
    Ok(Json(Unread { unread }).into_response())
}
