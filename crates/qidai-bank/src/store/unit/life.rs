//! A unit as a record of its declaration: what the gate, the pages and signatures look at.

use jiff::Timestamp;
use sea_orm::Value;

use super::{found, load};
use crate::digest::{digest_of, hexadecimal};
use crate::record::Deeds;
use crate::status::UNIT;
use crate::store::database::Reader;
use crate::store::record::signed_by;
use crate::store::row::RowReader;
use crate::store::telemetry::excursion;
use crate::store::{Store, StoreError, decision, document};
use crate::workflow::{self, Concept, DoneBy, State};
use crate::{Alarm, Decision, Identity, Principal, Record, Refusal, UnitRecord, profile};

/// A unit with its life so far.
pub(in crate::store) struct Life {
    pub(in crate::store) key: i64,
    pub(in crate::store) identity: Identity,
    pub(in crate::store) record: Record,
    /// Who did what so far.
    pub(in crate::store) done: Vec<DoneBy>,
    /// Since when it is in its state, effectively; `None` for a unit that was carried over in this state.
    pub(in crate::store) moved_at: Option<Timestamp>,
    /// Is there a consent of whatever state, or was it registered here?
    pub(in crate::store) consent_expected: bool,
    /// A batch record of it that nobody has closed: its number and state.
    pub(in crate::store) open_batch: Option<(String, String)>,
    /// The banking decision in force, made by a profile for the kind of bank that the unit is in now.
    pub(in crate::store) decision: Option<Decision>,
    /// Excursions that it lived through and nobody has evaluated.
    pub(in crate::store) excursions: Vec<Alarm>,
}

/// A step that was made.
struct Step {
    from: Option<String>,
    to: String,
    effective_at: Timestamp,
    recorded_at: Timestamp,
}

/// The declaration of units.
pub(in crate::store) fn concept() -> Result<&'static Concept, Refusal> {
    workflow::concept(UNIT).ok_or_else(|| Refusal::new("record_kind_unknown", "No unit is declared."))
}

/// There is no such unit.
pub(in crate::store) fn unknown(identity: &Identity) -> Refusal {
    let number = identity.written();
    let sentence = format!("The bank has no unit {number}: check the number.");
    Refusal::new("unit_unknown", sentence).with("number", number)
}

impl Store {
    /// A unit as a record: its state, open fields, what was found of it in other records, its documents. `None` when
    /// the bank does not know it.
    ///
    /// # Errors
    /// Outages only.
    pub async fn unit_life(&self, identity: &Identity) -> Result<Option<Record>, StoreError> {
        Ok(read(self.database.reader(), identity).await?.map(|life| life.record))
    }
}

