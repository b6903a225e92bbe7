//! Finds out who sends a request, before anything is done for them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use qidai_bank::{Permission, Principal, Token};

use super::{Desk, cookie, form_key};
use crate::app::{AppState, Client};
use crate::error::{Failure, Kind};
use crate::pages::Reader;

/// Who sends a request.
#[derive(Debug, Clone, Default)]
pub(crate) enum Visitor {
    #[default]
    SignedOut,
    /// Showed something that opens nothing: forged, or from before.
    Unrecognised(Shown),
    Person(Arc<Person>),
    /// With a token of its own.
    Machine(Arc<Principal>),
    /// The database could not tell. An outage: nobody is told that they are signed out.
    Unknown(Failure),
}

/// By what somebody claims to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The cookie of a session.
    Session,
    /// What stands in `Authorization`.
    Token,
}

/// Somebody with a browser.
#[derive(Debug)]
pub(crate) struct Person {
    principal: Principal,
    /// Stands in every form.
    form_key: String,
    /// Came in without a sign-in, because the bank is a demonstration.
    is_demo: bool,
}

impl Visitor {
    /// Who acts.
    ///
    /// # Errors
    /// `sign_in_needed`; the database could not tell.
    pub(crate) fn principal(&self) -> Result<&Principal, Failure> {
        match self {
            Visitor::Person(person) => Ok(&person.principal),
            Visitor::Machine(principal) => Ok(principal),
            Visitor::SignedOut | Visitor::Unrecognised(_) => Err(sign_in_needed()),
            Visitor::Unknown(failure) => Err(failure.clone()),
        }
    }

    /// May they do this somewhere? For menus and for what a page shows.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.principal().is_ok_and(|principal| principal.may_somewhere(permission))
    }

    /// The key of their forms; machines and strangers have none.
    pub(crate) fn form_key(&self) -> Option<&str> {
        match self {
            Visitor::Person(person) => Some(&person.form_key),
            _ => None,
        }
    }

    /// Came in without a sign-in, because the bank is a demonstration.
    pub(crate) fn is_demo(&self) -> bool {
        matches!(self, Visitor::Person(person) if person.is_demo)
    }
}

/// Addresses that must answer while the database does not.
const WITHOUT_VISITOR: [&str; 4] = ["/static/", "/healthz", "/readyz", "/metrics"];

/// Puts the visitor into the reader of the request.
pub(crate) async fn know_visitor(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    if !WITHOUT_VISITOR.iter().any(|front| request.uri().path().starts_with(front)) {
        let client = request.extensions().get::<Client>().cloned().unwrap_or_default();
        let visitor = who(state.desk(), request.headers(), &client).await.unwrap_or_else(Visitor::Unknown);
        let is_page = !request.uri().path().starts_with("/api/");
        let unread = if is_page { unread(state.desk(), &visitor).await } else { 0 };
        if let Some(reader) = request.extensions_mut().get_mut::<Reader>() {
            reader.visitor = visitor;
            reader.unread = unread;
        }
    }
    next.run(request).await
}

/// For the bell of a page. A page is not refused because its bell cannot be counted.
async fn unread(desk: &Desk, visitor: &Visitor) -> u32 {
    let Visitor::Person(person) = visitor else { return 0 };
    desk.store.unread_notifications(&person.principal, Timestamp::now()).await.unwrap_or_default()
}

/// A token comes before a cookie: a program that names itself is taken at its word.
async fn who(desk: &Desk, headers: &HeaderMap, client: &Client) -> Result<Visitor, Failure> {
    if let Some(text) = headers.get(AUTHORIZATION) {
        return machine(desk, text.to_str().unwrap_or_default()).await;
    }
    let now = Timestamp::now();
    if let Some(token) = cookie::token(headers, client.is_https)
        && let Some(session) = desk.store.session(&token, now).await?
    {
        let form_key = form_key::of_session(&token);
        return Ok(person(session.principal, form_key, false));
    }
    if let Some(demo) = desk.demo()
        && client.address.is_some_and(|address| address.is_loopback())
        && let Some(principal) = desk.store.principal(&demo.account, now).await?
    {
        return Ok(person(principal, demo.form_key.clone(), true));
    }
    let shown = cookie::shown(headers, client.is_https);
    Ok(shown.map_or(Visitor::SignedOut, |_| Visitor::Unrecognised(Shown::Session)))
}

fn person(principal: Principal, form_key: String, is_demo: bool) -> Visitor {
    Visitor::Person(Arc::new(Person { principal, form_key, is_demo }))
}

/// `Bearer` and a token (RFC 6750, 2.1). A wrong one is refused at the door, also where a demonstration is open.
async fn machine(desk: &Desk, text: &str) -> Result<Visitor, Failure> {
    let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some(token) = token.and_then(|(_, token)| Token::parse(token)) else {
        return Ok(Visitor::Unrecognised(Shown::Token));
    };
    let principal = desk.store.machine(&token, Timestamp::now()).await?;
    Ok(principal.map_or(Visitor::Unrecognised(Shown::Token), |one| Visitor::Machine(Arc::new(one))))
}

fn sign_in_needed() -> Failure {
    Failure::new(
        Kind::SignInNeeded,
        "sign_in_needed",
        "This needs a sign-in: you are not signed in, or no longer.",
    )
}
