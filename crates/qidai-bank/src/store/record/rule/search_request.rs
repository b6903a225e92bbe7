//! Search requests: for whom, until when, and what may be told to whom.

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::read::by_number;
use super::patient_row::{belongs, in_future, number_between};
use super::{Case, Computed, name, refusal};
use crate::store::{StoreError, hgr, patient, setting};
use crate::workflow::{self, Concept};
use crate::{BankError, Given, Problem, Record, Refusal};

const MFI_LIMIT: (i64, i64) = (1, 100_000);
/// After these an answer was given, or never will be: what it rested on stays as it is.
const ANSWERED: [&str; 4] = ["reported", "closed", "declined", "withdrawn"];

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let patient = belongs(case).await?;
    let mut problems: Vec<Problem> = Vec::new();
    problems.extend(in_future(case, "asked_on"));
    problems.extend(number_between(case, "mfi_limit", MFI_LIMIT));
    if case.record.is_none()
        && let Some(closed) = patient.as_ref().filter(|patient| patient.state.code == "closed")
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
    Refusal::if_any(problems)?;
    if case.record.is_some_and(|record| ANSWERED.contains(&record.state.code)) {
        return Ok(Vec::new());
    }
    let (receivers, foreign) = receivers(case, patient.as_ref()).await?;
    let covered = hgr::covered(case.reader, &receivers, (Given::Report, case.today)).await?;
    let number = patient.as_ref().map_or("", |patient| patient.number.as_str());
    let is_donor = patient::is_of_donor_family(case.reader, number).await?;
    Ok(vec![
        ("due_on", due_on(case).await?.map(|day| day.to_string())),
        ("origin", Some(hgr::origin(foreign).to_owned())),
        ("priority", Some(if is_donor { "donor_family" } else { "none" }.to_owned())),
        ("hgr_case", covered.ok().flatten()),
    ])
}

/// Who would read a report: the requester, and the centre of the patient.
async fn receivers(case: &Case<'_>, patient: Option<&Record>) -> Result<(Vec<String>, bool), StoreError> {
    let centre = patient.and_then(|patient| patient.field("centre"));
    let mut receivers: Vec<String> = Vec::new();
    for number in case.value("requester").into_iter().chain(centre) {
        let is_new = !receivers.iter().any(|known| known == number);
        if is_new && hgr::is_foreign(case.reader, number).await? {
            receivers.push(number.to_owned());
        }
    }
    let foreign = !receivers.is_empty();
    Ok((receivers, foreign))
}

/// The day of the answer follows from the urgency, by the bank's own lengths.
async fn due_on(case: &Case<'_>) -> Result<Option<Date>, StoreError> {
    let (Some(asked_on), Some(urgency)) = (case.value("asked_on"), case.value("urgency")) else {
        return Ok(None);
    };
    let code = format!("{urgency}_days");
    let declared = workflow::concept("search_request")
        .and_then(|concept| concept.profile.iter().find(|value| value.code == code));
    let Some(declared) = declared else { return Ok(None) };
    let days = setting::profile(case.reader, "search_request", declared.code, declared.value).await?;
    Ok(asked_on.parse::<Date>().ok().and_then(|day| day.checked_add(i64::from(days).days()).ok()))
}

/// A request that nobody could search for is not handed in.
pub(super) async fn submit(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let Some(patient) = of(case, workflow::concept("patient"), "patient").await? else { return Ok(None) };
    if patient.state.code != "active" {
        let sentence =
            format!("{own} is for {}, which is '{}': resume it first.", patient.number, patient.state.code);
        return Ok(Some(refusal("patient_not_active", own, sentence).with("patient", patient.number)));
    }
    if patient::current_typing(case.reader, &patient.number, "patient").await?.is_none() {
        let sentence =
            format!("{own} is for {}, whose typing the bank does not have: enter it first.", patient.number);
        return Ok(Some(refusal("patient_not_typed", own, sentence).with("patient", patient.number)));
    }
    Ok(None)
}

/// With an institution whose approval was refused, suspended or ended nobody works.
pub(super) async fn accept(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let requester = of(case, workflow::concept("institution"), "requester").await?;
    let requester = requester.filter(|one| matches!(one.state.code, "declined" | "suspended" | "ended"));
    Ok(requester.map(|one| {
        let sentence =
            format!("{own} is from {}, which is '{}': settle that first.", one.number, one.state.code);
        refusal("requester_not_eligible", own, sentence)
            .with("requester", one.number)
            .with("state", one.state.code)
    }))
}

/// What is told must rest on a typing that two people saw, where it is told formally, and may leave only under a case.
pub(super) async fn report(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let patient = of(case, workflow::concept("patient"), "patient").await?;
    let number = patient.as_ref().map_or("", |patient| patient.number.as_str());
    if case.value("kind") == Some("formal") {
        let typing = patient::current_typing(case.reader, number, "patient").await?;
        if let Some(typing) = typing.filter(|typing| typing.state.code != "confirmed") {
            let sentence = format!(
                "{own} is formal, and the typing {} was not confirmed: a second person compares it with the report first.",
                typing.number
            );
            return Ok(Some(refusal("typing_not_confirmed", own, sentence).with("typing", typing.number)));
        }
    }
    let (receivers, _) = receivers(case, patient.as_ref()).await?;
    let covered = hgr::covered(case.reader, &receivers, (Given::Report, case.today)).await?;
    Ok(covered.err().map(|receiver| hgr::missing(own, &receiver, Given::Report)))
}

async fn of(
    case: &Case<'_>,
    concept: Option<&'static Concept>,
    field: &str,
) -> Result<Option<Record>, StoreError> {
    match (concept, case.value(field)) {
        (Some(concept), Some(number)) => by_number(case.reader, concept, number).await,
        _ => Ok(None),
    }
}

/// For tests of the list above: states that the declaration has.
#[cfg(test)]
mod tests {
    #[test]
    fn answered_states_are_declared() {
        let concept = crate::workflow::concept("search_request").expect("declared");
        assert!(super::ANSWERED.iter().all(|state| concept.state(state).is_some()));
    }
}
