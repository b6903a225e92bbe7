//! Rows about a patient: typings, antibodies, notes. They stand at the patient's site, and a newer one takes the place of
//! the older, which stays.

use super::super::move_along;
use super::super::read::by_number;
use super::{Case, Computed};
use crate::store::database::WriteTransaction;
use crate::store::{StoreError, patient};
use crate::{Acting, BankError, Problem, Record, Refusal, WriteContext, workflow};

/// Strongest antibody that is believed: single-antigen beads saturate far below.
const MFI_MAX: i64 = 100_000;

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let patient = belongs(case).await?;
    let mut problems = Vec::new();
    problems.extend(["typed_on", "tested_on"].iter().filter_map(|field| in_future(case, field)));
    problems.extend(number_between(case, "mfi", (0, MFI_MAX)));
    if case.record.is_none()
        && let Some(closed) = patient.filter(|patient| patient.state.code == "closed")
    {
        let reason = format!("the search for {} has ended", closed.number);
        problems.push(Problem::new(
            "patient",
            &closed.number,
            "patient_closed",
            reason,
            "register the patient anew",
        ));
    }
    if let Some(number) = case.value("request") {
        problems.extend(other_patient(case, number).await?);
    }
    Refusal::if_any(problems)?;
    Ok(Vec::new())
}

/// The patient, when the row stands at the patient's site. Of one at another site nothing is told, not even that it is there.
pub(super) async fn belongs(case: &Case<'_>) -> Result<Option<Record>, BankError> {
    let (Some(number), Some(concept)) = (case.value("patient"), workflow::concept("patient")) else {
        return Ok(None);
    };
    let patient = by_number(case.reader, concept, number).await?;
    if patient.as_ref().is_none_or(|patient| patient.site.as_deref() != case.site) {
        let reason = format!("patient: there is no patient {number}");
        let hint = "check the number, and take the patient's own site";
        return Err(Problem::new("patient", number, "record_reference_unknown", reason, hint).into());
    }
    Ok(patient)
}

/// A note is about a request of its patient.
async fn other_patient(case: &Case<'_>, number: &str) -> Result<Option<Problem>, StoreError> {
    let Some(concept) = workflow::concept("search_request") else { return Ok(None) };
    let request = by_number(case.reader, concept, number).await?;
    let is_own = request.is_some_and(|request| request.field("patient") == case.value("patient"));
    let reason = format!("request: there is no search_request {number} of this patient");
    let problem = || Problem::new("request", number, "record_reference_unknown", reason, "check the number");
    Ok((!is_own).then(problem))
}

/// A day that has not come.
pub(super) fn in_future(case: &Case<'_>, field: &str) -> Option<Problem> {
    let day = case.value(field).filter(|day| *day > case.today.to_string().as_str())?;
    let reason = format!("{field} is {day}, which has not come yet");
    Some(Problem::new(field, day, "date_in_future", reason, "compare the date with its source"))
}

/// A whole number outside of what can be.
pub(super) fn number_between(case: &Case<'_>, field: &str, (least, most): (i64, i64)) -> Option<Problem> {
    let text = case.value(field)?;
    if text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) {
        return None;
    }
    let reason = format!("{field} is {text}");
    let hint = format!("expected {least} to {most}: check the unit of measurement");
    Some(Problem::new(field, text, "number_out_of_range", reason, hint))
}

/// Of two rows about the same thing the one of the later day stays; of the same day, the one that was entered last.
pub(super) async fn take_place(
    write: &WriteTransaction<'_>,
    record: &Record,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let patient = record.field("patient").unwrap_or_default();
    let is_in_force = |one: &Record| matches!(one.state.code, "entered" | "confirmed" | "current");
    let others = patient::rows(write.reader(), (record.concept.code, patient), None).await?;
    for other in others.into_iter().filter(is_in_force) {
        let is_same = about(&other) == about(record);
        if !is_same || other.id == record.id || other.concept.step("supersede").is_none() {
            continue;
        }
        if day(&other) > day(record) {
            return move_along(write, record, "supersede", (context, acting)).await;
        }
        move_along(write, &other, "supersede", (context, acting)).await?;
    }
    Ok(())
}

/// What a row is about: of a typing the person, of an antibody what it is against.
fn about(record: &Record) -> Vec<String> {
    let plain = |text: &str| -> String {
        let kept = text.to_uppercase();
        kept.strip_prefix("HLA-").unwrap_or(&kept).chars().filter(|c| !c.is_whitespace()).collect()
    };
    ["subject", "member", "against"]
        .iter()
        .map(|field| record.field(field).map_or_else(String::new, plain))
        .collect()
}

fn day(record: &Record) -> Option<&str> {
    record.field("typed_on").or_else(|| record.field("tested_on"))
}
