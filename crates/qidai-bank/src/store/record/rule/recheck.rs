//! The re-check (mission M12): on a segment of this unit, for the order that holds it, judged by a release profile since it began.

use sea_orm::Value;

use super::{Case, name, refusal};
use crate::store::{StoreError, decision, unit};
use crate::{Decision, Refusal, UnitOutcome};

/// Before somebody says whether the unit is who it is said to be.
pub(super) async fn identifiable(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = of_its_order(case).await? {
        return Ok(Some(refusal));
    }
    let own = name(case);
    let Some(part) = case.named("part", "segment").await? else { return Ok(None) };
    let fits = part.field("unit") == case.value("unit")
        && part.field("kind") == Some("segment")
        && part.state.code == "used";
    if !fits {
        let sentence = format!(
            "{own}: {} is not a used segment of this unit: record which segment was thawed, then look at the identity.",
            part.number
        );
        return Ok(Some(refusal("recheck_segment_wrong", own, sentence)));
    }
    if let Some(refusal) = typed(case).await? {
        return Ok(Some(refusal));
    }
    if case.value("identity").is_some() {
        return Ok(None);
    }
    let sentence =
        format!("{own}: the typings of segment and banking were not compared: make the move again.");
    Ok(Some(refusal("recheck_not_compared", own, sentence)))
}

/// The order holds this very unit.
async fn of_its_order(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, order) = (name(case), case.value("order"));
    let Some(written) = case.value("unit") else { return Ok(None) };
    let unit = unit::standing(case.reader, written).await?;
    let held = unit.as_ref().and_then(|unit| unit.order.as_deref());
    if held == order && unit.as_ref().is_some_and(|unit| unit.state == "in_release_testing") {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {written} is not being re-checked for {}; it is held by {}: begin a re-check for the order that holds it.",
        order.unwrap_or("an order"),
        held.unwrap_or("none")
    );
    Ok(Some(refusal("recheck_order_wrong", own, sentence)))
}

/// The laboratory typed the segment: a result that was approved, entered since the re-check began.
async fn typed(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (Some(record), Some(identity)) = (case.record, case.value("unit").and_then(unit::identity_in)) else {
        return Ok(None);
    };
    let sql = "SELECT 1 FROM test_result t JOIN unit u ON u.unit_key = t.unit_key \
               WHERE u.scheme = $1 AND u.identity = $2 AND t.test = 'hla' AND t.state = 'approved' \
               AND t.entered_at_us >= $3";
    let values = [
        Value::from(identity.scheme),
        Value::from(identity.value),
        Value::from(record.created_at.as_microsecond()),
    ];
    if case.reader.first(sql, values).await?.is_some() {
        return Ok(None);
    }
    let own = name(case);
    let sentence = format!(
        "{own}: no HLA typing of the segment was approved since it began: identity is shown by a typing, not assumed."
    );
    Ok(Some(refusal("recheck_typing_missing", own, sentence)))
}

/// Released when the release profile was met, by a decision made since the re-check began.
pub(super) async fn accepted(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = of_its_order(case).await? {
        return Ok(Some(refusal));
    }
    let own = name(case);
    let decision = match decided(case).await? {
        Ok(decision) => decision,
        Err(refusal) => return Ok(Some(refusal)),
    };
    if decision.evaluation.outcome == UnitOutcome::Accepted {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: by {} the unit is '{}': supply what is missing and decide again, or record that it did not pass.",
        decision.profile,
        decision.evaluation.outcome.code()
    );
    Ok(Some(refusal("decision_forbids", own, sentence)))
}

/// An exception is for a unit of which all is known that the profile asks for, and was investigated.
pub(super) async fn excepted(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = of_its_order(case).await? {
        return Ok(Some(refusal));
    }
    let own = name(case);
    if let Err(refusal) = decided(case).await? {
        return Ok(Some(refusal));
    }
    let Some(one) = case.named("nonconformance", "investigation").await? else { return Ok(None) };
    if matches!(one.state.code, "verifying" | "closed") {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {} is '{}': an exception waits until its investigation is written down.",
        one.number, one.state.code
    );
    Ok(Some(refusal("investigation_open", own, sentence)))
}

/// The release decision in force, when it was made since the re-check began.
async fn decided(case: &Case<'_>) -> Result<Result<Decision, Refusal>, StoreError> {
    let own = name(case);
    let found = match case.value("unit").and_then(unit::identity_in) {
        Some(identity) => decision::release(case.reader, &identity).await?,
        None => None,
    };
    let begun = case.record.map(|record| record.created_at);
    let found = found.filter(|one| begun.is_none_or(|begun| one.decided.at >= begun));
    Ok(found.ok_or_else(|| {
        let sentence = format!(
            "{own}: no release profile was held against its results since it began: decide by 'qidai unit decide' or on the page \
             of the unit."
        );
        refusal("decision_missing", own, sentence)
    }))
}
