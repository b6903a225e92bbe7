//! A unit begins: it gets its identity, once and for ever.

use sea_orm::Value;

use super::tables::{Did, FIELD, STEP, field_row};
use super::{CREATE, TABLE, columns, life};
use crate::digest::digest_of;
use crate::store::Store;
use crate::store::database::Reader;
use crate::store::event::Event;
use crate::store::record::Kept;
use crate::store::row::RowReader;
use crate::{
    Acting, BankError, BankType, Identity, Problem, Record, Refusal, Status, StoreError, UnitRecord,
};

/// A unit to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUnit {
    /// As on the four labels of its kit.
    pub identity: Identity,
    pub bank_type: BankType,
    /// Open fields of `workflows/unit.md`, such as `site` and `mother`: code and value.
    pub fields: Vec<(String, String)>,
}

impl Store {
    /// Registers a unit, which is then `registered`. An identity is given once, however many try at once.
    ///
    /// # Errors
    /// `unit_known`, `permission_missing`, those of an entry made late ([`Acting::since`]), and those of its fields.
    pub async fn register_unit(&self, new: &NewUnit, acting: &Acting<'_>) -> Result<Record, BankError> {
        let write = self.database.begin().await?;
        let concept = life::concept()?;
        let today = self.today(write.reader(), acting).await?;
        let kept = Kept::of(write.reader(), concept, &new.fields, today).await?;
        let actor = acting.principal.may_any(&concept.create, kept.value("site", None))?;
        let context = acting.context(actor)?;
        is_new(write.reader(), &new.identity).await?;
        let unit = UnitRecord {
            status: Status::Registered,
            attached_segments: segments(kept.value("attached_segments", None)),
            ..UnitRecord::new(new.identity.clone(), new.bank_type)
        };
        let key = write.take_keys(&TABLE, 1).await?;
        let did = Did {
            key,
            version: 1,
            step: CREATE,
            from: None,
            to: unit.status.code(),
            actor: acting.principal.name(),
            account_id: acting.principal.account_id(),
            effective_at_us: context.effective_at.as_microsecond(),
            recorded_at_us: context.now.as_microsecond(),
        };
        let subject = format!("unit/{}/{}", new.identity.scheme, new.identity.value);
        let row = columns::row_of(&unit, key, &digest_of(&unit.fields()));
        let mut event = Event::new("unit_registered", subject).insert(&TABLE, row).insert(&STEP, did.row());
        for (code, value) in kept.open.iter().filter(|(code, _)| !super::moves::is_column(code)) {
            let rows = value.iter().map(|value| field_row(key, concept, code, value));
            event = rows.fold(event, |event, row| event.insert(&FIELD, row));
        }
        write.record(&context, vec![event]).await?;
        let after = life::read(write.reader(), &new.identity).await?;
        write.commit().await?;
        after.map(|life| life.record).ok_or_else(|| life::unknown(&new.identity).into())
    }
}

pub(super) fn segments(text: Option<&str>) -> Option<i64> {
    text.and_then(|text| text.parse().ok())
}

async fn is_new(reader: Reader<'_>, identity: &Identity) -> Result<(), BankError> {
    let sql = "SELECT 1 FROM unit WHERE scheme = $1 AND identity = $2";
    let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
    if reader.first(sql, values).await?.is_none() {
        return Ok(());
    }
    let number = identity.written();
    let sentence = format!(
        "There is a unit {number} already, and a number is given once for ever: take the labels of another kit."
    );
    Err(Refusal::new("unit_known", sentence).with("number", number).into())
}

/// The one unit of a number as it is written or scanned, or as it is kept (`din/G123424000001`); none when there is
/// none, or several of several schemes.
pub(in crate::store) async fn find_by_number(
    reader: Reader<'_>,
    text: &str,
) -> Result<Option<Identity>, StoreError> {
    let text = text.trim().strip_prefix("unit/").unwrap_or(text.trim());
    let typed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (condition, values) = match typed.split_once('/') {
        Some((scheme, value)) => ("scheme = $1 AND identity = $2", vec![scheme.to_owned(), value.to_owned()]),
        None => ("identity = $1", vec![Identity::din(&typed).map_or(typed, |din| din.value)]),
    };
    let sql = format!("SELECT scheme, identity FROM unit WHERE {condition} ORDER BY scheme LIMIT 2");
    let rows = reader.all(&sql, values.into_iter().map(Value::from)).await?;
    let [row] = rows.as_slice() else { return Ok(None) };
    let mut row = RowReader::new("unit", row);
    Ok(Some(Identity { scheme: row.text()?, value: row.text()? }))
}

/// What people write for a unit, by the number on its labels.
///
/// # Errors
/// `din_…` for a number that is none, with the reason.
pub fn identity_to_register(text: &str) -> Result<Identity, Problem> {
    Identity::din(text)
        .map_err(|error| Problem::new("identity", text.trim(), error.code, error.reason, error.hint))
}
