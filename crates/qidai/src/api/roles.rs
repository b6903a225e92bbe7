//! Roles: what they are called and what they allow.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use qidai_bank::{Permission, Role};
use serde::Serialize;
use utoipa::ToSchema;

use super::cursor::Pages;
use super::{Asked, List, Page};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, label};

/// What somebody is to the bank.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleView {
    #[schema(example = "search_coordinator")]
    code: &'static str,
    /// In the language of the reader.
    label: &'static str,
    permissions: Vec<&'static str>,
    needs_second_factor: bool,
    /// For a while, with a reason.
    can_be_taken_in_an_emergency: bool,
}

/// Roles
///
/// All roles with the permissions that they give.
#[utoipa::path(get, path = "/api/roles", operation_id = "list_roles", tag = "people", params(Pages),
    responses((status = 200, description = "A page of roles", body = Page<RoleView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let all: Vec<Role> = Role::all().collect();
    let list = List::new(&state.desk().keys, "/api/roles", [], pages.limit)?;
    list.of_all(&all, pages.cursor.as_deref(), |role| role.code(), |role| view(*role, &reader))
}

fn view(role: Role, reader: &Reader) -> RoleView {
    RoleView {
        code: role.code(),
        label: label(reader.lang, role.labels()),
        permissions: Permission::all().filter(|one| role.may(*one)).map(Permission::code).collect(),
        needs_second_factor: role.needs_second_factor(),
        can_be_taken_in_an_emergency: role.can_be_taken_in_an_emergency(),
    }
}
