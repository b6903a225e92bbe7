//! Four labels are one number, and who collects, where and with what is in order (mission M02).

use sea_orm::Value;

use super::{Case, label, name, refusal};
use crate::Refusal;
use crate::store::StoreError;

/// Fields into which the labels are scanned.
const SCANS: [&str; 4] = ["scan_mother", "scan_bag", "scan_tubes", "scan_form"];

pub(super) async fn labels_match(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if let Some(refusal) = four_of_four(case) {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = kit(case).await? {
        return Ok(Some(refusal));
    }
    if let Some(refusal) = collector(case).await? {
        return Ok(Some(refusal));
    }
    contract(case).await
}

/// All four labels are the number of the unit.
fn four_of_four(case: &Case<'_>) -> Option<Refusal> {
    let (own, unit) = (name(case), case.value("unit")?);
    let number = label(unit.split_once('/').map_or(unit, |(_, number)| number));
    let differs = |field: &&&str| case.value(field).map(label).as_deref() != Some(number.as_str());
    let wrong: Vec<&str> = SCANS.iter().filter(differs).copied().collect();
    if wrong.is_empty() {
        return None;
    }
    let sentence = format!(
        "{own}: the unit is {number}, but {} of 4 labels say otherwise ({}). Stop, and find out which label is whose.",
        wrong.len(),
        wrong.join(", ")
    );
    Some(refusal("labels_do_not_match", own, sentence).with("fields", wrong.join(", ")))
}

/// The kit was given out for this unit and could be used on the day.
async fn kit(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let own = name(case);
    let Some(kit) = case.named("kit", "kit").await? else { return Ok(None) };
    if kit.field("unit") != case.value("unit") || !matches!(kit.state.code, "issued" | "used") {
        let sentence =
            format!("{own}: {} was not given out for this unit: take the kit that was.", kit.number);
        return Ok(Some(refusal("kit_of_other_unit", own, sentence)));
    }
    let day = case.value("started_at").and_then(|at| at.get(..10)).unwrap_or_default();
    let until = kit.field("expires_on").unwrap_or_default();
    if until < day {
        let sentence =
            format!("{own}: {} could be used until {until}, the collection was on {day}.", kit.number);
        return Ok(Some(refusal("kit_expired", own, sentence)));
    }
    Ok(None)
}

/// The collector is certified, at the site of the collection.
async fn collector(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, site) = (name(case), case.record.and_then(|record| record.site.as_deref()));
    let Some(collector) = case.named("collector", "collector").await? else { return Ok(None) };
    if collector.state.code == "certified" && collector.site.as_deref() == site {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {} is '{}' and belongs to the site {}: only who is certified there collects.",
        collector.number,
        collector.state.code,
        collector.site.as_deref().unwrap_or("none")
    );
    Ok(Some(refusal("collector_not_certified", own, sentence)))
}

/// The site has a contract in force.
async fn contract(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, site) = (name(case), case.record.and_then(|record| record.site.as_deref()).unwrap_or_default());
    let sql =
        "SELECT number FROM record WHERE concept = 'site_contract' AND state = 'in_force' AND site = $1";
    if case.reader.first(sql, [Value::from(site)]).await?.is_some() {
        return Ok(None);
    }
    let sentence = format!("{own}: the site {site} has no contract in force, so nothing is collected there.");
    Ok(Some(refusal("site_not_contracted", own, sentence)))
}
