//! Criteria under a name: saved from the form, put back into it, let go.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{NewRecord, Permission, Principal, RecordAt, RecordFilter, RecordOrder, workflow};

use super::checked::Checked;
use super::form::SearchForm;
use super::{Sent, answered_at, draft_at, read_sent, refused};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;

const CONCEPT: &str = "search_filter";
/// Saved criteria that the form offers; the register has all.
const OFFERED_MAX: u32 = 200;

/// Saved criteria, as the form offers them.
pub(super) struct Saved {
    pub(super) number: String,
    pub(super) label: String,
    /// Whose they are, where they are somebody else's.
    pub(super) of: Option<String>,
    pub(super) is_shared: bool,
}

/// One's own, and those for everybody; by name.
pub(super) async fn list(state: &AppState, reader: &Reader) -> Result<Vec<Saved>, Failure> {
    let principal = reader.visitor.principal()?;
    let filter = RecordFilter {
        states: vec!["in_use".to_owned()],
        order: RecordOrder::Field("label".to_owned()),
        ..RecordFilter::default()
    };
    let concept = workflow::known(CONCEPT)?;
    let lines = state.desk().store.record_page(concept, &filter, (None, OFFERED_MAX), principal).await?;
    let own = owner(principal);
    let saved = lines.iter().map(|line| {
        let field = |code: &str| line.field(code).unwrap_or_default().to_owned();
        Saved {
            number: line.number.clone(),
            label: field("label"),
            of: Some(field("owner")).filter(|of| *of != own),
            is_shared: field("shared") == "true",
        }
    });
    Ok(saved.filter(|one| one.is_shared || one.of.is_none()).collect())
}

/// The staff number of whoever acts.
fn owner(principal: &Principal) -> &str {
    principal.name().split_once(':').map_or(principal.name(), |(_, number)| number)
}

/// `POST /search/saved`: the button says what is done: `save`, `apply=NUMBER`, `retire=NUMBER`.
pub(crate) async fn act(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    sent: Sent,
) -> Result<Response, Failure> {
    let pairs = read_sent(sent)?;
    let of = |name: &str| pairs.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    let asked = of("saved").unwrap_or_default();
    let form = SearchForm::from_pairs(pairs.clone());
    let done = match asked.split_once('=') {
        Some(("apply", number)) => return apply(&state, &reader, form, number).await,
        Some(("retire", number)) => retire(&state, &reader, number).await,
        _ => save(&state, &reader, &form, (of("filter_name"), of("filter_shared").is_some())).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to(&draft_at(&state, &pairs, form)).into_response()),
        Err(failure) if failure.is_refusal() => {
            let checked = Checked::read(form, &state.catalogue().nomenclature(), reader.lang.words());
            refused(&state, &reader, &checked, Some(&failure)).await
        }
        Err(failure) => Err(failure),
    }
}

async fn save(
    state: &AppState,
    reader: &Reader,
    form: &SearchForm,
    (name, is_shared): (Option<String>, bool),
) -> Result<(), Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let fields = [
        ("label", name.unwrap_or_default().trim().to_owned()),
        ("owner", owner(principal).to_owned()),
        ("shared", is_shared.to_string()),
        ("criteria", serde_json::to_string(&form.criteria()).unwrap_or_default()),
    ];
    // Who works at one site keeps them there; who works at all, for all.
    let sites = principal.sites_with(&[Permission::SearchRun]).unwrap_or_default();
    let new = NewRecord {
        concept: workflow::known(CONCEPT)?,
        site: sites.first().map(|site| (*site).to_owned()),
        fields: fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect(),
    };
    desk.store.create_record(&new, &desk.keys, &desk.acting(principal)).await?;
    Ok(())
}

/// Puts saved criteria into the form, and searches where there is a patient.
async fn apply(
    state: &AppState,
    reader: &Reader,
    form: SearchForm,
    number: &str,
) -> Result<Response, Failure> {
    let principal = reader.visitor.principal()?;
    let record = state.desk().store.record(workflow::known(CONCEPT)?, number, principal).await?;
    let criteria: Vec<(String, String)> = serde_json::from_str(record.field("criteria").unwrap_or_default())
        .map_err(|error| {
            let sentence = format!("The criteria of {number} cannot be read: save them again from a search.");
            Failure::refused("search_filter_unreadable", sentence).with("number", number).because(&error)
        })?;
    let form = form.with_criteria(criteria);
    if form.is_without_typing() {
        return Ok(Redirect::to(&draft_at(state, &[], form)).into_response());
    }
    answered_at(state, reader, form).await
}

async fn retire(state: &AppState, reader: &Reader, number: &str) -> Result<(), Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let concept = workflow::known(CONCEPT)?;
    let record = desk.store.record(concept, number, principal).await?;
    if record.field("owner") != Some(owner(principal)) {
        let sentence = format!("{number} was saved by somebody else, who may retire it.");
        return Err(Failure::refused("search_filter_not_own", sentence).with("number", number));
    }
    let at = RecordAt { concept, number, expected_version: None };
    desk.store.move_record(at, "retire", &[], &desk.keys, &desk.acting(principal)).await?;
    Ok(())
}
