//! One problem of one cell, written so that a person at a spreadsheet can mend it.

use serde::Serialize;

/// Longest value repeated in an issue; a longer one is cut, the row and column still find it.
const VALUE_CHARS_MAX: usize = 120;

/// A problem found in a file: where, what was there, why it was refused, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Line of a text file or row of a sheet, counted from 1; none when the whole file is meant.
    pub row: Option<u64>,
    /// The column as the file names it; empty when the whole row or file is meant.
    pub column: String,
    /// What the file says there, at most 120 characters of it.
    pub value: String,
    /// Stable snake_case name of the problem; see [`crate::CODES`].
    pub code: &'static str,
    /// A sentence: what is wrong.
    pub reason: String,
    /// A sentence: what would be right.
    pub hint: String,
    /// The values in the sentences besides `row`, `column` and `value`, by name: what a translation is made of.
    #[serde(skip)]
    pub values: Vec<(&'static str, String)>,
}

impl Issue {
    /// An issue of one cell.
    pub fn cell(
        row: u64,
        column: &str,
        value: &str,
        code: &'static str,
        reason: String,
        hint: &str,
    ) -> Issue {
        Issue {
            row: Some(row),
            column: column.to_owned(),
            value: shortened(value),
            code,
            reason,
            hint: hint.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds a value of the sentences.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Issue {
        self.values.push((name, value.into()));
        self
    }

    /// An issue of a whole row.
    pub fn row(row: u64, code: &'static str, reason: String, hint: &str) -> Issue {
        Issue::cell(row, "", "", code, reason, hint)
    }

    /// An issue of the whole file.
    pub fn file(code: &'static str, reason: String, hint: &str) -> Issue {
        Issue { row: None, ..Issue::cell(0, "", "", code, reason, hint) }
    }
}

fn shortened(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_value_is_cut_between_characters() {
        let issue = Issue::cell(2, "hla", &"血".repeat(500), "x", String::new(), "");
        assert_eq!(issue.value.chars().count(), VALUE_CHARS_MAX + 1);
        assert!(issue.value.ends_with('…'));
    }
}
