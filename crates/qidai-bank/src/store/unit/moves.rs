//! Moving units from state to state, and writing down what was refused.

use jiff::Timestamp;
use sea_orm::Value;

use super::life::{self, Life, deeds};
use super::tables::{Did, FIELD, REFUSAL, STEP, field_row, field_set};
use super::{TABLE, for_order, guard};
use crate::store::cell::Cell;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::event::Event;
use crate::store::record::{Kept, WRITTEN_DOWN, actor_of, changed_meanwhile, obstacles_of, target_of};
use crate::store::{Store, StoreError, reservation};
use crate::workflow::{Mover, State, Step};
use crate::{Acting, BankError, Identity, MoveOffer, Principal, Record, Refusal, WriteContext};

/// Which unit, and how it was when the actor saw it.
#[derive(Debug, Clone, Copy)]
pub struct UnitAt<'a> {
    pub identity: &'a Identity,
    /// The version that was read ([`Record::version`] of [`Store::unit_life`]); `None` takes whatever is there.
    pub expected_version: Option<u64>,
}

/// Fields that are columns of the unit's own row.
pub(super) fn is_column(code: &str) -> bool {
    matches!(code, "bank_type" | "attached_segments")
}

impl Store {
    /// Moves a unit. `what` is the code of a move or the state that is wanted; `changes` are fields that are written
    /// with it. Refused attempts are written down with the unit.
    ///
    /// # Errors
    /// `unit_unknown`, `record_changed_meanwhile`, `move_unknown`, `move_not_allowed`, those of
    /// [`crate::workflow::Concept::obstacles`], those of the unit's own rules (`consent_scope_missing`,
    /// `consent_after_collection`, `time_order_wrong`), those of an entry made late ([`Acting::since`]), and those of the
    /// fields.
    pub async fn move_unit(
        &self,
        at: UnitAt<'_>,
        what: &str,
        changes: &[(String, String)],
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        let write = self.database.begin().await?;
        let life = to_change(write.reader(), &at).await?;
        let today = self.today(write.reader(), acting).await?;
        let kept = Kept::of(write.reader(), life.record.concept, changes, today).await?;
        let found = may_move(write.reader(), &life, what, &kept, acting).await?;
        let (step, to) = match found {
            Ok(found) => found,
            Err(refusal) => return Err(write_down(write, &life, what, refusal, acting).await),
        };
        let actor = actor_of(step, acting, life.record.site.as_deref())?;
        let context = acting.context(actor)?;
        guard::in_order(&life, context.effective_at)?;
        let late =
            super::clock::late_at(write.reader(), &life, (step, to), &kept, context.effective_at).await?;
        write_move(&write, &life, (step, to), &kept, (&context, acting)).await?;
        super::clock::raise_late(&write, &life, &late, (&context, acting, today)).await?;
        let after = life::read(write.reader(), at.identity).await?;
        write.commit().await?;
        after.map(|life| life.record).ok_or_else(|| life::unknown(at.identity).into())
    }

    /// Writes open fields of a unit without moving it; an empty value takes the value away.
    ///
    /// # Errors
    /// `unit_unknown`, `record_changed_meanwhile`, `permission_missing`, `record_not_amendable`, `reason_missing`, and
    /// those of the fields.
    pub async fn amend_unit(
        &self,
        at: UnitAt<'_>,
        changes: &[(String, String)],
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        let write = self.database.begin().await?;
        let life = to_change(write.reader(), &at).await?;
        let concept = life.record.concept;
        let actor = acting.principal.may_any(&concept.amend, life.record.site.as_deref())?;
        crate::store::record::may_amend(&life.record, acting)?;
        let context = acting.context(actor)?;
        let today = self.today(write.reader(), acting).await?;
        let kept = Kept::of(write.reader(), concept, changes, today).await?;
        let event = Event::new("unit_amended", life.record.subject());
        let event = with_fields(event, &life, &kept, Vec::new());
        write.record(&context, vec![event]).await?;
        let after = life::read(write.reader(), at.identity).await?;
        write.commit().await?;
        after.map(|life| life.record).ok_or_else(|| life::unknown(at.identity).into())
    }

    /// The moves that begin in the present state of a unit, with what stands in the way of each for somebody; not those
    /// that are for units of the other kind of bank.
    ///
    /// # Errors
    /// `unit_unknown`; outages.
    pub async fn unit_moves(
        &self,
        identity: &Identity,
        principal: &Principal,
    ) -> Result<Vec<MoveOffer>, BankError> {
        let reader = self.database.reader();
        let life = life::read(reader, identity).await?.ok_or_else(|| life::unknown(identity))?;
        let (deeds, kept) = (deeds(reader, &life, principal).await?, Kept::default());
        let record = &life.record;
        let mut offers = Vec::new();
        for step in record.concept.steps_from(record.state.code).filter(|one| one.mover != Mover::System) {
            let of_bank = step.when.as_ref().filter(|when| when.field == "bank_type");
            if of_bank.is_some_and(|when| !when.holds(record.field(when.field))) {
                continue;
            }
            let Some(to) = target_of(record, step) else { continue };
            let mut obstacles = obstacles_of(record, step, &kept, &deeds, (principal, true));
            obstacles.extend(guard::obstacles(&life, step, &kept));
            offers.push(MoveOffer { step, to, obstacles });
        }
        Ok(offers)
    }
}

