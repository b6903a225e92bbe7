//! Counts and logs every answer: by the pattern of its route, never by what was sent.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::AppState;
use crate::error::{Failure, RequestId};

/// Stands where a failure still is a [`Failure`], inside the layer that makes a page of it.
pub(super) async fn answers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known(request.method());
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("none", MatchedPath::as_str);
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    state.monitor().answered(method, route, status, took);
    if let Some(failure) = response.extensions().get::<Failure>().filter(|f| is_of_database(f.code())) {
        state.monitor().database_failed(failure.code());
    }
    let ms = took.as_secs_f64() * 1e3;
    tracing::info!(request = id, method, route, status, ms, "answered");
    response
}

/// Codes of the store: the database could not answer.
fn is_of_database(code: &str) -> bool {
    code.starts_with("database_") || code == "disk_full" || code == "history_broken"
}

/// A method may be any word: only those that we answer to become a label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
