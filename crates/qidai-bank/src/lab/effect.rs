//! What approved results say about the unit itself.

use super::catalogue::tests;
use super::definition::{TestDefinition, UnitField};
use super::result::TestResult;
use crate::{Abo, RhD, TestOutcome, Typing, UnitRecord};

/// Writes a result that has just been approved into the record of its unit. `in_force` are all approved results of the
/// unit, this one included.
pub(crate) fn apply(result: &TestResult, in_force: &[TestResult], unit: &mut UnitRecord) {
    let Some(field) = result.test.unit_field else { return };
    match field {
        UnitField::Count(measure) => count(result, measure, unit),
        UnitField::Abo => unit.abo = Abo::parse(&result.measured.value),
        UnitField::Rhd => unit.rhd = RhD::parse(&result.measured.value),
        UnitField::Typing => unit.typings.push(Typing {
            written: result.measured.value.clone(),
            method: result.method.clone(),
            ..Typing::default()
        }),
        UnitField::Idm => unit.idm = together(field, in_force),
        UnitField::Cmv => unit.cmv = together(field, in_force),
        UnitField::Haemoglobinopathy => unit.haemoglobinopathy = together(field, in_force),
        UnitField::MicrobialGrowth => unit.microbial_growth = together(field, in_force),
    }
}

/// A number that is only known to be on one side is no count.
fn count(result: &TestResult, measure: crate::Measure, unit: &mut UnitRecord) {
    if let (Some(phase), Some(amount), None) =
        (result.phase, result.measured.amount, result.measured.qualifier)
    {
        unit.counts.set(phase, measure, Some(amount));
    }
}

/// Several screenings as one: any positive is positive; all done and negative is negative; anything indeterminate is
/// that; what is not complete is not known.
fn together(field: UnitField, in_force: &[TestResult]) -> Option<TestOutcome> {
    let of_field = tests().iter().filter(|test| test.unit_field == Some(field));
    let outcome = |test: &TestDefinition| {
        let result = in_force.iter().find(|result| result.test.code == test.code)?;
        TestOutcome::parse(&result.measured.value)
    };
    let outcomes: Vec<Option<TestOutcome>> = of_field.map(outcome).collect();
    match () {
        () if outcomes.contains(&Some(TestOutcome::Positive)) => Some(TestOutcome::Positive),
        () if outcomes.contains(&None) => None,
        () if outcomes.contains(&Some(TestOutcome::Indeterminate)) => Some(TestOutcome::Indeterminate),
        () => Some(TestOutcome::Negative),
    }
}
