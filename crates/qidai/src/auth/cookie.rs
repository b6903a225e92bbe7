//! The cookie of a session.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use qidai_bank::Token;

/// The name where browsers come by plain HTTP, which is on this machine only.
const PLAIN: &str = "qidai";
/// Browsers take a `__Host-` cookie only over HTTPS, for the whole site and from the very host (RFC 6265bis 4.1.3.2),
/// so that no neighbour domain can plant one.
const SECURE: &str = "__Host-qidai";

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE } else { PLAIN }
}

/// The session token that a browser sends.
pub(crate) fn token(headers: &HeaderMap, is_secure: bool) -> Option<Token> {
    Token::parse(shown(headers, is_secure)?)
}

/// What a browser sends as a session, token or not. Of several cookies of that name the first counts.
pub(crate) fn shown(headers: &HeaderMap, is_secure: bool) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|one| one.trim().split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name(is_secure))?;
    Some(value).filter(|value| !value.is_empty())
}

/// Adds the cookie of a new session to an answer. It ends with the browser; the store ends it before.
pub(crate) fn give(response: impl IntoResponse, token: &Token, is_secure: bool) -> Response {
    set(response, &format!("{}={}", name(is_secure), token.reveal()), is_secure)
}

/// Takes the cookie away.
pub(crate) fn take(response: impl IntoResponse, is_secure: bool) -> Response {
    set(response, &format!("{}=; Max-Age=0", name(is_secure)), is_secure)
}

fn set(response: impl IntoResponse, cookie: &str, is_secure: bool) -> Response {
    let secure = if is_secure { "; Secure" } else { "" };
    let mut response = response.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; Path=/; HttpOnly; SameSite=Lax{secure}")) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secure_site_reads_only_its_host_cookie() {
        let mut headers = HeaderMap::new();
        let (plain, host) = ("a".repeat(64), "b".repeat(64));
        let value = format!("lang=en; qidai={plain}; __Host-qidai={host}");
        headers.insert(COOKIE, HeaderValue::from_str(&value).unwrap());
        assert_eq!(token(&headers, false).unwrap().reveal(), plain);
        assert_eq!(token(&headers, true).unwrap().reveal(), host);
        let given = give(axum::http::StatusCode::OK, &Token::parse(&host).unwrap(), true);
        let expected = format!("__Host-qidai={host}; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(given.headers()[SET_COOKIE], expected.as_str());
    }
}
