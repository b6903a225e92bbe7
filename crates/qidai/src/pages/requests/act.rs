//! A search is run from its request, by a button or by a program.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{Permission, SearchRun};

use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::{profiles, requests};

/// Runs the search of a request and keeps it there.
///
/// # Errors
/// `permission_missing`, `record_unknown`, `patient_not_typed`, `search_not_due`, and those of the search.
pub(crate) async fn run_search(
    state: &AppState,
    reader: &Reader,
    number: &str,
) -> Result<SearchRun, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let question = Arc::new(desk.store.search_question(number, principal).await?);
    // A search costs something: who may not keep it does not start it.
    principal.may(Permission::OrderManage, question.request.site.as_deref())?;
    let request = profiles::resolved(&desk.store, requests::asked(&question)?).await?;
    let (catalogue, asked) = (state.catalogue(), Arc::clone(&question));
    let ran = tokio::task::spawn_blocking(move || requests::run(&asked, &request, &catalogue)).await;
    let ran = ran.map_err(|error| {
        Failure::outage("search_stopped", "The search stopped before its end.").because(&error)
    })??;
    requests::keep(&desk.store, &question, &ran, &desk.acting(principal)).await
}

/// The button of a request: to its answer.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let run = run_search(&state, &reader, &number).await?;
    Ok(Redirect::to(&format!("/requests/{}/searches/{}", run.request, run.serial)).into_response())
}
