//! What a unit's moves ask for and other records say: its kit, the consent in force, a health history that passed.
//!
//! A new kind of fact is one line in [`FOUND`], and a field of `workflows/unit.md` with the mark `computed`. What stands
//! in a table of its own gets a function like [`scopes`] and a line in [`of`].

use sea_orm::Value;

use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::store::storage::open_place;
use crate::store::{StoreError, freeze};
use crate::{Identity, Record, Stored, StoredKind};

/// Field of the unit; concept of the records whose field `unit` names it; states in which they count.
const FOUND: [(&str, &str, &[&str]); 13] = [
    ("kit", "kit", &["issued", "used"]),
    ("consent", "consent", &["given"]),
    ("questionnaire", "questionnaire", &["eligible"]),
    ("collection", "collection", &["matched"]),
    ("processing_run", "processing_run", &["done", "closed"]),
    (ORDER, ORDER, HOLDING),
    ("order_scheduled", ORDER, &["scheduled", "shipped", "delivered", "infused", "follow_up", "closed"]),
    ("recheck", "recheck", &["passed"]),
    ("exception", "recheck", &["excepted"]),
    ("shipment", "shipment", &["ready", "under_way", "delivered"]),
    ("departure", "shipment", &["under_way", "delivered"]),
    ("delivery", "shipment", &["delivered"]),
    ("infusion", "infusion", &["infused"]),
];

/// The concept, and the field of a unit and of all that is done for the sake of an order.
const ORDER: &str = "order";
/// States in which an order holds its unit.
const HOLDING: &[&str] = &[
    "reserved",
    "recheck",
    "approved",
    "scheduled",
    "shipped",
    "delivered",
    "infused",
    "follow_up",
    "closed",
];

/// States in which a batch record waits for somebody.
const BATCH_OPEN: [&str; 3] = ["begun", "done", "deviating"];

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
    /// A batch record that is not closed: its number and state.
    pub(super) open_batch: Option<(String, String)>,
}

/// A record that names the unit.
struct Names {
    concept: String,
    number: String,
    state: String,
    id: String,
    /// For the sake of which order it was made, where it was for one.
    order: Option<String>,
}

/// Reads what other records say of a unit; where several do, the youngest counts. What was done for an order counts only
/// while that order holds the unit: a re-check for an earlier patient releases nothing.
pub(super) async fn of(reader: Reader<'_>, identity: &Identity, subject: &str) -> Result<Found, StoreError> {
    let names = names(reader, subject).await?;
    let mut found =
        Found { has_consent: names.iter().any(|one| one.concept == "consent"), ..Found::default() };
    let holds = |one: &&Names| one.concept == ORDER && HOLDING.contains(&one.state.as_str());
    let order = names.iter().find(holds).map(|one| one.number.clone());
    let counts = |one: &&Names| one.order.is_none() || one.order == order;
    let waits = |one: &&Names| one.concept == "processing_run" && BATCH_OPEN.contains(&one.state.as_str());
    found.open_batch = names.iter().find(waits).map(|one| (one.number.clone(), one.state.clone()));
    let mut consent = None;
    for one in names.iter().filter(counts) {
        for (field, concept, states) in FOUND {
            let says = concept == one.concept && states.contains(&one.state.as_str());
            if !says || found.fields.iter().any(|(known, _)| *known == field) {
                continue;
            }
            if field == "consent" {
                consent = Some(one.id.as_str());
            }
            found.fields.push((field, one.number.clone()));
        }
    }
    if let Some(id) = consent {
        found.fields.extend(scopes(reader, id).await?);
    }
    let run = freeze::newest_run_of(reader, identity).await?;
    found.fields.extend(run.map(|number| ("freeze_run", number)));
    let bag = Stored { kind: StoredKind::Unit, identity: identity.clone() };
    let place = open_place(reader, &bag).await?;
    found.fields.extend(place.map(|open| ("place", open.position.to_string())));
    Ok(found)
}

async fn names(reader: Reader<'_>, subject: &str) -> Result<Vec<Names>, StoreError> {
    let sql = "SELECT r.concept, r.number, r.state, r.record_id, o.value FROM record_field f \
               JOIN record r ON r.record_id = f.record_id \
               LEFT JOIN record_field o ON o.record_id = r.record_id AND o.field = 'order' \
               WHERE f.refers_to = $1 AND f.field = 'unit' ORDER BY r.created_at_us DESC, r.serial DESC";
    let read = |row| {
        let mut row = RowReader::new("record", row);
        let (concept, number, state, id) = (row.text()?, row.text()?, row.text()?, row.text()?);
        Ok(Names { concept, number, state, id, order: row.optional_text()? })
    };
    reader.all(sql, [Value::from(subject)]).await?.iter().map(read).collect()
}

/// A batch record of a unit, among records that are carried over with it, that nobody has closed.
pub(super) fn open_batch_of(records: &[Record]) -> Option<(String, String)> {
    let is_open =
        |record: &&Record| record.concept.code == "processing_run" && BATCH_OPEN.contains(&record.state.code);
    records.iter().rev().find(is_open).map(|record| (record.number.clone(), record.state.code.to_owned()))
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
