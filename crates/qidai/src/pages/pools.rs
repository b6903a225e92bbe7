//! The pools of this server: what is searched beside the bank, since when, and what stands against a newer file (`pools.html`).

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::pools::Pool;
use crate::words::thousands;

#[derive(Template)]
#[template(path = "pools.html")]
struct PoolsPage {
    frame: Frame,
    pools: Vec<PoolRow>,
}

struct PoolRow {
    name: String,
    /// Its name alone: where it lies is nobody's business here.
    file: String,
    /// Rows, release, since when, digest; nothing while nothing is loaded.
    loaded: Option<[String; 4]>,
    /// Sentence and code.
    problem: Option<(String, &'static str)>,
}

/// Every pool of the server.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let zone = &state.desk().zone;
    let row = |pool: &Pool| {
        let now = pool.state();
        let since = now.since.map(|since| shown::second(since, zone));
        let loaded = now.loaded.as_ref().zip(pool.receipt()).map(|(loaded, receipt)| {
            [
                thousands(&loaded.snapshot().row_count().to_string()),
                loaded.release_label().to_owned(),
                since.unwrap_or_default(),
                receipt.digest,
            ]
        });
        PoolRow {
            name: pool.name.clone(),
            file: pool.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            loaded,
            problem: now.problem.map(|failure| (failure.sentence(reader.lang), failure.code())),
        }
    };
    let pools = state.pools().iter().map(row).collect();
    render(&PoolsPage { frame: Frame::new(&reader), pools })
}
