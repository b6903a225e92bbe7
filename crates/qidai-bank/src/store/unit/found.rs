//! What a unit's moves ask for and other records say: its kit, the consent in force, a health history that passed.
//!
//! A new kind of fact is one line in [`FOUND`], and a field of `workflows/unit.md` with the mark `computed`. What stands
//! in a table of its own gets a function like [`scopes`] and a line in [`of`].

use sea_orm::Value;

use crate::Record;
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;

/// Field of the unit; concept of the records whose field `unit` names it; states in which they count.
const FOUND: [(&str, &str, &[&str]); 4] = [
    ("kit", "kit", &["issued", "used"]),
    ("consent", "consent", &["given"]),
    ("questionnaire", "questionnaire", &["eligible"]),
    ("collection", "collection", &["matched"]),
];

/// Field of the unit, and the field of its consent that says it.
const SCOPES: [(&str, &str); 5] = [
    ("consent_at", "signed_at"),
    ("consent_late_procedure", "late_procedure"),
    ("consent_donate", "donate"),
    ("consent_family", "family"),
    ("consent_research", "research"),
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Fields of the unit with their values.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Is there a consent of whatever state?
    pub(super) has_consent: bool,
}

/// Reads what other records say of a unit; where several do, the youngest counts.
pub(super) async fn of(reader: Reader<'_>, subject: &str) -> Result<Found, StoreError> {
    let sql = "SELECT r.concept, r.number, r.state, r.record_id FROM record_field f \
               JOIN record r ON r.record_id = f.record_id WHERE f.refers_to = $1 AND f.field = 'unit' \
               ORDER BY r.created_at_us DESC, r.serial DESC";
    let (mut found, mut consent) = (Found::default(), None);
    for row in reader.all(sql, [Value::from(subject)]).await? {
        let mut row = RowReader::new("record", &row);
        let (concept, number, state, id) = (row.text()?, row.text()?, row.text()?, row.text()?);
        found.has_consent |= concept == "consent";
        let says = FOUND.iter().find(|(_, of, states)| *of == concept && states.contains(&state.as_str()));
        let Some((field, ..)) = says else { continue };
        if found.fields.iter().any(|(known, _)| known == field) {
            continue;
        }
        if *field == "consent" {
            consent = Some(id);
        }
        found.fields.push((field, number));
    }
    if let Some(id) = consent {
        found.fields.extend(scopes(reader, &id).await?);
    }
    Ok(found)
}

/// The same, of records that are carried over together with the unit.
pub(super) fn of_records(records: &[Record]) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    for (field, concept, states) in FOUND {
        let says = |record: &&Record| record.concept.code == concept && states.contains(&record.state.code);
        let Some(record) = records.iter().rev().find(says) else { continue };
        fields.push((field, record.number.clone()));
        if field == "consent" {
            let said =
                SCOPES.iter().filter_map(|(of_unit, own)| Some((*of_unit, record.field(own)?.to_owned())));
            fields.extend(said);
        }
    }
    fields
}

async fn scopes(reader: Reader<'_>, consent: &str) -> Result<Vec<(&'static str, String)>, StoreError> {
    let sql = "SELECT field, value FROM record_field WHERE record_id = $1";
    let mut all = Vec::new();
    for row in reader.all(sql, [Value::from(consent)]).await? {
        let mut row = RowReader::new("record_field", &row);
        let (field, value) = (row.text()?, row.text()?);
        all.extend(SCOPES.iter().find(|(_, own)| *own == field).map(|(of_unit, _)| (*of_unit, value)));
    }
    Ok(all)
}
