//! What is known of a unit at the moment of a decision, each fact with where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Measure, Phase, TestOutcome, TestResult, UnitRecord, count_field};

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// A number without its unit, a code, or a list with commas.
    pub value: String,
    /// Such as `unit`, or `test_result/ID`.
    pub source: String,
}

/// Facts by their codes, in the order of the alphabet. What is not known is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<String, Fact>);

impl Facts {
    pub fn get(&self, code: &str) -> Option<&Fact> {
        self.0.get(code)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(code, fact)| (code.as_str(), fact))
    }

    /// Adds or replaces a fact; for tests of profiles, and for whoever knows more than the record of the unit.
    pub fn set(&mut self, code: impl Into<String>, value: impl Into<String>, source: impl Into<String>) {
        self.0.insert(code.into(), Fact { value: value.into(), source: source.into() });
    }

    /// Keeps what passes.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str, &Fact) -> bool) {
        self.0.retain(|code, fact| keep(code, fact));
    }

    fn set_known(&mut self, code: &str, value: Option<String>) {
        if let Some(value) = value {
            self.set(code, value, "unit");
        }
    }
}

/// The facts of a unit: its record, and the approved results of its tests.
pub(crate) fn facts_of(unit: &UnitRecord, approved: &[TestResult]) -> Facts {
    let mut facts = Facts::default();
    for count in unit.counts.iter() {
        let code = count_field(count.phase, count.measure);
        facts.set(code, count.measure.format_amount(count.amount), "unit");
    }
    let outcome = |outcome: Option<TestOutcome>| outcome.map(|outcome| outcome.code().to_owned());
    let yes_no = |yes: Option<bool>| yes.map(|yes| if yes { "yes" } else { "no" }.to_owned());
    facts.set_known("abo", unit.abo.map(|abo| abo.code().to_owned()));
    facts.set_known("rhd", unit.rhd.map(|rhd| rhd.code().to_owned()));
    facts.set_known("idm", outcome(unit.idm));
    facts.set_known("cmv", outcome(unit.cmv));
    facts.set_known("haemoglobinopathy", outcome(unit.haemoglobinopathy));
    facts.set_known("microbial_growth", outcome(unit.microbial_growth));
    facts.set_known("attached_segments", unit.attached_segments.map(|count| count.to_string()));
    facts.set_known("identity_confirmed", yes_no(unit.identity_confirmed));
    facts.set_known("hla_loci", unit.typings.last().map(|typing| loci(&typing.written)));
    sterility(&mut facts, unit);
    for result in approved {
        let code = match result.phase {
            None => result.test.code.to_owned(),
            Some(phase) => phased(phase, result.test.code),
        };
        facts.set(code, result.measured.value.clone(), result.subject());
    }
    if let Some(percent) = recovery_percent(unit) {
        facts.set("tnc_recovery_percent", percent, "unit");
    }
    facts
}

/// A summary without growth speaks for each of its cultures; one with growth does not say which.
fn sterility(facts: &mut Facts, unit: &UnitRecord) {
    if unit.microbial_growth == Some(TestOutcome::Negative) {
        for culture in ["sterility_aerobic", "sterility_anaerobic", "sterility_fungal"] {
            facts.set(culture, "negative", "unit");
        }
    }
}

/// As counts are called: the processed phase has no prefix.
fn phased(phase: Phase, test: &str) -> String {
    match phase {
        Phase::Processed => test.to_owned(),
        other => format!("{}_{test}", other.code()),
    }
}

/// Cells after processing of those collected, with two decimals.
fn recovery_percent(unit: &UnitRecord) -> Option<String> {
    let before = unit.counts.get(Phase::Collected, Measure::TncTotal).filter(|count| *count > 0)?;
    let after = unit.counts.get(Phase::Processed, Measure::TncTotal)?;
    let hundredths = (i128::from(after) * 10_000 + i128::from(before) / 2) / i128::from(before);
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// The loci of a GL String, from its text alone: `HLA-A*02:01+HLA-A*11:01^…`.
fn loci(written: &str) -> String {
    let names = written.split(['^', '|', '+', '~', '/', '?']).filter_map(|name| {
        let (locus, _) = name.trim().trim_start_matches("HLA-").split_once('*')?;
        (!locus.is_empty() && locus.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(locus)
    });
    let unique: BTreeSet<&str> = names.collect();
    unique.into_iter().collect::<Vec<_>>().join(",")
}
