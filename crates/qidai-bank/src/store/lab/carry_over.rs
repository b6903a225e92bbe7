//! Results that were approved elsewhere: read, entered and reviewed by the rules of today, in one event for a unit.

use super::enter::{phase_fits, subject};
use super::{RESULT, RESULT_COLUMNS, row_of};
use crate::lab::apply;
use crate::store::cell::{Cell, Row};
use crate::store::dossier::Carrying;
use crate::store::event::Event;
use crate::{
    BankError, EnteredBy, PastResult, PastUnit, Permission, Refusal, ResultSource, ResultState, Review,
    TestResult, UnitField,
};

/// The approved results of a dossier. What they say of the unit is what the unit has.
pub(in crate::store) fn results(
    carrying: &mut Carrying<'_>,
    past: &PastUnit,
    unit_key: i64,
) -> Result<Vec<TestResult>, BankError> {
    let mut approved: Vec<TestResult> = Vec::with_capacity(past.results.len());
    let mut event = Event::new("test_results_carried_over", subject(&past.record.identity));
    for one in &past.results {
        let again = |known: &&TestResult| known.test.code == one.test.code && known.phase == one.phase;
        if approved.iter().any(|known| again(&known)) {
            return Err(twice(past, one).into());
        }
        let result = result(carrying, past, one)?;
        let last = result.approved.as_ref().map(|by| by.at);
        event.effective_at = event.effective_at.max(last);
        event = event.insert(&RESULT, approved_row(&result, unit_key));
        approved.push(result);
    }
    agree(past, &approved)?;
    if !approved.is_empty() {
        carrying.events.push(event);
    }
    Ok(approved)
}

fn result(carrying: &Carrying<'_>, past: &PastUnit, one: &PastResult) -> Result<TestResult, BankError> {
    phase_fits(one.test, one.phase)?;
    let (by, at) = one.entered;
    carrying.person(by)?.may(Permission::TestRecord, None)?;
    let mut result = TestResult {
        id: carrying.acting.ids.next_id(),
        unit: past.record.identity.clone(),
        test: one.test,
        phase: one.phase,
        version: 1,
        state: ResultState::Entered,
        written: one.written.clone(),
        written_unit: None,
        measured: one.test.read(&one.written, None)?,
        method: None,
        measured_at: Some(one.measured_at),
        source: ResultSource::File,
        message: None,
        reason: None,
        entered: who(carrying, by, at)?,
        reviewed: None,
        approved: None,
    };
    for (by, at) in &one.agreed {
        let person = carrying.person(*by)?;
        person.may(Permission::TestReview, None)?;
        result.state = result.reviewed_by(Review::Agree, person)?;
        let who = who(carrying, *by, *at)?;
        match result.state {
            ResultState::Approved => result.approved = Some(who),
            _ => result.reviewed = Some(who),
        }
    }
    if result.state == ResultState::Approved {
        return Ok(result);
    }
    let sentence = format!(
        "{} of {} is '{}': only approved results are carried over.",
        one.test.en,
        past.record.identity.written(),
        result.state.code()
    );
    Err(Refusal::new("dossier_results_differ", sentence)
        .with("record", past.record.identity.written())
        .into())
}

fn who(carrying: &Carrying<'_>, by: usize, at: jiff::Timestamp) -> Result<EnteredBy, Refusal> {
    let person = carrying.person(by)?;
    let account_id = person.account_id().map(str::to_owned);
    Ok(EnteredBy { actor: person.name().to_owned(), account_id, at })
}

/// Writes each result into a copy of the unit, as its approval would: nothing may change.
fn agree(past: &PastUnit, approved: &[TestResult]) -> Result<(), Refusal> {
    let mut told = past.record.clone();
    for result in approved {
        // A typing is added as one more, which a list of them cannot be compared with.
        if result.test.unit_field != Some(UnitField::Typing) {
            apply(result, approved, &mut told);
        }
    }
    let (told, has) = (told.fields(), past.record.fields());
    let differs =
        told.iter().find(|pair| !has.contains(pair)).or_else(|| has.iter().find(|pair| !told.contains(pair)));
    let Some((field, value)) = differs else { return Ok(()) };
    let number = past.record.identity.written();
    let sentence = format!("{number}: its results and its record say different things of {field} ({value}).");
    Err(Refusal::new("dossier_results_differ", sentence).with("record", number))
}

fn twice(past: &PastUnit, one: &PastResult) -> Refusal {
    let number = past.record.identity.written();
    let sentence = format!("{number} has two approved results of {}: one counts.", one.test.en);
    Refusal::new("dossier_results_differ", sentence).with("record", number)
}

fn approved_row(result: &TestResult, unit_key: i64) -> Row {
    let mut row = row_of(result, unit_key);
    row.truncate(RESULT_COLUMNS.len() - 6);
    for one in [&result.reviewed, &result.approved] {
        row.push(one.as_ref().map(|one| Cell::Text(one.actor.clone())));
        row.push(one.as_ref().and_then(|one| one.account_id.clone()).map(Cell::Text));
        row.push(one.as_ref().map(|one| Cell::Int(one.at.as_microsecond())));
    }
    row
}
