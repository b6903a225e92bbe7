//! The dossier of a unit as a file: PDF for people, JSON for programs.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use qidai_bank::Identity;

use crate::app::AppState;
use crate::dossier::{dossier, pdf};
use crate::error::{Failure, Kind};
use crate::pages::Reader;
use crate::paper::Print;

/// `/units/{scheme}/{identity}/dossier/{format}`
pub(crate) async fn download(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value, format)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    if !matches!(format.as_str(), "pdf" | "json") {
        let sentence = "There is no page under this address.";
        return Err(Failure::new(Kind::NotFound, "page_not_found", sentence));
    }
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let made = dossier(&desk.store, &Identity { scheme, value }, &acting).await?;
    let name = format!("attachment; filename=\"dossier-{}.{format}\"", made.order);
    if format == "json" {
        let text = serde_json::to_vec_pretty(&made).unwrap_or_default();
        return Ok(([(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, name.as_str())], text)
            .into_response());
    }
    let (zone, lang, is_synthetic) = (desk.zone.clone(), reader.lang, state.catalogue().is_synthetic());
    // Away from the threads that answer requests.
    let work = move || pdf(&made, &Print { lang, zone: &zone, now: Timestamp::now(), is_synthetic });
    let bytes = tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::outage("paper_failed", "The paper could not be made.").because(&error))??;
    Ok(([(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, name.as_str())], bytes).into_response())
}
