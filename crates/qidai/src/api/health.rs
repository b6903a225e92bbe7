//! `GET /healthz`: does the program answer, and with which snapshot.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::AppState;

#[derive(Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
    /// The generation of the snapshot that searches see.
    generation: u64,
    /// The release by which names are understood.
    release: String,
}

pub(crate) async fn healthz(State(state): State<AppState>) -> Json<Health> {
    let catalogue = state.catalogue();
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        generation: catalogue.generation(),
        release: catalogue.release_label().to_owned(),
    })
}
