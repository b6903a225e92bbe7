//! What a signer confirms once, before the first signature (21 CFR 11.100(c)).

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{CERTIFICATION, Proof};
use serde::Deserialize;

use super::act::session_of;
use crate::app::{AppState, Client};
use crate::error::Failure;
use crate::pages::{Frame, Reader, render, shown};

#[derive(Template)]
#[template(path = "certify.html")]
struct CertifyPage {
    frame: Frame,
    sentence: &'static str,
    back: String,
    refused: Option<(String, &'static str)>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    back: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

pub(crate) async fn show(
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    page(&reader, &wishes.back, None)
}

pub(crate) async fn certify(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let session = session_of(&headers, &client)?;
    let proof = Proof { session: &session, password: &given.password, code: Some(given.code.trim()) };
    let acting = desk.acting(reader.visitor.principal()?);
    match desk.store.certify_signer(proof, &desk.keys, &acting).await {
        Ok(()) => Ok(Redirect::to(own(&given.back)).into_response()),
        Err(error) if error.is_refusal() => {
            let failure = Failure::from(error);
            let said = (failure.sentence(reader.lang), failure.code());
            {
                let page = page(&reader, &given.back, Some(said))?;
                Ok(failure.on_page(page))
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn page(reader: &Reader, back: &str, refused: Option<(String, &'static str)>) -> Result<Response, Failure> {
    let back = own(back).to_owned();
    let address = format!("/certify?back={}&", shown::escaped(&back));
    let frame = Frame::new(&Reader { address, ..reader.clone() });
    render(&CertifyPage { sentence: shown::label(reader.lang, CERTIFICATION), back, refused, frame })
}

/// Only pages of registers and units are returned to.
fn own(back: &str) -> &str {
    if back.starts_with("/records/") || back.starts_with("/units/") { back } else { "/records" }
}
