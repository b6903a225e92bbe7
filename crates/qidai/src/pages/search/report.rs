//! The report of a kept search as a file: PDF, workbook or JSON; with `unit`, of one unit alone.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::{answer_of, may_see_typings, not_kept};
use crate::app::AppState;
use crate::catalogue::SearchAnswer;
use crate::error::{Failure, Kind};
use crate::pages::Reader;
use crate::paper::Print;
use crate::search_report::{GivenTo, ReportFormat, Told, report};
use crate::words::Lang;

#[derive(Deserialize)]
pub(crate) struct Wishes {
    unit: Option<String>,
    /// What the centre calls the patient.
    patient: Option<String>,
    /// Number of the institution it is given to.
    to: Option<String>,
}

/// `/search/{id}/report/{format}`
pub(crate) async fn download(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((id, format)): Path<(String, String)>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let format = ReportFormat::of_end(&format).ok_or_else(|| {
        Failure::new(Kind::NotFound, "page_not_found", "There is no page under this address.")
    })?;
    let stored = state.searches().get(&id).ok_or_else(not_kept)?;
    let given = given_to(&state, &reader, wishes.to.as_deref()).await?;
    let (answered, _) = answer_of(&state, &id, stored).await?.ok_or_else(not_kept)?;
    let answer = Arc::new(answered.answer.clone().told_in(reader.lang));
    let wished = (wishes.patient, wishes.unit, given);
    let bytes = made(&state, answer, wished, format, reader.lang).await?;
    Ok(file(bytes, format))
}

/// Under which case whoever asks sees typings, and an institution gets them.
///
/// # Errors
/// `hgr_case_missing`, `institution_unknown`.
pub(crate) async fn given_to(
    state: &AppState,
    reader: &Reader,
    receiver: Option<&str>,
) -> Result<GivenTo, Failure> {
    let cover = may_see_typings(state, reader).await?;
    let desk = state.desk();
    GivenTo::of(&desk.store, receiver, cover, &desk.acting(reader.visitor.principal()?)).await
}

/// Makes the file away from the threads that answer requests.
pub(crate) async fn made(
    state: &AppState,
    answer: Arc<SearchAnswer>,
    (pseudonym, unit, given): (Option<String>, Option<String>, GivenTo),
    format: ReportFormat,
    lang: Lang,
) -> Result<Vec<u8>, Failure> {
    let is_synthetic = state.catalogue().is_synthetic();
    let zone = state.desk().zone.clone();
    let record = match &unit {
        Some(number) => crate::search_report::record_of(&state.desk().store, number).await?,
        None => None,
    };
    let work = move || {
        let print = Print { lang, zone: &zone, now: Timestamp::now(), is_synthetic };
        let told = Told {
            answer: &answer,
            pseudonym: pseudonym.as_deref().map(str::trim).filter(|text| !text.is_empty()),
            unit: unit.as_deref(),
            record: record.as_ref(),
            given: &given,
        };
        report(&told, format, &print)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::outage("search_stopped", "The search stopped before its end.").because(&error)
    })?
}

/// With the name under which it is kept.
pub(crate) fn file(bytes: Vec<u8>, format: ReportFormat) -> Response {
    let disposition = format!("attachment; filename=\"search-report.{}\"", format.end());
    ([(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}
