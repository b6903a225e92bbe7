//! A unit is registered by the number on the labels of its kit.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{BankError, BankType, NewUnit, Problem, Refusal, identity_to_register, workflow};

use crate::app::AppState;
use crate::error::Failure;
use crate::pages::records::field::{self, Control, Input, text_of};
use crate::pages::records::form::Pairs;
use crate::pages::records::late;
use crate::pages::{Frame, Reader, people, render, shown};

/// Fields that are known before the collection.
const ASKED: [&str; 4] = ["site", "mother", "product_code", "division"];

#[derive(Template)]
#[template(path = "unit_new.html")]
struct NewUnitPage {
    frame: Frame,
    number: String,
    /// Code, word, is chosen.
    banks: Vec<(&'static str, String, bool)>,
    controls: Vec<Control>,
    /// When it was done and why it is entered later, as typed.
    done_at: String,
    reason: String,
    refused: Option<(String, &'static str)>,
}

/// What is wrong with what was sent.
#[derive(Default)]
struct Said {
    problems: Vec<Problem>,
    failure: Option<Failure>,
}

impl Said {
    fn of(refusal: Refusal) -> Self {
        Self { problems: refusal.problems.clone(), failure: Some(Failure::from(refusal)) }
    }

    fn of_failure(failure: Failure) -> Self {
        Self { problems: Vec::new(), failure: Some(failure) }
    }
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    page(&state, &reader, &Vec::new(), Said::default()).await
}

pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = match late::done_at(&pairs, &desk.zone) {
        Ok(done_at) => acting.since(done_at),
        Err(failure) => return page(&state, &reader, &pairs, Said::of_failure(failure)).await,
    };
    let reason = text_of(&pairs, "reason");
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let new = match new_of(&pairs) {
        Ok(new) => new,
        Err(refusal) => return page(&state, &reader, &pairs, Said::of(refusal)).await,
    };
    match desk.store.register_unit(&new, &acting).await {
        Ok(_) => Ok(Redirect::to(&shown::unit_address(&new.identity)).into_response()),
        Err(BankError::Refused(refusal)) => page(&state, &reader, &pairs, Said::of(refusal)).await,
        Err(error) => Err(error.into()),
    }
}

fn new_of(pairs: &Pairs) -> Result<NewUnit, Refusal> {
    let identity = identity_to_register(text_of(pairs, "number"))?;
    let bank_type = BankType::parse(text_of(pairs, "bank")).unwrap_or(BankType::Public);
    let fields = field::sent(workflow::known("unit")?, pairs);
    Ok(NewUnit {
        identity,
        bank_type,
        fields: fields.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
    })
}

async fn page(
    state: &AppState,
    reader: &Reader,
    pairs: &Pairs,
    Said { problems, failure }: Said,
) -> Result<Response, Failure> {
    let (w, sites) = (reader.lang.words(), people::sites(state.desk()).await?);
    let unit = workflow::known("unit")?;
    let asked = unit.fields.iter().filter(|field| ASKED.contains(&field.code));
    let value_of = |one: &workflow::Field| text_of(pairs, &field::name_of(one)).to_owned();
    let chosen = text_of(pairs, "bank");
    let banks =
        BankType::ALL.map(|bank| (bank.code(), w.t(&format!("bank-{}", bank.code())), bank.code() == chosen));
    let page = render(&NewUnitPage {
        number: text_of(pairs, "number").to_owned(),
        done_at: text_of(pairs, "done_at").to_owned(),
        reason: text_of(pairs, "reason").to_owned(),
        banks: banks.into(),
        controls: field::controls(asked, value_of, (&[], &problems), (&sites, reader)),
        refused: failure.as_ref().map(|failure| (failure.sentence(reader.lang), failure.code())),
        frame: Frame::new(reader),
    })?;
    Ok(match failure {
        Some(failure) => failure.on_page(page),
        None => page,
    })
}
