//! The form of a register: a new record, or a change of one. What is wrong stands under each field, and the typed text
//! stays.

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::workflow::{Amending, Concept, SiteRule};
use qidai_bank::{BankError, NewRecord, Problem, Record, RecordAt};

use super::field::{self, Control, Input, text_of};
use super::{address_of, concept_of, name_of, questions, record_address};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Frame, Reader, people, render};
use crate::typed_fields;

/// Fields of a form with their texts.
pub(crate) type Pairs = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "record_form.html")]
struct FormPage {
    frame: Frame,
    register: String,
    register_address: String,
    /// Of the record that is changed.
    number: Option<String>,
    action: String,
    back: String,
    version: String,
    controls: Vec<Control>,
    site: Option<Site>,
    /// Absent where none is needed; otherwise what was typed.
    reason: Option<String>,
    /// Number of problems, for the summary.
    problems: usize,
    /// What is refused as a whole.
    refused: Option<(String, &'static str)>,
}

/// The choice of a site.
struct Site {
    sites: Vec<(String, String)>,
    chosen: String,
    is_needed: bool,
    said: Option<(String, &'static str)>,
}

/// Why a form comes back.
#[derive(Default)]
struct Refused {
    typed: Option<Pairs>,
    problems: Vec<Problem>,
    whole: Option<(String, &'static str)>,
    failure: Option<Failure>,
}

impl Refused {
    /// # Errors
    /// An outage, and what is no fault of the form.
    fn of(error: BankError, typed: Pairs, reader: &Reader) -> Result<Refused, Failure> {
        let problems = match &error {
            BankError::Refused(refusal) => refusal.problems.clone(),
            _ => Vec::new(),
        };
        let failure = Failure::from(error);
        let status = failure.status();
        let can_be_mended =
            matches!(status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PRECONDITION_FAILED);
        if !can_be_mended {
            return Err(failure);
        }
        let whole = problems.is_empty().then(|| (failure.sentence(reader.lang), failure.code()));
        Ok(Refused { typed: Some(typed), problems, whole, failure: Some(failure) })
    }
}

pub(crate) async fn new(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(kind): Path<String>,
    Query(given): Query<Pairs>,
) -> Result<Response, Failure> {
    let concept = concept_of(&kind)?;
    // The form is shown to who may send it, at whatever site.
    if !super::may_create(concept, &reader) {
        reader.visitor.principal()?.may_any(&concept.create, None)?;
    }
    // A page that leads here fills in what it knows.
    let typed = given.iter().any(|(name, _)| name == "site" || name.starts_with("f-")).then_some(given);
    page(&state, &reader, concept, None, Refused { typed, ..Refused::default() }).await
}

pub(crate) async fn create(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(kind): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let site = Some(text_of(&pairs, "site").to_owned()).filter(|site| !site.is_empty());
    let new = NewRecord { concept, site, fields: field::sent(concept, &pairs) };
    let acting = desk.acting(reader.visitor.principal()?);
    let read = typed_fields::check(concept, &new.fields, &state.catalogue().nomenclature());
    let made = match read {
        Ok(()) => desk.store.create_record(&new, &desk.keys, &acting).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(record) => Ok(Redirect::to(&record_address(concept.code, &record.number)).into_response()),
        Err(error) => {
            let refused = Refused::of(error, pairs, &reader)?;
            page(&state, &reader, concept, None, refused).await
        }
    }
}

pub(crate) async fn amend(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((kind, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let concept = concept_of(&kind)?;
    let principal = reader.visitor.principal()?;
    let record = state.desk().store.record(concept, &number, principal).await?;
    principal.may_any(&concept.amend, record.site.as_deref())?;
    page(&state, &reader, concept, Some(&record), Refused::default()).await
}

pub(crate) async fn change(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((kind, number)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let principal = reader.visitor.principal()?;
    let reason = text_of(&pairs, "reason");
    let acting = desk.acting(principal);
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let at = RecordAt { concept, number: &number, expected_version: text_of(&pairs, "version").parse().ok() };
    let changes = field::sent(concept, &pairs);
    let read = typed_fields::check(concept, &changes, &state.catalogue().nomenclature());
    let amended = match read {
        Ok(()) => desk.store.amend_record(at, &changes, &desk.keys, &acting).await,
        Err(error) => Err(error),
    };
    match amended {
        Ok(record) => Ok(Redirect::to(&record_address(concept.code, &record.number)).into_response()),
        Err(error) => {
            let refused = Refused::of(error, pairs.clone(), &reader)?;
            let record = desk.store.record(concept, &number, principal).await?;
            page(&state, &reader, concept, Some(&record), refused).await
        }
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    concept: &'static Concept,
    record: Option<&Record>,
    refused: Refused,
) -> Result<Response, Failure> {
    let sites = people::sites(state.desk()).await?;
    let typed = refused.typed.as_deref();
    let value_of = |field: &qidai_bank::workflow::Field| match (typed, record) {
        (Some(typed), _) => text_of(typed, &field::name_of(field)).to_owned(),
        (None, Some(record)) => record.field(field.code).unwrap_or_default().to_owned(),
        (None, None) => String::new(),
    };
    let sealed = record.map(|record| record.sealed.as_slice()).unwrap_or_default();
    let mut controls = field::controls(
        concept.fields.iter().filter(|field| !field.is_computed),
        value_of,
        (sealed, &refused.problems),
        (&sites, reader),
    );
    questions::ask(concept, &mut controls, typed, reader.lang);
    let said_of_site = field::problem_of("site", &refused.problems, reader.lang);
    let has_site = record.is_none() && concept.site != SiteRule::Never;
    let back = record.map_or_else(|| address_of(concept), |one| record_address(concept.code, &one.number));
    let action = match record {
        Some(_) => format!("{back}/amend"),
        None => format!("{back}/new"),
    };
    let needs_reason = record.is_some_and(|one| one.state.amending == Amending::WithReason);
    let address = format!("{action}?");
    let page = FormPage {
        register: name_of(concept, reader.lang),
        register_address: address_of(concept),
        number: record.map(|one| one.number.clone()),
        version: record.map(|one| one.version.to_string()).unwrap_or_default(),
        site: has_site.then(|| Site {
            chosen: typed.map(|typed| text_of(typed, "site").to_owned()).unwrap_or_default(),
            is_needed: concept.site == SiteRule::Must,
            said: said_of_site,
            sites,
        }),
        reason: needs_reason
            .then(|| typed.map(|typed| text_of(typed, "reason").to_owned()).unwrap_or_default()),
        problems: refused.problems.len(),
        refused: refused.whole,
        controls,
        action,
        back,
        frame: Frame::new(&Reader { address, ..reader.clone() }),
    };
    let shown = render(&page)?;
    Ok(match refused.failure {
        Some(failure) => failure.on_page(shown),
        None => shown,
    })
}
