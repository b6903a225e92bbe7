//! What was said about units, a page of thousands at a time, each page as one JSON text (as in `search/page.rs`).

use std::borrow::Cow;

use futures::future::join;
use sea_orm::{DbBackend, Value};
use serde::Deserialize;

use super::unit_lines::{State, UnitLines};
use crate::figure::Moment;
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::unit_state::TABLE;
use crate::{BankType, Status};

/// Keys of units of one page.
const PAGE_KEYS: i64 = 4_000;

/// What is so before the day ends, and known. `late` is what was recorded after it.
const SAID: &str = "SELECT unit_key, sequence, CASE WHEN recorded_at_us >= $5 THEN 1 ELSE 0 END AS late, \
     scheme, identity, bank_type, status FROM unit_state \
     WHERE unit_key > $1 AND unit_key <= $2 AND sequence <= $3 AND effective_at_us < $4";
/// Columns in the order of the fields of [`Said`].
const ELEMENTS: &str = "unit_key, sequence, late, scheme, identity, bank_type, status";

/// One thing that was said about a unit.
#[derive(Debug, Deserialize)]
struct Said<'p> {
    unit_key: i64,
    sequence: i64,
    late: u8,
    #[serde(borrow)]
    scheme: Option<Text<'p>>,
    #[serde(borrow)]
    identity: Option<Text<'p>>,
    #[serde(borrow)]
    bank_type: Option<Text<'p>>,
    #[serde(borrow)]
    status: Option<Text<'p>>,
}

/// A text that borrows where it can.
#[derive(Debug, Clone, Deserialize)]
struct Text<'p>(#[serde(borrow)] Cow<'p, str>);

/// Adds all units of a moment. While one page is read here, the database prepares the next.
pub(super) async fn read_all(
    reader: Reader<'_>,
    moment: &Moment,
    units: &mut UnitLines,
) -> Result<(), StoreError> {
    let last_key = last_key(reader).await?;
    let mut page = String::from("[]");
    let mut after_key = 0;
    while after_key < last_key {
        let (next, read) = join(fetch(reader, moment, after_key), async { take(&page, units) }).await;
        read?;
        page = next?;
        after_key += PAGE_KEYS;
    }
    take(&page, units)
}

async fn last_key(reader: Reader<'_>) -> Result<i64, StoreError> {
    match reader.first("SELECT COALESCE(MAX(unit_key), 0) FROM unit_state", []).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(0),
    }
}

async fn fetch(reader: Reader<'_>, moment: &Moment, after_key: i64) -> Result<String, StoreError> {
    let array = match reader.backend() {
        DbBackend::Postgres => {
            format!("COALESCE(json_agg(json_build_array({ELEMENTS})), '[]')::text")
        }
        _ => format!("json_group_array(json_array({ELEMENTS}))"),
    };
    let sql = format!("SELECT {array} FROM ({SAID}) AS page");
    let known_at = i64::try_from(moment.known_at).unwrap_or(i64::MAX);
    let ends_at = moment.ends_at.as_microsecond();
    let values = [after_key, after_key + PAGE_KEYS, known_at, ends_at, ends_at].map(Value::from);
    match reader.first(&sql, values).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(String::from("[]")),
    }
}

/// Takes what a page says. An array built from rows has no promised order: it is sorted here.
fn take(page: &str, units: &mut UnitLines) -> Result<(), StoreError> {
    let mut said: Vec<Said<'_>> = serde_json::from_str(page).map_err(|error| StoreError::Unreadable {
        table: TABLE.name,
        row: "of a page".to_owned(),
        column: "row".to_owned(),
        value: error.to_string(),
    })?;
    said.sort_by_key(|said| (said.unit_key, said.sequence));
    for of_unit in said.chunk_by(|a, b| a.unit_key == b.unit_key) {
        take_unit(of_unit, units)?;
    }
    Ok(())
}

/// A unit as far as events have been applied to it.
#[derive(Debug, Default)]
struct Known<'s> {
    state: State,
    name: Option<(&'s str, &'s str)>,
}

fn take_unit(said: &[Said<'_>], units: &mut UnitLines) -> Result<(), StoreError> {
    let (mut now, mut when_day_ended) = (Known::default(), Known::default());
    for said in said {
        now.apply(said)?;
        if said.late == 0 {
            when_day_ended.apply(said)?;
        }
    }
    let Some((scheme, identity)) = now.name.or(when_day_ended.name) else { return Ok(()) };
    let is_taken = units.add(scheme, identity, now.state, when_day_ended.state);
    if is_taken { Ok(()) } else { Err(unreadable(&said[0], "identity", identity)) }
}

impl<'s> Known<'s> {
    fn apply(&mut self, said: &'s Said<'_>) -> Result<(), StoreError> {
        let bank_type = code(said, "bank_type", said.bank_type.as_ref(), BankType::parse)?;
        let status = code(said, "status", said.status.as_ref(), Status::parse)?;
        let scheme = said.scheme.as_ref().map(|text| text.0.as_ref());
        let identity = said.identity.as_ref().map(|text| text.0.as_ref());
        match (self.state, self.name) {
            (Some(state), Some(name)) => {
                if (scheme, identity, bank_type, status) == (None, None, None, None) {
                    *self = Self::default();
                    return Ok(());
                }
                self.state = Some((bank_type.unwrap_or(state.0), status.unwrap_or(state.1)));
                self.name = Some((scheme.unwrap_or(name.0), identity.unwrap_or(name.1)));
            }
            // What is said about a unit before it is there says nothing; only its adding says all of it.
            _ => {
                self.state = bank_type.zip(status);
                self.name = scheme.zip(identity);
                if self.state.is_none() || self.name.is_none() {
                    *self = Self::default();
                }
            }
        }
        Ok(())
    }
}

fn code<T>(
    said: &Said<'_>,
    column: &str,
    text: Option<&Text<'_>>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let Some(text) = text else { return Ok(None) };
    parse(&text.0).map(Some).ok_or_else(|| unreadable(said, column, &text.0))
}

fn unreadable(said: &Said<'_>, column: &str, value: &str) -> StoreError {
    StoreError::Unreadable {
        table: TABLE.name,
        row: format!("{}, {}", said.unit_key, said.sequence),
        column: column.to_owned(),
        value: value.to_owned(),
    }
}
