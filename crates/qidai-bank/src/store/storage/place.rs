//! Putting in, moving and taking out.
//!
//! A move names where the thing is and where it goes, as they were scanned: what the books say otherwise is refused,
//! because then either the books or the hands are wrong. The losers of a race for a slot read what the winner wrote,
//! inside their own write.

use jiff::Timestamp;
use sea_orm::Value;

use super::{Found, find, refused};
use crate::store::cell::Row;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::event::Event;
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{Store, StoreError};
use crate::{
    Acting, BankError, Identity, Permission, Placed, Position, Refusal, ScannedPosition, Status, Stored,
    StoredKind, TestOutcome, Wanted,
};

pub(in crate::store) static TABLE: Table =
    Table { name: "storage_place", key: &["place_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("place_id"),
    Column::text("kind"),
    Column::text("scheme"),
    Column::text("identity"),
    Column::text("tank"),
    Column::int("sector"),
    Column::int("rack"),
    Column::int("level"),
    Column::int("slot"),
    Column::int("placed_at_us"),
    Column::int("taken_at_us"),
];

/// What was scanned: from, the thing, to. Without `from` it is put in, without `to` taken out.
#[derive(Debug, Clone)]
pub struct StorageMove<'a> {
    pub stored: &'a Stored,
    pub from: Option<&'a ScannedPosition>,
    pub to: Option<&'a ScannedPosition>,
    /// When it was done, where that is told later; `None` is now.
    pub done_at: Option<Timestamp>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// `stored`, `moved` or `taken`.
    pub kind: &'static str,
    pub from: Option<Position>,
    pub to: Option<Position>,
}

/// A tank and a place in it.
type Place = (Found, Position);

/// Where something is according to the books.
pub(in crate::store) struct Open {
    place_id: String,
    pub(in crate::store) position: Position,
    placed_at: Timestamp,
}

impl Store {
    /// Puts something in, moves it or takes it out.
    ///
    /// # Errors
    /// `permission_missing`, `unit_unknown`, `tank_unknown`, `position_unknown`, `room_differs`, `move_to_nowhere`,
    /// `already_stored`, `not_stored`, `position_differs`, `slot_taken`, `tank_closed`, `tank_class_wrong`,
    /// `not_storable`, `time_in_future`, `time_before_placed`. What the state of the storage does not allow is written down as refused.
    pub async fn move_stored(
        &self,
        asked: &StorageMove<'_>,
        acting: &Acting<'_>,
    ) -> Result<Moved, BankError> {
        let write = self.database.begin().await?;
        let reader = write.reader();
        let from = place_of(reader, asked.from).await?;
        let to = place_of(reader, asked.to).await?;
        let site = to.as_ref().or(from.as_ref()).and_then(|(found, _)| found.site.clone());
        let mut context = acting.allowed(Permission::StorageMove, site.as_deref())?;
        if let Some(done_at) = asked.done_at {
            context = context.effective(done_at);
        }
        let wanted = wanted_place(reader, asked.stored).await?;
        let open = open_of(reader, asked.stored).await?;
        let judged =
            judge(&write, asked, (from.as_ref(), to.as_ref()), (wanted, open.as_ref()), acting.now).await?;
        if let Err(refusal) = judged {
            return Err(refused(write, asked.stored.subject(), refusal, &context).await?);
        }
        let (from, to) = (from.map(|(_, position)| position), to.map(|(_, position)| position));
        let (Some(kind), at) = (kind_of(&from, &to), asked.done_at.unwrap_or(acting.now)) else {
            return Err(Refusal::new("move_to_nowhere", "Scan where it is, where it goes, or both.").into());
        };
        let mut events = Vec::new();
        // Out of the old place before into the new one: a thing is never in two, not even within a write.
        if let Some(open) = open {
            let set = vec![("taken_at_us", Some(at.as_microsecond().into()))];
            let event = Event::new("taken_from_place", asked.stored.subject());
            events.push(event.update(&TABLE, vec![open.place_id.as_str().into()], set));
        }
        if let Some(position) = &to {
            let row = row_of(&acting.ids.next_id(), asked.stored, position, at);
            events.push(Event::new("put_into_place", asked.stored.subject()).insert(&TABLE, row));
        }
        write.record(&context, events).await?;
        write.commit().await?;
        Ok(Moved { kind, from, to })
    }

    /// Where something stands; `None` when it is in no tank.
    pub async fn place_of(&self, stored: &Stored) -> Result<Option<Position>, StoreError> {
        Ok(open_of(self.database.reader(), stored).await?.map(|open| open.position))
    }

    /// Where something stood and stands, the last place first.
    pub async fn places_of(&self, stored: &Stored) -> Result<Vec<Placed>, StoreError> {
        let condition = "scheme = $1 AND identity = $2 AND kind = $3 ORDER BY placed_at_us DESC";
        let rows = select(self.database.reader(), condition, key_of(stored)).await?;
        Ok(rows.into_iter().map(|(_, placed)| placed).collect())
    }

