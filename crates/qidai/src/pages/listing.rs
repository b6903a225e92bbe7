//! The list for registries: what it would hold, and the file (`listing.html`).

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::listing::{self, Listing, ListingFormat, ListingRequest, Moment};

#[derive(Template)]
#[template(path = "listing.html")]
struct ListingPage {
    frame: Frame,
    asked: Asked,
    generation: String,
    /// Sentence and code of a refusal.
    refused: Option<(String, &'static str)>,
    /// What the file would hold, field by field.
    found: Option<Vec<(String, String)>>,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    ion: String,
    pool: String,
    format: String,
    since: String,
    /// Number of the institution that receives it.
    to: String,
    leave_out: String,
    /// `file`: send it; anything else: tell what it would hold.
    what: String,
}

impl Asked {
    fn request(&self) -> Result<ListingRequest, Failure> {
        let since = Some(self.since.trim()).filter(|since| !since.is_empty());
        let since = since.map(|since| {
            since.trim_start_matches('#').replace(',', "").parse::<u64>().map_err(|_| {
                let sentence = format!(
                    "\"{since}\" is no number of the history; it stands in the manifest of the last list."
                );
                Failure::refused("listing_since_unreadable", sentence).with("value", since)
            })
        });
        let pool = if self.pool.trim().is_empty() { &self.ion } else { &self.pool };
        Ok(ListingRequest {
            format: if self.format == "csv" { ListingFormat::Csv } else { ListingFormat::Xml },
            listing_organization: self.ion.trim().to_owned(),
            pool: pool.trim().to_owned(),
            since: since.transpose()?,
            to: Some(self.to.trim().to_owned()).filter(|to| !to.is_empty() && self.what == "file"),
            leave_out_invalid: !self.leave_out.is_empty(),
        })
    }
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    render(&page(&state, &reader, Asked::default()))
}

/// Tells what the list would hold, or sends it.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    sent: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(asked) = sent.map_err(|error| {
        Failure::refused("form_unreadable", "The form could not be read.").because(&error)
    })?;
    let catalogue = state.catalogue();
    let moment = Moment { now: Timestamp::now(), zone: &state.desk().zone };
    let acting = state.desk().acting(reader.visitor.principal()?);
    let made = match asked.request() {
        Ok(request) => {
            listing::listing(&state.desk().store, &request, &catalogue.nomenclature(), &moment, &acting).await
        }
        Err(failure) => Err(failure),
    };
    let mut page = page(&state, &reader, asked.clone());
    match made {
        Ok(listing) if asked.what == "file" => Ok(file(listing)),
        Ok(listing) => {
            page.found = Some(told(&listing, reader.lang.words()));
            render(&page)
        }
        Err(failure) if failure.is_refusal() => {
            page.refused = Some((failure.sentence(reader.lang), failure.code()));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

fn page(state: &AppState, reader: &Reader, asked: Asked) -> ListingPage {
    ListingPage {
        frame: Frame::new(reader),
        generation: shown::count(state.catalogue().generation()),
        asked,
        refused: None,
        found: None,
    }
}

fn file(listing: Listing) -> Response {
    let kind = match listing.manifest.format {
        ListingFormat::Xml => "application/xml",
        ListingFormat::Csv => "text/csv; charset=utf-8",
    };
    let disposition = format!("attachment; filename=\"{}\"", listing.manifest.file);
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], listing.bytes).into_response()
}

fn told(listing: &Listing, w: &crate::words::Words) -> Vec<(String, String)> {
    let manifest = &listing.manifest;
    let count = |number: usize| shown::count(number as u64);
    let mut told = vec![
        (w.t("listing-file"), manifest.file.clone()),
        (w.t("listing-mode"), w.t(&format!("listing-mode-{}", manifest.mode.to_lowercase()))),
        (w.t("listing-records"), count(manifest.records)),
    ];
    let statuses = manifest.by_status.iter();
    told.extend(
        statuses.map(|(status, of)| (w.t(&format!("listing-status-{}", status.to_lowercase())), count(*of))),
    );
    told.push((w.t("listing-generation"), manifest.generation.to_string()));
    told.push(("SHA-256".to_owned(), manifest.sha256.clone()));
    for one in &manifest.left_out {
        told.push((w.t("listing-left-out"), format!("{} · {} · {}", one.id, one.field, one.value)));
    }
    told
}
