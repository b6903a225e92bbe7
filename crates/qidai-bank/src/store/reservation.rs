//! Reservations: a unit is kept for somebody, and nobody else gets it.
//!
//! The unit's state and the reservation change in one event. The losers of a race read the state that the winner left,
//! inside their own write: nobody is told "yes" twice.

use sea_orm::Value;

use super::cell::Cell;
use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::record::Kept;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, unit};
use crate::workflow::{Place, State, Step};
use crate::{BankError, Identity, Problem, Refusal, Status, WriteContext};

pub(super) static TABLE: Table =
    Table { name: "reservation", key: &["reservation_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 4] = [
    Column::text("reservation_id"),
    Column::int("unit_key"),
    Column::text("reserved_for"),
    Column::flag("is_open"),
];

/// A name of an institution, not a story.
const NAME_CHARACTERS_MAX: usize = 120;

/// A unit as far as its moves need it.
struct Found {
    key: i64,
    status: Status,
}

impl Store {
    /// Keeps a unit for somebody, without an order: the order that follows checks who it is. From now on no search
    /// finds the unit. `reserved_for` is a centre, never a patient's name: it stands in the history for ever. Who lets
    /// others reserve asks for [`crate::Permission::UnitReserve`] first.
    ///
    /// # Errors
    /// `unit_already_reserved`, `unit_not_available`, `excursion_open`, `unit_unknown`, `reserved_for_missing`,
    /// `reserved_for_too_long`. A move that the unit's state does not allow is written down as refused.
    pub async fn reserve_unit(
        &self,
        identity: &Identity,
        reserved_for: &str,
        context: &WriteContext<'_>,
    ) -> Result<(), BankError> {
        let reserved_for = name(reserved_for)?;
        let write = self.database.begin().await?;
        let found = find(write.reader(), identity).await?;
        // Of a family's unit the family's own order decides.
        if found.status != Status::Available {
            return Err(refused(
                write,
                (identity, &found, "reserve"),
                not_reservable(identity, found.status),
                context,
            )
            .await?);
        }
        if let Some(refusal) = unit::excursion_of(write.reader(), identity).await? {
            return Err(refused(write, (identity, &found, "reserve"), refusal, context).await?);
        }
        let row = vec![
            Some(context.ids.next_id().as_str().into()),
            Some(found.key.into()),
            Some(reserved_for.into()),
            Some(true.into()),
        ];
        let to = ("reserve", Status::Reserved);
        let event = moved("unit_reserved", write.reader(), (identity, &found), to, context).await?;
        let event = event.insert(&TABLE, row);
        write.record(context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// Ends a reservation: the unit can be found and reserved again.
    ///
    /// # Errors
    /// `unit_not_reserved`, `unit_held_by_order`, `unit_unknown`.
    pub async fn end_reservation(
        &self,
        identity: &Identity,
        context: &WriteContext<'_>,
    ) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        let found = find(write.reader(), identity).await?;
        match unit::free_of_orders(write.reader(), identity).await {
            Ok(()) => {}
            Err(BankError::Refused(refusal)) => {
                return Err(refused(write, (identity, &found, "available"), refusal, context).await?);
            }
            Err(outage) => return Err(outage),
        }
        let reservation = open_of(write.reader(), found.key).await?;
        let (true, Some(reservation)) = (found.status == Status::Reserved, reservation) else {
            return Err(refused(
                write,
                (identity, &found, "available"),
                not_reserved(identity, found.status),
                context,
            )
            .await?);
        };
        let to = ("cancel_public", Status::Available);
        let event = moved("unit_reservation_ended", write.reader(), (identity, &found), to, context).await?;
        let event =
            event.update(&TABLE, vec![reservation.as_str().into()], vec![("is_open", Some(false.into()))]);
        write.record(context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// Who a unit is kept for; `None` when it is not reserved.
    ///
    /// # Errors
    /// The database fails.
    pub async fn reserved_for(&self, identity: &Identity) -> Result<Option<String>, StoreError> {
        let sql = "SELECT r.reserved_for FROM reservation r JOIN unit u ON u.unit_key = r.unit_key \
                   WHERE u.scheme = $1 AND u.identity = $2 AND r.is_open";
        let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
        match self.database.reader().first(sql, values).await? {
            Some(row) => Ok(Some(row.try_get_by_index(0)?)),
            None => Ok(None),
        }
    }
}

fn name(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    let problem =
        |code, reason: &str, hint: &str| Err(Problem::new("reserved_for", text, code, reason, hint));
    if text.is_empty() {
        return problem(
            "reserved_for_missing",
            "nobody is named",
            "name the centre that the unit is kept for",
        );
    }
    if text.chars().count() > NAME_CHARACTERS_MAX || text.chars().any(char::is_control) {
        let hint = format!("at most {NAME_CHARACTERS_MAX} characters on one line are expected");
        return problem("reserved_for_too_long", "this is no name of a centre", &hint);
    }
    Ok(text)
}

async fn find(reader: Reader<'_>, identity: &Identity) -> Result<Found, BankError> {
    let sql = "SELECT unit_key, status FROM unit WHERE scheme = $1 AND identity = $2";
    let values = [Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())];
    let Some(row) = reader.first(sql, values).await? else {
        let number = identity.written();
        let sentence = format!("The bank has no unit {number}: check the number.");
        return Err(Refusal::new("unit_unknown", sentence).with("number", number).into());
    };
    let mut row = RowReader::new("unit", &row);
    Ok(Found { key: row.key()?, status: row.code("status", Status::parse)? })
}

async fn open_of(reader: Reader<'_>, unit_key: i64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT reservation_id FROM reservation WHERE unit_key = $1 AND is_open";
    match reader.first(sql, [Value::from(unit_key)]).await? {
        Some(row) => Ok(Some(row.try_get_by_index(0)?)),
        None => Ok(None),
    }
}

fn subject(identity: &Identity) -> String {
    format!("unit/{}/{}", identity.scheme, identity.value)
}

/// The event of a move that this file makes, with its step.
async fn moved(
    kind: &'static str,
    reader: Reader<'_>,
    (identity, found): (&Identity, &Found),
    (step, to): (&str, Status),
    context: &WriteContext<'_>,
) -> Result<Event, StoreError> {
    let did = unit::Did {
        key: found.key,
        version: unit::next_version(reader, found.key).await?,
        step,
        from: Some(found.status.code()),
        to: to.code(),
        actor: context.actor.name,
        account_id: None,
        effective_at_us: context.effective_at.as_microsecond(),
        recorded_at_us: context.now.as_microsecond(),
    };
    let set = vec![("status", Some(to.code().into()))];
    let event = Event::new(kind, subject(identity)).update(&unit::TABLE, vec![found.key.into()], set);
    Ok(event.insert(&unit::STEP, did.row()))
}

/// Adds to a move of a unit what it means for reservations: one begins with the move `reserve`, and the open one ends
/// where the unit is free again or gone.
pub(super) async fn follow(
    reader: Reader<'_>,
    event: Event,
    unit_key: i64,
    (step, to, kept): (&Step, &State, &Kept),
    context: &WriteContext<'_>,
) -> Result<Event, StoreError> {
    if step.code == "reserve" {
        let row = vec![
            Some(context.ids.next_id().as_str().into()),
            Some(unit_key.into()),
            kept.value("reserved_for", None).map(Cell::from),
            Some(true.into()),
        ];
        return Ok(event.insert(&TABLE, row));
    }
    let is_over = matches!(to.code, "available" | "family_held" | "returned") || to.place == Place::Last;
    match open_of(reader, unit_key).await?.filter(|_| is_over) {
        Some(open) => {
            Ok(event.update(&TABLE, vec![open.as_str().into()], vec![("is_open", Some(false.into()))]))
        }
        None => Ok(event),
    }
}

/// Writes down that a move was refused, and why. Gives the refusal.
async fn refused(
    write: WriteTransaction<'_>,
    (identity, found, step): (&Identity, &Found, &str),
    refusal: Refusal,
    context: &WriteContext<'_>,
) -> Result<BankError, StoreError> {
    let id = context.ids.next_id();
    let event = unit::refused(found.key, &subject(identity), (step, found.status.code()), refusal.code, &id);
    write.record(&context.because(refusal.code), vec![event]).await?;
    write.commit().await?;
    Ok(refusal.into())
}

fn not_reservable(identity: &Identity, status: Status) -> Refusal {
    let number = identity.written();
    if status == Status::Reserved {
        let sentence = format!("Unit {number} is reserved already: choose another, or ask who holds it.");
        return Refusal::new("unit_already_reserved", sentence).with("number", number);
    }
    let sentence = format!("Unit {number} cannot be reserved: it is {}, expected available.", status.code());
    Refusal::new("unit_not_available", sentence).with("number", number).with("status", status.code())
}

fn not_reserved(identity: &Identity, status: Status) -> Refusal {
    let number = identity.written();
    let sentence = format!("Unit {number} has no reservation that could end: it is {}.", status.code());
    Refusal::new("unit_not_reserved", sentence).with("number", number).with("status", status.code())
}
