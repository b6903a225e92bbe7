//! From a request to its search, and from the search to what is told: one way for command, API and page.

mod family;
mod report;
mod times;

use qidai_bank::{Acting, NewSearchRun, SearchQuestion, SearchRun, Store};

pub(crate) use family::{FamilyMember, family};
pub(crate) use report::{Purpose, Told, told};
pub(crate) use times::{Waiting, span, waiting};

use crate::catalogue::{Antibody, Catalogue, PatientInput, Range, SearchAnswer, SearchRequest};
use crate::error::Failure;
use crate::typed_fields::one_line;

/// A search that was run, before it is kept.
pub(crate) struct Ran {
    pub(crate) answer: SearchAnswer,
    /// Number of the typing that was asked with.
    typing: String,
}

/// The question of a request: the patient's typing in force, weight, blood group, antibodies and mother, by the request's profile.
///
/// # Errors
/// `patient_not_typed`.
pub(crate) fn asked(question: &SearchQuestion) -> Result<SearchRequest, Failure> {
    let (request, patient) = (&question.request, &question.patient);
    let text = |field: &str| question.typing.as_ref().and_then(|typing| typing.field(field)).map(one_line);
    let patient_text = text("typing").ok_or_else(|| {
        let sentence = format!("{} has no typing: enter it first.", patient.number);
        Failure::refused("patient_not_typed", sentence).with("patient", patient.number.as_str())
    })?;
    let number = |field: &str| request.field(field).and_then(|text| text.parse::<u32>().ok());
    let usual = SearchRequest::default();
    let named = |own: &str, usual: &str| request.field(own).map(str::trim).or_else(|| request.field(usual));
    let antibodies = question.antibodies.iter().filter_map(|one| {
        let mfi = one.field("mfi").and_then(|mfi| mfi.parse().ok());
        Some(Antibody { against: one.field("against")?.to_owned(), mfi, limit: None })
    });
    let grams = patient.field("weight_g").and_then(|grams| grams.parse::<f64>().ok());
    Ok(SearchRequest {
        patient: PatientInput::Gl(patient_text),
        weight_kg: grams.map(|grams| grams / 1_000.0),
        profile: named("own_profile", "profile").unwrap_or(&usual.profile).to_owned(),
        order: named("own_order", "order").unwrap_or(&usual.order).to_owned(),
        mfi_limit: number("mfi_limit").unwrap_or(usual.mfi_limit),
        patient_abo: patient.field("abo").map(str::to_uppercase),
        mother: question.mother.as_ref().and_then(|mother| mother.field("typing")).map(one_line),
        antibodies: antibodies.collect(),
        ..usual
    })
}

/// Runs the search of a request, of which pages of the bank's own were looked up ([`crate::profiles::resolved`]). The database is not asked.
///
/// # Errors
/// As the search's own: a typing that the release in force cannot read, a profile that there is not.
pub(crate) fn run(
    question: &SearchQuestion,
    asked: &SearchRequest,
    catalogue: &Catalogue,
) -> Result<Ran, Failure> {
    let answer = catalogue.search(asked)?;
    let typing = question.typing.as_ref().map(|typing| typing.number.clone()).unwrap_or_default();
    Ok(Ran { answer, typing })
}

/// Keeps a search with its request, which it brings on.
///
/// # Errors
/// As [`Store::add_search_run`].
pub(crate) async fn keep(
    store: &Store,
    question: &SearchQuestion,
    ran: &Ran,
    acting: &Acting<'_>,
) -> Result<SearchRun, Failure> {
    let content = serde_json::to_vec(&ran.answer).map_err(|error| {
        Failure::outage("internal_error", "The answer could not be written.").because(&error)
    })?;
    let receipt = &ran.answer.receipt;
    let best = |class: fn(&crate::catalogue::UnitHit) -> Option<Range>| {
        ran.answer.units.iter().filter_map(class).map(|range| range.best).max()
    };
    let new = NewSearchRun {
        request: &question.request.number,
        typing: &ran.typing,
        generation: receipt.generation,
        release: &receipt.release,
        digest: &receipt.digest,
        profile: &receipt.profile_version,
        order: &receipt.order_version,
        listed: ran.answer.total_listed,
        best_x6: best(|unit| unit.x6),
        best_x8: best(|unit| unit.x8),
        content: &content,
    };
    Ok(store.add_search_run(&new, acting).await?)
}
