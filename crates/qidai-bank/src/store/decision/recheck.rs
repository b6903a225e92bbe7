//! What a release decision may see of the re-check (mission M12): the segment that was thawed for it, and nothing older.

use jiff::Timestamp;
use sea_orm::Value;

use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::{Facts, Identity, TestResult};

/// A re-check that counts, with what was looked at by people.
struct Recheck {
    number: String,
    begun: Timestamp,
    identity: Option<String>,
    eligibility: Option<String>,
}

/// Facts of another thawing, and a typing that confirmed the unit long ago, say nothing about the bag that leaves now.
pub(super) async fn facts(
    reader: Reader<'_>,
    unit: &Identity,
    approved: &[TestResult],
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let recheck = open(reader, unit).await?;
    let is_new = |source: &str| {
        let begun = recheck.as_ref().map(|recheck| recheck.begun);
        let result = approved.iter().find(|result| result.subject() == source);
        begun.zip(result).is_some_and(|(begun, result)| result.entered.at >= begun)
    };
    facts.retain(|code, fact| match code {
        "identity_confirmed" => false,
        code if code.starts_with("post_thaw_") => is_new(&fact.source),
        _ => true,
    });
    recovery(facts);
    let Some(recheck) = recheck else { return Ok(()) };
    let source = format!("record/recheck/{}", recheck.number);
    let mut yes_no = |code: &str, found: Option<&str>, yes: &str| {
        if let Some(found) = found {
            facts.set(code, if found == yes { "yes" } else { "no" }, source.as_str());
        }
    };
    // What could not be compared is not known, which is neither.
    let identity = recheck.identity.as_deref().filter(|identity| *identity != "incomplete");
    yes_no("identity_confirmed", identity, "confirmed");
    yes_no("eligibility_reviewed", recheck.eligibility.as_deref(), "acceptable");
    Ok(())
}

/// CD34 cells after thawing, of those that were frozen, in percent with two decimals.
fn recovery(facts: &mut Facts) {
    let count = |code: &str| facts.get(code).and_then(|fact| crate::specification::number(&fact.value));
    let (Some(after), Some(before)) = (count("post_thaw_cd34_total"), count("cd34_total")) else { return };
    if before > 0 {
        let hundredths = (after * 10_000 + before / 2) / before;
        let source = facts.get("post_thaw_cd34_total").map_or_else(String::new, |fact| fact.source.clone());
        facts.set("cd34_recovery_percent", format!("{}.{:02}", hundredths / 100, hundredths % 100), source);
    }
}

/// The youngest re-check of the unit on which nobody has given up. What people saw counts once they have signed for it.
async fn open(reader: Reader<'_>, unit: &Identity) -> Result<Option<Recheck>, StoreError> {
    let sql = "SELECT r.number, r.created_at_us, r.state, i.value, e.value FROM record_field f \
               JOIN record r ON r.record_id = f.record_id \
               LEFT JOIN record_field i ON i.record_id = r.record_id AND i.field = 'identity' \
               LEFT JOIN record_field e ON e.record_id = r.record_id AND e.field = 'eligibility' \
               WHERE f.refers_to = $1 AND f.field = 'unit' AND r.concept = 'recheck' \
               AND r.state NOT IN ('abandoned', 'rejected') ORDER BY r.created_at_us DESC, r.serial DESC";
    let subject = format!("unit/{}/{}", unit.scheme, unit.value);
    let Some(row) = reader.first(sql, [Value::from(subject)]).await? else { return Ok(None) };
    let mut row = RowReader::new("record", &row);
    let (number, begun, state) = (row.text()?, row.time("created_at_us")?, row.text()?);
    let is_signed = state != "begun";
    let (identity, eligibility) = (row.optional_text()?, row.optional_text()?);
    Ok(Some(Recheck {
        number,
        begun,
        identity: identity.filter(|_| is_signed),
        eligibility: eligibility.filter(|_| is_signed),
    }))
}