async fn to_change(reader: Reader<'_>, at: &UnitAt<'_>) -> Result<Life, BankError> {
    let life = life::read(reader, at.identity).await?.ok_or_else(|| life::unknown(at.identity))?;
    match at.expected_version {
        Some(expected) if expected != life.record.version => {
            Err(changed_meanwhile(&at.identity.written(), expected, life.record.version).into())
        }
        _ => Ok(life),
    }
}

/// The move that is meant and where it leads, when nothing stands in its way.
pub(super) async fn may_move(
    reader: Reader<'_>,
    life: &Life,
    what: &str,
    kept: &Kept,
    acting: &Acting<'_>,
) -> Result<Result<(&'static Step, &'static State), Refusal>, StoreError> {
    let deeds = deeds(reader, life, acting.principal).await?;
    let found = crate::store::record::may_move(&life.record, what, kept, &deeds, acting);
    Ok(found.and_then(|(step, to)| match guard::obstacles(life, step, kept).into_iter().next() {
        Some(refusal) => Err(refusal),
        None => Ok((step, to)),
    }))
}

/// Writes a move that may be made.
pub(super) async fn write_move(
    write: &WriteTransaction<'_>,
    life: &Life,
    (step, to): (&Step, &State),
    kept: &Kept,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let did = Did {
        key: life.key,
        version: next_version(write.reader(), life.key).await?,
        step: step.code,
        from: Some(life.record.state.code),
        to: to.code,
        actor: acting.principal.name(),
        account_id: acting.principal.account_id(),
        effective_at_us: context.effective_at.as_microsecond(),
        recorded_at_us: context.now.as_microsecond(),
    };
    let mut set = vec![("status", Some(to.code.into()))];
    if step.code == "convert" {
        set.push(("bank_type", Some("public".into())));
    }
    let event = Event::new("unit_moved", life.record.subject()).insert(&STEP, did.row());
    let event = with_fields(event, life, kept, set);
    let event = reservation::follow(write.reader(), event, life.key, (step, to, kept), context).await?;
    write.record(context, vec![event]).await?;
    for_order::tell(write, life, step.code, (context, acting)).await
}

/// Writes open fields of a unit that follow from another record.
pub(super) async fn write_fields(
    write: &WriteTransaction<'_>,
    life: &Life,
    kept: &Kept,
    context: &WriteContext<'_>,
) -> Result<(), StoreError> {
    let event = with_fields(Event::new("unit_amended", life.record.subject()), life, kept, Vec::new());
    write.record(context, vec![event]).await.map(|_| ())
}

/// The number of the next step of a unit.
pub(in crate::store) async fn next_version(reader: Reader<'_>, key: i64) -> Result<u64, StoreError> {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM unit_step WHERE unit_key = $1";
    let last: i64 = match reader.first(sql, [Value::from(key)]).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(last.unsigned_abs() + 1)
}

/// Adds what becomes of the open fields, and of the unit's own row.
fn with_fields(
    mut event: Event,
    life: &Life,
    kept: &Kept,
    mut set: Vec<(&'static str, Option<Cell>)>,
) -> Event {
    let concept = life.record.concept;
    for (code, value) in &kept.open {
        let (before, after) = (life.record.field(code), value.as_deref());
        if is_column(code) {
            set.push((code, after.and_then(|text| text.parse::<i64>().ok()).map(Cell::Int)));
            continue;
        }
        let key = vec![life.key.into(), (*code).into()];
        event = match (before, after) {
            (None, Some(value)) => event.insert(&FIELD, field_row(life.key, concept, code, value)),
            (Some(old), Some(value)) if old != value => {
                event.update(&FIELD, key, field_set(concept, code, value))
            }
            (Some(_), None) => event.delete(&FIELD, key),
            _ => event,
        };
    }
    event.update(&TABLE, vec![life.key.into()], set)
}

/// Writes a refused attempt down with the unit, where it is one of the rules that was broken.
async fn write_down(
    write: WriteTransaction<'_>,
    life: &Life,
    what: &str,
    refusal: Refusal,
    acting: &Acting<'_>,
) -> BankError {
    if !WRITTEN_DOWN.contains(&refusal.code) && !guard::WRITTEN_DOWN.contains(&refusal.code) {
        return refusal.into();
    }
    let event = refused(
        life.key,
        &life.record.subject(),
        (what, life.record.state.code),
        refusal.code,
        &acting.ids.next_id(),
    );
    // An attempt that cannot be written down is an outage: it must not pass as a plain "no".
    let written = async {
        write.record(&acting.own(), vec![event]).await?;
        write.commit().await
    };
    match written.await {
        Ok(()) => refusal.into(),
        Err(error) => error.into(),
    }
}

/// The event of a refused attempt.
pub(in crate::store) fn refused(
    key: i64,
    subject: &str,
    (what, from): (&str, &str),
    code: &str,
    id: &str,
) -> Event {
    let row =
        vec![Some(id.into()), Some(key.into()), Some(what.into()), Some(from.into()), Some(code.into())];
    Event::new("unit_move_refused", subject).insert(&REFUSAL, row)
}

/// The moment that counts for a clock: of an arrival the one that was written down, otherwise that of the move.
pub(super) fn moment_of(step: &Step, kept: &Kept, effective_at: Timestamp) -> Timestamp {
    let written = (step.code == "receive").then(|| kept.value("received_at", None)).flatten();
    written.and_then(|text| text.parse().ok()).unwrap_or(effective_at)
}
