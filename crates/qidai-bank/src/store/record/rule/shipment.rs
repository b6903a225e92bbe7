//! On the way to the centre (mission M13): the bag is the one of the order, and the vessel holds longer than the way takes.

use super::{Case, label, name, refusal};
use crate::store::database::WriteTransaction;
use crate::store::record::values::Kept;
use crate::store::{StoreError, setting, unit};
use crate::{Acting, BankError, Record, Refusal, WriteContext, workflow};

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
