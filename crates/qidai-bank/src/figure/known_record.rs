//! Records as they were known at a moment: which states they had reached, and the fields that no longer change then.

use std::collections::{BTreeMap, BTreeSet};

/// Concepts of which figures read.
pub(crate) const READ_CONCEPTS: [&str; 4] = ["order", "recheck", "shipment", "handover"];

/// Fields of which figures read. Each is read only of a record in a state in which nobody amends it any more, so that the same
/// moment gives the same rows for ever.
pub(crate) const READ_FIELDS: [&str; 7] =
    ["unit", "institution", "order", "escort", "partner_bank", "shipment", "purpose"];

/// A record as far as it was known.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownRecord {
    pub(crate) concept: String,
    pub(crate) number: String,
    /// Every state that it had come into.
    pub(crate) reached: BTreeSet<String>,
    pub(crate) fields: BTreeMap<String, String>,
}

/// What a figure makes of them.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) rows: Vec<Vec<String>>,
    /// `None` where there is nothing of which it could be a share.
    pub(crate) value: Option<i64>,
    pub(crate) beside: Vec<(&'static str, i64)>,
    /// What is missing for a value.
    pub(crate) missing: Option<&'static str>,
}

impl KnownRecord {
    pub(crate) fn has(&self, state: &str) -> bool {
        self.reached.contains(state)
    }

    /// A field, or an empty text.
    pub(crate) fn field(&self, code: &str) -> &str {
        self.fields.get(code).map_or("", String::as_str)
    }
}

/// Those of a concept.
pub(crate) fn of<'r>(
    records: &'r [KnownRecord],
    concept: &'static str,
) -> impl Iterator<Item = &'r KnownRecord> {
    records.iter().filter(move |record| record.concept == concept)
}

/// Orders whose unit left the bank and was not lost on its way.
pub(crate) fn issued(records: &[KnownRecord]) -> impl Iterator<Item = &KnownRecord> {
    of(records, "order").filter(|order| order.has("shipped") && !order.has("failed"))
}

pub(crate) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
