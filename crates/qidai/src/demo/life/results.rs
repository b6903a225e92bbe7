//! What the laboratory found: the results of which the counts, groups and screenings of the unit are made.

use jiff::Timestamp;
use qidai_bank::{Measure, PastResult, Phase, TestOutcome, test};

use super::Life;
use super::unit::Reached;

/// Counts that have a result of their own; further ones of the unit came without.
const COUNTS: [(Phase, Measure, &str); 5] = [
    (Phase::Collected, Measure::Volume, "volume_ml"),
    (Phase::Collected, Measure::TncTotal, "tnc_total"),
    (Phase::Processed, Measure::TncTotal, "tnc_total"),
    (Phase::Processed, Measure::Viability, "viability_percent"),
    (Phase::Processed, Measure::Cd34Total, "cd34_total"),
];
/// The panel of the mother; all of it makes the screening of the unit.
const PANEL: [&str; 8] =
    ["syphilis", "hbsag", "hbv_dna", "anti_hcv", "hcv_rna", "anti_hiv", "hiv_rna", "htlv"];
const CULTURES: [&str; 3] = ["sterility_aerobic", "sterility_anaerobic", "sterility_fungal"];

pub(super) fn results(life: &Life<'_>) -> Vec<PastResult> {
    let unit = &life.unit;
    let (early, late) = (life.after(life.received, 20), life.after(life.begun, 60));
    let tested = life.after(life.frozen, 5 * 24 * 60);
    let mut all: Vec<PastResult> = Vec::new();
    for (phase, measure, code) in COUNTS {
        let Some(amount) = unit.counts.get(phase, measure) else { continue };
        let at = if phase == Phase::Collected { early } else { late };
        all.extend(one(life, (code, Some(phase)), measure.format_amount(amount), at));
    }
    if Reached::of(unit.status) < Reached::Processed {
        return all;
    }
    all.extend(unit.abo.and_then(|abo| one(life, ("abo", None), abo.code().to_owned(), tested)));
    all.extend(unit.rhd.and_then(|rhd| one(life, ("rhd", None), rhd.code().to_owned(), tested)));
    all.extend(together(life, &PANEL, unit.idm, tested));
    all.extend(together(life, &CULTURES, unit.microbial_growth, tested));
    all.extend(together(life, &["haemoglobinopathy"], unit.haemoglobinopathy, tested));
    all
}

/// Several tests that make one screening: the first of them is what is positive.
fn together(life: &Life<'_>, codes: &[&str], outcome: Option<TestOutcome>, at: Timestamp) -> Vec<PastResult> {
    let Some(outcome) = outcome else { return Vec::new() };
    let says = |place: usize| if place == 0 { outcome } else { TestOutcome::Negative };
    let results = codes.iter().enumerate();
    results
        .filter_map(|(at_place, code)| one(life, (code, None), says(at_place).code().to_owned(), at))
        .collect()
}

fn one(
    life: &Life<'_>,
    (code, phase): (&str, Option<Phase>),
    written: String,
    measured_at: Timestamp,
) -> Option<PastResult> {
    let test = test(code)?;
    let agreed = life.reviewers.iter().take(usize::from(test.reviews)).zip(1..);
    Some(PastResult {
        test,
        phase,
        written,
        measured_at,
        entered: (life.technologist, life.after(measured_at, 10)),
        agreed: agreed.map(|(by, turn)| (*by, life.after(measured_at, 10 + 20 * turn))).collect(),
    })
}
