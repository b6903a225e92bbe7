//! Administration of accounts: a list, and a page for each.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{Account, AccountState, Grant, LINK_HOURS, Role, Token};
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::auth::Desk;
use crate::commands::people::LINK_PATH;
use crate::error::{Failure, Kind};
use crate::words::Lang;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    accounts: Vec<Line>,
    roles: Vec<(&'static str, &'static str)>,
    sites: Vec<(String, String)>,
    /// What was typed for a new account.
    staff_number: String,
    role: String,
    refused: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    account: Line,
    /// Roles with the values of the form that takes them.
    grants: Vec<(String, String)>,
    roles: Vec<(&'static str, &'static str)>,
    sites: Vec<(String, String)>,
    is_own: bool,
    /// A link that has just been made: told once.
    link: Option<String>,
    hours: f64,
    refused: Option<(String, &'static str)>,
}

/// An account in the list.
struct Line {
    staff_number: String,
    address: String,
    state: String,
    state_code: &'static str,
    roles: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct NewAccount {
    #[serde(default)]
    staff_number: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    site: String,
}

#[derive(Deserialize)]
pub(crate) struct Change {
    #[serde(default, rename = "do")]
    act: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    site: String,
    /// `role@site` of a role to be taken.
    #[serde(default)]
    grant: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let nothing = NewAccount { staff_number: String::new(), role: String::new(), site: String::new() };
    list(&state, &reader, nothing, None).await
}

/// Makes an account and shows its link, once.
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(new): Form<NewAccount>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let added = match grant_of(&new.role, &new.site) {
        Ok(grant) => {
            desk.store.add_account(new.staff_number.trim(), &[grant], &acting).await.map_err(Failure::from)
        }
        Err(failure) => Err(failure),
    };
    match added {
        Ok((account, link)) => person(&state, &reader, &account.staff_number, Some(&link), None).await,
        Err(failure) if failure.is_refusal() => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = list(&state, &reader, new, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

pub(crate) async fn one(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    person(&state, &reader, &number, None, None).await
}

/// Gives or takes a role, ends the account, or makes a new link.
pub(crate) async fn change(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
    Form(change): Form<Change>,
) -> Result<Response, Failure> {
    match act(state.desk(), &reader, &number, &change).await {
        Ok(None) => Ok(Redirect::to(&format!("/admin/people/{}", shown::escaped(&number))).into_response()),
        Ok(Some(link)) => person(&state, &reader, &number, Some(&link), None).await,
        Err(failure) if failure.is_refusal() && failure.status() != axum::http::StatusCode::NOT_FOUND => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = person(&state, &reader, &number, None, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn act(desk: &Desk, reader: &Reader, number: &str, change: &Change) -> Result<Option<Token>, Failure> {
    let acting = desk.acting(reader.visitor.principal()?);
    match change.act.as_str() {
        "give" => {
            let grant = grant_of(&change.role, &change.site)?;
            desk.store.give_role(number, &grant, &acting).await?;
        }
        "take" => {
            let (role, site) = change.grant.split_once('@').unwrap_or((&change.grant, ""));
            desk.store.take_role(number, &grant_of(role, site)?, &acting).await?;
        }
        "disable" => desk.store.disable_account(number, &acting).await?,
        "link" => return Ok(Some(desk.store.new_link(number, &acting).await?)),
        other => {
            let sentence = format!(
                "'{other}' is nothing that can be done with an account: use the buttons of the page."
            );
            return Err(Failure::refused("act_unknown", sentence).with("value", other));
        }
    }
    Ok(None)
}

/// Codes and names of the sites that work.
pub(super) async fn sites(desk: &Desk) -> Result<Vec<(String, String)>, Failure> {
    let sites = desk.store.sites().await?;
    Ok(sites.into_iter().filter(|site| site.active).map(|site| (site.code, site.name)).collect())
}

pub(crate) fn role_unknown(code: &str) -> Failure {
    let sentence = format!("'{code}' is no role: choose one from the list.");
    Failure::refused("role_unknown", sentence).with("value", code)
}

fn grant_of(role: &str, site: &str) -> Result<Grant, Failure> {
    let role = Role::parse(role).ok_or_else(|| role_unknown(role))?;
    Ok(if site.is_empty() { Grant::everywhere(role) } else { Grant::at(role, site) })
}

fn all_roles(lang: Lang) -> Vec<(&'static str, &'static str)> {
    Role::all().map(|role| (role.code(), shown::label(lang, role.labels()))).collect()
}

async fn list(
    state: &AppState,
    reader: &Reader,
    new: NewAccount,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let accounts = desk.store.accounts().await?;
    render(&PeoplePage {
        frame: Frame::new(reader),
        accounts: accounts.iter().map(|account| line(account, reader, desk)).collect(),
        roles: all_roles(reader.lang),
        sites: sites(desk).await?,
        staff_number: new.staff_number,
        role: new.role,
        refused,
    })
}

async fn person(
    state: &AppState,
    reader: &Reader,
    number: &str,
    link: Option<&Token>,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (desk, lang) = (state.desk(), reader.lang);
    let account = desk.store.account(number).await?.ok_or_else(|| unknown(number))?;
    let grants = account.grants.iter().map(|grant| {
        let value = format!("{}@{}", grant.role.code(), grant.site.as_deref().unwrap_or_default());
        (shown::grant(grant, lang, &desk.zone), value)
    });
    let reader = Reader { address: format!("/admin/people/{}?", shown::escaped(number)), ..reader.clone() };
    render(&PersonPage {
        grants: grants.collect(),
        account: line(&account, &reader, desk),
        roles: all_roles(lang),
        sites: sites(desk).await?,
        is_own: reader.visitor.principal()?.account_id() == Some(account.id.as_str()),
        link: link.map(|link| format!("{LINK_PATH}{}", link.reveal())),
        hours: LINK_HOURS as f64,
        refused,
        frame: Frame::new(&reader),
    })
}

fn line(account: &Account, reader: &Reader, desk: &Desk) -> Line {
    Line {
        staff_number: account.staff_number.clone(),
        address: format!("/admin/people/{}", shown::escaped(&account.staff_number)),
        state: reader.lang.words().t(&format!("account-{}", account.state.code())),
        state_code: match account.state {
            AccountState::Invited => "wait",
            AccountState::Active => "open",
            AccountState::Disabled => "stop",
        },
        roles: account.grants.iter().map(|grant| shown::grant(grant, reader.lang, &desk.zone)).collect(),
    }
}

pub(crate) fn unknown(number: &str) -> Failure {
    let sentence = format!("There is no account with the staff number {number}: check it.");
    Failure::new(Kind::NotFound, "account_unknown", sentence).with("staff_number", number)
}
