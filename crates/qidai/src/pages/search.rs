//! The search page: type a patient, see who is worth a phone call, why, and why the others are not.
//!
//! A sent form is kept under an id and answered at `/search/{id}`, so that no address contains a typing and
//! a result can be looked at again, in the other language too.

mod bar;
pub(crate) mod cell;
pub(crate) mod checked;
pub(crate) mod compare;
pub(crate) mod criteria;
mod dose;
mod explain;
pub(crate) mod form;
mod form_view;
mod hit;
pub(crate) mod kept_out;
mod number;
pub(crate) mod pairs;
mod relax;
pub(crate) mod report;
mod results;
pub(crate) mod said;
pub(crate) mod saved;
pub(crate) mod shelf;
pub(crate) mod typing;
mod unit_filters;

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use fluent_bundle::FluentValue;
use qidai_bank::HgrCover;
use serde::Deserialize;

use super::{Frame, Reader, render};
use crate::app::AppState;
use crate::catalogue::{SearchAnswer, SearchRequest};
use crate::error::{Failure, Kind};
use crate::pools::among;
use crate::profiles;
use crate::words::Words;
use checked::Checked;
use form::SearchForm;
use form_view::FormView;
use results::Results;
use saved::Saved;
use shelf::{Answered, Stored};

/// The page as a whole.
#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    form: FormView,
    /// One grey line: how many units can be found, by which release.
    context: String,
    /// Everything that stands against the search, when it was sent.
    problems: usize,
    /// A refusal by the engine: sentence and code.
    refusal: Option<(String, &'static str)>,
    /// The unit whose explanation is open.
    open: Option<u32>,
    results: Option<Results>,
    /// Criteria under a name that can be put into the form.
    saved: Vec<Saved>,
}

/// Which unit is explained.
#[derive(Deserialize)]
pub(crate) struct Opened {
    open: Option<u32>,
}

/// A sent form, field by field.
type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// The empty form.
pub(crate) async fn start(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let checked =
        Checked::read(SearchForm::default(), &state.catalogue().nomenclature(), reader.lang.words());
    render(&page(&state, &reader, &checked, None).await?)
}

/// Searches and sends the reader to the answer; a form with problems comes back with all of them.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    sent: Sent,
) -> Result<Response, Failure> {
    answered_at(&state, &reader, SearchForm::from_pairs(read_sent(sent)?)).await
}

/// To the answer of a form.
async fn answered_at(state: &AppState, reader: &Reader, form: SearchForm) -> Result<Response, Failure> {
    let checked = Checked::read_sent(form, &state.catalogue().nomenclature(), reader.lang.words());
    let Some(request) = checked.request().cloned() else {
        return refused(state, reader, &checked, None).await;
    };
    let found = match may_see_typings(state, reader).await {
        Ok(_) => search(state, request).await,
        Err(failure) => Err(failure),
    };
    match found {
        Ok(answered) => {
            let id = state.searches().put(Stored::search(checked.form, answered));
            Ok(Redirect::to(&format!("/search/{id}")).into_response())
        }
        Err(failure) if failure.is_refusal() => refused(state, reader, &checked, Some(&failure)).await,
        Err(failure) => Err(failure),
    }
}

/// Keeps what was typed and shows it again, in the language of the address.
pub(crate) async fn keep_draft(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    sent: Sent,
) -> Result<Response, Failure> {
    let pairs = read_sent(sent)?;
    let form = SearchForm::from_pairs(pairs.clone());
    let address = draft_at(&state, &pairs, form);
    Ok(Redirect::to(&format!("{address}lang={}", reader.lang.tag())).into_response())
}

/// The address of a form, ready for more: that of the search it is from while it is the same, with the explanation that was open.
fn draft_at(state: &AppState, sent: &[(String, String)], form: SearchForm) -> String {
    let field = |wanted: &str| sent.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let (from, open) = (field("from"), field("open").and_then(|rank| rank.parse::<u32>().ok()));
    let unchanged = from.filter(|id| state.searches().get(id).is_some_and(|stored| *stored.form == form));
    let open = open.filter(|_| unchanged.is_some()).map(|rank| format!("open={rank}&")).unwrap_or_default();
    let id = unchanged.unwrap_or_else(|| state.searches().put(Stored::draft(form)));
    format!("/search/{id}?{open}")
}

