//! From one thing to every unit that hangs together with it, and to whoever got one: the trace, followed to its end, by sets of
//! thousands instead of one by one.

use std::collections::{BTreeMap, HashSet};

use sea_orm::{DbBackend, Value};

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError, unit};
use crate::{
    Affected, AffectedUnit, BankError, BankType, Identity, Permission, Principal, Refusal, SentTo, Status,
    workflow,
};

/// Subjects of one question.
const LIST_MAX: usize = 20_000;
/// Steps from the beginning to a unit: lot – kit – collection – unit is three.
const DEPTH_MAX: u8 = 6;
/// Records about the finding itself lead nowhere, and a unit that a search once saw has nothing to do with its patient.
const NOT_FOLLOWED: [&str; 5] =
    ["recall", "recall_notice", "nonconformance", "search_alert", "watched_search"];
/// States in which the unit of an order has left the bank.
const LEFT: &str = "'shipped', 'delivered', 'infused', 'follow_up', 'closed', 'failed'";

impl Store {
    /// All units that something reaches, and the orders for which they left. `began_with` is a number of a register, a unit as it is
    /// on its labels, or a subject: `tank/T01`, `freeze_run/CRF1-2026-0311`.
    ///
    /// # Errors
    /// `permission_missing`; `recall_beginning_unknown` when the bank knows no such thing.
    pub async fn affected_by(&self, began_with: &str, principal: &Principal) -> Result<Affected, BankError> {
        principal.may(Permission::UnitView, None)?;
        let snapshot = self.database.snapshot().await?;
        let subject = subject_of(snapshot.reader(), began_with).await?;
        let subject = subject.ok_or_else(|| unknown(began_with))?;
        let affected = read(snapshot.reader(), subject).await?;
        snapshot.end().await?;
        Ok(affected)
    }
}

fn unknown(began_with: &str) -> Refusal {
    let sentence = format!(
        "'{began_with}' is nothing that the bank knows: write the number of a record such as RL-2026-0001, of a unit, \
         or tank/CODE or freeze_run/NUMBER."
    );
    Refusal::new("recall_beginning_unknown", sentence).with("value", began_with)
}

/// What a text names, as in the history; `None` where there is no such thing.
pub(super) async fn subject_of(reader: Reader<'_>, text: &str) -> Result<Option<String>, StoreError> {
    let text = text.trim();
    let (kind, key) = text.split_once('/').unwrap_or(("", text));
    let own = match kind {
        "tank" => exists(reader, "SELECT code FROM storage_tank WHERE code = $1", key).await?,
        "freeze_run" => exists(reader, "SELECT number FROM freeze_run WHERE number = $1", key).await?,
        _ => None,
    };
    if let Some(key) = own {
        return Ok(Some(format!("{kind}/{key}")));
    }
    let number = key.to_ascii_uppercase();
    let is_it =
        |one: &&workflow::Concept| kind == one.code || kind.is_empty() && number.starts_with(one.prefix);
    for concept in workflow::concepts().iter().filter(is_it) {
        if super::record::by_number(reader, concept, &number).await?.is_some() {
            return Ok(Some(format!("{}/{number}", concept.code)));
        }
    }
    let found = unit::find_by_number(reader, text).await?;
    Ok(found.map(|Identity { scheme, value }| format!("unit/{scheme}/{value}")))
}

async fn exists(reader: Reader<'_>, sql: &str, key: &str) -> Result<Option<String>, StoreError> {
    match reader.first(sql, [Value::from(key)]).await? {
        Some(row) => RowReader::new("key", &row).text().map(Some),
        None => Ok(None),
    }
}

/// Follows a subject to the end.
pub(super) async fn read(reader: Reader<'_>, subject: String) -> Result<Affected, StoreError> {
    let mut walk = Walk { reader, seen: HashSet::from([subject.clone()]), units: BTreeMap::new() };
    if subject.starts_with("unit/") {
        walk.units.insert(subject.clone(), subject.clone());
    }
    walk.add_frozen(&subject).await?;
    let mut level = vec![subject.clone()];
    // A record that was named first leads to the units that it names itself: an order to its unit.
    walk.units_of_record(&subject).await?;
    for _ in 0..DEPTH_MAX {
        level = walk.step(&level).await?;
        if level.is_empty() {
            break;
        }
    }
    let units = walk.standing().await?;
    let recipients = walk.recipients().await?;
    Ok(Affected::new(subject, units, recipients))
}

