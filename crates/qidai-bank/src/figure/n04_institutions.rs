//! n4: institutions that were supplied, each once, by its number and never by its name.

use std::collections::BTreeSet;

use super::known_record::{Counted, KnownRecord, issued, number};
use super::{Figure, Rule};

pub(super) const FIGURE: Figure = Figure {
    number: "n4",
    query: "issue.distinct_institutions",
    version: 1,
    rule: Rule::Records { columns: &["institution", "order", "unit", "purpose"], count },
};

fn count(records: &[KnownRecord]) -> Counted {
    let row = |order: &KnownRecord| {
        [order.field("institution"), order.number.as_str(), order.field("unit"), order.field("purpose")]
            .map(str::to_owned)
            .to_vec()
    };
    let rows: Vec<Vec<String>> = issued(records).map(row).collect();
    let institutions: BTreeSet<&str> = issued(records).map(|order| order.field("institution")).collect();
    let value = Some(number(institutions.len()));
    let beside = vec![("issued_orders", number(rows.len()))];
    Counted { rows, value, beside, missing: None }
}
