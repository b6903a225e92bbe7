//! The laboratory for pages, API and commands alike: what is told of results, and the check of typings, which needs a
//! release and is no matter of the bank's own rules.

pub(crate) mod file;
pub(crate) mod message;

use jiff::Timestamp;
use qidai_bank::{
    Acting, BankError, NewResult, Phase, Problem, Purpose, Store, TestDefinition, TestResult, ValueKind,
};
use qidai_hla::{Nomenclature, PersonTyping};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Failure;

/// Enters a result; a typing must be understood under the release in force.
///
/// # Errors
/// The code of a typing that is not understood, and those of [`Store::enter_result`].
pub(crate) async fn enter(
    store: &Store,
    nomenclature: &Nomenclature<'_>,
    new: &NewResult<'_>,
    acting: &Acting<'_>,
) -> Result<TestResult, BankError> {
    if new.test.kind == ValueKind::Typing
        && let Some(problem) = typing_problem(nomenclature, new.test, new.written)
    {
        return Err(problem.into());
    }
    store.enter_result(new, acting).await
}

/// What is wrong with a typing, where it is not understood.
fn typing_problem(nomenclature: &Nomenclature<'_>, test: &TestDefinition, written: &str) -> Option<Problem> {
    let errors = PersonTyping::read(written, nomenclature).err()?;
    let error = errors.first()?;
    let sentence = error.to_string();
    let reason = sentence.strip_prefix(&format!("{}: ", error.code)).unwrap_or(&sentence);
    let hint = format!("expected {}", error.expected);
    Some(Problem::new(test.code, &error.value, error.code.as_str(), reason, hint))
}

/// The test of a code, or a refusal that says where they stand.
pub(crate) fn test_of(code: &str) -> Result<&'static TestDefinition, Failure> {
    qidai_bank::test(code).ok_or_else(|| {
        let sentence = format!("There is no test '{code}': 'qidai lab tests' lists them.");
        Failure::refused("test_unknown", sentence).with("value", code)
    })
}

/// The purpose of a code.
pub(crate) fn purpose_of(code: &str) -> Result<Purpose, Failure> {
    Purpose::parse(code).ok_or_else(|| {
        let sentence = format!("'{code}' is no purpose: choose the one you work for.");
        Failure::refused("purpose_unknown", sentence).with("value", code)
    })
}

/// The phase of a code; no text is none.
pub(crate) fn phase_of(code: &str) -> Result<Option<Phase>, Failure> {
    if code.is_empty() {
        return Ok(None);
    }
    Phase::parse(code).map(Some).ok_or_else(|| {
        let known = Phase::ALL.map(Phase::code).join(", ");
        let sentence = format!("'{code}' is no phase: expected one of {known}.");
        Failure::refused("phase_unknown", sentence).with("value", code).with("expected", known)
    })
}

/// A test of the catalogue.
#[derive(Serialize, ToSchema)]
pub(crate) struct TestView {
    #[schema(example = "tnc_total")]
    pub(crate) test: &'static str,
    zh: &'static str,
    en: &'static str,
    group: &'static str,
    /// `unit` or `mother`.
    subject: &'static str,
    /// Phases in which it is done; none where it does not depend on one.
    phases: Vec<&'static str>,
    /// `number`, `outcome`, `abo`, `rhd` or `typing`.
    kind: &'static str,
    /// Of numbers.
    unit: Option<&'static str>,
    /// What can be chosen; none where something is written.
    choices: &'static [&'static str],
    #[schema(example = "≥ 60")]
    reference_range: Option<String>,
    /// People who look at a result besides the one who entered it.
    reviews: u8,
    /// Who says so; `[K]` and `[P]` mark what is not verified.
    source: &'static str,
}

impl TestView {
    pub(crate) fn of(test: &'static TestDefinition) -> TestView {
        TestView {
            test: test.code,
            zh: test.zh,
            en: test.en,
            group: test.group,
            subject: test.subject.code(),
            phases: test.phases.iter().map(|phase| phase.code()).collect(),
            kind: test.kind.code(),
            unit: Some(test.unit).filter(|unit| !unit.is_empty()),
            choices: test.kind.choices(),
            reference_range: test.range(),
            reviews: test.reviews,
            source: test.source,
        }
    }
}

/// A result of a test.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResultView {
    pub(crate) id: String,
    /// Scheme and number of the unit.
    #[schema(example = "din")]
    scheme: String,
    identity: String,
    #[schema(example = "tnc_total")]
    test: &'static str,
    phase: Option<&'static str>,
    /// 1 for the first; what is higher amends the one before.
    version: u32,
    /// `entered`, `reviewed`, `approved`, `rejected` or `superseded`.
    state: &'static str,
    /// In normal form: a number in the unit of the test, a code, or a GL String.
    value: String,
    unit: Option<&'static str>,
    /// `low`, `high`, `critical_low`, `critical_high` or `abnormal`.
    flag: Option<&'static str>,
    reference_range: Option<String>,
    /// As it was written, with the unit.
    written: String,
    written_unit: Option<String>,
    method: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    measured_at: Option<Timestamp>,
    /// `form`, `file`, `astm` or `hl7`.
    source: &'static str,
    /// The message that it came with.
    message: Option<String>,
    /// Why it amends the version before, or why it was rejected.
    reason: Option<String>,
    entered_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) entered_at: Timestamp,
    reviewed_by: Option<String>,
    approved_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    approved_at: Option<Timestamp>,
}

impl From<&TestResult> for ResultView {
    fn from(result: &TestResult) -> ResultView {
        let test = result.test;
        ResultView {
            id: result.id.clone(),
            scheme: result.unit.scheme.clone(),
            identity: result.unit.value.clone(),
            test: test.code,
            phase: result.phase.map(Phase::code),
            version: result.version,
            state: result.state.code(),
            value: result.measured.value.clone(),
            unit: Some(test.unit).filter(|unit| !unit.is_empty()),
            flag: result.flag().map(qidai_bank::Flag::code),
            reference_range: test.range(),
            written: result.written.clone(),
            written_unit: result.written_unit.clone(),
            method: result.method.clone(),
            measured_at: result.measured_at,
            source: result.source.code(),
            message: result.message.clone(),
            reason: result.reason.clone(),
            entered_by: result.entered.actor.clone(),
            entered_at: result.entered.at,
            reviewed_by: result.reviewed.as_ref().map(|one| one.actor.clone()),
            approved_by: result.approved.as_ref().map(|one| one.actor.clone()),
            approved_at: result.approved.as_ref().map(|one| one.at),
        }
    }
}
