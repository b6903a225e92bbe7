//! A unit is processed with lots that were released and are in date, on equipment whose calibration has not run out; a
//! deviation is settled when its nonconformance is (mission M05).

use super::{Case, name, refusal};
use crate::store::StoreError;
use crate::{Record, Refusal};

const LOTS: [&str; 5] = ["bag_lot", "hes_lot", "dmso_lot", "dextran_lot", "freezing_bag_lot"];
const EQUIPMENT: [&str; 3] = ["separator", "centrifuge", "counter"];

/// Before a batch is done, and before it is closed: what was used may be used.
pub(super) async fn usable(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    for field in LOTS {
        let Some(lot) = case.named("reagent_lot", field).await? else { continue };
        if let Some(refusal) = lot_obstacle(case, &lot) {
            return Ok(Some(refusal));
        }
    }
    for field in EQUIPMENT {
        let Some(one) = case.named("equipment", field).await? else { continue };
        let until = one.field("calibration_due").unwrap_or_default();
        if one.state.code != "usable" || until < day(case).as_str() {
            let sentence = format!(
                "{} is '{}', calibrated until {until}: it was not to be used. Report a deviation, or name the one that was.",
                one.number, one.state.code
            );
            return Ok(Some(refusal("equipment_not_usable", name(case), sentence)));
        }
    }
    Ok(None)
}

/// A lot that has run out since it was used was in date then.
fn lot_obstacle(case: &Case<'_>, lot: &Record) -> Option<Refusal> {
    let until = lot.field("expires_on").unwrap_or_default();
    if until < day(case).as_str() {
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

/// The day on which the unit was processed, as far as it is written.
fn day(case: &Case<'_>) -> String {
    let begun = case.value("begun_at").and_then(|at| at.get(..10));
    begun.map_or_else(|| case.today.to_string(), str::to_owned)
}
