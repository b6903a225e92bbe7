//! What is done to a record from its page: moved, signed, opened.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{BankError, Meaning, Proof, Purpose, Record, RecordAt, Refusal, Signing};

use super::field::{self, text_of};
use super::form::Pairs;
use super::late;
use super::offer::Sent;
use super::one::{Beside, page};
use super::{concept_of, record_address};
use crate::app::{AppState, Client};
use crate::auth::cookie;
use crate::error::Failure;
use crate::pages::Reader;
use crate::{recheck, typed_fields};

/// Moves a record; fields that the move asks for are written with it.
pub(crate) async fn move_on(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((kind, number)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, concept) = (state.desk(), concept_of(&kind)?);
    let reason = text_of(&pairs, "reason");
    let acting = desk.acting(reader.visitor.principal()?);
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let acting = acting.since(late::done_at(&pairs, &desk.zone)?);
    let at = RecordAt { concept, number: &number, expected_version: text_of(&pairs, "version").parse().ok() };
    let changes = field::sent(concept, &pairs);
    let catalogue = state.catalogue();
    let step = text_of(&pairs, "step");
    let moved = async {
        typed_fields::check(concept, &changes, &catalogue.nomenclature())?;
        let what = (concept, number.as_str(), step);
        let found = recheck::found(&desk.store, what, acting.principal, &catalogue.nomenclature()).await?;
        desk.store.move_record_found(at, step, (&changes, found), &desk.keys, &acting).await
    };
    let moved = moved.await;
    match moved {
        Ok(record) => Ok(Redirect::to(&record_address(concept.code, &record.number)).into_response()),
        Err(error) => {
            let refusal = refusal_of(error)?;
            let record = desk.store.record(concept, &number, reader.visitor.principal()?).await?;
            refused(&state, &reader, &record, (Some(&pairs), refusal)).await
        }
    }
}

/// Signs a record as it was shown, with password and code.
pub(crate) async fn sign(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Path((kind, number)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let record = desk.store.record(concept_of(&kind)?, &number, principal).await?;
    let digest: String = record.canonical().digest().iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != text_of(&pairs, "digest") {
        let sentence = "The record was changed after it was shown to you: look at it again, then sign it.";
        let refusal = Failure::refused("signed_record_changed", sentence);
        return refused_with(&state, &reader, &record, &refusal).await;
    }
    let signed = sign_now(&state, (&reader, &client, &headers), &record, &pairs).await;
    match signed {
        Ok(()) => Ok(Redirect::to(&record_address(record.concept.code, &record.number)).into_response()),
        Err(failure) if failure.code() == "signer_not_certified" => {
            let back = record_address(record.concept.code, &record.number);
            Ok(Redirect::to(&format!("/certify?back={}", crate::pages::shown::escaped(&back)))
                .into_response())
        }
        Err(failure) if failure.is_refusal() => refused_with(&state, &reader, &record, &failure).await,
        Err(failure) => Err(failure),
    }
}

/// Signs a record or a unit with what a form says.
pub(in crate::pages) async fn sign_now(
    state: &AppState,
    (reader, client, headers): (&Reader, &Client, &HeaderMap),
    record: &Record,
    pairs: &Pairs,
) -> Result<(), Failure> {
    let desk = state.desk();
    let session = session_of(headers, client)?;
    let meaning = Meaning::parse(text_of(pairs, "meaning")).ok_or_else(|| {
        Failure::refused("meaning_unknown", "This is no meaning of a signature: use the buttons of the page.")
    })?;
    let canonical = record.canonical();
    let signing = Signing { record: &canonical, meaning, site: record.site.as_deref() };
    let code = Some(text_of(pairs, "code")).filter(|code| !code.is_empty());
    let password = pairs.iter().find(|(name, _)| name == "password").map_or("", |(_, text)| text.as_str());
    let proof = Proof { session: &session, password, code };
    let acting = desk.acting(reader.visitor.principal()?);
    desk.store.sign(signing, proof, &desk.keys, &acting).await?;
    Ok(())
}

/// The session in which somebody signs; a visitor of a demonstration and a machine have none.
pub(crate) fn session_of(headers: &HeaderMap, client: &Client) -> Result<qidai_bank::Token, Failure> {
    cookie::token(headers, client.is_https).ok_or_else(|| {
        Failure::refused("person_needed", "Only somebody who is signed in can sign: sign in first.")
    })
}

/// Opens the personal fields of a record for a purpose; they are shown once.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((kind, number)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let record = desk.store.record(concept_of(&kind)?, &number, principal).await?;
    let purpose = text_of(&pairs, "purpose");
    let Some(purpose) = Purpose::parse(purpose) else {
        let sentence = format!("'{purpose}' is no purpose: choose the one you work for.");
        let failure = Failure::refused("purpose_unknown", sentence).with("value", purpose);
        return refused_with(&state, &reader, &record, &failure).await;
    };
    let Some(person) = &record.person_id else {
        return page(&state, &reader, &record, Beside::default()).await;
    };
    match desk.store.open_person(person, purpose, &desk.keys, &desk.acting(principal)).await {
        Ok(opened) => {
            page(&state, &reader, &record, Beside { opened: Some(opened), ..Beside::default() }).await
        }
        Err(error) if error.is_refusal() => refused_with(&state, &reader, &record, &error.into()).await,
        Err(error) => Err(error.into()),
    }
}

/// # Errors
/// What is no refusal.
fn refusal_of(error: BankError) -> Result<Refusal, Failure> {
    match error {
        BankError::Refused(refusal) => Ok(refusal),
        other => Err(other.into()),
    }
}

/// The page again, with what was typed and why it was refused.
async fn refused(
    state: &AppState,
    reader: &Reader,
    record: &Record,
    (pairs, refusal): (Option<&Pairs>, Refusal),
) -> Result<Response, Failure> {
    let failure = Failure::from(refusal.clone());
    let sent = pairs.map(|pairs| Sent { pairs, refusal: Some(&refusal) });
    let said = Some((failure.sentence(reader.lang), failure.code()));
    let page = page(state, reader, record, Beside { sent, refused: said, ..Beside::default() }).await?;
    Ok(failure.on_page(page))
}

async fn refused_with(
    state: &AppState,
    reader: &Reader,
    record: &Record,
    failure: &Failure,
) -> Result<Response, Failure> {
    let said = Some((failure.sentence(reader.lang), failure.code()));
    let page = page(state, reader, record, Beside { refused: said, ..Beside::default() }).await?;
    Ok(failure.clone().on_page(page))
}
