//! Accounts: the list, new ones, their roles, their end.

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::SignedDuration;
use qidai_bank::{Account, Grant, LINK_HOURS, Role, Token};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::Pages;
use super::{Asked, Body, InPath, List, Page, bounded, reason, version};
use crate::app::AppState;
use crate::auth::Desk;
use crate::commands::people::LINK_PATH;
use crate::error::Failure;
use crate::pages::{Reader, account_unknown, escaped, role_unknown};

/// Somebody who can sign in. Never a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    #[schema(example = "S0012")]
    staff_number: String,
    /// `invited`, `active` or `disabled`.
    state: &'static str,
    grants: Vec<GrantView>,
}

/// A role, at one site or at all.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantView {
    #[schema(example = "collection")]
    role: &'static str,
    /// Null is every site.
    site: Option<String>,
    /// The end of a role taken in an emergency.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl GrantView {
    pub(crate) fn new(grant: &Grant) -> GrantView {
        GrantView {
            role: grant.role.code(),
            site: grant.site.clone(),
            until: grant.until.map(|until| until.to_string()),
        }
    }
}

/// A role to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "collection", "site": "jinan", "reason": "joins the team in Jinan"}))]
pub(crate) struct RoleGiven {
    role: String,
    /// Null or left out is every site.
    site: Option<String>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A role of a new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGrant {
    role: String,
    /// Null or left out is every site.
    site: Option<String>,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"staff_number": "S0012", "grants": [{"role": "collection", "site": "jinan"}]}))]
pub(crate) struct NewAccount {
    /// Of the bank's own register: letters, digits, `-`, `.` and `_`.
    #[schema(min_length = 1, max_length = 32)]
    staff_number: String,
    grants: Vec<NewGrant>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// An act that needs no more than a reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "left the bank"}))]
pub(crate) struct Act {
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// A one-time link, told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkGiven {
    staff_number: String,
    /// Path of the page on which its owner chooses a password.
    #[schema(example = "/welcome/3f…")]
    link: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Accounts
///
/// All accounts by their staff numbers, ended ones too.
#[utoipa::path(get, path = "/api/accounts", operation_id = "list_accounts", tag = "people", params(Pages),
    responses((status = 200, description = "A page of accounts", body = Page<AccountView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/accounts", [], pages.limit)?;
    let all = desk.store.accounts().await?;
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.staff_number, view)
}

/// New account
///
/// Makes an account, and the link with which its owner chooses a password, which is told once.
#[utoipa::path(post, path = "/api/accounts", operation_id = "add_account", tag = "people", request_body = NewAccount,
    responses((status = 201, description = "The link", body = LinkGiven,
        headers(("Location" = String, description = "Path of the account")))))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(new): Body<NewAccount>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let grants = new.grants.iter().map(|grant| grant_of(&grant.role, grant.site.as_deref()));
    let grants: Vec<Grant> = grants.collect::<Result<_, _>>()?;
    let acting = acting(desk, &reader, new.reason.as_ref())?;
    let (account, link) = desk.store.add_account(&new.staff_number, &grants, &acting).await?;
    let path = format!("/api/accounts/{}", escaped(&account.staff_number));
    let given = link_given(account.staff_number, &link, acting.now);
    Ok((StatusCode::CREATED, [(LOCATION, path)], Json(given)).into_response())
}

