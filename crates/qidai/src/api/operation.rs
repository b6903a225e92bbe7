//! `GET /readyz` and `GET /metrics`: for who runs the program.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;

use crate::app::{AppState, Client};
use crate::error::{Failure, Kind};
use crate::monitor::Readiness;

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    #[serde(flatten)]
    parts: Readiness,
}

/// 200 when the database answers, its tables are of this version and there is a snapshot; otherwise 503.
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    let parts = state.monitor().readiness();
    let (code, status) = match parts.is_ready() {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
    };
    (code, Json(Ready { status, parts })).into_response()
}

/// Counters for Prometheus, for this machine or who knows the token.
pub(crate) async fn metrics(
    State(state): State<AppState>,
    client: Option<Extension<Client>>,
) -> Result<Response, Failure> {
    if !client.is_some_and(|client| client.may_measure) {
        let sentence = "Measures are read on this machine, or with the token of metrics.token.";
        return Err(Failure::new(Kind::Forbidden, "metrics_not_for_you", sentence));
    }
    let text = state.monitor().metrics().map_err(|error| {
        Failure::outage("metrics_not_written", "The counters could not be written.").because(&error)
    })?;
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, form)], text).into_response())
}
