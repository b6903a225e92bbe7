//! Entering results. A second one amends the first: both stay.

use super::read::{by_id, unit_row, versions};
use super::{RESULT, row_of};
use crate::lab::pending;
use crate::store::Store;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::event::Event;
use crate::{
    Acting, BankError, EnteredBy, Identity, NewResult, Permission, Phase, Problem, ResultState,
    TestDefinition, TestResult, WriteContext,
};

/// Longer texts are no value of a test.
const WRITTEN_CHARS_MAX: usize = 4_000;

impl Store {
    /// Enters a result. Where one is approved already, this is its amendment: it needs a reason, and the approved one
    /// counts until this one is approved.
    ///
    /// # Errors
    /// `permission_missing`, `unit_unknown`, `result_pending`, `reason_missing`, `result_phase_missing`,
    /// `result_phase_unexpected`, `result_text_too_long`, `result_in_future`, and those of [`TestDefinition::read`].
    pub async fn enter_result(
        &self,
        new: &NewResult<'_>,
        acting: &Acting<'_>,
    ) -> Result<TestResult, BankError> {
        let context = acting.allowed(Permission::TestRecord, None)?;
        let write = self.database.begin().await?;
        let result = enter(&write, new, &context, acting).await?;
        write.commit().await?;
        Ok(result)
    }
}

pub(in crate::store) async fn enter(
    write: &WriteTransaction<'_>,
    new: &NewResult<'_>,
    context: &WriteContext<'_>,
    acting: &Acting<'_>,
) -> Result<TestResult, BankError> {
    let (result, unit_key) = prepare(write.reader(), new, acting).await?;
    record(write, (&result, unit_key), context).await?;
    by_id(write.reader(), &result.id).await
}

/// Is this very value waiting or in force already?
pub(super) async fn is_known(
    reader: Reader<'_>,
    new: &NewResult<'_>,
    acting: &Acting<'_>,
) -> Result<bool, BankError> {
    let measured = check(new, acting)?;
    let unit_key = unit_row(reader, new.unit).await?;
    let before = versions(reader, unit_key, new.test.code, new.phase).await?;
    let counts = |one: &&TestResult| one.state.is_pending() || one.state == ResultState::Approved;
    Ok(before.iter().find(counts).is_some_and(|one| one.measured.value == measured.value))
}

/// A result that may be entered, and the row of its unit; nothing is written.
pub(super) async fn prepare(
    reader: Reader<'_>,
    new: &NewResult<'_>,
    acting: &Acting<'_>,
) -> Result<(TestResult, i64), BankError> {
    let measured = check(new, acting)?;
    let unit_key = unit_row(reader, new.unit).await?;
    let before = versions(reader, unit_key, new.test.code, new.phase).await?;
    if let Some(waiting) = before.iter().find(|one| one.state.is_pending()) {
        return Err(pending(new.test, &new.unit.written(), waiting).into());
    }
    let amends = before.iter().any(|one| one.state == ResultState::Approved);
    let reason = match amends {
        true => Some(acting.reason_given()?),
        false => acting.reason,
    };
    let result = TestResult {
        id: acting.ids.next_id(),
        unit: new.unit.clone(),
        test: new.test,
        phase: new.phase,
        version: before.first().map_or(0, |one| one.version) + 1,
        state: ResultState::Entered,
        written: new.written.to_owned(),
        written_unit: new.written_unit.map(str::to_owned),
        measured,
        method: new.method.map(str::to_owned),
        measured_at: new.measured_at,
        source: new.source,
        message: new.message.map(str::to_owned),
        reason: reason.map(str::to_owned),
        entered: by(acting),
        reviewed: None,
        approved: None,
    };
    Ok((result, unit_key))
}

pub(super) async fn record(
    write: &WriteTransaction<'_>,
    (result, unit_key): (&TestResult, i64),
    context: &WriteContext<'_>,
) -> Result<(), BankError> {
    let event =
        Event::new("test_result_entered", subject(&result.unit)).insert(&RESULT, row_of(result, unit_key));
    write.record(context, vec![event]).await?;
    Ok(())
}

fn check(new: &NewResult<'_>, acting: &Acting<'_>) -> Result<crate::Measured, BankError> {
    let test = new.test;
    let problem = |value: &str, code, reason: String, hint: &str| {
        Err(Problem::new(test.code, value, code, reason, hint).into())
    };
    phase_fits(test, new.phase)?;
    if new.written.chars().count() > WRITTEN_CHARS_MAX || new.written.contains('\0') {
        let start: String = new.written.chars().filter(|c| *c != '\0').take(20).collect();
        let reason = format!("{start}… is no value of a test");
        return problem(&start, "result_text_too_long", reason, "at most 4000 characters are expected");
    }
    if let Some(at) = new.measured_at.filter(|at| *at > acting.now) {
        let reason = format!("{} was measured at {at}, which is still to come", test.code);
        return problem(&at.to_string(), "result_in_future", reason, "check the clock of the analyser");
    }
    Ok(test.read(new.written, new.written_unit)?)
}

/// A count without its phase says little; the other tests have none.
pub(super) fn phase_fits(test: &TestDefinition, phase: Option<Phase>) -> Result<(), Problem> {
    let known: Vec<&str> = test.phases.iter().map(|phase| phase.code()).collect();
    match phase {
        None if !known.is_empty() => {
            let reason = format!("{} has no phase", test.code);
            let hint = format!("expected one of {}", known.join(", "));
            Err(Problem::new(test.code, "", "result_phase_missing", reason, hint))
        }
        Some(phase) if !test.phases.contains(&phase) => {
            let reason = format!("{} is not done in the phase {}", test.code, phase.code());
            let hint = match known.is_empty() {
                true => "leave the phase out".to_owned(),
                false => format!("expected one of {}", known.join(", ")),
            };
            Err(Problem::new(test.code, phase.code(), "result_phase_unexpected", reason, hint))
        }
        _ => Ok(()),
    }
}

pub(super) fn by(acting: &Acting<'_>) -> EnteredBy {
    EnteredBy {
        actor: acting.principal.name().to_owned(),
        account_id: acting.principal.account_id().map(str::to_owned),
        at: acting.now,
    }
}

/// A result is told with its unit.
pub(super) fn subject(unit: &Identity) -> String {
    format!("unit/{}/{}", unit.scheme, unit.value)
}