/// An account
///
/// One account with its roles; its `ETag` is needed to change it.
#[utoipa::path(get, path = "/api/accounts/{number}", operation_id = "get_account", tag = "people",
    params(("number" = String, Path, description = "Staff number", example = "S0012")),
    responses((status = 200, description = "The account", body = AccountView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn get(
    State(state): State<AppState>,
    InPath(number): InPath<String>,
) -> Result<Response, Failure> {
    answer(state.desk(), &number).await
}

/// Give a role
///
/// All sessions of the account end, so that the next sign-in has the new rights.
#[utoipa::path(post, path = "/api/accounts/{number}/roles", operation_id = "give_role", tag = "people",
    params(("number" = String, Path, description = "Staff number"),
        ("If-Match" = String, Header, description = "`ETag` of the account", example = "\"17\"")),
    request_body = RoleGiven,
    responses((status = 200, description = "The account as it is now", body = AccountView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn give_role(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
    headers: HeaderMap,
    Body(given): Body<RoleGiven>,
) -> Result<Response, Failure> {
    let (desk, seen) = (state.desk(), version::seen(&headers)?);
    let grant = grant_of(&given.role, given.site.as_deref())?;
    let acting = acting(desk, &reader, given.reason.as_ref())?.expecting(seen.version());
    desk.store.give_role(&number, &grant, &acting).await?;
    answer(desk, &number).await
}

/// Of which site a role is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Taken {
    /// Left out: the role that counts at every site.
    site: Option<String>,
    /// Why, for the history.
    #[param(max_length = 1000)]
    reason: Option<String>,
}

/// Take a role
///
/// All sessions of the account end.
#[utoipa::path(delete, path = "/api/accounts/{number}/roles/{role}", operation_id = "take_role", tag = "people",
    params(("number" = String, Path, description = "Staff number"), ("role" = String, Path), Taken,
        ("If-Match" = String, Header, description = "`ETag` of the account", example = "\"17\"")),
    responses((status = 200, description = "The account as it is now", body = AccountView,
        headers(("ETag" = String, description = "Its version"))),
        (status = 422, description = "No such role, or one's own account", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn take_role(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((number, role)): InPath<(String, String)>,
    Asked(taken): Asked<Taken>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (desk, seen) = (state.desk(), version::seen(&headers)?);
    let grant = grant_of(&role, taken.site.as_deref())?;
    let acting = acting(desk, &reader, taken.reason.as_ref())?.expecting(seen.version());
    desk.store.take_role(&number, &grant, &acting).await?;
    answer(desk, &number).await
}

/// End an account
///
/// It cannot sign in any more and its sessions end; what it did and signed stays.
#[utoipa::path(post, path = "/api/accounts/{number}/disable", operation_id = "disable_account", tag = "people",
    params(("number" = String, Path, description = "Staff number"),
        ("If-Match" = String, Header, description = "`ETag` of the account", example = "\"17\"")),
    request_body = Act,
    responses((status = 200, description = "The account as it is now", body = AccountView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn disable(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
    headers: HeaderMap,
    Body(act): Body<Act>,
) -> Result<Response, Failure> {
    let (desk, seen) = (state.desk(), version::seen(&headers)?);
    let acting = acting(desk, &reader, act.reason.as_ref())?.expecting(seen.version());
    desk.store.disable_account(&number, &acting).await?;
    answer(desk, &number).await
}

/// New link
///
/// For a password or a phone that was lost. Older links of the account end. Told once.
#[utoipa::path(post, path = "/api/accounts/{number}/link", operation_id = "give_link", tag = "people",
    params(("number" = String, Path, description = "Staff number")), request_body = Act,
    responses((status = 201, description = "The link", body = LinkGiven)))]
pub(crate) async fn link(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(number): InPath<String>,
    Body(act): Body<Act>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = acting(desk, &reader, act.reason.as_ref())?;
    let link = desk.store.new_link(&number, &acting).await?;
    Ok((StatusCode::CREATED, Json(link_given(number, &link, acting.now))).into_response())
}

fn acting<'a>(
    desk: &'a Desk,
    reader: &'a Reader,
    why: Option<&'a String>,
) -> Result<qidai_bank::Acting<'a>, Failure> {
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(reason(why)?.map_or(acting, |why| acting.because(why)))
}

async fn answer(desk: &Desk, number: &str) -> Result<Response, Failure> {
    let account = desk.store.account(number).await?.ok_or_else(|| account_unknown(number))?;
    let version = desk.store.version_of(&format!("account/{}", account.staff_number)).await?;
    Ok(version::at(version, Json(view(&account))))
}

fn view(account: &Account) -> AccountView {
    AccountView {
        staff_number: account.staff_number.clone(),
        state: account.state.code(),
        grants: account.grants.iter().map(GrantView::new).collect(),
    }
}

fn link_given(staff_number: String, link: &Token, now: jiff::Timestamp) -> LinkGiven {
    LinkGiven {
        staff_number,
        link: format!("{LINK_PATH}{}", link.reveal()),
        expires_at: (now + SignedDuration::from_hours(LINK_HOURS)).to_string(),
    }
}

/// A role of that code at a site.
pub(super) fn grant_of(role: &str, site: Option<&str>) -> Result<Grant, Failure> {
    let role = Role::parse(role).ok_or_else(|| role_unknown(bounded("role", role).unwrap_or_default()))?;
    Ok(match site {
        None => Grant::everywhere(role),
        Some(site) => Grant::at(role, site),
    })
}
