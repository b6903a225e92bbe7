//! The laboratory's page of one unit: its report, and the form that follows from the catalogue.

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{
    BankError, Identity, NewResult, Permission, ResultSource, ResultState, TestDefinition, TestResult, tests,
};

use super::{ResultLine, address_of, name_of, phases};
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::{self, phase_of};
use crate::pages::records::text_of;
use crate::pages::{Frame, Reader, render, shown, units};

#[derive(Template)]
#[template(path = "lab_unit.html")]
struct LabUnitPage {
    frame: Frame,
    written: String,
    unit_address: String,
    address: String,
    /// What counts, or will: the newest version of each test in each phase.
    lines: Vec<ResultLine>,
    /// Versions before, and what was rejected.
    older: Vec<ResultLine>,
    missing: String,
    has_amendments: bool,
    may_review: bool,
    may_enter: bool,
    groups: Vec<(String, Vec<Entry>)>,
    phases: Vec<(&'static str, String)>,
    phase: String,
    method: String,
    reason: String,
    refused: usize,
}

/// A test in the form.
struct Entry {
    code: &'static str,
    name: &'static str,
    range: Option<String>,
    unit: &'static str,
    units: Vec<String>,
    chosen_unit: String,
    choices: Vec<(&'static str, String)>,
    value: String,
    said: Option<(String, &'static str)>,
}

type Pairs = Vec<(String, String)>;
type Said = Vec<(&'static str, String, &'static str)>;

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value)): Path<(String, String)>,
) -> Result<Response, Failure> {
    page(&state, &reader, &Identity { scheme, value }, (&Vec::new(), &Vec::new())).await
}

/// Enters every value that was filled in; what is refused stays in the form, with its sentence.
pub(crate) async fn enter(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, unit) = (state.desk(), Identity { scheme, value });
    let acting = desk.acting(reader.visitor.principal()?);
    let reason = text_of(&pairs, "reason");
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let method = Some(text_of(&pairs, "method")).filter(|method| !method.is_empty());
    let phase = phase_of(text_of(&pairs, "phase"))?;
    let (mut said, mut first): (Said, Option<Failure>) = (Vec::new(), None);
    for test in tests() {
        let written = text_of(&pairs, test.code);
        if written.is_empty() {
            continue;
        }
        let unit_name = format!("{}.unit", test.code);
        let new = NewResult {
            unit: &unit,
            test,
            phase: phase.filter(|_| !test.phases.is_empty()),
            written,
            written_unit: Some(text_of(&pairs, &unit_name)).filter(|unit| !unit.is_empty()),
            method,
            measured_at: None,
            source: ResultSource::Form,
            message: None,
        };
        let catalogue = state.catalogue();
        if let Err(error) = lab::enter(&desk.store, &catalogue.nomenclature(), &new, &acting).await {
            let failure = field_refusal(error)?;
            said.push((test.code, failure.sentence(reader.lang), failure.code()));
            first.get_or_insert(failure);
        }
    }
    match first {
        None => Ok(Redirect::to(&address_of(&unit)).into_response()),
        Some(failure) => {
            let refused: Vec<&str> = said.iter().map(|(code, ..)| *code).collect();
            let is_kept = |name: &str| {
                let code = name.strip_suffix(".unit").unwrap_or(name);
                qidai_bank::test(code).is_none() || refused.contains(&code)
            };
            let kept: Pairs = pairs.into_iter().filter(|(name, _)| is_kept(name)).collect();
            let page = page(&state, &reader, &unit, (&kept, &said)).await?;
            Ok(failure.on_page(page))
        }
    }
}

/// # Errors
/// What is no fault of a field.
fn field_refusal(error: BankError) -> Result<Failure, Failure> {
    let failure = Failure::from(error);
    match failure.status() {
        axum::http::StatusCode::UNPROCESSABLE_ENTITY => Ok(failure),
        _ => Err(failure),
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    unit: &Identity,
    (pairs, said): (&Pairs, &Said),
) -> Result<Response, Failure> {
    let (store, w) = (&state.desk().store, reader.lang.words());
    if store.unit(unit).await?.is_none() {
        return Err(units::not_found(&unit.written()));
    }
    let results = store.test_results(unit, reader.visitor.principal()?).await?;
    let (current, older): (Vec<&TestResult>, Vec<&TestResult>) = results
        .iter()
        .partition(|result| !matches!(result.state, ResultState::Rejected | ResultState::Superseded));
    let mut current = current;
    let place = |test: &TestDefinition| tests().iter().position(|one| one.code == test.code);
    current.sort_by_key(|result| (place(result.test), result.phase, result.version));
    let missing: Vec<&str> = tests()
        .iter()
        .filter(|test| current.iter().all(|result| result.test.code != test.code))
        .map(|test| name_of(test, reader.lang))
        .collect();
    let line = |result: &&TestResult| ResultLine::new(result, state, reader);
    let address = address_of(unit);
    render(&LabUnitPage {
        written: unit.written(),
        unit_address: shown::unit_address(unit),
        lines: current.iter().map(line).collect(),
        older: older.iter().map(line).collect(),
        missing: missing.join(&w.t("list-separator")),
        has_amendments: current.iter().any(|result| result.is_amendment()),
        may_review: reader.visitor.may(Permission::TestReview),
        may_enter: reader.visitor.may(Permission::TestRecord),
        groups: groups(reader, pairs, said),
        phases: phases(w),
        phase: text_of(pairs, "phase").to_owned(),
        method: text_of(pairs, "method").to_owned(),
        reason: text_of(pairs, "reason").to_owned(),
        refused: said.len(),
        frame: Frame::new(&Reader { address: format!("{address}?"), ..reader.clone() }),
        address,
    })
}

/// The form: the catalogue, group by group.
fn groups(reader: &Reader, pairs: &Pairs, said: &Said) -> Vec<(String, Vec<Entry>)> {
    let w = reader.lang.words();
    let mut groups: Vec<(&str, Vec<Entry>)> = Vec::new();
    for test in tests() {
        let entry = Entry {
            code: test.code,
            name: name_of(test, reader.lang),
            range: test.range(),
            unit: test.unit,
            units: test.units.iter().filter(|(_, power)| *power != 0).map(|(unit, _)| unit.clone()).collect(),
            chosen_unit: text_of(pairs, &format!("{}.unit", test.code)).to_owned(),
            choices: test
                .kind
                .choices()
                .iter()
                .map(|code| (*code, shown::word(w, "outcome", code)))
                .collect(),
            value: text_of(pairs, test.code).to_owned(),
            said: said
                .iter()
                .find(|(code, ..)| *code == test.code)
                .map(|(_, text, code)| (text.clone(), *code)),
        };
        match groups.last_mut() {
            Some((group, entries)) if *group == test.group => entries.push(entry),
            _ => groups.push((test.group, vec![entry])),
        }
    }
    groups.into_iter().map(|(group, entries)| (w.t(&format!("lab-group-{group}")), entries)).collect()
}