pub(in crate::store) async fn read(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<Option<Life>, StoreError> {
    let sql = "SELECT unit_key, recorded_in FROM unit WHERE scheme = $1 AND identity = $2";
    let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
    let Some(row) = reader.first(sql, values).await? else { return Ok(None) };
    let mut row = RowReader::new("unit", &row);
    let (key, recorded_in) = (row.key()?, row.key()?);
    let unit = load(reader, &identity.scheme, &[&identity.value]).await?.into_values().next();
    let (Some(unit), Some(concept)) = (unit, workflow::concept(UNIT)) else { return Ok(None) };
    life_of(reader, (key, recorded_in), unit, concept).await.map(Some)
}

async fn life_of(
    reader: Reader<'_>,
    (key, recorded_in): (i64, i64),
    unit: UnitRecord,
    concept: &'static Concept,
) -> Result<Life, StoreError> {
    let number = format!("{}/{}", unit.identity.scheme, unit.identity.value);
    let subject = format!("{UNIT}/{number}");
    let (steps, done) = steps(reader, key).await?;
    let found = found::of(reader, &unit.identity, &subject).await?;
    let code = unit.status.code();
    let unknown = || StoreError::Unreadable {
        table: "unit",
        row: number.clone(),
        column: "status".to_owned(),
        value: code.to_owned(),
    };
    let state: &'static State = concept.state(code).ok_or_else(unknown)?;
    let decision = decision::banking(reader, key).await?;
    let decision = decision.filter(|one| {
        profile(&one.profile).is_some_and(|profile| profile.bank_types.contains(&unit.bank_type))
    });
    let mut fields = fields(reader, key, &unit, concept).await?;
    fields.extend(found.fields);
    let place = |code: &str| concept.fields.iter().position(|field| field.code == code);
    fields.sort_by_key(|(code, _)| place(code));
    let came = steps.iter().rev().find(|step| step.to == code && step.from.as_deref() != Some(code));
    let before = came.and_then(|step| concept.state(step.from.as_deref()?));
    let entered_at = came.map_or(Timestamp::UNIX_EPOCH, |step| step.recorded_at);
    let site = fields.iter().find(|(code, _)| *code == "site").map(|(_, site)| site.clone());
    let record = Record {
        id: key.to_string(),
        concept,
        number,
        state,
        before,
        version: recorded_in.unsigned_abs(),
        site,
        person_id: None,
        sealed: Vec::new(),
        fields,
        documents: document::current(reader, &subject).await?,
        created_at: steps.first().map_or(Timestamp::UNIX_EPOCH, |step| step.recorded_at),
        entered_at,
        changed_at: steps.last().map_or(Timestamp::UNIX_EPOCH, |step| step.recorded_at),
        sealed_digest: Some(content_digest(&unit)),
    };
    let excursions = excursion::open_of(reader, &unit.identity).await?;
    Ok(Life {
        key,
        excursions,
        identity: unit.identity,
        decision,
        open_batch: found.open_batch,
        record,
        moved_at: steps.last().map(|step| step.effective_at),
        consent_expected: found.has_consent || done.iter().any(|did| did.what == super::CREATE),
        done,
    })
}

/// All that is known of a unit besides its state, for signatures.
pub(super) fn content_digest(unit: &UnitRecord) -> String {
    let fields: Vec<(String, String)> =
        unit.fields().into_iter().filter(|(name, _)| name != "status").collect();
    hexadecimal(&digest_of(&fields))
}

/// Columns that are fields of the declaration, and the fields that have rows of their own.
async fn fields(
    reader: Reader<'_>,
    key: i64,
    unit: &UnitRecord,
    concept: &'static Concept,
) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut fields = vec![("bank_type", unit.bank_type.code().to_owned())];
    fields.extend(unit.attached_segments.map(|count| ("attached_segments", count.to_string())));
    let sql = "SELECT field, value FROM unit_field WHERE unit_key = $1";
    for row in reader.all(sql, [Value::from(key)]).await? {
        let mut row = RowReader::new("unit_field", &row);
        let (field, value) = (row.text()?, row.text()?);
        fields.extend(concept.field(&field).map(|field| (field.code, value)));
    }
    Ok(fields)
}

async fn steps(reader: Reader<'_>, key: i64) -> Result<(Vec<Step>, Vec<DoneBy>), StoreError> {
    let sql = "SELECT step, from_state, to_state, actor, account_id, effective_at_us, recorded_at_us \
               FROM unit_step WHERE unit_key = $1 ORDER BY version";
    let (mut steps, mut done) = (Vec::new(), Vec::new());
    for row in reader.all(sql, [Value::from(key)]).await? {
        let mut row = RowReader::new("unit_step", &row);
        let (what, from, to) = (row.text()?, row.optional_text()?, row.text()?);
        done.push(DoneBy { what, actor: row.text()?, account_id: row.optional_text()? });
        let (effective_at, recorded_at) = (row.time("effective_at_us")?, row.time("recorded_at_us")?);
        steps.push(Step { from, to, effective_at, recorded_at });
    }
    Ok((steps, done))
}

/// Who did what so far, and what the principal signed since the unit came into its state.
pub(in crate::store) async fn deeds(
    reader: Reader<'_>,
    life: &Life,
    principal: &Principal,
) -> Result<Deeds, StoreError> {
    let signed = signed_by(reader, &life.record, principal).await?;
    Ok(Deeds { done: life.done.clone(), signed })
}
