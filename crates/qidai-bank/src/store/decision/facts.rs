//! The facts that a decision sees: the record of the unit, the approved results, and the times of its life.

use jiff::Timestamp;
use sea_orm::Value;

use crate::specification::facts_of;
use crate::store::database::Reader;
use crate::store::{StoreError, lab, unit};
use crate::{BankError, Facts, Identity, Profile, Refusal, UnitRecord};

pub(super) async fn gather(
    reader: Reader<'_>,
    identity: &Identity,
    unit_key: i64,
    profile: &Profile,
) -> Result<Facts, BankError> {
    let record = unit::record(reader, identity).await?;
    of_bank(profile, &record)?;
    let approved = lab::approved_of(reader, unit_key).await?;
    let mut facts = facts_of(&record, &approved);
    times(reader, unit_key, &mut facts).await?;
    if profile.stage == "release" {
        super::recheck::facts(reader, identity, &approved, &mut facts).await?;
    }
    Ok(facts)
}

/// A profile is for units of some kinds of bank.
pub(super) fn of_bank(profile: &Profile, record: &UnitRecord) -> Result<(), Refusal> {
    let identity = &record.identity;
    if !profile.bank_types.contains(&record.bank_type) {
        let expected: Vec<&str> = profile.bank_types.iter().map(|one| one.code()).collect();
        let sentence = format!(
            "The profile {} is for {} units, and {} is a {} unit: take another profile.",
            profile.key(),
            expected.join(" and "),
            identity.written(),
            record.bank_type.code()
        );
        let refusal = Refusal::new("profile_not_for_unit", sentence);
        return Err(refusal.with("profile", profile.key()).with("number", identity.written()));
    }
    Ok(())
}

/// Hours from the collection to the receipt and to the freezer. A unit that came in a file has no such moments, and
/// they are not known.
async fn times(reader: Reader<'_>, unit_key: i64, facts: &mut Facts) -> Result<(), StoreError> {
    let Some(collected) = field_time(reader, unit_key, "collected_at").await? else { return Ok(()) };
    let received = field_time(reader, unit_key, "received_at").await?;
    let frozen = frozen_at(reader, unit_key).await?;
    set_hours(facts, collected, received, frozen);
    Ok(())
}

/// Hours since the collection.
pub(super) fn set_hours(
    facts: &mut Facts,
    collected: Timestamp,
    received: Option<Timestamp>,
    frozen: Option<Timestamp>,
) {
    for (code, at) in [("hours_to_receipt", received), ("hours_to_freezing", frozen)] {
        let Some(seconds) = at.map(|at| at.as_second() - collected.as_second()) else { continue };
        if seconds >= 0 {
            let hundredths = seconds * 100 / 3_600;
            facts.set(code, format!("{}.{:02}", hundredths / 100, hundredths % 100), "unit");
        }
    }
}

/// A time of the life of a unit.
async fn field_time(reader: Reader<'_>, unit_key: i64, field: &str) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT value FROM unit_field WHERE unit_key = $1 AND field = $2";
    let Some(row) = reader.first(sql, [Value::from(unit_key), Value::from(field)]).await? else {
        return Ok(None);
    };
    let text: String = row.try_get_by_index(0)?;
    Ok(text.parse().ok())
}

/// When it came into quarantine, frozen: no earlier than its freezing began.
async fn frozen_at(reader: Reader<'_>, unit_key: i64) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(effective_at_us) FROM unit_step WHERE unit_key = $1 AND to_state = 'quarantine'";
    let at: Option<i64> = match reader.first(sql, [Value::from(unit_key)]).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    Ok(at.and_then(|at| Timestamp::from_microsecond(at).ok()))
}
