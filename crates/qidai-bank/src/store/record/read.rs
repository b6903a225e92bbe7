//! Reading records.

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};

use super::{TABLE, unknown};
use crate::record::Deeds;
use crate::store::database::{Reader, placeholders};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError, document, signature};
use crate::workflow::{self, Concept, DoneBy, State};
use crate::{BankError, Coverage, Meaning, Principal, Record, RecordAt};

impl Store {
    /// A record that the principal may see.
    ///
    /// # Errors
    /// `permission_missing`; `record_unknown`, also for a record of a site that is not theirs.
    pub async fn record(
        &self,
        concept: &'static Concept,
        number: &str,
        principal: &Principal,
    ) -> Result<Record, BankError> {
        if !concept.may_view(principal) {
            principal.may_any(&concept.view, None)?;
        }
        let record = by_number(self.database.reader(), concept, number).await?;
        let record = record.filter(|record| sees(principal, concept, record.site.as_deref()));
        record.ok_or_else(|| unknown(concept, number).into())
    }
}

/// May they see a record of this site? What belongs to no site is seen by whoever may see the register.
fn sees(principal: &Principal, concept: &Concept, site: Option<&str>) -> bool {
    match (principal.sites_with(&concept.view), site) {
        (None, _) | (_, None) => true,
        (Some(own), Some(site)) => own.contains(&site),
    }
}

/// The record to be changed, at the version that was read.
pub(super) async fn to_change(reader: Reader<'_>, at: &RecordAt<'_>) -> Result<Record, BankError> {
    let found = by_number(reader, at.concept, at.number).await?;
    let record = found.ok_or_else(|| unknown(at.concept, at.number))?;
    match at.expected_version {
        Some(expected) if expected != record.version => {
            Err(super::changed_meanwhile(&record.number, expected, record.version).into())
        }
        _ => Ok(record),
    }
}

pub(in crate::store) async fn by_number(
    reader: Reader<'_>,
    concept: &'static Concept,
    number: &str,
) -> Result<Option<Record>, StoreError> {
    let condition = "WHERE concept = $1 AND number = $2";
    one(reader, condition, vec![Value::from(concept.code), Value::from(number)]).await
}

pub(in crate::store) async fn by_id(reader: Reader<'_>, id: &str) -> Result<Option<Record>, StoreError> {
    one(reader, "WHERE record_id = $1", vec![Value::from(id)]).await
}

async fn one(reader: Reader<'_>, condition: &str, values: Vec<Value>) -> Result<Option<Record>, StoreError> {
    let sql = format!("SELECT {} FROM record {condition}", TABLE.select_list());
    let Some(row) = reader.first(&sql, values).await? else { return Ok(None) };
    let mut record = head(&row)?;
    let mut fields = fields_of(reader, record.concept, &[record.id.as_str()]).await?;
    record.fields = fields.remove(&record.id).unwrap_or_default();
    record.documents = document::current(reader, &record.subject()).await?;
    record.before = before(reader, &record).await?;
    if let Some(person) = record.person_id.clone() {
        (record.sealed, record.sealed_digest) = sealed(reader, record.concept, &person).await?;
    }
    Ok(Some(record))
}

/// A record without what stands in other tables.
fn head(row: &QueryResult) -> Result<Record, StoreError> {
    let mut row = RowReader::new("record", row);
    let id = row.text()?;
    let concept = row.code("concept", workflow::concept)?;
    let (number, _serial) = (row.text()?, row.key()?);
    Ok(Record {
        id,
        concept,
        number,
        state: row.code("state", |code| concept.state(code))?,
        before: None,
        version: row.key()?.unsigned_abs(),
        site: row.optional_text()?,
        person_id: row.optional_text()?,
        sealed: Vec::new(),
        fields: Vec::new(),
        documents: Vec::new(),
        created_at: row.time("created_at_us")?,
        entered_at: row.time("entered_at_us")?,
        changed_at: row.time("changed_at_us")?,
        sealed_digest: None,
    })
}