/// A search that was kept: its form and, when it was asked for, its answer.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Query(opened): Query<Opened>,
) -> Result<Response, Failure> {
    let stored = state.searches().get(&id).ok_or_else(not_kept)?;
    may_see_typings(&state, &reader).await?;
    let w = reader.lang.words();
    let checked = Checked::read(SearchForm::clone(&stored.form), &state.catalogue().nomenclature(), w);
    let mut page = page(&state, &reader, &checked, Some(&id)).await?;
    page.open = opened.open;
    if let Some((answered, is_other)) = answer_of(&state, &id, stored).await? {
        let placed = explain::placed(&state, &answered, opened.open).await?;
        page.results = Some(Results { is_other, ..Results::new(&id, &answered, placed.as_ref(), w) });
    }
    render(&page)
}

/// The answer of a kept search, for the pages beside it.
///
/// # Errors
/// `search_not_kept`, `hgr_case_missing`, and those of the search.
async fn kept(state: &AppState, reader: &Reader, id: &str) -> Result<Arc<Answered>, Failure> {
    let stored = state.searches().get(id).ok_or_else(not_kept)?;
    may_see_typings(state, reader).await?;
    answer_of(state, id, stored).await?.map(|(answered, _)| answered).ok_or_else(not_kept)
}

/// The answer of a kept search, asked again when it is no longer kept; true when it is not the one of the first time.
async fn answer_of(
    state: &AppState,
    id: &str,
    stored: Stored,
) -> Result<Option<(Arc<Answered>, bool)>, Failure> {
    let Some(asked) = stored.asked else { return Ok(None) };
    let answered = match stored.answered {
        Some(answered) => answered,
        None => {
            let answered = Arc::new(search(state, asked.request.clone()).await?);
            state.searches().keep_answer(id, &answered);
            answered
        }
    };
    let is_other = answered.answer.receipt.digest != asked.digest;
    Ok(Some((answered, is_other)))
}

/// Somebody who signs in only at sites of an institution abroad sees typings of units only under a case.
///
/// # Errors
/// `hgr_case_missing`.
pub(crate) async fn may_see_typings(state: &AppState, reader: &Reader) -> Result<Option<HgrCover>, Failure> {
    let desk = state.desk();
    Ok(desk.store.may_see_typings(&desk.acting(reader.visitor.principal()?)).await?)
}

/// Asks the engine, away from the threads that answer requests.
pub(crate) async fn search(state: &AppState, request: SearchRequest) -> Result<Answered, Failure> {
    let request = profiles::resolved(&state.desk().store, request).await?;
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&request)?);
    let begun = Instant::now();
    let work = move || -> Result<(SearchRequest, SearchAnswer), Failure> {
        let answer = among(&catalogue, &pools).search(&request)?;
        Ok((request, answer))
    };
    let (request, answer) = away(work).await?;
    let took = begun.elapsed();
    state.monitor().searched(took);
    Ok(Answered { request, answer, search_ms: took.as_secs_f64() * 1e3 })
}

/// Works away from the threads that answer requests.
///
/// # Errors
/// Those of the work, and `search_stopped`.
pub(crate) async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::outage("search_stopped", "The search stopped before its end.").because(&error)
    })?
}

async fn refused(
    state: &AppState,
    reader: &Reader,
    checked: &Checked,
    by_engine: Option<&Failure>,
) -> Result<Response, Failure> {
    let reader = Reader { address: "/?".to_owned(), ..reader.clone() };
    let mut page = page(state, &reader, checked, None).await?;
    page.problems = checked.all_said().filter(|said| said.tone == said::Tone::Bad).count();
    page.refusal = by_engine.map(|failure| (failure.sentence(reader.lang), failure.code()));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
}

async fn page(
    state: &AppState,
    reader: &Reader,
    checked: &Checked,
    id: Option<&str>,
) -> Result<SearchPage, Failure> {
    let w = reader.lang.words();
    Ok(SearchPage {
        frame: Frame::new(reader).with_form("criteria"),
        form: FormView::new(checked, id).with_places(checked, state.pools()),
        context: context(state, w),
        problems: 0,
        refusal: None,
        open: None,
        results: None,
        saved: saved::list(state, reader).await?,
    })
}

fn context(state: &AppState, w: &Words) -> String {
    let counts = state.catalogue().counts();
    let values = [
        ("units", FluentValue::from(counts.public_units as f64)),
        ("listed", FluentValue::from(counts.listed as f64)),
        ("generation", FluentValue::from(state.catalogue().generation() as f64)),
        ("release", FluentValue::from(state.catalogue().release_label().to_owned())),
    ];
    w.say("search-context", &values)
}

fn read_sent(sent: Sent) -> Result<Vec<(String, String)>, Failure> {
    let Form(pairs) = sent.map_err(|error| {
        Failure::refused("form_unreadable", "The form could not be read.").because(&error)
    })?;
    Ok(pairs)
}

fn not_kept() -> Failure {
    Failure::new(
        Kind::NotFound,
        "search_not_kept",
        "This search is no longer kept in memory; enter the typing again.",
    )
}
