//! Events, a page at a time, each page as one run of bytes that the database puts together: the canonical text of
//! each event, as [`crate::chain::Content::canonical`] writes it, and the hash it has.

use std::borrow::Cow;

use sea_orm::{DbBackend, Value};

use crate::chain::FORM;
use crate::store::database::Reader;
use crate::store::history::PACKED_AWAY;
use crate::store::{StoreError, packed};

/// Events of one page.
const PAGE_EVENTS: u32 = 2_000;

/// Fields of the canonical text in their order.
const FIELDS: [&str; 11] = [
    "CAST(sequence AS TEXT)",
    "event_id",
    "CAST(effective_at_us AS TEXT)",
    "CAST(recorded_at_us AS TEXT)",
    "actor",
    "role",
    "site",
    "kind",
    "subject",
    "reason",
    "changes",
];

/// In SQLite, hash and what is packed as digits: nothing is nothing, and not an empty text.
const HEX: [&str; 2] =
    ["iif(hash IS NULL, NULL, lower(hex(hash)))", "iif(packed IS NULL, NULL, lower(hex(packed)))"];

/// Events of a page as the database gave them.
pub(super) struct Page {
    bytes: Vec<u8>,
    /// The highest number among them.
    pub(super) last: i64,
}

/// One event of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawEvent<'p> {
    pub(super) sequence: i64,
    pub(super) effective_at_us: i64,
    pub(super) recorded_at_us: i64,
    /// Hexadecimal; empty when the event has none.
    pub(super) hash: &'p [u8],
    pub(super) canonical: &'p [u8],
    pub(super) changes: &'p [u8],
    /// Hexadecimal.
    pub(super) packed: Option<&'p [u8]>,
}

/// What an event says, with what was packed of it.
pub(super) struct Whole<'p> {
    pub(super) canonical: Cow<'p, [u8]>,
    pub(super) changes: Cow<'p, [u8]>,
}

/// The events after a number (all, for `None`), or `None` when there are no more.
pub(super) async fn fetch(reader: Reader<'_>, after: Option<i64>) -> Result<Option<Page>, StoreError> {
    let (digits, bytes) = match reader.backend() {
        DbBackend::Postgres => {
            (["encode(hash, 'hex')", "encode(packed, 'hex')"], "convert_to(string_agg(event, ','), 'UTF8')")
        }
        _ => (HEX, "CAST(group_concat(event, ',') AS BLOB)"),
    };
    let [hash, packed] = digits.map(counted);
    let condition = if after.is_some() { "WHERE sequence > $1" } else { "" };
    let sql = format!(
        "SELECT {bytes}, MAX(sequence) FROM (\
         SELECT {hash} || ',{FORM}' || {} || ',' || {packed} AS event, sequence \
         FROM history {condition} ORDER BY sequence LIMIT {PAGE_EVENTS}) AS page",
        FIELDS.map(counted).join(" || ',' || "),
    );
    let Some(row) = reader.first(&sql, after.map(Value::from)).await? else { return Ok(None) };
    let bytes: Option<Vec<u8>> = row.try_get_by_index(0)?;
    let last: Option<i64> = row.try_get_by_index(1)?;
    let page = bytes.zip(last).map(|(mut bytes, last)| {
        // Between events stands the comma that ends each of them; after the last there is none.
        bytes.push(b',');
        Page { bytes, last }
    });
    Ok(page)
}

/// How many events there are.
pub(super) async fn count(reader: Reader<'_>) -> Result<u64, StoreError> {
    let row = reader.first("SELECT COUNT(*) FROM history", []).await?;
    let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(count.unwrap_or_default().unsigned_abs())
}

/// `5:hello` or, for nothing, `-`. The comma that ends it is added by whoever joins: once more would copy all of it.
fn counted(field: &str) -> String {
    format!("COALESCE(octet_length({field}) || ':' || {field}, '-')")
}

impl<'p> RawEvent<'p> {
    /// What the event says, where it is packed or not.
    ///
    /// # Errors
    /// Why it cannot be unpacked.
    pub(super) fn whole(&self) -> Result<Whole<'p>, String> {
        let Some(digits) = self.packed else {
            return Ok(Whole { canonical: self.canonical.into(), changes: self.changes.into() });
        };
        if self.changes != PACKED_AWAY.as_bytes() {
            return Err("a text stands beside what is packed".to_owned());
        }
        let bytes = bytes_of_digits(digits).ok_or("no bytes are packed")?;
        let changes = packed::unpack(&bytes)?.into_bytes();
        // The field of the changes is the last of the text: its length, a colon, itself, a comma.
        let head = self.canonical.len() - self.changes.len() - self.changes.len().to_string().len() - 2;
        let field = format!("{}:", changes.len());
        let canonical = [&self.canonical[..head], field.as_bytes(), &changes, b","].concat();
        Ok(Whole { canonical: canonical.into(), changes: changes.into() })
    }
}

fn bytes_of_digits(digits: &[u8]) -> Option<Vec<u8>> {
    let number = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(number(*high)? * 16 + number(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

impl Page {
    /// The events in the order of their numbers. Lengths and texts come from one statement, so they always agree;
    /// what cannot be taken apart all the same ends the page.
    pub(super) fn events(&self) -> Vec<RawEvent<'_>> {
        let mut events = Vec::with_capacity(PAGE_EVENTS as usize);
        let mut rest = self.bytes.as_slice();
        while let Some(event) = take_event(&mut rest) {
            events.push(event);
        }
        events.sort_by_key(|event| event.sequence);
        events
    }
}

fn take_event<'p>(rest: &mut &'p [u8]) -> Option<RawEvent<'p>> {
    let hash = take(rest)?.unwrap_or_default();
    let whole = *rest;
    let mut fields = whole.strip_prefix(FORM.as_bytes())?;
    let sequence = take_number(&mut fields)?;
    take(&mut fields)?;
    let (effective_at_us, recorded_at_us) = (take_number(&mut fields)?, take_number(&mut fields)?);
    let mut changes = None;
    for _ in 4..FIELDS.len() {
        changes = take(&mut fields)?;
    }
    let changes = changes.unwrap_or_default();
    let canonical = whole.get(..whole.len() - fields.len())?;
    let packed = take(&mut fields)?;
    *rest = fields;
    Some(RawEvent { sequence, effective_at_us, recorded_at_us, hash, canonical, changes, packed })
}

fn take_number(fields: &mut &[u8]) -> Option<i64> {
    std::str::from_utf8(take(fields)??).ok()?.parse().ok()
}

/// Takes one field off: `None` at the end, `Some(None)` for an absent one.
fn take<'p>(rest: &mut &'p [u8]) -> Option<Option<&'p [u8]>> {
    if let Some(after) = rest.strip_prefix(b"-,") {
        *rest = after;
        return Some(None);
    }
    let colon = rest.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(&rest[..colon]).ok()?.parse().ok()?;
    let field = rest.get(colon + 1..colon + 1 + length)?;
    *rest = rest.get(colon + 2 + length..)?;
    Some(Some(field))
}