    /// What stands in a place; `None` when it is free.
    pub async fn stored_at(&self, position: &Position) -> Result<Option<Stored>, StoreError> {
        stored_at(self.database.reader(), position).await
    }
}

fn kind_of(from: &Option<Position>, to: &Option<Position>) -> Option<&'static str> {
    match (from, to) {
        (None, Some(_)) => Some("stored"),
        (Some(_), Some(_)) => Some("moved"),
        (Some(_), None) => Some("taken"),
        (None, None) => None,
    }
}

/// The tank and the place of a scanned position.
async fn place_of(reader: Reader<'_>, scanned: Option<&ScannedPosition>) -> Result<Option<Place>, BankError> {
    let Some(scanned) = scanned else { return Ok(None) };
    let found = find(reader, &scanned.position.tank).await?;
    let written = scanned.position.to_string();
    if let Some(room) = scanned.room.as_deref().filter(|room| *room != found.tank.room) {
        let own = found.tank.room.as_str();
        let sentence = format!("Tank {} stands in {own}, not in {room}: look at the label.", found.tank.code);
        let refusal = Refusal::new("room_differs", sentence).with("tank", found.tank.code.as_str());
        return Err(refusal.with("found", room).with("expected", own).into());
    }
    if !found.tank.has(&scanned.position) {
        let tank = &found.tank;
        let sides = format!("S1–{}, K1–{}, L1–{}, P1–{}", tank.sectors, tank.racks, tank.levels, tank.slots);
        let sentence = format!("Tank {} has no place {written}: it has {sides}.", tank.code);
        let refusal = Refusal::new("position_unknown", sentence);
        return Err(refusal.with("position", written).with("expected", sides).into());
    }
    Ok(Some((found, scanned.position.clone())))
}

/// May this be done, as things stand?
async fn judge(
    write: &WriteTransaction<'_>,
    asked: &StorageMove<'_>,
    (from, to): (Option<&Place>, Option<&Place>),
    (wanted, open): (Wanted, Option<&Open>),
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let time = refuse_time(asked.done_at, open, now);
    let source = refuse_source(asked.stored, from.map(|(_, position)| position), open);
    if let Err(refusal) = time.and(source) {
        return Ok(Err(refusal));
    }
    let Some((found, position)) = to else { return Ok(Ok(())) };
    if let Err(refusal) = refuse_tank(asked.stored, found, wanted) {
        return Ok(Err(refusal));
    }
    let occupant = stored_at(write.reader(), position).await?;
    Ok(occupant.map_or(Ok(()), |occupant| {
        let (position, number) = (position.to_string(), occupant.written());
        let sentence = format!("{position} is taken by {number}: scan a free place. Nothing was moved.");
        Err(Refusal::new("slot_taken", sentence).with("position", position).with("number", number))
    }))
}

fn refuse_time(done_at: Option<Timestamp>, open: Option<&Open>, now: Timestamp) -> Result<(), Refusal> {
    let Some(done_at) = done_at else { return Ok(()) };
    if done_at > now {
        let sentence = format!("{done_at} is in the future: say when it was done.");
        return Err(Refusal::new("time_in_future", sentence).with("value", done_at.to_string()));
    }
    match open.filter(|open| done_at < open.placed_at) {
        Some(open) => {
            let sentence =
                format!("It stands there only since {}; it cannot have left at {done_at}.", open.placed_at);
            let refusal = Refusal::new("time_before_placed", sentence).with("value", done_at.to_string());
            Err(refusal.with("since", open.placed_at.to_string()))
        }
        None => Ok(()),
    }
}

/// Is it where it was scanned?
fn refuse_source(stored: &Stored, from: Option<&Position>, open: Option<&Open>) -> Result<(), Refusal> {
    let number = stored.written();
    match (from, open) {
        (None, None) => Ok(()),
        (Some(from), Some(open)) if *from == open.position => Ok(()),
        (None, Some(open)) => {
            let position = open.position.to_string();
            let sentence =
                format!("{number} stands in {position} already: scan that place first to move it.");
            Err(Refusal::new("already_stored", sentence).with("number", number).with("position", position))
        }
        (Some(_), None) => {
            let sentence = format!("{number} stands in no tank: leave the first scan out to put it in.");
            Err(Refusal::new("not_stored", sentence).with("number", number))
        }
        (Some(from), Some(open)) => {
            let (found, expected) = (from.to_string(), open.position.to_string());
            let sentence = format!(
                "{number} was scanned in {found}, but the books have it in {expected}: count the rack. Nothing was moved."
            );
            let refusal = Refusal::new("position_differs", sentence).with("number", number);
            Err(refusal.with("found", found).with("expected", expected))
        }
    }
}

