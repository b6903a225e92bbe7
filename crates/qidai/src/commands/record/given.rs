//! What was given for a record: `FIELD=VALUE`, or a JSON object.

use qidai_bank::NewRecord;
use qidai_bank::workflow::Concept;
use serde_json::{Map, Value};

/// Reads `valid_until=2026-12-31`; everything after the first `=` is the value.
pub(in crate::commands) fn pair_of(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or_else(|| format!("'{text}' is not FIELD=VALUE"))?;
    Ok((field.trim().to_owned(), value.to_owned()))
}

/// Reads one line of a batch; or says what is wrong with it.
pub(super) fn record_of(concept: &'static Concept, line: &str) -> Result<NewRecord, String> {
    let read: Value = serde_json::from_str(line).map_err(|error| format!("the line is no JSON: {error}"))?;
    let Value::Object(mut object) = read else {
        return Err("the line is no JSON object such as {\"fields\":{…}}".to_owned());
    };
    let site = match object.remove("site") {
        None | Some(Value::Null) => None,
        Some(Value::String(site)) => Some(site),
        Some(other) => return Err(format!("\"site\" is {other}, expected a text")),
    };
    let fields = match object.remove("fields") {
        None => object,
        Some(Value::Object(fields)) if object.is_empty() => fields,
        Some(Value::Object(_)) => {
            let known: Vec<&str> = object.keys().map(String::as_str).collect();
            return Err(format!("beside \"site\" and \"fields\" there is {}", known.join(", ")));
        }
        Some(other) => return Err(format!("\"fields\" is {other}, expected an object")),
    };
    Ok(NewRecord { concept, site, fields: values(fields)? })
}

/// Texts as they are, numbers and flags as texts, null as no value.
fn values(fields: Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let value = |(field, value): (String, Value)| match value {
        Value::Null => Ok((field, String::new())),
        Value::String(text) => Ok((field, text)),
        Value::Number(_) | Value::Bool(_) => Ok((field, value.to_string())),
        other => Err(format!("\"{field}\" is {other}, expected a text, a number, true, false or null")),
    };
    fields.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_record_or_says_what_is_wrong() {
        let concept = qidai_bank::workflow::concept("licence").unwrap();
        let whole = record_of(concept, r#"{"site":"jinan","fields":{"kind":"other","scope":null}}"#).unwrap();
        assert_eq!(whole.site.as_deref(), Some("jinan"));
        let pair = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        assert_eq!(whole.fields, [pair("kind", "other"), pair("scope", "")]);
        let bare = record_of(concept, r#"{"kind":"other","licence_number":7,"x":true}"#).unwrap();
        assert_eq!((bare.site, bare.fields.len()), (None, 3));
        assert_eq!(bare.fields[1..], [pair("licence_number", "7"), pair("x", "true")]);
        for (line, told) in [
            ("", "no JSON"),
            ("[1]", "no JSON object"),
            (r#"{"site":3}"#, "\"site\" is 3"),
            (r#"{"fields":[]}"#, "\"fields\" is []"),
            (r#"{"fields":{},"kind":"other"}"#, "there is kind"),
            (r#"{"kind":["a"]}"#, "\"kind\" is [\"a\"]"),
        ] {
            let error = record_of(concept, line).unwrap_err();
            assert!(error.contains(told), "{line}: {error}");
        }
        assert_eq!(pair_of("note=a=b"), Ok(pair("note", "a=b")));
        assert!(pair_of("note").is_err());
    }
}
