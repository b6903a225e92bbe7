//! Haplotype frequencies as registries exchange them in JSON, as lines of text that the library reads.
//!
//! * a list of objects, or an object with such a list under `frequencies`: each with `haplotype`, or one member for each locus (`a`, `drb1`), and
//!   `frequency` (`freq`, `hf`)
//! * an object of haplotypes and their frequencies
//!
//! `nomenclatureVersion` beside the list says which release its names are of.

use qidai_hla::Locus;
use serde_json::{Map, Value};

const LIST: &str = "frequencies";
const FREQUENCY: [&str; 3] = ["frequency", "freq", "hf"];
const HAPLOTYPE: [&str; 2] = ["haplotype", "hap"];
const RELEASE: [&str; 3] = ["nomenclatureVersion", "nomenclature_version", "release"];

/// A set as text, one entry a line, and the release that it names.
pub(super) struct JsonSet {
    pub(super) text: String,
    pub(super) release: Option<String>,
}

/// True when a text can only be JSON.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{FEFF}').trim_start().starts_with(['{', '['])
}

/// Turns JSON into `haplotype,freq` lines: line *n* is entry *n*, so that what is wrong with an entry is named by its number.
///
/// # Errors
/// A sentence that says what was expected.
pub(super) fn read(text: &str) -> Result<JsonSet, String> {
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{FEFF}')).map_err(|error| error.to_string())?;
    let release = RELEASE.iter().find_map(|name| value.get(name)).and_then(Value::as_str).map(str::to_owned);
    let lines: Result<Vec<String>, String> = match value {
        Value::Array(entries) => numbered(&entries),
        Value::Object(members) => match members.get(LIST) {
            Some(Value::Array(entries)) => numbered(entries),
            Some(_) => Err(format!("expected a list under \"{LIST}\"")),
            None => Ok(members
                .iter()
                .filter(|(name, _)| !RELEASE.contains(&name.as_str()))
                .map(|(haplotype, frequency)| format!("{haplotype},{frequency}"))
                .collect()),
        },
        _ => Err("expected a list of haplotypes, or an object".to_owned()),
    };
    Ok(JsonSet { text: lines?.join("\n"), release })
}

fn numbered(entries: &[Value]) -> Result<Vec<String>, String> {
    let line = |(number, entry): (usize, &Value)| {
        let members = entry.as_object().ok_or("expected an object")?;
        entry_line(members).map_err(|error| format!("entry {number}: {error}"))
    };
    (1..).zip(entries).map(line).collect()
}

fn entry_line(members: &Map<String, Value>) -> Result<String, String> {
    let member = |names: &[&str]| {
        members.iter().find(|(name, _)| names.contains(&name.to_lowercase().as_str())).map(|(_, value)| value)
    };
    let frequency = match member(&FREQUENCY) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => return Err("expected a number under \"frequency\"".to_owned()),
    };
    if let Some(haplotype) = member(&HAPLOTYPE).and_then(Value::as_str) {
        return Ok(format!("{haplotype},{frequency}"));
    }
    let allele = |(name, value): (&String, &Value)| {
        let locus = Locus::from_name(&name.to_uppercase())?;
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(if text.contains('*') { text.to_owned() } else { format!("{locus}*{text}") })
    };
    let alleles: Vec<String> = members.iter().filter_map(allele).collect();
    if alleles.is_empty() {
        return Err("expected \"haplotype\", or one member for each locus".to_owned());
    }
    Ok(format!("{},{frequency}", alleles.join("~")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_registries_exchange_become_the_same_lines() {
        let forms = [
            r#"[{"haplotype":"A*01:01~B*08:01","frequency":0.75},{"haplotype":"A*02:01~B*07:02","freq":"0.25"}]"#,
            r#"{"nomenclatureVersion":"3580","frequencies":[{"a":"01:01","b":"08:01","frequency":0.75},{"A":"02:01","B":"B*07:02","Frequency":0.25}]}"#,
            r#"{"A*01:01~B*08:01":0.75,"A*02:01~B*07:02":0.25}"#,
        ];
        for form in forms {
            assert!(is_json(form));
            assert_eq!(read(form).unwrap().text, "A*01:01~B*08:01,0.75\nA*02:01~B*07:02,0.25", "{form}");
        }
        assert_eq!(read(forms[1]).unwrap().release.as_deref(), Some("3580"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_entry() {
        let cases = [
            (r#"[{"haplotype":"A*01:01","frequency":0.7},{"haplotype":"A*02:01"}]"#, "entry 2"),
            (r#"[{"frequency":0.7}]"#, "one member for each locus"),
            (r#"{"frequencies":3}"#, "expected a list"),
            ("[1]", "expected an object"),
            ("[", "EOF"),
        ];
        for (text, expected) in cases {
            let error = read(text).map(|set| set.text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
