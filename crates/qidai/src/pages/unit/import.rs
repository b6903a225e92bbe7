//! Units by file: choose it, check it, see what its first units would be, take it, carry its errors away.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use qidai_bank::{Measure, Phase, UnitRecord};

use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Frame, Reader, badge::Badge, render, shown, units};
use crate::unit_file::{self, Taken, UnitFileView};
use crate::upload::Upload;
use crate::words::Words;

/// Issues on the page; all of them are in the file.
const ISSUES_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "unit_import.html")]
struct ImportPage {
    frame: Frame,
    megabytes: usize,
    mapping: String,
    told: Option<Told>,
    refused: Option<(String, &'static str)>,
}

/// What became of a file, in words.
struct Told {
    badge: (&'static str, String),
    summary: String,
    view: UnitFileView,
    /// Issues that are only counted.
    more: u64,
    columns_not_used: String,
    first: Vec<PreviewLine>,
    /// The file of the issues, as an address of its own.
    errors: String,
}

/// A unit as it was understood.
struct PreviewLine {
    number: String,
    address: String,
    bank: String,
    status: Badge,
    collected: Option<String>,
    blood_group: Option<String>,
    tnc: Option<String>,
    typing: Option<String>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    page(&state, &reader, &Upload::default(), None, None)
}

/// Takes a file, or only checks it; what is wrong with all of it is said beside the form.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    match unit_file::take(&state, &reader, &upload).await {
        Ok(taken) => page(&state, &reader, &upload, Some(told(taken, &reader)), None),
        Err(failure) if failure.is_refusal() && failure.status().as_u16() == 422 => {
            let said = (failure.sentence(reader.lang), failure.code());
            Ok(failure.on_page(page(&state, &reader, &upload, None, Some(said))?))
        }
        Err(failure) => Err(failure),
    }
}

fn page(
    state: &AppState,
    reader: &Reader,
    upload: &Upload,
    told: Option<Told>,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    render(&ImportPage {
        megabytes: state.desk().document_bytes_max >> 20,
        mapping: upload.text("mapping").to_owned(),
        told,
        refused,
        frame: Frame::new(&Reader { address: "/units/import?".to_owned(), ..reader.clone() }),
    })
}

fn told(taken: Taken, reader: &Reader) -> Told {
    let (w, mut view) = (reader.lang.words(), taken.view);
    let count = view.issues.len() as u64 + view.issues_not_listed;
    let is_clean = count == 0;
    let (family, word) = match (view.dry_run, is_clean, view.accepted + view.unchanged) {
        (true, ..) => ("plan", "unit-import-checked"),
        (false, true, _) => ("done", "unit-import-taken"),
        (false, false, 0) => ("stop", "unit-import-refused"),
        (false, false, _) => ("wait", "unit-import-partly"),
    };
    let numbers =
        [("accepted", view.accepted.into()), ("unchanged", view.unchanged.into()), ("issues", count.into())];
    let key = if view.dry_run { "import-summary-dry-run" } else { "import-summary" };
    let hidden = view.issues.len().saturating_sub(ISSUES_SHOWN) as u64;
    view.issues.truncate(ISSUES_SHOWN);
    let csv = String::from_utf8_lossy(&taken.errors_csv);
    Told {
        badge: (family, w.t(word)),
        summary: w.say(key, &numbers),
        more: hidden + view.issues_not_listed,
        columns_not_used: view.columns_not_used.join(&w.t("list-separator")),
        first: taken.first.iter().map(|unit| preview(unit, w)).collect(),
        errors: format!("data:text/csv;charset=utf-8,{}", shown::escaped(&csv)),
        view,
    }
}

fn preview(unit: &UnitRecord, w: &Words) -> PreviewLine {
    let tnc = unit.counts.get(Phase::Processed, Measure::TncTotal);
    PreviewLine {
        number: unit.identity.written(),
        address: shown::unit_address(&unit.identity),
        bank: w.t(&format!("bank-{}", unit.bank_type.code())),
        status: Badge::of_status(unit.status, w),
        collected: unit.collection_date.map(|day| day.to_string()),
        blood_group: units::blood_group(unit.abo, unit.rhd),
        tnc: tnc.map(|amount| format!("{} ×10⁸", shown::in_powers(amount, 8))),
        typing: unit.typings.last().map(|typing| typing.written.clone()),
    }
}
