//! Who I am, and where I am signed in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{OpenSession, Permission};
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::GrantView;
use super::cursor::Pages;
use super::{Asked, InPath, List, Page};
use crate::app::AppState;
use crate::error::{Failure, Kind};
use crate::pages::Reader;

/// Who sends a request, and what they may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// As in the history: `staff:` with a staff number, or `token:` with an id.
    #[schema(example = "staff:S0012")]
    name: String,
    is_machine: bool,
    grants: Vec<GrantView>,
    /// Codes of what is allowed, at whatever site; of a token within its scopes.
    permissions: Vec<&'static str>,
}

/// Who I am
///
/// The account or token of this request, with its roles and permissions.
#[utoipa::path(get, path = "/api/me", operation_id = "get_me", tag = "people",
    responses((status = 200, description = "The sender", body = Me)))]
pub(crate) async fn get(Extension(reader): Extension<Reader>) -> Result<Response, Failure> {
    let principal = reader.visitor.principal()?;
    let me = Me {
        name: principal.name().to_owned(),
        is_machine: principal.is_machine(),
        grants: principal.grants().iter().map(GrantView::new).collect(),
        permissions: Permission::all()
            .filter(|one| principal.may_somewhere(*one))
            .map(Permission::code)
            .collect(),
    };
    Ok(Json(me).into_response())
}

/// A sign-in that lasts.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// When its owner last did something, give or take a minute.
    #[schema(format = DateTime)]
    seen_at: String,
}

/// My sessions
///
/// Where my account is signed in, the newest first. Tokens have no sessions.
#[utoipa::path(get, path = "/api/sessions", operation_id = "list_sessions", tag = "people", params(Pages),
    responses((status = 200, description = "A page of sessions", body = Page<SessionView>)))]
pub(crate) async fn sessions(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/sessions", [], pages.limit)?;
    let all = desk.store.sessions_of(person(&reader)?, Timestamp::now()).await?;
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.id, session)
}

/// End a session
///
/// Signs my account out there. An id of somebody else's session is as unknown as one that never was.
#[utoipa::path(delete, path = "/api/sessions/{id}", operation_id = "end_session", tag = "people",
    params(("id" = String, Path)), responses((status = 204, description = "It is ended")))]
pub(crate) async fn end(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Response, Failure> {
    if state.desk().store.end_session_of(person(&reader)?, &id).await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let sentence = "Your account has no session of this id: see the list.";
    Err(Failure::new(Kind::NotFound, "session_unknown", sentence))
}

/// The account of a person. What belongs to a person is not for their machines.
fn person(reader: &Reader) -> Result<&str, Failure> {
    let principal = reader.visitor.principal()?;
    principal.account_id().filter(|_| !principal.is_machine()).ok_or_else(|| {
        let sentence = "Only somebody who is signed in has sessions: a token has none.";
        Failure::new(Kind::Forbidden, "person_needed", sentence)
    })
}

fn session(session: &OpenSession) -> SessionView {
    SessionView {
        id: session.id.clone(),
        created_at: session.created_at.to_string(),
        seen_at: session.seen_at.to_string(),
    }
}
