//! Every request takes from the budget of its sender before anything is done for it.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::{AppState, Client};
use crate::auth::Visitor;
use crate::error::{Failure, Kind};
use crate::limits::{Budgets, Standing, of_address};
use crate::pages::Reader;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Probes and files that say nothing of the bank: whoever watches the server must always get an answer.
const WITHOUT_BUDGET: [&str; 4] = ["/static/", "/healthz", "/readyz", "/metrics"];

/// Lets a request through, or says when the next one is welcome. Programs are told what is left.
pub(super) async fn within(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let for_machine = path.starts_with("/api/");
    let budget = match WITHOUT_BUDGET.iter().any(|front| path.starts_with(front)) {
        true => None,
        false => budget_of(&request, &state.limits().budgets),
    };
    let Some((bucket, budget)) = budget else { return next.run(request).await };
    let standing = state.limits().take(&bucket, budget, Timestamp::now());
    let mut response = match standing.is_within {
        true => next.run(request).await,
        false => too_often(standing).into_response(),
    };
    if for_machine {
        tell(response.headers_mut(), standing);
    }
    response
}

/// Visitors of a demonstration have no budget: they are on this machine, and all records are invented.
fn budget_of(request: &Request, budgets: &Budgets) -> Option<(String, i64)> {
    let reader = request.extensions().get::<Reader>()?;
    if reader.visitor.is_demo() {
        return None;
    }
    let client = request.extensions().get::<Client>().cloned().unwrap_or_default();
    Some(match &reader.visitor {
        Visitor::Machine(principal) => (principal.name().to_owned(), budgets.token),
        Visitor::Person(_) => (reader.visitor.principal().ok()?.name().to_owned(), budgets.account),
        Visitor::SignedOut | Visitor::Unrecognised(_) | Visitor::Unknown(_) => {
            (format!("address/{}", of_address(&client)), budgets.signed_out)
        }
    })
}

fn too_often(standing: Standing) -> Failure {
    let seconds = standing.resets_in_seconds.unsigned_abs();
    let sentence = format!(
        "You made {} requests in this minute, as many as are answered: wait {seconds} s for the next one.",
        standing.budget
    );
    let failure = Failure::new(Kind::TooOften, "requests_too_often", sentence).wait(seconds);
    failure.with("budget", standing.budget.to_string()).with("seconds", seconds.to_string())
}

fn tell(headers: &mut HeaderMap, standing: Standing) {
    for (name, value) in
        [(LIMIT, standing.budget), (REMAINING, standing.left), (RESET, standing.resets_in_seconds)]
    {
        headers.insert(name, HeaderValue::from(value));
    }
}
