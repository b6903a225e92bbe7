//! On the way to the centre (mission M13): the bag is the one of the order, and the vessel holds longer than the way takes.

use jiff::{SignedDuration, Timestamp};

use super::{Case, Computed, handover, label, name, refusal};
use crate::store::database::WriteTransaction;
use crate::store::record::values::Kept;
use crate::store::{StoreError, setting, unit};
use crate::{Acting, BankError, Problem, Record, Refusal, WriteContext, workflow};

/// How long the way takes and took, and what is then left of the vessel's hold time, which runs since it was charged.
pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    let time = |field: &str| case.value(field).and_then(|at| at.parse::<Timestamp>().ok());
    let (departed, delivered) = (time("departed_at"), time("delivered_at"));
    let planned = case.value("planned_hours").and_then(|hours| hours.parse().ok());
    let expected =
        departed.zip(planned).and_then(|(at, hours)| at.checked_add(SignedDuration::from_hours(hours)).ok());
    if let Some((from, until)) = departed.zip(delivered).filter(|(from, until)| until < from) {
        let reason = format!("it departed at {from}");
        let hint = "compare both times with the sheet";
        return Err(Problem::new("delivered_at", until.to_string(), "time_order_wrong", reason, hint).into());
    }
    let shipper = case.named("dry_shipper", "shipper").await?;
    let end = delivered.or(expected);
    let left = shipper.as_ref().and_then(holds_until).zip(end).map(|(until, end)| hours(end, until));
    // The other way round it is rounded up: a begun hour counts.
    let taken = departed.zip(delivered).map(|(from, until)| -hours(until, from));
    Ok(vec![
        ("expected_at", expected.map(workflow::whole_second)),
        ("hours_taken", taken.map(|hours| hours.to_string())),
        ("hold_left_hours", left.filter(|_| departed.is_some()).map(|hours| hours.to_string())),
    ])
}

/// Whole hours from one moment to another, rounded down: below zero as soon as it is over.
fn hours(from: Timestamp, until: Timestamp) -> i64 {
    until.duration_since(from).as_secs().div_euclid(3_600)
}

/// The hold time runs since the vessel was charged.
fn holds_until(shipper: &Record) -> Option<Timestamp> {
    let charged: Timestamp = shipper.field("charged_at")?.parse().ok()?;
    charged.checked_add(SignedDuration::from_hours(shipper.field("hold_hours")?.parse().ok()?)).ok()
}

