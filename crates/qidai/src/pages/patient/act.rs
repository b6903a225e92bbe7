//! What is done from the page of a patient: a search in one click, and notes.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use qidai_bank::{NewRecord, Permission, Record, RecordAt, workflow};

use super::page;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::records::text_of;
use crate::pages::requests::run_search;

type Pairs = Vec<(String, String)>;

/// Searches for a patient: by the request that somebody works on, else by a new preliminary one of the patient's centre.
pub(crate) async fn search(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    match run(&state, &reader, &number).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(failure) if failure.is_refusal() && failure.code() != "record_unknown" => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, &number, Some((said, String::new()))).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn run(state: &AppState, reader: &Reader, number: &str) -> Result<String, Failure> {
    let (store, principal) = (&state.desk().store, reader.visitor.principal()?);
    let patient = store.record(workflow::known("patient")?, number, principal).await?;
    principal.may(Permission::OrderManage, patient.site.as_deref())?;
    let requests = store.patient_rows("search_request", &patient.number, None).await?;
    let in_state =
        |states: &[&str]| requests.iter().find(|request| states.contains(&request.state.code)).cloned();
    let request = match in_state(&["accepted", "searched"]) {
        Some(request) => request,
        None => match in_state(&["submitted"]) {
            Some(request) => go(state, reader, &request, "accept").await?,
            None => {
                let made = begin(state, reader, &patient).await?;
                let handed_in = go(state, reader, &made, "submit").await?;
                go(state, reader, &handed_in, "accept").await?
            }
        },
    };
    let run = run_search(state, reader, &request.number).await?;
    Ok(format!("/requests/{}/searches/{}", run.request, run.serial))
}

/// A preliminary request of the patient's own centre, as of today.
async fn begin(state: &AppState, reader: &Reader, patient: &Record) -> Result<Record, Failure> {
    let desk = state.desk();
    let today = Timestamp::now().to_zoned_datetime(desk.zone.clone()).date().to_string();
    let own = |field: &str| patient.field(field).unwrap_or_default().to_owned();
    let fields = [
        ("patient", patient.number.clone()),
        ("requester", own("centre")),
        ("kind", "preliminary".to_owned()),
        ("urgency", own("urgency")),
        ("asked_on", today),
    ];
    let new = NewRecord {
        concept: workflow::known("search_request")?,
        site: patient.site.clone(),
        fields: fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect(),
    };
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(desk.store.create_record(&new, &desk.keys, &acting).await?)
}

async fn go(state: &AppState, reader: &Reader, request: &Record, what: &str) -> Result<Record, Failure> {
    let desk = state.desk();
    let at = RecordAt {
        concept: request.concept,
        number: &request.number,
        expected_version: Some(request.version),
    };
    let acting = desk.acting(reader.visitor.principal()?);
    Ok(desk.store.move_record(at, what, &[], &desk.keys, &acting).await?)
}

/// Writes a note down.
pub(crate) async fn note(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let patient = desk.store.record(workflow::known("patient")?, &number, principal).await?;
    let text = text_of(&pairs, "text").to_owned();
    let new = NewRecord {
        concept: workflow::known("search_note")?,
        site: patient.site.clone(),
        fields: vec![("patient".to_owned(), patient.number.clone()), ("text".to_owned(), text.clone())],
    };
    match desk.store.create_record(&new, &desk.keys, &desk.acting(principal)).await.map_err(Failure::from) {
        Ok(_) => Ok(Redirect::to(&format!("/patients/{}#notes", patient.number)).into_response()),
        Err(failure) if failure.is_refusal() => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, &number, Some((said, text))).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}