pub(super) fn refuse_tank(stored: &Stored, found: &Found, wanted: Wanted) -> Result<(), Refusal> {
    let (number, tank) = (stored.written(), found.tank.code.as_str());
    if wanted == Wanted::Nowhere {
        let sentence = format!("{number} is in a state in which it belongs in no tank: look at its page.");
        return Err(Refusal::new("not_storable", sentence).with("number", number));
    }
    if found.tank.is_closed {
        let sentence = format!("Tank {tank} is closed: nothing is put in any more.");
        return Err(Refusal::new("tank_closed", sentence).with("tank", tank));
    }
    if wanted.allows(found.tank.class) {
        return Ok(());
    }
    let (class, expected) = (found.tank.class.code(), wanted.codes());
    let sentence = format!("Tank {tank} is for {class}; {number} belongs in a tank for {expected}.");
    let refusal = Refusal::new("tank_class_wrong", sentence).with("number", number).with("tank", tank);
    Err(refusal.with("found", class).with("expected", expected))
}

/// Where something belongs; a unit of this bank must be known.
async fn wanted_place(reader: Reader<'_>, stored: &Stored) -> Result<Wanted, BankError> {
    if stored.kind != StoredKind::Unit {
        return Ok(Wanted::of_kind(stored.kind));
    }
    let sql = "SELECT unit_key, status, idm FROM unit WHERE scheme = $1 AND identity = $2";
    let identity = &stored.identity;
    let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
    let row = reader.first(sql, values).await?.ok_or_else(|| unknown_unit(identity))?;
    let mut row = RowReader::new("unit", &row);
    row.key()?;
    let status = row.code("status", Status::parse)?;
    Ok(Wanted::of_unit(status, row.optional_code("idm", TestOutcome::parse)?))
}

pub(in crate::store) fn unknown_unit(identity: &Identity) -> Refusal {
    let number = identity.written();
    let sentence = format!("The bank has no unit {number}: check the number.");
    Refusal::new("unit_unknown", sentence).with("number", number)
}

fn key_of(stored: &Stored) -> [Value; 3] {
    let Identity { scheme, value } = &stored.identity;
    [Value::from(scheme.as_str()), Value::from(value.as_str()), Value::from(stored.kind.code())]
}

/// Where something is according to the books.
pub(in crate::store) async fn open_of(
    reader: Reader<'_>,
    stored: &Stored,
) -> Result<Option<Open>, StoreError> {
    let condition = "scheme = $1 AND identity = $2 AND kind = $3 AND taken_at_us IS NULL";
    let found = select(reader, condition, key_of(stored)).await?.pop();
    Ok(found.map(|(place_id, placed)| Open {
        place_id,
        position: placed.position,
        placed_at: placed.placed_at,
    }))
}

pub(super) async fn stored_at(reader: Reader<'_>, position: &Position) -> Result<Option<Stored>, StoreError> {
    let condition =
        "tank = $1 AND sector = $2 AND rack = $3 AND level = $4 AND slot = $5 AND taken_at_us IS NULL";
    let Position { tank, sector, rack, level, slot } = position;
    let values =
        [Value::from(tank.as_str()), (*sector).into(), (*rack).into(), (*level).into(), (*slot).into()];
    Ok(select(reader, condition, values).await?.pop().map(|(_, placed)| placed.stored))
}

/// Rows with their ids.
pub(super) async fn select(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<(String, Placed)>, StoreError> {
    let sql = format!("SELECT {} FROM storage_place WHERE {condition}", TABLE.select_list());
    reader.all(&sql, values).await?.iter().map(|row| read(&mut RowReader::new(TABLE.name, row))).collect()
}

fn read(row: &mut RowReader<'_>) -> Result<(String, Placed), StoreError> {
    let place_id = row.text()?;
    let kind = row.code("kind", StoredKind::parse)?;
    let identity = Identity { scheme: row.text()?, value: row.text()? };
    let position = Position {
        tank: row.text()?,
        sector: row.key()?,
        rack: row.key()?,
        level: row.key()?,
        slot: row.key()?,
    };
    let placed = Placed {
        stored: Stored { kind, identity },
        position,
        placed_at: row.time("placed_at_us")?,
        taken_at: row.optional_time("taken_at_us")?,
    };
    Ok((place_id, placed))
}

pub(super) fn row_of(id: &str, stored: &Stored, position: &Position, at: Timestamp) -> Row {
    vec![
        Some(id.into()),
        Some(stored.kind.code().into()),
        Some(stored.identity.scheme.as_str().into()),
        Some(stored.identity.value.as_str().into()),
        Some(position.tank.as_str().into()),
        Some(position.sector.into()),
        Some(position.rack.into()),
        Some(position.level.into()),
        Some(position.slot.into()),
        Some(at.as_microsecond().into()),
        None,
    ]
}
