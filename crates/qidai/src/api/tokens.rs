//! Tokens of machines.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{ApiToken, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Pages;
use super::{Asked, Body, InPath, List, Page, bounded};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;

/// A machine's token; never its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: String,
    /// Staff number of the account for which it acts.
    owner: String,
    #[schema(example = "haematology analyser 2")]
    label: String,
    /// Codes of permissions.
    scopes: Vec<&'static str>,
    #[schema(format = DateTime)]
    expires_at: String,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"owner": "S0012", "label": "haematology analyser 2", "scopes": ["unit_view", "test_record"],
    "expires_at": "2027-06-30T00:00:00Z"}))]
pub(crate) struct NewToken {
    /// Staff number of the account for which it acts: it may do what both its scopes and its owner's roles allow.
    #[schema(max_length = 32)]
    owner: String,
    /// What it is for.
    #[schema(max_length = 1000)]
    label: String,
    /// Codes of permissions.
    #[schema(min_items = 1)]
    scopes: Vec<String>,
    /// At most 366 days from now.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// A new token, told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenGiven {
    #[serde(flatten)]
    about: TokenView,
    /// Send it as `Authorization: Bearer …`. It is never told again.
    token: String,
}

/// Tokens
///
/// All tokens of machines, old ones too.
#[utoipa::path(get, path = "/api/tokens", operation_id = "list_tokens", tag = "people", params(Pages),
    responses((status = 200, description = "A page of tokens", body = Page<TokenView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/tokens", [], pages.limit)?;
    let accounts = desk.store.accounts().await?;
    let numbers: HashMap<&str, &str> =
        accounts.iter().map(|account| (account.id.as_str(), account.staff_number.as_str())).collect();
    let all = desk.store.api_tokens().await?;
    let owner = |one: &ApiToken| numbers.get(one.account_id.as_str()).copied().unwrap_or_default().to_owned();
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.id, |one| view(one, owner(one)))
}

/// New token
///
/// Makes a token for a machine. It acts for its owner, within its scopes; it signs nothing.
#[utoipa::path(post, path = "/api/tokens", operation_id = "add_token", tag = "people", request_body = NewToken,
    responses((status = 201, description = "The token, told once", body = TokenGiven),
        (status = 404, description = "No such account", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(new): Body<NewToken>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let mut scopes = Vec::with_capacity(new.scopes.len().min(64));
    for code in &new.scopes {
        let scope = Permission::parse(code).ok_or_else(|| scope_unknown(code))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let label = bounded("label", new.label.trim())?;
    let (made, token) = desk
        .store
        .add_api_token(bounded("owner", &new.owner)?, label, &scopes, new.expires_at, &acting)
        .await?;
    let given = TokenGiven { about: view(&made, new.owner.clone()), token: token.reveal() };
    Ok((StatusCode::CREATED, Json(given)).into_response())
}

/// Revoke a token
///
/// It ends at once; one that is ended already stays as it is.
#[utoipa::path(delete, path = "/api/tokens/{id}", operation_id = "revoke_token", tag = "people",
    params(("id" = String, Path)), responses((status = 204, description = "It is ended")))]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    desk.store.revoke_api_token(&id, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn scope_unknown(code: &str) -> Failure {
    let value: String = code.chars().take(64).collect();
    let sentence = format!("'{value}' is no permission: see GET /api/roles for their codes.");
    Failure::refused("scope_unknown", sentence).with("value", value)
}

fn view(token: &ApiToken, owner: String) -> TokenView {
    TokenView {
        id: token.id.clone(),
        owner,
        label: token.label.clone(),
        scopes: token.scopes.iter().map(|scope| scope.code()).collect(),
        expires_at: token.expires_at.to_string(),
        revoked_at: token.revoked_at.map(|at| at.to_string()),
    }
}
