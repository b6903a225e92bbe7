//! Who reads this answer: their language, and what they must be told on every page.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::AppState;
use crate::auth::Visitor;
use crate::error::RequestId;
use crate::words::Lang;

/// The number of a request in the log, with every answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Warnings that stand on every page and every printed sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The bank contains invented units only.
    pub(crate) synthetic: bool,
    /// Names are understood by the built-in starter release.
    pub(crate) starter: bool,
    /// The release by which names are understood.
    pub(crate) release: String,
}

/// The reader of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    pub(crate) lang: Lang,
    pub(crate) marks: Marks,
    /// Path and query of this page, without the language.
    pub(crate) address: String,
    pub(crate) visitor: Visitor,
    /// Notifications that the visitor has not read; 100 stands for more.
    pub(crate) unread: u32,
}

/// Decides language and request number, and remembers a language chosen in the address in a cookie.
pub(crate) async fn know_reader(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let chosen = in_query(request.uri().query().unwrap_or_default());
    let lang = chosen.or_else(|| by_headers(request.headers())).unwrap_or(state.default_lang());
    let address = address_without_lang(request.uri().path(), request.uri().query().unwrap_or_default());
    request.extensions_mut().insert(Reader {
        lang,
        marks: state.marks(),
        address,
        visitor: Visitor::SignedOut,
        unread: 0,
    });
    let id = format!("{:08x}", rand::random::<u32>());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if let Some(lang) = chosen {
        let cookie = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", lang.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

fn in_query(query: &str) -> Option<Lang> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::from_tag)
}

fn by_headers(headers: &HeaderMap) -> Option<Lang> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let cookie =
        text(COOKIE).and_then(|cookies| cookies.split(';').find_map(|one| one.trim().strip_prefix("lang=")));
    cookie.and_then(Lang::from_tag).or_else(|| text(ACCEPT_LANGUAGE).and_then(Lang::from_accept))
}

/// `/search/7?open=2&lang=en` → `/search/7?open=2&`: ready for another language to be appended.
fn address_without_lang(path: &str, query: &str) -> String {
    let kept: String = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="))
        .map(|pair| format!("{pair}&"))
        .collect();
    format!("{path}?{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_keeps_the_rest_of_the_address() {
        assert_eq!(address_without_lang("/search/7", "open=2&lang=en"), "/search/7?open=2&");
        assert_eq!(address_without_lang("/", ""), "/?");
    }

    #[test]
    fn an_address_wins_over_a_cookie_over_the_browser() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("fr, en-GB;q=0.8, zh;q=0.9"));
        assert_eq!(by_headers(&headers), Some(Lang::ZhCn));
        headers.insert(COOKIE, HeaderValue::from_static("a=b; lang=en"));
        assert_eq!(by_headers(&headers), Some(Lang::En));
        assert_eq!(in_query("open=2&lang=zh-CN"), Some(Lang::ZhCn));
        assert_eq!(in_query("lang=tlh"), None);
    }
}
