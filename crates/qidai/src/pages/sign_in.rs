//! Signing in and out.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use qidai_bank::{BankError, SignIn};
use serde::Deserialize;

use super::{Frame, Reader, render};
use crate::app::{AppState, Client};
use crate::auth::cookie;
use crate::error::Failure;

/// Where somebody goes who came from nowhere.
const HOME: &str = "/";
/// The longest address that is returned to.
const ADDRESS_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    /// Where to go afterwards.
    to: String,
    staff_number: String,
    /// A refusal: headline, what is left, code.
    refused: Option<(String, String, &'static str)>,
    /// What is said without a refusal.
    notice: Option<String>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Wishes {
    #[serde(default)]
    to: String,
    ended: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    staff_number: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    to: String,
}

/// The empty form.
pub(crate) async fn show(
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let notice = wishes.ended.is_some().then(|| reader.lang.words().t("signed-out"));
    page(&reader, local(&wishes.to), String::new(), None, notice)
}

/// The form in place of a page that asks who acts.
pub(crate) fn ask(reader: &Reader, method: &Method) -> Response {
    let here = reader.address.trim_end_matches(['?', '&']);
    // The address of a form that was sent is no page to return to.
    let to = if *method == Method::GET { local(here) } else { HOME };
    let notice = Some(reader.lang.words().t("sign-in-first"));
    match page(reader, to, String::new(), None, notice) {
        Ok(page) => (StatusCode::UNAUTHORIZED, page).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// Signs in. The browser's session until now ends, so that nobody who planted it is signed in too.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let client = client.map(|Extension(client)| client).unwrap_or_default();
    state.limits().take_attempt(&state.desk().store, "sign_in", &client).await?;
    let before = cookie::token(&headers, client.is_https);
    let code = Some(sent.code.trim()).filter(|code| !code.is_empty());
    let given = SignIn {
        staff_number: sent.staff_number.trim(),
        password: &sent.password,
        code,
        before: before.as_ref(),
    };
    let desk = state.desk();
    match desk.store.sign_in(given, &desk.keys, Timestamp::now(), desk.sources()).await {
        Ok(signed_in) => Ok(cookie::give(Redirect::to(local(&sent.to)), &signed_in.token, client.is_https)),
        Err(error) if error.is_refusal() => refused(&reader, &sent, error),
        Err(error) => Err(error.into()),
    }
}

/// Signs out.
pub(crate) async fn end(
    State(state): State<AppState>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let is_https = client.is_some_and(|client| client.is_https);
    if let Some(token) = cookie::token(&headers, is_https) {
        state.desk().store.end_session(&token).await?;
    }
    Ok(cookie::take(Redirect::to("/sign-in?ended=yes"), is_https))
}

fn refused(reader: &Reader, sent: &Sent, error: BankError) -> Result<Response, Failure> {
    let w = reader.lang.words();
    let left = match &error {
        BankError::Refused(refusal) => refusal.values.iter().find(|(name, _)| *name == "left"),
        _ => None,
    };
    let left: Option<i64> = left.and_then(|(_, left)| left.parse().ok());
    let hint = left.map_or_else(String::new, |left| w.t1("sign-in-left", "count", left as f64));
    let failure = Failure::from(error);
    let said = (failure.sentence(reader.lang), hint, failure.code());
    let reader = Reader { address: "/sign-in?".to_owned(), ..reader.clone() };
    let page = page(&reader, local(&sent.to), sent.staff_number.clone(), Some(said), None)?;
    Ok(failure.on_page(page))
}

fn page(
    reader: &Reader,
    to: &str,
    staff_number: String,
    refused: Option<(String, String, &'static str)>,
    notice: Option<String>,
) -> Result<Response, Failure> {
    render(&SignInPage { frame: Frame::new(reader), to: to.to_owned(), staff_number, refused, notice })
}

/// The address when it is a path of this program, else the front page: a link must not lead from our sign-in to
/// somebody else's site.
fn local(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/sign-");
    let is_plain = to.len() <= ADDRESS_MAX && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_path && is_plain { to } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_returned_to() {
        for to in ["/", "/units?status=available", "/search/0f"] {
            assert_eq!(local(to), to);
        }
        for to in [
            "",
            "units",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/sign-out",
            "/a b",
            "/a\r\nb",
        ] {
            assert_eq!(local(to), HOME, "{to}");
        }
    }
}
