//! Roles taken in an emergency, and what became of them.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{Emergency, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::GrantView;
use super::cursor::Pages;
use super::{Asked, Body, InPath, List, Page, bounded};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, role_unknown};

/// An emergency.
#[derive(Serialize, ToSchema)]
pub(crate) struct EmergencyView {
    id: String,
    /// Who took the role.
    staff_number: String,
    grant: GrantView,
    reason: String,
    #[schema(format = DateTime)]
    taken_at: String,
    /// Null while it waits for a review.
    review: Option<ReviewView>,
}

/// What somebody else found.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewView {
    #[schema(format = DateTime)]
    at: String,
    by: String,
    note: String,
}

/// A role that is needed now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "storage_custodian", "site": null, "reason": "freezer 3 is warming, nobody on call"}))]
pub(crate) struct EmergencyWanted {
    role: String,
    /// Null or left out is every site.
    site: Option<String>,
    /// Why, without names.
    #[schema(min_length = 8, max_length = 1000)]
    reason: String,
}

/// The result of a review.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "freezer alarm of 24 November, justified"}))]
pub(crate) struct EmergencyReviewed {
    #[schema(max_length = 1000)]
    note: String,
}

/// Emergencies
///
/// Those that wait for a review first, then the newest.
#[utoipa::path(get, path = "/api/emergencies", operation_id = "list_emergencies", tag = "people", params(Pages),
    responses((status = 200, description = "A page of emergencies", body = Page<EmergencyView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/emergencies", [], pages.limit)?;
    let accounts = desk.store.accounts().await?;
    let numbers: HashMap<&str, &str> =
        accounts.iter().map(|account| (account.id.as_str(), account.staff_number.as_str())).collect();
    let all = desk.store.emergencies().await?;
    let number =
        |one: &Emergency| numbers.get(one.account_id.as_str()).copied().unwrap_or_default().to_owned();
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.id, |one| view(one, number(one)))
}

/// Take a role in an emergency
///
/// For four hours, written down at once, reviewed afterwards by somebody else. Machines take none.
#[utoipa::path(post, path = "/api/emergencies", operation_id = "take_emergency", tag = "people",
    request_body = EmergencyWanted, responses((status = 201, description = "The role", body = GrantView)))]
pub(crate) async fn take(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(wanted): Body<EmergencyWanted>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let role = Role::parse(&wanted.role);
    let role = role.ok_or_else(|| role_unknown(bounded("role", &wanted.role).unwrap_or_default()))?;
    let acting = desk.acting(reader.visitor.principal()?).because(bounded("reason", &wanted.reason)?);
    let grant = desk.store.take_role_in_emergency(role, wanted.site.as_deref(), &acting).await?;
    Ok((StatusCode::CREATED, Json(GrantView::new(&grant))).into_response())
}

/// Review an emergency
///
/// Writes down what was found. Nobody reviews their own.
#[utoipa::path(post, path = "/api/emergencies/{id}/review", operation_id = "review_emergency", tag = "people",
    params(("id" = String, Path)), request_body = EmergencyReviewed,
    responses((status = 204, description = "It is reviewed")))]
pub(crate) async fn review(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
    Body(reviewed): Body<EmergencyReviewed>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    desk.store.review_emergency(&id, bounded("note", reviewed.note.trim())?, &acting).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn view(emergency: &Emergency, staff_number: String) -> EmergencyView {
    let review = emergency.review.as_ref().map(|(at, by, note)| ReviewView {
        at: at.to_string(),
        by: by.clone(),
        note: note.clone(),
    });
    EmergencyView {
        id: emergency.id.clone(),
        staff_number,
        grant: GrantView::new(&emergency.grant),
        reason: emergency.reason.clone(),
        taken_at: emergency.taken_at.to_string(),
        review,
    }
}
