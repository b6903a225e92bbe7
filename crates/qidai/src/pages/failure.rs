//! The page of a request that failed: what happened, what did not change, what to do.

use askama::Template;
use axum::http::Method;
use axum::response::{IntoResponse, Response};

use super::{Frame, Reader};
use crate::error::Failure;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: Frame,
    sentence: String,
    code: &'a str,
    request: &'a str,
}

pub(crate) fn failure_page(failure: &Failure, reader: &Reader, method: &Method, request: &str) -> Response {
    let sentence = failure.sentence(reader.lang);
    let plain = sentence.clone();
    // An unsafe method's address cannot be read again in another language.
    let address = if *method == Method::GET { reader.address.clone() } else { "/?".to_owned() };
    let reader = Reader { address, ..reader.clone() };
    let page = FailurePage { frame: Frame::new(&reader), sentence, code: failure.code(), request };
    match super::render(&page) {
        Ok(response) => (failure.status(), response).into_response(),
        Err(_) => (failure.status(), plain).into_response(),
    }
}
