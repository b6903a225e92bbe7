//! Four labels are one number, and who collects, where and with what is in order (mission M02).

use sea_orm::Value;

use super::{Case, day, label, name, refusal};
use crate::Refusal;
use crate::store::StoreError;
use crate::store::row::RowReader;

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
    if let Some(refusal) = contract(case).await? {
        return Ok(Some(refusal));
    }
    licence(case).await
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
    let day = day(case, "started_at").await?;
    let until = kit.field("expires_on").unwrap_or_default();
    if until < day.as_str() {
        let sentence =
            format!("{own}: {} could be used until {until}, the collection was on {day}.", kit.number);
        return Ok(Some(refusal("kit_expired", own, sentence)));
    }
    Ok(None)
}

/// The collector is certified on that day, at the site of the collection.
async fn collector(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, site) = (name(case), case.record.and_then(|record| record.site.as_deref()));
    let Some(collector) = case.named("collector", "collector").await? else { return Ok(None) };
    let (day, until) = (day(case, "started_at").await?, collector.field("valid_until").unwrap_or_default());
    // A certificate that ran out since then was one on that day.
    let is_certified = matches!(collector.state.code, "certified" | "expired") && day.as_str() <= until;
    if is_certified && collector.site.as_deref() == site {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: {} is '{}', certified until {until} for the site {}: only who is certified there on the day, {day}, collects.",
        collector.number,
        collector.state.code,
        collector.site.as_deref().unwrap_or("none")
    );
    Ok(Some(refusal("collector_not_certified", own, sentence)))
}

/// The site has a contract that was in force on that day.
async fn contract(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, site) = (name(case), case.record.and_then(|record| record.site.as_deref()).unwrap_or_default());
    let day = day(case, "started_at").await?;
    if case.beside.is_some() {
        return contract_of_then(case, (own, site)).await;
    }
    let sql = "SELECT 1 FROM record r JOIN record_field f ON f.record_id = r.record_id AND f.field = 'valid_from' \
               JOIN record_field u ON u.record_id = r.record_id AND u.field = 'valid_until' \
               WHERE r.concept = 'site_contract' AND r.state IN ('in_force', 'expired') AND r.site = $1 \
               AND f.value <= $2 AND u.value >= $2";
    if case.reader.first(sql, [Value::from(site), Value::from(day.as_str())]).await?.is_some() {
        return Ok(None);
    }
    let sentence =
        format!("{own}: the site {site} has no contract in force on {day}, so nothing is collected there.");
    Ok(Some(refusal("site_not_contracted", own, sentence)))
}

/// What is carried over was collected under contracts of then, of which the register may only have the last.
async fn contract_of_then(case: &Case<'_>, (own, site): (&str, &str)) -> Result<Option<Refusal>, StoreError> {
    let sql = "SELECT 1 FROM record WHERE concept = 'site_contract' AND state = 'in_force' AND site = $1";
    if case.reader.first(sql, [Value::from(site)]).await?.is_some() {
        return Ok(None);
    }
    let sentence = format!("{own}: the site {site} has no contract in force, so nothing is collected there.");
    Ok(Some(refusal("site_not_contracted", own, sentence)))
}

/// Mission M15: a practice licence that has run out stops the collection. A bank that has entered none of its licences
/// yet is not stopped: nothing is known of them here.
async fn licence(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    if case.beside.is_some() {
        return Ok(None);
    }
    let (own, day) = (name(case), day(case, "started_at").await?);
    let sql = "SELECT r.number, r.state, u.value FROM record r \
               JOIN record_field k ON k.record_id = r.record_id AND k.field = 'kind' AND k.value = 'blood_station' \
               JOIN record_field u ON u.record_id = r.record_id AND u.field = 'valid_until' \
               WHERE r.concept = 'licence' AND r.state IN ('active', 'renewal', 'lapsed') ORDER BY u.value DESC";
    let Some(row) = case.reader.first(sql, []).await? else { return Ok(None) };
    let mut row = RowReader::new("record", &row);
    let (number, state, until) = (row.text()?, row.text()?, row.text()?);
    if until >= day {
        return Ok(None);
    }
    let sentence = format!(
        "{own}: the practice licence {number} is '{state}', valid until {until}: nothing is collected on {day} before it is renewed."
    );
    Ok(Some(refusal("licence_not_in_force", own, sentence).with("licence", number).with("until", until)))
}
