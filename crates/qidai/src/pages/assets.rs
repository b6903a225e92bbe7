//! Our own style sheet, script and mark, inside the executable.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

const STYLE: &str = concat!(
    include_str!("../../static/css/tokens.css"),
    include_str!("../../static/css/base.css"),
    include_str!("../../static/css/frame.css"),
    include_str!("../../static/css/controls.css"),
    include_str!("../../static/css/results.css"),
    include_str!("../../static/css/explain.css"),
    include_str!("../../static/css/bench.css"),
    include_str!("../../static/css/narrow.css"),
    include_str!("../../static/css/bank.css"),
    include_str!("../../static/css/records.css"),
    include_str!("../../static/css/lab.css"),
    include_str!("../../static/css/storage.css"),
    include_str!("../../static/css/requests.css"),
    include_str!("../../static/css/print.css"),
);
const SCRIPT: &str = include_str!("../../static/qidai.js");
/// Of the workbench alone.
const BENCH: &str = include_str!("../../static/bench.js");
const MARK: &str = include_str!("../../static/mark.svg");

/// Stands in the address of each file, so that a browser may keep it until it changes.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::new()
        .chain_update(STYLE)
        .chain_update(SCRIPT)
        .chain_update(BENCH)
        .chain_update(MARK)
        .finalize();
    digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
});

pub(crate) async fn style() -> impl IntoResponse {
    kept("text/css; charset=utf-8", STYLE)
}

pub(crate) async fn script() -> impl IntoResponse {
    kept("text/javascript; charset=utf-8", SCRIPT)
}

pub(crate) async fn bench() -> impl IntoResponse {
    kept("text/javascript; charset=utf-8", BENCH)
}

pub(crate) async fn mark() -> impl IntoResponse {
    kept("image/svg+xml", MARK)
}

fn kept(kind: &'static str, content: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], content)
}
