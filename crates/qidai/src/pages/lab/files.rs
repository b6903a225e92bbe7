//! Results by file: choose it, see what became of it, take the rows that were refused.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{phases, place_of, sentence_of};
use crate::api::lab::messages::take_file;
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::file::LabFileView;
use crate::pages::{Frame, Reader, render};
use crate::upload::Upload;

/// Issues on the page; all of them are in the file of refused rows.
const ISSUES_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "lab_files.html")]
struct FilesPage {
    frame: Frame,
    phases: Vec<(&'static str, String)>,
    phase: String,
    laboratory: String,
    laboratories: Vec<String>,
    mapping: String,
    reason: String,
    megabytes: usize,
    told: Option<Told>,
    refused: Option<(String, &'static str)>,
}

/// What became of a file, in words.
struct Told {
    family: &'static str,
    word: String,
    summary: String,
    view: LabFileView,
    more: usize,
    columns: Vec<ColumnLine>,
}

struct ColumnLine {
    name: String,
    meaning: String,
    is_left_out: bool,
    unit: String,
    notes: String,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    /// Whose mapping is shown.
    #[serde(default)]
    laboratory: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let upload = Upload::default();
    page(&state, &reader, (&upload, &wishes.laboratory), None, None).await
}

/// Takes a file; what is wrong with all of it is said beside the form.
pub(crate) async fn import(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let laboratory = upload.text("laboratory").to_owned();
    match take_file(&state, &reader, &upload).await {
        Ok(view) => page(&state, &reader, (&upload, &laboratory), Some(view), None).await,
        Err(failure) if failure.is_refusal() && failure.status().as_u16() == 422 => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, (&upload, &laboratory), None, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    (upload, laboratory): (&Upload, &str),
    view: Option<LabFileView>,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (desk, principal, w) = (state.desk(), reader.visitor.principal()?, reader.lang.words());
    let saved = desk.store.lab_mapping(laboratory, principal).await?.unwrap_or_default();
    let written = upload.text("mapping");
    let address = "/lab/files?".to_owned();
    render(&FilesPage {
        phases: phases(w),
        phase: upload.text("phase").to_owned(),
        laboratory: laboratory.to_owned(),
        laboratories: desk.store.lab_mappings(principal).await?,
        mapping: if written.is_empty() { saved } else { written.to_owned() },
        reason: upload.text("reason").to_owned(),
        megabytes: desk.document_bytes_max >> 20,
        told: view.map(|view| told(view, reader)),
        refused,
        frame: Frame::new(&Reader { address, ..reader.clone() }),
    })
}

fn told(mut view: LabFileView, reader: &Reader) -> Told {
    let w = reader.lang.words();
    let family = match view.outcome {
        "taken" => "done",
        "partly" => "wait",
        "repeated" => "plan",
        _ => "stop",
    };
    let values = [
        ("accepted", (view.rows_accepted as f64).into()),
        ("unchanged", (view.rows_unchanged as f64).into()),
        ("refused", (view.rows_refused as f64).into()),
        ("results", (view.results as f64).into()),
    ];
    let columns = view.columns.iter().map(|column| ColumnLine {
        name: column.name.clone(),
        meaning: meaning(column.role, reader),
        is_left_out: column.role == "-",
        unit: column.unit.clone().unwrap_or_default(),
        notes: notes(column, reader),
    });
    let columns = columns.collect();
    let more = view.issues.len().saturating_sub(ISSUES_SHOWN);
    view.issues.truncate(ISSUES_SHOWN);
    for issue in &mut view.issues {
        issue.sentence = sentence_of(&issue.code, &issue.sentence, reader.lang);
        issue.place = place_of(&issue.place, w);
    }
    let key = if view.message.is_some() { "lab-file-told" } else { "lab-file-checked" };
    let word = w.t(&format!("lab-outcome-{}", view.outcome));
    Told { family, word, summary: w.say(key, &values), view, more, columns }
}

fn meaning(role: &str, reader: &Reader) -> String {
    match qidai_bank::test(role) {
        Some(test) => super::name_of(test, reader.lang).to_owned(),
        None if role == "-" => reader.lang.words().t("lab-column-left-out"),
        None => reader.lang.words().t(&format!("lab-column-{role}")),
    }
}

fn notes(column: &crate::lab::file::LabColumnView, reader: &Reader) -> String {
    let w = reader.lang.words();
    let mut notes = Vec::new();
    if let Some(phase) = column.phase {
        notes.push(w.t(&format!("phase-{phase}")));
    }
    if column.has_decimal_comma {
        notes.push(w.t("lab-column-comma"));
    }
    if let Some(other) = &column.swapped_with {
        notes.push(w.t1("lab-column-swapped", "other", other.as_str()));
    }
    notes.join(&w.t("list-separator"))
}
