//! What every request passes before a handler sees it: size, host and origin.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::{AppState, Client};
use crate::error::{Failure, Kind};
use crate::pages::Reader;

/// The most bytes of a request body that are read, where no file is uploaded.
pub(super) const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Routes to which files are uploaded.
const UPLOADS: [&str; 4] = ["/documents", "/api/documents", "/storage/runs", "/api/storage/runs"];
/// Room for the fields around a file.
const AROUND_FILE_BYTES: usize = 64 * 1024;

/// Reads the whole body, which no form and no question of ours fills, or refuses it with a sentence.
pub(super) async fn bounded_body(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let is_known = request.extensions().get::<Reader>().is_some_and(|one| one.visitor.principal().is_ok());
    let is_upload = is_known && UPLOADS.contains(&request.uri().path());
    let (bytes_max, too_large): (usize, fn(usize) -> Failure) = match is_upload {
        true => (state.desk().document_bytes_max + AROUND_FILE_BYTES, upload_too_large),
        false => (BODY_BYTES_MAX, |_| body_too_large()),
    };
    let too_large = || too_large(state.desk().document_bytes_max);
    let announced = header(request.headers(), CONTENT_LENGTH.as_str()).and_then(|length| length.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > bytes_max as u64) {
        return Err(too_large());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, bytes_max).await.map_err(|_| too_large())?;
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

/// A file is larger than the setting `documents.mb_max` allows.
fn upload_too_large(bytes_max: usize) -> Failure {
    let megabytes = (bytes_max >> 20).to_string();
    let sentence =
        format!("The file is larger than {megabytes} MiB and was not kept: make it smaller, or divide it.");
    Failure::new(Kind::TooLarge, "upload_too_large", sentence).with("megabytes", megabytes)
}

fn body_too_large() -> Failure {
    Failure::new(Kind::TooLarge, "body_too_large", "The request is larger than 1 MiB and was not read.")
}

/// The longest address that is read, in bytes: what a form or a program asks for is far shorter.
pub(super) const ADDRESS_BYTES_MAX: usize = 8 * 1024;

/// Refuses an address that no text can be read from: too long, not UTF-8, or with the character NUL, which PostgreSQL
/// cannot keep.
pub(super) async fn readable_address(request: Request, next: Next) -> Result<Response, Failure> {
    let address = request.uri().path_and_query().map_or("", |both| both.as_str());
    if address.len() > ADDRESS_BYTES_MAX {
        let sentence = format!("The address is longer than {ADDRESS_BYTES_MAX} bytes and was not read.");
        return Err(Failure::new(Kind::AddressTooLong, "address_too_long", sentence));
    }
    let is_text =
        percent_encoding::percent_decode_str(address).decode_utf8().is_ok_and(|text| !text.contains('\0'));
    if is_text {
        return Ok(next.run(request).await);
    }
    let sentence = "The address holds something that is no text: expected UTF-8 without the character NUL.";
    Err(Failure::new(Kind::Malformed, "address_unreadable", sentence))
}

/// Answers only to names of this machine and those that were set up, so that a foreign page cannot reach us through a name that it
/// points at 127.0.0.1 (DNS rebinding).
pub(super) async fn loopback_host(request: Request, next: Next) -> Result<Response, Failure> {
    let host = host_of(request.headers(), request.uri());
    let name = host.as_deref().map(without_port).unwrap_or_default();
    let is_known = request.extensions().get::<Client>().is_some_and(|client| client.uses_known_name);
    if is_known || matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return Ok(next.run(request).await);
    }
    let sentence = format!("This server answers on this machine only, not under the name \"{name}\".");
    Err(Failure::new(Kind::Forbidden, "host_not_local", sentence).with("host", name))
}

/// Refuses a request that changes or computes something when another site sent it.
///
/// Browsers name the sending site in `Origin` (Fetch standard, §3.2); programs such as curl send none.
pub(super) async fn same_origin(request: Request, next: Next) -> Result<Response, Failure> {
    if matches!(*request.method(), Method::GET | Method::HEAD) || sent_by_us(request.headers(), request.uri())
    {
        return Ok(next.run(request).await);
    }
    let sentence = "The request was sent by a page of another site and was not carried out.";
    Err(Failure::new(Kind::Forbidden, "cross_site_refused", sentence))
}

fn sent_by_us(headers: &HeaderMap, uri: &Uri) -> bool {
    if let Some(origin) = header(headers, ORIGIN.as_str()) {
        let site = origin.split_once("://").map(|(_, site)| site.to_owned());
        return site.is_some() && site == host_of(headers, uri);
    }
    matches!(header(headers, "sec-fetch-site"), None | Some("same-origin" | "none"))
}

pub(super) fn host_of(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let named =
        header(headers, HOST.as_str()).or_else(|| uri.authority().map(|authority| authority.as_str()));
    named.map(str::to_ascii_lowercase)
}

pub(super) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
