//! What is done with a unit from its page: moved, signed.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{BankError, Identity, UnitAt, workflow};

use super::moves::Beside;
use super::page;
use crate::app::{AppState, Client};
use crate::error::Failure;
use crate::pages::records::act::sign_now;
use crate::pages::records::field::{sent, text_of};
use crate::pages::records::form::Pairs;
use crate::pages::records::late;
use crate::pages::records::offer::Sent;
use crate::pages::{Reader, shown, units};

/// Moves a unit; fields that the move asks for are written with it.
pub(crate) async fn move_on(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let (desk, identity) = (state.desk(), Identity { scheme, value });
    let reason = text_of(&pairs, "reason");
    let acting = desk.acting(reader.visitor.principal()?).since(late::done_at(&pairs, &desk.zone)?);
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let at = UnitAt { identity: &identity, expected_version: text_of(&pairs, "version").parse().ok() };
    let changes = sent(workflow::known("unit")?, &pairs);
    match desk.store.move_unit(at, text_of(&pairs, "step"), &changes, &acting).await {
        Ok(_) => Ok(Redirect::to(&shown::unit_address(&identity)).into_response()),
        Err(BankError::Refused(refusal)) if refusal.code != "unit_unknown" => {
            let failure = Failure::from(refusal.clone());
            let said = Some((failure.sentence(reader.lang), failure.code()));
            let sent = Some(Sent { pairs: &pairs, refusal: Some(&refusal) });
            let page = page(&state, &reader, &identity, Beside { sent, refused: said }).await?;
            Ok(failure.on_page(page))
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs a unit as it was shown, with password and code.
pub(crate) async fn sign(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Path((scheme, value)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let identity = Identity { scheme, value };
    let record = state.desk().store.unit_life(&identity).await?;
    let record = record.ok_or_else(|| units::not_found(&identity.written()))?;
    let address = shown::unit_address(&identity);
    let signed = if record.canonical().digest_shown() == text_of(&pairs, "digest") {
        sign_now(&state, (&reader, &client, &headers), &record, &pairs).await
    } else {
        let sentence = "The record was changed after it was shown to you: look at it again, then sign it.";
        Err(Failure::refused("signed_record_changed", sentence))
    };
    match signed {
        Ok(()) => Ok(Redirect::to(&address).into_response()),
        Err(failure) if failure.code() == "signer_not_certified" => {
            Ok(Redirect::to(&format!("/certify?back={}", shown::escaped(&address))).into_response())
        }
        Err(failure) if failure.is_refusal() => {
            let refused = Some((failure.sentence(reader.lang), failure.code()));
            let page = page(&state, &reader, &identity, Beside { refused, sent: None }).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}