/// Open fields of records, in the order of the declaration. A field that is no longer declared is not told; its value
/// stays in the history.
pub(super) async fn fields_of(
    reader: Reader<'_>,
    concept: &'static Concept,
    ids: &[&str],
) -> Result<HashMap<String, Vec<(&'static str, String)>>, StoreError> {
    let mut all: HashMap<String, Vec<(&'static str, String)>> = HashMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let places = placeholders(1, ids.len());
    let sql = format!("SELECT record_id, field, value FROM record_field WHERE record_id IN ({places})");
    for row in reader.all(&sql, ids.iter().map(|id| Value::from(*id))).await? {
        let mut row = RowReader::new("record_field", &row);
        let (id, field, value) = (row.text()?, row.text()?, row.text()?);
        if let Some(field) = concept.field(&field) {
            all.entry(id).or_default().push((field.code, value));
        }
    }
    let place = |code: &str| concept.fields.iter().position(|field| field.code == code);
    all.values_mut().for_each(|fields| fields.sort_by_key(|(code, _)| place(code)));
    Ok(all)
}

/// The state in which the record was before it came into its present one.
async fn before(reader: Reader<'_>, record: &Record) -> Result<Option<&'static State>, StoreError> {
    let sql = "SELECT from_state FROM record_step WHERE record_id = $1 AND to_state = $2 AND from_state <> $2 \
               ORDER BY version DESC LIMIT 1";
    let values = [Value::from(record.id.as_str()), Value::from(record.state.code)];
    match reader.first(sql, values).await? {
        Some(row) => {
            RowReader::new("record_step", &row).optional_code("from_state", |code| record.concept.state(code))
        }
        None => Ok(None),
    }
}

/// Which personal fields have a value, and a digest of their ciphertexts. Nothing is opened.
async fn sealed(
    reader: Reader<'_>,
    concept: &'static Concept,
    person_id: &str,
) -> Result<(Vec<&'static str>, Option<String>), StoreError> {
    let sql = "SELECT field, sealed FROM person_field WHERE person_id = $1 ORDER BY field";
    let (mut known, mut parts) = (Vec::new(), Vec::new());
    for row in reader.all(sql, [Value::from(person_id)]).await? {
        let mut row = RowReader::new("person_field", &row);
        let (field, sealed) = (row.text()?, row.bytes()?);
        known.extend(concept.field(&field).map(|field| field.code));
        parts.push((field, crate::digest::hexadecimal(&sealed)));
    }
    let digest = crate::digest::hexadecimal(&crate::digest::digest_of(&parts));
    Ok((known, Some(digest)))
}

/// Who did what so far, and what the principal signed since the record came into its state.
pub(super) async fn deeds(
    reader: Reader<'_>,
    record: &Record,
    principal: &Principal,
) -> Result<Deeds, StoreError> {
    let sql = "SELECT step, actor, account_id FROM record_step WHERE record_id = $1 ORDER BY version";
    let done = |row| {
        let mut row = RowReader::new("record_step", row);
        Ok::<_, StoreError>(DoneBy {
            what: row.text()?,
            actor: row.text()?,
            account_id: row.optional_text()?,
        })
    };
    let rows = reader.all(sql, [Value::from(record.id.as_str())]).await?;
    let done = rows.iter().map(done).collect::<Result<_, _>>()?;
    Ok(Deeds { done, signed: signed_by(reader, record, principal).await? })
}

/// Meanings with which somebody signed a record as it is, since it came into its state.
pub(in crate::store) async fn signed_by(
    reader: Reader<'_>,
    record: &Record,
    principal: &Principal,
) -> Result<Vec<Meaning>, StoreError> {
    let canonical = record.canonical();
    let signatures = signature::read(reader, &record.subject()).await?;
    let counts = |one: &&crate::Signature| {
        Some(one.account_id.as_str()) == principal.account_id()
            && one.signed_at >= record.entered_at
            && one.coverage(&canonical) == Coverage::Covers
    };
    Ok(signatures.iter().filter(counts).map(|one| one.meaning).collect())
}
