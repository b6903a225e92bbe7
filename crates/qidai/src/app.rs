//! The routes of the program, all in one list: this is its table of contents.

mod count;
mod front;
mod guard;
mod headers;
mod state;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::{Failure, Kind, answer_failures};
use crate::{api, pages};

pub(crate) use front::{Client, Front, meet};
pub(crate) use state::AppState;

/// Every route, grouped by who calls it, inside the layers that every request passes.
pub(crate) fn app(state: AppState) -> Router {
    let routes = Router::new()
        // people
        .route("/", get(pages::search::start))
        .route("/search", get(pages::search::start).post(pages::search::run))
        .route("/search/draft", post(pages::search::keep_draft))
        .route("/search/{id}", get(pages::search::show))
        // programs
        .route("/api/search", post(api::search::run))
        .route("/api/typing/check", post(api::typing::check))
        .route("/healthz", get(api::health::healthz))
        .route("/readyz", get(api::operation::readyz))
        .route("/metrics", get(api::operation::metrics))
        // browsers
        .route("/static/qidai.css", get(pages::assets::style))
        .route("/static/qidai.js", get(pages::assets::script))
        .route("/static/mark.svg", get(pages::assets::mark))
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || method_not_allowed());
    layered(routes, state)
}

/// The last layer added is the first that a request meets.
fn layered(routes: Router<AppState>, state: AppState) -> Router {
    routes
        .layer(from_fn(guard::bounded_body))
        .layer(from_fn(guard::same_origin))
        .layer(from_fn(guard::loopback_host))
        .layer(CatchPanicLayer::custom(|_| defect()))
        .layer(from_fn_with_state(state.clone(), count::answers))
        .layer(from_fn(answer_failures))
        .layer(from_fn_with_state(state.clone(), pages::know_reader))
        .layer(from_fn(headers::always))
        .with_state(state)
}

fn not_found() -> Failure {
    Failure::new(Kind::NotFound, "page_not_found", "There is no page under this address.")
}

fn method_not_allowed() -> Failure {
    Failure::new(Kind::MethodNotAllowed, "method_not_allowed", "This address does not answer to this method.")
}

/// A defect of the program itself: the person gets a constant sentence, the log has been told by the panic.
fn defect() -> Response {
    use axum::response::IntoResponse;
    Failure::outage("internal_error", "The program made a mistake; nothing was changed.").into_response()
}

#[cfg(test)]
mod tests;