/// Both labels are the number of the unit, the order is the one that holds it and is scheduled, and the vessel is charged and
/// holds long enough.
pub(super) async fn identified(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = other_label(case, &["scan_bag", "scan_order"]) {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = of_its_order(case).await? {
        return Ok(Some(refusal));
    }
    vessel(case).await
}

/// What was scanned is the number of the unit.
pub(super) fn other_label(case: &Case<'_>, scans: &[&str]) -> Option<Refusal> {
    let (own, unit) = (name(case), case.value("unit")?);
    let number = label(unit.split_once('/').map_or(unit, |(_, number)| number));
    let differs = |field: &&&str| case.value(field).map(label).as_deref() != Some(number.as_str());
    let wrong: Vec<&str> = scans.iter().filter(differs).copied().collect();
    if wrong.is_empty() {
        return None;
    }
    let sentence = format!(
        "{own}: the unit is {number}, but {} says otherwise. Stop, and find out which bag it is.",
        wrong.join(", ")
    );
    Some(refusal("labels_do_not_match", own, sentence).with("fields", wrong.join(", ")))
}

/// The order that holds the unit is this one, and is scheduled.
async fn of_its_order(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let Some(written) = case.value("unit") else { return Ok(None) };
    let held = unit::standing(case.reader, written).await?.and_then(|unit| unit.order);
    let order = case.named("order", "order").await?;
    let fits = |one: &&Record| held.as_deref() == Some(one.number.as_str()) && one.state.code == "scheduled";
    if order.as_ref().filter(fits).is_some() {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {} is '{}' and {written} is held by {}: a unit leaves for the order that holds it, once that is scheduled.",
        case.value("order").unwrap_or("the order"),
        order.as_ref().map_or("not there", |one| one.state.code),
        held.as_deref().unwrap_or("none")
    );
    Ok(Some(refusal("shipment_order_wrong", own, sentence)))
}

/// Charged, qualified today, and holding for the planned hours and the margin.
async fn vessel(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let Some(shipper) = case.named("dry_shipper", "shipper").await? else { return Ok(None) };
    let until = shipper.field("qualified_until").unwrap_or_default();
    if shipper.state.code != "charged" || until < case.today.to_string().as_str() {
        let sentence = format!(
            "{own}: {} is '{}', qualified until '{until}': take one that is charged and qualified.",
            shipper.number, shipper.state.code
        );
        return Ok(Some(refusal("shipper_not_ready", own, sentence)));
    }
    let hours = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let (holds, planned) = (hours(shipper.field("hold_hours")), hours(case.value("planned_hours")));
    let declared = workflow::concept("shipment")
        .and_then(|one| one.profile.iter().find(|own| own.code == "margin_hours"))
        .map_or(0, |own| own.value);
    let margin = i64::from(setting::profile(case.reader, "shipment", "margin_hours", declared).await?);
    // What has run since it was charged is no longer there when it departs.
    let departs = case.value("departed_at").and_then(|at| at.parse::<Timestamp>().ok());
    let left = departs.zip(holds_until(&shipper)).map(|(departs, until)| self::hours(departs, until));
    let holds = left.map_or(holds, |left| left.min(holds));
    if holds >= planned + margin {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {} holds {holds} h, but {planned} h are planned and {margin} h are kept as a margin: take one that holds longer.",
        shipper.number
    );
    Ok(Some(refusal("shipper_hold_too_short", own, sentence)))
}

/// The unit was taken out for this shipment, and the vessel is still good.
pub(super) async fn may_depart(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = identified(case).await? {
        return Ok(Some(refusal));
    }
    in_state(case, "retrieved").await
}

/// The unit is on its way, and nobody holds it who has not said so: mission M13, a gap in the custody is a nonconformance, and two banks
/// that escort together both sign.
pub(super) async fn may_arrive(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let legs = handover::legs(case.reader, own).await?;
    if let Some(open) = legs.iter().find(|leg| matches!(leg.state.code, "planned" | "given")) {
        let sentence = format!(
            "{own}: the hand-over {} is '{}': have it received, or record that the custody is broken, before the shipment is delivered.",
            open.number, open.state.code
        );
        return Ok(Some(refusal("custody_open", own, sentence).with("handover", open.number.as_str())));
    }
    if case.value("escort") == Some("joint") && !legs.iter().any(|leg| leg.state.code == "received") {
        let sentence = format!(
            "{own} is escorted by two banks, and no hand-over between them was signed by both: record it first."
        );
        return Ok(Some(refusal("handover_missing", own, sentence)));
    }
    in_state(case, "shipped").await
}

/// The unit is where it must be for the next step.
pub(super) async fn in_state(case: &Case<'_>, expected: &str) -> Result<Option<Refusal>, StoreError> {
    let Some(written) = case.value("unit") else { return Ok(None) };
    let unit = unit::standing(case.reader, written).await?;
    let found = unit.as_ref().map_or("not there", |unit| unit.state);
    if found == expected {
        return Ok(None);
    }
    let own = name(case);
    let sentence = format!(
        "{own}: {written} is '{found}', expected '{expected}': make the step of the unit before this one."
    );
    Ok(Some(refusal("unit_state_wrong", own, sentence).with("number", written).with("state", found)))
}

/// The move of the unit that a record entails.
pub(super) async fn follow(
    write: &WriteTransaction<'_>,
    record: &Record,
    step: &str,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    match record.field("unit") {
        Some(unit) => unit::go(write, unit, step, &Kept::default(), by).await.map(|_| ()),
        None => Ok(()),
    }
}
