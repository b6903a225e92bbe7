//! A failure as an HTTP answer: `application/problem+json` (RFC 9457) for machines, a page for people.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::refused_act::Attempt;
use super::{Failure, Kind};
use crate::pages::Reader;
use crate::pages::failure::failure_page;
use crate::pages::sign_in;

/// The number under which one request stands in the log, so that a person can quote it.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Why a request was not carried out (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The same as `code`.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// The sentence for a person, in the language of `Accept-Language`.
    detail: String,
    /// Stable, snake_case: what programs go by. All codes stand in docs/errors.md.
    #[schema(example = "unit_unknown")]
    code: &'static str,
    /// Number of this request in the log of the server.
    request: String,
    /// What is wrong field by field, where a record was refused; otherwise empty.
    errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// Code of the field.
    field: String,
    code: &'static str,
    /// The sentence for a person.
    detail: String,
}

impl IntoResponse for Failure {
    /// Only carries the failure outwards; [`answer_failures`] knows who reads it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A failure that a page of its own tells: the form with what is wrong, in place of the page of failures.
#[derive(Debug, Clone)]
struct OnPage(Failure);

impl Failure {
    /// The page with the status of this failure. The edge still learns what was refused.
    pub(crate) fn on_page(self, page: Response) -> Response {
        let mut response = (self.status(), page).into_response();
        response.extensions_mut().insert(OnPage(self));
        response
    }
}

/// Turns a failure of any inner layer or handler into the answer its reader expects.
pub(crate) async fn answer_failures(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let for_machine = request.uri().path().starts_with("/api/");
    let reader = request.extensions().get::<Reader>().cloned().unwrap_or_default();
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let attempt = Attempt::of(&request, &reader, &id);
    let response = next.run(request).await;
    if let Some(OnPage(failure)) = response.extensions().get() {
        attempt.write_log_when_refused(failure);
    }
    let unread = unread_part(&response, for_machine);
    let Some(failure) = unread.or_else(|| response.extensions().get().cloned()) else { return response };
    failure.write_log(&id);
    attempt.write_log_when_refused(&failure);
    let mut answer = match (for_machine, failure.status()) {
        (true, _) => problem(&failure, &reader, &id),
        (false, StatusCode::UNAUTHORIZED) => sign_in::ask(&reader, &method),
        (false, _) => failure_page(&failure, &reader, &method, &id),
    };
    keep_headers(&mut answer, &failure, response.headers());
    answer
}

/// What stood beside a failure, such as `Allow` and what is left of a limit, stands beside its answer.
fn keep_headers(answer: &mut Response, failure: &Failure, beside: &HeaderMap) {
    let headers = answer.headers_mut();
    for (name, value) in beside {
        if name != CONTENT_LENGTH && !headers.contains_key(name) {
            headers.append(name, value.clone());
        }
    }
    if let Some(seconds) = failure.wait_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// What the framework could not read of a request: a number in the address that is none, a form sent as something else.
/// It says so in English and plain text; our readers get a page or a problem like any other.
fn unread_part(response: &Response, for_machine: bool) -> Option<Failure> {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_ours =
        response.extensions().get::<Failure>().is_some() || !(for_machine || kind.starts_with("text/plain"));
    if is_ours || !response.status().is_client_error() {
        return None;
    }
    let kind = match response.status() {
        _ if !for_machine => Kind::Refused,
        StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::MediaType,
        StatusCode::UNPROCESSABLE_ENTITY => Kind::Refused,
        _ => Kind::Malformed,
    };
    let sentence =
        "A part of the address or of the form could not be read: open the page again from the menu.";
    Some(Failure::new(kind, "request_unreadable", sentence))
}

fn field_problem(problem: &qidai_bank::Problem, reader: &Reader) -> FieldProblem {
    let failure = Failure::from(qidai_bank::Refusal::from(problem.clone()));
    FieldProblem { field: problem.field.clone(), code: problem.code, detail: failure.sentence(reader.lang) }
}

fn problem(failure: &Failure, reader: &Reader, id: &str) -> Response {
    let body = Problem {
        title: failure.code(),
        status: failure.status().as_u16(),
        detail: failure.sentence(reader.lang),
        code: failure.code(),
        request: id.to_owned(),
        errors: failure.problems.iter().map(|problem| field_problem(problem, reader)).collect(),
    };
    let mut response =
        (failure.status(), [(CONTENT_TYPE, "application/problem+json")], Json(body)).into_response();
    if failure.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
