//! The pools of this server.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppState;
use crate::pages::Reader;
use crate::pools::Pool;

/// Every pool, in the order in which they are configured.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolsAnswer {
    pools: Vec<PoolAnswer>,
}

/// One pool: what is searched, and what stands against a newer file.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolAnswer {
    /// As a search names it in `among`.
    #[schema(example = "world")]
    name: String,
    /// Null while nothing of it is loaded; such a pool answers no search.
    rows: Option<u64>,
    /// The release by which its typings were read.
    release: Option<String>,
    /// SHA-256 of the file that it was made of, as in receipts.
    digest: Option<String>,
    /// When that was put in use.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Why the file as it is now is not what is searched.
    problem: Option<PoolProblem>,
}

/// Code and sentence.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolProblem {
    code: &'static str,
    sentence: String,
}

/// List the pools
///
/// A search looks into those that it names in `among`. A pool whose file cannot be used goes on as it was and says why.
#[utoipa::path(get, path = "/api/pools", operation_id = "list_pools", tag = "search",
    responses((status = 200, description = "Every pool", body = PoolsAnswer)))]
pub(crate) async fn list(State(state): State<AppState>, Extension(reader): Extension<Reader>) -> Response {
    let answer = |pool: &Pool| {
        let now = pool.state();
        PoolAnswer {
            name: pool.name.clone(),
            rows: now.loaded.as_ref().map(|loaded| loaded.snapshot().row_count() as u64),
            release: now.loaded.as_ref().map(|loaded| loaded.release_label().to_owned()),
            digest: pool.receipt().map(|receipt| receipt.digest),
            since: now.since.map(|since| since.to_string()),
            problem: now
                .problem
                .map(|failure| PoolProblem { code: failure.code(), sentence: failure.sentence(reader.lang) }),
        }
    };
    Json(PoolsAnswer { pools: state.pools().iter().map(answer).collect() }).into_response()
}
