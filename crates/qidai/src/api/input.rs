//! What programs send: bodies, parameters and headers, each refused with the same kind of answer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Failure, Kind};

/// The longest reason, note or label, in characters.
pub(crate) const TEXT_CHARS_MAX: usize = 1_000;

/// A body in JSON.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(json_expected());
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|error| unreadable(error.body_text()))?;
        // Serde would also take the fields as a list, in their order: nobody means that.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| *first != b'{') {
            return Err(unreadable("expected an object, such as {\"limit\": 10}".to_owned()));
        }
        // PostgreSQL cannot keep it. Only who writes it as an escape can send it.
        let may_hold_nul = bytes.windows(6).any(|six| six == b"\\u0000");
        if may_hold_nul && serde_json::from_slice(&bytes).is_ok_and(|value| holds_nul(&value)) {
            let sentence = "A text of the body holds the character NUL, which no text needs: leave it out.";
            return Err(Failure::refused("character_nul", sentence));
        }
        Json::from_bytes(&bytes).map(|Json(value)| Body(value)).map_err(|error| unreadable(error.body_text()))
    }
}

/// The part of a path, or the parts.
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| InPath(value)).map_err(|error| {
            let sentence = format!("The address cannot be read: {}", error.body_text());
            Failure::new(Kind::Malformed, "address_unreadable", sentence)
        })
    }
}

/// The parameters behind the question mark. One that is not known is refused: a filter with a slip in its name must
/// not give the unfiltered list.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let without_lang: Vec<&str> =
            query.split('&').filter(|pair| !pair.starts_with("lang=") && !pair.is_empty()).collect();
        let uri = format!("/?{}", without_lang.join("&"));
        let uri: Uri = uri.parse().map_err(|_| parameter_wrong("The parameters cannot be read."))?;
        Query::<T>::try_from_uri(&uri)
            .map(|Query(value)| Asked(value))
            .map_err(|error| parameter_wrong(error.body_text()))
    }
}

/// A parameter that cannot be understood; `detail` says which one and what was expected.
pub(crate) fn parameter_wrong(detail: impl Into<String>) -> Failure {
    let detail = detail.into();
    Failure::new(Kind::Malformed, "parameter_wrong", detail.clone()).with("detail", detail)
}

/// Refuses a parameter of more characters than what it names ever has.
pub(crate) fn short(name: &str, text: Option<&str>, most: usize) -> Result<(), Failure> {
    let found = text.map_or(0, |text| text.chars().count());
    if found <= most {
        return Ok(());
    }
    Err(parameter_wrong(format!("{name}: found {found} characters, expected at most {most}")))
}

/// The value of a code, or a refusal that names all codes.
pub(crate) fn coded<T>(
    name: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    expected: impl Iterator<Item = &'static str>,
) -> Result<Option<T>, Failure> {
    let Some(text) = text else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| {
        let expected: Vec<&str> = expected.collect();
        parameter_wrong(format!("{name}: found '{text}', expected one of {}", expected.join(", ")))
    })
}

/// Refuses a text of more than [`TEXT_CHARS_MAX`] characters.
pub(crate) fn bounded<'a>(name: &'static str, text: &'a str) -> Result<&'a str, Failure> {
    let found = text.chars().count();
    if found <= TEXT_CHARS_MAX {
        return Ok(text);
    }
    let sentence = format!("{name} has {found} characters: expected at most {TEXT_CHARS_MAX}.");
    let failure = Failure::refused("field_too_long", sentence).with("field", name);
    Err(failure.with("found", found.to_string()).with("most", TEXT_CHARS_MAX.to_string()))
}

/// The same for a reason, which may be left out.
pub(crate) fn reason(text: Option<&String>) -> Result<Option<&str>, Failure> {
    text.map(|text| bounded("reason", text.trim())).transpose()
}

/// Is the body announced as JSON?
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unreadable(detail: String) -> Failure {
    Failure::refused("json_unreadable", detail.clone()).with("detail", detail)
}

/// The body is something else than JSON.
pub(crate) fn json_expected() -> Failure {
    let sentence = "The body is not announced as JSON: send it with Content-Type: application/json.";
    Failure::new(Kind::MediaType, "json_expected", sentence)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_nul_is_found_at_any_depth() {
        for (text, holds) in [
            (r#"{"a":[{"b":"x\u0000"}]}"#, true),
            (r#"{"a\u0000":1}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            ("[1,null,true]", false),
        ] {
            assert_eq!(holds_nul(&serde_json::from_str(text).unwrap()), holds, "{text}");
        }
    }
}
