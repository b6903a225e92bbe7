//! Cases of human genetic resources: what kinds can cover, for whom, and from when until when.

use super::{Case, Computed};
use crate::store::hgr;
use crate::{BankError, Problem, Refusal};

/// Permits for work inside the country: under them nothing leaves (standards.md 1).
const COVERS_NOTHING: [&str; 2] = ["collection", "preservation"];

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let mut problems: Vec<Problem> = Vec::new();
    problems.extend(days(case));
    problems.extend(nothing_covered(case));
    if let Some(receiver) = case.value("receiver")
        && !hgr::is_foreign(case.reader, receiver).await?
    {
        let reason = format!("{receiver} is an institution in China");
        let hint = "a case is made out for a receiver abroad, or one controlled from abroad: tell so at the institution";
        problems.push(Problem::new("receiver", receiver, "hgr_receiver_in_china", reason, hint));
    }
    Refusal::if_any(problems)?;
    Ok(Vec::new())
}

fn days(case: &Case<'_>) -> Option<Problem> {
    let (from, until) = case.value("valid_from").zip(case.value("valid_until"))?;
    if from <= until {
        return None;
    }
    let reason = format!("the case begins on {from} and ends on {until}");
    Some(Problem::new(
        "valid_until",
        until,
        "hgr_days_reversed",
        reason,
        "compare both days with the approval",
    ))
}

fn nothing_covered(case: &Case<'_>) -> Option<Problem> {
    let kind = case.value("kind").filter(|kind| COVERS_NOTHING.contains(kind))?;
    let covers = hgr::SCOPES.into_iter().find(|scope| case.value(scope) == Some("true"))?;
    let reason = format!("a case of the kind '{kind}' cannot have {covers}");
    let hint = "a permit to collect or to preserve covers nothing that is given abroad";
    Some(Problem::new(covers, "true", "hgr_kind_covers_nothing", reason, hint))
}