/// A table of texts in a question: one parameter, however many there are.
fn list(reader: Reader<'_>) -> &'static str {
    match reader.backend() {
        DbBackend::Postgres => "json_array_elements_text($1::json) AS l(value)",
        _ => "json_each($1) AS l",
    }
}

fn json(texts: &[&str]) -> Value {
    Value::from(serde_json::Value::from(texts).to_string())
}

struct Walk<'r> {
    reader: Reader<'r>,
    seen: HashSet<String>,
    /// Subject of a unit, and what led to it.
    units: BTreeMap<String, String>,
}

impl Walk<'_> {
    /// What names the subjects of a level; their units are remembered, records are the next level.
    async fn step(&mut self, level: &[String]) -> Result<Vec<String>, StoreError> {
        let mut next = Vec::new();
        for part in level.chunks(LIST_MAX) {
            let texts: Vec<&str> = part.iter().map(String::as_str).collect();
            let found = self.records_naming(&texts).await?;
            self.units_naming(&texts).await?;
            let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
            self.units_named(&ids).await?;
            next.extend(found.into_iter().map(|(_, subject)| subject));
        }
        Ok(next)
    }

    /// Records that name something of a list and were not seen before: id and subject.
    async fn records_naming(&mut self, texts: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let sql = format!(
            "SELECT r.record_id, r.concept, r.number FROM {} JOIN record_field f ON f.refers_to = l.value \
             AND f.refers_to IS NOT NULL JOIN record r ON r.record_id = f.record_id",
            list(self.reader)
        );
        let mut found = Vec::new();
        for row in self.reader.all(&sql, [json(texts)]).await? {
            let mut row = RowReader::new("record", &row);
            let (id, concept, number) = (row.text()?, row.text()?, row.text()?);
            let subject = format!("{concept}/{number}");
            if !NOT_FOLLOWED.contains(&concept.as_str()) && self.seen.insert(subject.clone()) {
                found.push((id, subject));
            }
        }
        Ok(found)
    }

    /// Units whose own fields name something of a list: their mother, their kit, their box.
    async fn units_naming(&mut self, texts: &[&str]) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT u.scheme, u.identity, l.value FROM {} JOIN unit_field f ON f.refers_to = l.value \
             AND f.refers_to IS NOT NULL JOIN unit u ON u.unit_key = f.unit_key",
            list(self.reader)
        );
        for row in self.reader.all(&sql, [json(texts)]).await? {
            let mut row = RowReader::new("unit", &row);
            let unit = format!("unit/{}/{}", row.text()?, row.text()?);
            self.units.entry(unit).or_insert(row.text()?);
        }
        Ok(())
    }

    /// Units that records name.
    async fn units_named(&mut self, ids: &[&str]) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT f.refers_to, r.concept, r.number FROM {} JOIN record_field f ON f.record_id = l.value \
             JOIN record r ON r.record_id = f.record_id WHERE f.refers_to LIKE 'unit/%'",
            list(self.reader)
        );
        for row in self.reader.all(&sql, [json(ids)]).await? {
            let mut row = RowReader::new("record_field", &row);
            let unit = row.text()?;
            let by = format!("{}/{}", row.text()?, row.text()?);
            self.units.entry(unit).or_insert(by);
        }
        Ok(())
    }

    async fn units_of_record(&mut self, subject: &str) -> Result<(), StoreError> {
        let Some((concept, number)) = subject.split_once('/') else { return Ok(()) };
        let sql = "SELECT record_id FROM record WHERE concept = $1 AND number = $2";
        let values = [Value::from(concept), Value::from(number)];
        match self.reader.first(sql, values).await? {
            Some(row) => {
                let id = RowReader::new("record", &row).text()?;
                self.units_named(&[&id]).await
            }
            None => Ok(()),
        }
    }

    /// Units that stood in a tank at some time, or were in a freeze run.
    async fn add_frozen(&mut self, subject: &str) -> Result<(), StoreError> {
        let sql = match subject.split_once('/') {
            Some(("tank", _)) => {
                "SELECT DISTINCT scheme, identity FROM storage_place WHERE kind = 'unit' AND tank = $1"
            }
            Some(("freeze_run", _)) => {
                "SELECT b.scheme, b.identity FROM freeze_run r JOIN freeze_run_bag b ON b.run_id = r.run_id \
                 WHERE r.number = $1"
            }
            _ => return Ok(()),
        };
        let key = subject.split_once('/').map_or("", |(_, key)| key);
        for row in self.reader.all(sql, [Value::from(key)]).await? {
            let mut row = RowReader::new("storage_place", &row);
            self.units.insert(format!("unit/{}/{}", row.text()?, row.text()?), subject.to_owned());
        }
        Ok(())
    }

    /// The units with their state.
    async fn standing(&self) -> Result<Vec<AffectedUnit>, StoreError> {
        let mut by_scheme: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (subject, by) in &self.units {
            let key = subject.strip_prefix("unit/").and_then(|key| key.split_once('/'));
            let Some((scheme, value)) = key else { continue };
            by_scheme.entry(scheme).or_default().push((value, by));
        }
        let sql = format!(
            "SELECT u.identity, u.bank_type, u.status FROM {} JOIN unit u ON u.scheme = $2 AND u.identity = l.value",
            list(self.reader)
        );
        let mut units = Vec::with_capacity(self.units.len());
        for (scheme, known) in by_scheme {
            let by: BTreeMap<&str, &str> = known.iter().copied().collect();
            for part in known.chunks(LIST_MAX) {
                let values: Vec<&str> = part.iter().map(|(value, _)| *value).collect();
                for row in self.reader.all(&sql, [json(&values), Value::from(scheme)]).await? {
                    let mut row = RowReader::new("unit", &row);
                    let value = row.text()?;
                    let by = by.get(value.as_str()).map_or_else(String::new, |by| (*by).to_owned());
                    units.push(AffectedUnit {
                        identity: Identity { scheme: scheme.to_owned(), value },
                        bank_type: row.code("bank_type", BankType::parse)?,
                        status: row.code("status", Status::parse)?,
                        by,
                    });
                }
            }
        }
        Ok(units)
    }

    /// Orders for which one of the units left the bank.
    async fn recipients(&self) -> Result<Vec<SentTo>, StoreError> {
        // `|| ''` keeps a planner from beginning with all orders: it begins with the units of the list.
        let sql = format!(
            "SELECT r.number, r.state, l.value, i.value, p.value, \
             (SELECT MIN(n.number) FROM record_field o JOIN record n ON n.record_id = o.record_id \
              WHERE o.refers_to = 'order/' || r.number AND o.refers_to IS NOT NULL AND o.field = 'order' \
              AND n.concept || '' = 'infusion') \
             FROM {} JOIN record_field f ON f.refers_to = l.value AND f.refers_to IS NOT NULL \
             JOIN record r ON r.record_id = f.record_id \
             LEFT JOIN record_field i ON i.record_id = r.record_id AND i.field = 'institution' \
             LEFT JOIN record_field p ON p.record_id = r.record_id AND p.field = 'patient' \
             WHERE f.field || '' = 'unit' AND r.concept || '' = 'order' AND r.state || '' IN ({LEFT})",
            list(self.reader)
        );
        let subjects: Vec<&str> = self.units.keys().map(String::as_str).collect();
        let mut found = Vec::new();
        for part in subjects.chunks(LIST_MAX) {
            for row in self.reader.all(&sql, [json(part)]).await? {
                let mut row = RowReader::new("record", &row);
                let (order, state, subject) = (row.text()?, row.text()?, row.text()?);
                let key = subject.strip_prefix("unit/").and_then(unit::identity_in);
                let Some(identity) = key else { continue };
                let institution = row.optional_text()?.unwrap_or_default();
                let (patient, infusion) = (row.optional_text()?, row.optional_text()?);
                found.push(SentTo { order, state, identity, institution, patient, infusion });
            }
        }
        Ok(found)
    }
}

/// Those of some units that were recalled since a moment.
pub(super) async fn recalled_since(
    reader: Reader<'_>,
    units: &[&Identity],
    since: jiff::Timestamp,
) -> Result<HashSet<Identity>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT u.scheme, u.identity FROM {} JOIN unit u ON u.identity = l.value \
         JOIN unit_step s ON s.unit_key = u.unit_key AND s.step = 'recall' AND s.recorded_at_us >= $2",
        list(reader)
    );
    let mut found = HashSet::new();
    for part in units.chunks(LIST_MAX) {
        let values: Vec<&str> = part.iter().map(|identity| identity.value.as_str()).collect();
        let since = Value::from(since.as_microsecond());
        for row in reader.all(&sql, [json(&values), since]).await? {
            let mut row = RowReader::new("unit", &row);
            found.insert(Identity { scheme: row.text()?, value: row.text()? });
        }
    }
    Ok(found)
}
