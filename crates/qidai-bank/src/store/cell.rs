//! The value of one column of one row.

use std::fmt::Write as _;

use sea_orm::{QueryResult, Value};

use super::StoreError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Flag,
    Bytes,
}

/// A known value. What is not known is `None` in a [`Row`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Int(i64),
    Text(String),
    Flag(bool),
    Bytes(Vec<u8>),
}

/// The cells of a row in the order of its table's columns.
pub(super) type Row = Vec<Option<Cell>>;

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl Cell {
    /// A text that has another form in the program, such as a date.
    pub(super) fn shown(value: impl ToString + Copy) -> Self {
        Self::Text(value.to_string())
    }

    /// As JSON: bytes are lower-case hexadecimal digits in a text.
    pub(super) fn write_json(&self, json: &mut String) {
        match self {
            Self::Int(number) => {
                // Writing to a text cannot fail.
                let _ = write!(json, "{number}");
            }
            Self::Flag(flag) => json.push_str(if *flag { "true" } else { "false" }),
            Self::Text(text) => write_text(text, json),
            Self::Bytes(bytes) => {
                json.push('"');
                json.push_str(&crate::digest::hexadecimal(bytes));
                json.push('"');
            }
        }
    }
}

/// A text as JSON.
pub(super) fn write_text(text: &str, json: &mut String) {
    json.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        json.push_str(&rest[..at]);
        let c = rest[at..].chars().next().unwrap_or_default();
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            _ => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
        }
        rest = &rest[at + c.len_utf8()..];
    }
    json.push_str(rest);
    json.push('"');
}

/// A value of a statement. An unknown one still has its kind, which PostgreSQL wants to know.
pub(super) fn parameter(cell: Option<Cell>, kind: Kind) -> Value {
    match (cell, kind) {
        (Some(Cell::Int(number)), _) => Value::BigInt(Some(number)),
        (Some(Cell::Text(text)), _) => Value::String(Some(text)),
        (Some(Cell::Flag(flag)), _) => Value::Bool(Some(flag)),
        (Some(Cell::Bytes(bytes)), _) => Value::Bytes(Some(bytes)),
        (None, Kind::Int) => Value::BigInt(None),
        (None, Kind::Text) => Value::String(None),
        (None, Kind::Flag) => Value::Bool(None),
        (None, Kind::Bytes) => Value::Bytes(None),
    }
}

/// The value of a column by its place in a selected row.
pub(super) fn read(row: &QueryResult, place: usize, kind: Kind) -> Result<Option<Cell>, StoreError> {
    Ok(match kind {
        Kind::Int => row.try_get_by_index::<Option<i64>>(place)?.map(Cell::Int),
        Kind::Text => row.try_get_by_index::<Option<String>>(place)?.map(Cell::Text),
        Kind::Flag => row.try_get_by_index::<Option<bool>>(place)?.map(Cell::Flag),
        Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(place)?.map(Cell::Bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_json_that_others_read() {
        for text in ["", "plain", "a \"b\" \\ c", "line\nfeed\ttab\u{0}", "脐带血 é", "\u{7f}\u{2028}"] {
            let mut json = String::new();
            write_text(text, &mut json);
            assert_eq!(serde_json::from_str::<String>(&json).expect(&json), text);
        }
    }
}
