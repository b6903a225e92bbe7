//! The facts that a decision sees: the record of the unit, the approved results, and the times of its life.

use jiff::Timestamp;
use sea_orm::Value;

use crate::specification::facts_of;
use crate::store::database::Reader;
use crate::store::{StoreError, lab, unit};
use crate::{BankError, Facts, Identity, Profile, Refusal};

/// A moment in the life of a unit: the state that begins it, and what the time since its collection is called.
const MOMENTS: [(&str, &str); 2] = [("received", "hours_to_receipt"), ("quarantine", "hours_to_freezing")];

pub(super) async fn gather(
    reader: Reader<'_>,
    identity: &Identity,
    unit_key: i64,
    profile: &Profile,
) -> Result<Facts, BankError> {
    let record = unit::record(reader, identity).await?;
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
        return Err(refusal.with("profile", profile.key()).with("number", identity.written()).into());
    }
    let approved = lab::approved_of(reader, unit_key).await?;
    let mut facts = facts_of(&record, &approved);
    times(reader, identity, unit_key, &mut facts).await?;
    Ok(facts)
}

/// Hours from the end of the collection, as its record has it, to the states of the unit. A unit that came in a file
/// has no such moments, and they are not known.
async fn times(
    reader: Reader<'_>,
    identity: &Identity,
    unit_key: i64,
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let Some((number, collected)) = collection_end(reader, identity).await? else { return Ok(()) };
    for (state, code) in MOMENTS {
        let sql = "SELECT MIN(effective_at_us) FROM unit_state WHERE unit_key = $1 AND status = $2";
        let row = reader.first(sql, [Value::from(unit_key), Value::from(state)]).await?;
        let at: Option<i64> = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        let Some(at) = at.and_then(|at| Timestamp::from_microsecond(at).ok()) else { continue };
        let hundredths = (at.as_second() - collected.as_second()) * 100 / 3_600;
        if hundredths >= 0 {
            let hours = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            facts.set(code, hours, format!("collection/{number}"));
        }
    }
    Ok(())
}

/// Number and end of the matched collection of a unit.
async fn collection_end(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    let sql = "SELECT r.number, e.value FROM record_field u \
         JOIN record r ON r.record_id = u.record_id AND r.state = 'matched' \
         JOIN record_field e ON e.record_id = r.record_id AND e.field = 'ended_at' \
         WHERE u.concept = 'collection' AND u.field = 'unit' AND u.value IN ($1, $2) ORDER BY r.serial LIMIT 1";
    let values = [Value::from(identity.written()), Value::from(identity.value.as_str())];
    let Some(row) = reader.first(sql, values).await? else { return Ok(None) };
    let (number, text): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(text.parse().ok().map(|at| (number, at)))
}
