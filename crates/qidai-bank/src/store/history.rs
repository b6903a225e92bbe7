//! The history: one event per change, in the same transaction, numbered without gaps, chained by hashes.

use sea_orm::Value;

use super::cell::{Cell, Row};
use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::Column;
use super::{Store, StoreError, listing, packed, setting, typing, unit};
use crate::chain::{Content, Hash};

/// Columns of the table, in the order of [`row_of`].
pub(super) const COLUMNS: [Column; 12] = [
    Column::int("sequence"),
    Column::text("event_id"),
    Column::int("effective_at_us"),
    Column::int("recorded_at_us"),
    Column::text("actor"),
    Column::text("role"),
    Column::text("site"),
    Column::text("kind"),
    Column::text("subject"),
    Column::text("reason"),
    Column::text("changes"),
    Column::bytes("hash"),
];

/// Beside them, where the text of `changes` is kept packed; `changes` is [`PACKED_AWAY`] then.
pub(super) const PACKED: Column = Column::bytes("packed");

/// No change at all: what is packed stands elsewhere.
pub(super) const PACKED_AWAY: &str = "[]";

/// Tables whose rows a search follows by their keys, in the text of each event.
const FOLLOWED: [&str; 5] =
    [unit::TABLE.name, typing::TABLE.name, listing::ENTRY.name, listing::LIST.name, setting::TABLE.name];

/// An event as its row with what is packed. Who reads the history must be able to read the texts that stay.
pub(super) fn row_with_packed(content: &Content<'_>, hash: &Hash, event: &Event) -> Row {
    let mut row = row_of(content, hash);
    let is_followed = event.changes.iter().any(|change| FOLLOWED.contains(&change.table().name));
    let packed = if is_followed { None } else { packed::pack(content.changes) };
    if packed.is_some() {
        let changes = COLUMNS.iter().position(|column| column.name == "changes");
        changes.and_then(|at| row.get_mut(at)).map(|cell| cell.replace(PACKED_AWAY.into()));
    }
    row.push(packed.map(Cell::Bytes));
    row
}

/// The text of an event's changes from its columns `changes` and `packed`. What cannot be unpacked is left out: that
/// it was changed is what a verification finds.
pub(super) fn changes_text(row: &mut RowReader<'_>) -> Result<String, StoreError> {
    let (text, packed) = (row.text()?, row.optional_bytes()?);
    Ok(packed.map_or(text, |packed| packed::unpack(&packed).unwrap_or_default()))
}

/// An event as its row.
pub(super) fn row_of(content: &Content<'_>, hash: &Hash) -> Row {
    vec![
        Some(content.sequence.into()),
        Some(content.event_id.into()),
        Some(content.effective_at_us.into()),
        Some(content.recorded_at_us.into()),
        Some(content.actor.into()),
        Some(content.role.into()),
        content.site.map(Cell::from),
        Some(content.kind.into()),
        Some(content.subject.into()),
        content.reason.map(Cell::from),
        Some(content.changes.into()),
        Some(hash.as_slice().into()),
    ]
}

/// The number of the last event visible to this connection or transaction.
pub(super) async fn generation(reader: Reader<'_>) -> Result<i64, StoreError> {
    match reader.first("SELECT value FROM counter WHERE name = 'history'", []).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(0),
    }
}

/// The hash of an event, or `None` when there is no such event, or its hash is none.
pub(super) async fn hash_of(reader: Reader<'_>, sequence: i64) -> Result<Option<Hash>, StoreError> {
    let sql = "SELECT hash FROM history WHERE sequence = $1";
    match reader.first(sql, [Value::from(sequence)]).await? {
        Some(row) => Ok(row.try_get_by_index::<Option<Vec<u8>>>(0)?.and_then(|hash| hash.try_into().ok())),
        None => Ok(None),
    }
}

impl Store {
    /// The sequence number of the last event. It grows with every write, and with nothing else.
    pub async fn generation(&self) -> Result<u64, StoreError> {
        Ok(generation(self.database.reader()).await?.unsigned_abs())
    }

    /// The hash of an event: with its number it says which history of which bank, up to where. `None`
    /// when there is no such event.
    pub async fn history_hash(&self, sequence: u64) -> Result<Option<[u8; 32]>, StoreError> {
        hash_of(self.database.reader(), i64::try_from(sequence).unwrap_or(i64::MAX)).await
    }
}
