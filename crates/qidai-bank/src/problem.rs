//! What is wrong with one value of a record.

/// A refused value: where it is, what it is, why it was refused and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Field of the record, named as the column of a file: `tnc_total`, `collection_date`.
    pub field: String,
    pub value: String,
    /// Stable, such as `count_negative`.
    pub code: &'static str,
    pub reason: String,
    pub hint: String,
}

impl Problem {
    pub fn new(
        field: impl Into<String>,
        value: impl std::fmt::Display,
        code: &'static str,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), value: value.to_string(), code, reason: reason.into(), hint: hint.into() }
    }
}
