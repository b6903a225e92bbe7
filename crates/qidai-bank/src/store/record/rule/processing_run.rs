//! A unit is processed with lots that were released and are in date, on equipment whose calibration has not run out; a
//! deviation is settled when its nonconformance is (mission M05).

use super::{Case, day, name, refusal};
use crate::store::StoreError;
use crate::{Record, Refusal};

const LOTS: [&str; 5] = ["bag_lot", "hes_lot", "dmso_lot", "dextran_lot", "freezing_bag_lot"];
const EQUIPMENT: [&str; 3] = ["separator", "centrifuge", "counter"];

/// Before a batch is done, and before it is closed: what was used may be used.
pub(super) async fn usable(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = two_people(case) {
        return Ok(Some(refusal));
    }
    let day = day(case, "begun_at").await?;
    for field in LOTS {
        let Some(lot) = case.named("reagent_lot", field).await? else { continue };
        if let Some(refusal) = lot_obstacle(case, &lot, &day) {
            return Ok(Some(refusal));
        }
    }
    for field in EQUIPMENT {
        let Some(one) = case.named("equipment", field).await? else { continue };
        let until = one.field("calibration_due").unwrap_or_default();
        if one.state.code != "usable" || until < day.as_str() {
            let sentence = format!(
                "{} is '{}', calibrated until {until}: it was not to be used. Report a deviation, or name the one that was.",
                one.number, one.state.code
            );
            return Ok(Some(refusal("equipment_not_usable", name(case), sentence)));
        }
    }
    Ok(None)
}

/// Identity and labels are checked by two.
fn two_people(case: &Case<'_>) -> Option<Refusal> {
    let (operator, own) = (case.value("operator")?, name(case));
    let is_same = case.value("second") == Some(operator);
    let sentence =
        || format!("{own}: operator and second person are both {operator}: two people check a batch.");
    is_same.then(|| refusal("four_eyes", own, sentence()))
}

/// A lot that has run out since it was used was in date then.
fn lot_obstacle(case: &Case<'_>, lot: &Record, day: &str) -> Option<Refusal> {
    let until = lot.field("expires_on").unwrap_or_default();
    if until < day {
        let sentence = format!(
            "Lot {} could be used until {until}: report a deviation, or name the lot that was used.",
            lot.number
        );
        return Some(refusal("lot_expired", name(case), sentence));
    }
    if !matches!(lot.state.code, "released" | "used_up" | "expired") {
        let sentence = format!(
            "Lot {} is '{}', not released: report a deviation, or name the lot that was used.",
            lot.number, lot.state.code
        );
        return Some(refusal("lot_not_released", name(case), sentence));
    }
    None
}

/// A batch goes on when the nonconformance of its deviation is closed.
pub(super) async fn settled(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let Some(one) = case.named("nonconformance", "deviation").await? else { return Ok(None) };
    if matches!(one.state.code, "closed" | "rejected") {
        return Ok(None);
    }
    let sentence =
        format!("{} is still '{}': the batch goes on when it is closed.", one.number, one.state.code);
    Ok(Some(refusal("deviation_open", name(case), sentence)))
}
