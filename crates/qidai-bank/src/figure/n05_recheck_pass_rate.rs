//! n5: of the units that were issued, in percent, those whose re-check met all requirements of use.
//!
//! The gate lets nothing leave otherwise, so it is 100 by construction; beside it stand the exceptional releases, which it leaves out, and
//! how many attempts passed (mission M12).

use std::collections::{BTreeMap, BTreeSet};

use super::known_record::{Counted, KnownRecord, issued, number, of};
use super::{Figure, Rule};

pub(super) const FIGURE: Figure = Figure {
    number: "n5",
    query: "release.recheck_pass_rate",
    version: 1,
    rule: Rule::Records { columns: &["order", "recheck", "outcome", "unit"], count },
};

/// What became of a re-check; `None` while nobody has said.
fn outcome(recheck: &KnownRecord) -> Option<&'static str> {
    match () {
        () if recheck.has("excepted") => Some("excepted"),
        () if recheck.has("failed") => Some("failed"),
        () if recheck.has("passed") => Some("passed"),
        () => None,
    }
}

/// Re-checks of which somebody has said what became of them, by their order.
fn decided(records: &[KnownRecord]) -> BTreeMap<&str, Vec<(&str, &'static str)>> {
    let mut all: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for recheck in of(records, "recheck") {
        let said = outcome(recheck).map(|outcome| (recheck.number.as_str(), outcome));
        all.entry(recheck.field("order")).or_default().extend(said);
    }
    all
}

/// The re-check on which a unit left: the one that passed, or else the exception.
fn released<'r>(attempts: &[(&'r str, &'static str)]) -> (&'r str, &'static str) {
    let with = |wanted: &str| attempts.iter().find(|(_, outcome)| *outcome == wanted).copied();
    with("passed").or_else(|| with("excepted")).unwrap_or(("", "none"))
}

fn count(records: &[KnownRecord]) -> Counted {
    let attempts = decided(records);
    let (mut rows, mut told) = (Vec::new(), BTreeSet::new());
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for order in issued(records) {
        let of_order = attempts.get(order.number.as_str()).map_or(&[][..], Vec::as_slice);
        let (recheck, outcome) = released(of_order);
        *counts.entry(outcome).or_default() += 1;
        told.insert(recheck);
        rows.push([order.number.as_str(), recheck, outcome, order.field("unit")].map(str::to_owned).to_vec());
    }
    let issued = number(rows.len());
    let all: Vec<(&str, &str)> = attempts.into_values().flatten().collect();
    // Of other attempts neither order nor unit is told, because that may still be amended.
    let others = all.iter().filter(|(recheck, _)| !told.contains(recheck));
    rows.extend(others.map(|(recheck, outcome)| ["", recheck, outcome, ""].map(str::to_owned).to_vec()));
    let good = number(all.iter().filter(|(_, outcome)| *outcome == "passed").count());
    let of_outcome = |outcome: &str| counts.get(outcome).copied().unwrap_or_default();
    let value = share(of_outcome("passed"), issued - of_outcome("excepted"));
    let mut beside = vec![
        ("issued_orders", issued),
        ("exceptional_releases", of_outcome("excepted")),
        ("attempts", number(all.len())),
        ("attempts_passed", good),
    ];
    beside.extend(share(good, number(all.len())).map(|percent| ("attempt_pass_percent", percent)));
    Counted { rows, value, beside, missing: value.is_none().then_some("issued_units") }
}

/// Whole percent, rounded down: 100 means all of them.
fn share(part: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| part * 100 / of)
}
