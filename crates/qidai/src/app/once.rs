//! `Idempotency-Key`: a program that got no answer sends the same again, and it is carried out once.
//!
//! Only what was carried out is kept. A refusal changed nothing, so a repetition is asked anew; the same goes for an
//! outage, which undoes what was begun.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use qidai_bank::{Claimed, RequestClaim};
use serde_json::Value;

use super::AppState;
use crate::error::{Failure, Kind};
use crate::pages::Reader;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A larger answer is a file: it is not kept, and a repetition is asked anew.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest key, in characters: a UUID has 36.
const KEY_CHARS_MAX: usize = 128;
/// Headers that belong to an answer; the others are made anew for each.
const KEPT: [HeaderName; 4] = [CONTENT_TYPE, LOCATION, ETAG, LINK];

/// Are answers kept for a repetition? Not where a password was sent or personal fields were opened.
pub(crate) fn keeps_answers(path: &str) -> bool {
    !["/signatures", "/openings", "/certification"].iter().any(|end| path.ends_with(end))
}

/// Carries out a keyed request once, or gives the answer that it got.
pub(super) async fn once(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let path = request.uri().path();
    let is_asked = *request.method() == Method::POST && path.starts_with("/api/") && keeps_answers(path);
    let Some(key) = request.headers().get(KEY).filter(|_| is_asked) else {
        return Ok(next.run(request).await);
    };
    let key = read_key(key)?;
    let actor = request
        .extensions()
        .get::<Reader>()
        .and_then(|reader| reader.visitor.principal().ok().map(|principal| principal.name().to_owned()));
    // Who is nobody gets no further than the door.
    let Some(actor) = actor else { return Ok(next.run(request).await) };
    let (parts, body) = request.into_parts();
    // The size was limited before (`guard`).
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| {
        Failure::refused("form_unreadable", "The request could not be read.").because(&error)
    })?;
    let route = format!("POST {}", parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    // Another version that was seen is another request.
    let seen =
        [IF_MATCH, IF_NONE_MATCH].map(|name| parts.headers.get(name).map_or(&b""[..], HeaderValue::as_bytes));
    let claim = RequestClaim::new(&actor, &route, &key, &[query.as_bytes(), seen[0], seen[1], &bytes]);
    let desk = state.desk();
    match desk.store.claim_request(&claim, &desk.keys, Timestamp::now()).await? {
        Claimed::New => carry_out(&state, claim, Request::from_parts(parts, Body::from(bytes)), next).await,
        Claimed::Answered(status, answer) => Ok(replay(status, &answer)),
        refused => Err(refusal(&refused)),
    }
}

/// On a task of its own: it comes to its end, and its answer is kept, also when the sender hangs up.
async fn carry_out(
    state: &AppState,
    claim: RequestClaim,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let state = state.clone();
    let carried = tokio::spawn(async move {
        let response = next.run(request).await;
        let (response, answer) = match response.status().is_success() {
            true => kept(response).await?,
            false => (response, None),
        };
        let desk = state.desk();
        let answer = answer.as_ref().map(|(status, bytes)| (*status, bytes.as_slice()));
        let settled = desk.store.settle_request(&claim, answer, &desk.keys, desk.sources().1).await;
        if let Err(error) = settled {
            // It was carried out: its sender gets the answer, a repetition is told that nobody knows.
            Failure::from(error).write_log("keeping an answer");
        }
        Ok(response)
    });
    match carried.await {
        Ok(response) => response,
        Err(error) => {
            let sentence = "The program made a mistake; nobody knows whether this was carried out.";
            Err(Failure::outage("internal_error", sentence).because(&error))
        }
    }
}

type Kept = Option<(u16, Vec<u8>)>;

/// The answer in the form in which it is kept: its headers as one line of JSON, then its body.
async fn kept(response: Response) -> Result<(Response, Kept), Failure> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| {
        Failure::outage("internal_error", "The answer could not be kept.").because(&error)
    })?;
    if bytes.len() > KEPT_BYTES_MAX {
        return Ok((Response::from_parts(parts, Body::from(bytes)), None));
    }
    let head: serde_json::Map<String, Value> = KEPT
        .iter()
        .filter_map(|name| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.into())))
        .collect();
    let mut answer = Value::Object(head).to_string().into_bytes();
    answer.push(b'\n');
    answer.extend_from_slice(&bytes);
    let status = parts.status.as_u16();
    Ok((Response::from_parts(parts, Body::from(bytes)), Some((status, answer))))
}

fn replay(status: u16, answer: &[u8]) -> Response {
    let end = answer.iter().position(|byte| *byte == b'\n').unwrap_or(answer.len());
    let (head, body) = answer.split_at(end);
    let head: serde_json::Map<String, Value> = serde_json::from_slice(head).unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in &head {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok());
        if let (Ok(name), Some(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    (status, headers, Body::from(body.get(1..).unwrap_or_default().to_vec())).into_response()
}

fn read_key(value: &HeaderValue) -> Result<String, Failure> {
    let key = value.to_str().ok().map(str::trim).filter(|key| {
        (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let sentence = "An Idempotency-Key has 1 to 128 visible ASCII characters, such as a UUID.";
    key.map(str::to_owned).ok_or_else(|| Failure::new(Kind::Malformed, "idempotency_key_invalid", sentence))
}

fn refusal(claimed: &Claimed) -> Failure {
    match claimed {
        Claimed::OtherRequest => {
            let sentence =
                "This Idempotency-Key belongs to another request: take a new one for each request.";
            Failure::refused("idempotency_key_reused", sentence)
        }
        Claimed::OutcomeUnknown => {
            let sentence = "A request with this Idempotency-Key was begun and its end was not written down: look \
                            whether it was done, then take a new key.";
            Failure::new(Kind::Conflict, "idempotency_outcome_unknown", sentence)
        }
        _ => {
            let sentence = "The same request is being carried out: ask again in a moment.";
            Failure::new(Kind::Conflict, "idempotency_in_progress", sentence).wait(1)
        }
    }
}
