//! Versions of what is changed: `ETag` when it is read, `If-Match` when it is changed (RFC 9110, 8.8.3 and 13.1.1).

use axum::http::header::{ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};

use crate::error::{Failure, Kind};

/// What a sender says about the version that they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It was at this version.
    Version(u64),
    /// It was there, at whatever version.
    Any,
    /// It was not there.
    Nothing,
}

impl Seen {
    /// The version for [`qidai_bank::Acting::expecting`]; what never was is at 0.
    pub(crate) fn version(self) -> Option<u64> {
        match self {
            Seen::Version(version) => Some(version),
            Seen::Any => None,
            Seen::Nothing => Some(0),
        }
    }
}

/// Reads the condition of a change.
///
/// # Errors
/// `version_needed` without one; `version_unreadable`.
pub(crate) fn seen(headers: &HeaderMap) -> Result<Seen, Failure> {
    if let Some(text) = text(headers, &IF_NONE_MATCH)? {
        return if text == "*" { Ok(Seen::Nothing) } else { Err(unreadable(&text)) };
    }
    match text(headers, &IF_MATCH)? {
        None => {
            let sentence = "Two people may change this at once: read it, and send its ETag as If-Match (If-None-Match: * \
                            for something new).";
            Err(Failure::new(Kind::VersionNeeded, "version_needed", sentence))
        }
        Some(text) if text == "*" => Ok(Seen::Any),
        Some(text) => {
            let number = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let version = number.and_then(|number| number.parse().ok());
            version.map(Seen::Version).ok_or_else(|| unreadable(&text))
        }
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    value.to_str().map(|text| Some(text.trim().to_owned())).map_err(|_| unreadable("?"))
}

fn unreadable(text: &str) -> Failure {
    let sentence =
        format!("'{text}' is no version that was given out: send the ETag as it came, such as \"17\".");
    Failure::new(Kind::Malformed, "version_unreadable", sentence).with("value", text)
}

/// An answer with the version of what it shows.
pub(crate) fn at(version: Option<u64>, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_a_version_anything_or_nothing() {
        let read = |name: HeaderName, text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(text));
            seen(&headers).map_err(|failure| failure.code())
        };
        assert_eq!(read(IF_MATCH, "\"17\""), Ok(Seen::Version(17)));
        assert_eq!(read(IF_MATCH, "*"), Ok(Seen::Any));
        assert_eq!(read(IF_NONE_MATCH, "*"), Ok(Seen::Nothing));
        for wrong in ["17", "W/\"17\"", "\"-1\"", "\"a\"", "\"1\", \"2\"", ""] {
            assert_eq!(read(IF_MATCH, wrong), Err("version_unreadable"), "{wrong}");
        }
        assert_eq!(seen(&HeaderMap::new()).map_err(|failure| failure.code()), Err("version_needed"));
    }
}
