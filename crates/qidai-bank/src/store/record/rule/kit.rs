//! A kit is given out for the unit whose number its labels bear, and not after its last day.

use super::{Case, Computed, label, name, refusal};
use crate::store::StoreError;
use crate::{Identity, Problem, Refusal};

/// The number on the labels, in its normal form.
pub(super) fn compute(case: &Case<'_>) -> Result<Computed, Problem> {
    let Some((_, Some(written))) = case.kept.open.iter().find(|(code, _)| *code == "label") else {
        return Ok(Vec::new());
    };
    let din = Identity::din(written)
        .map_err(|error| Problem::new("label", written, error.code, error.reason, error.hint))?;
    Ok(vec![("label", Some(din.value))])
}

#[expect(clippy::unused_async, reason = "as the others of the list")]
pub(super) async fn issue(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (kit, today) = (name(case), case.today.to_string());
    if let Some(until) = case.value("expires_on").filter(|until| **until < *today.as_str()) {
        let sentence = format!("{kit} could be used until {until}: take another kit.");
        return Ok(Some(refusal("kit_expired", kit, sentence)));
    }
    let (Some(own), Some(unit)) = (case.value("label"), case.value("unit")) else { return Ok(None) };
    let number = unit.split_once('/').map_or(unit, |(_, number)| number);
    if label(number) == label(own) {
        return Ok(None);
    }
    let sentence = format!("The labels of {kit} bear {own}, the unit is {number}: they must be the same.");
    Ok(Some(refusal("kit_of_other_unit", kit, sentence)))
}
