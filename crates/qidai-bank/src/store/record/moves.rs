//! Moving records from state to state, and writing down what was refused.

use super::amend::{Personal, change_person, write_all};
use super::create::{change_fields, set_version};
use super::rule::{self, Case};
use super::values::{Kept, check_unique};
use super::{Done, REFUSAL, STEP, TABLE, read};
use crate::record::Deeds;
use crate::store::Store;
use crate::store::cell::Cell;
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::workflow::{Facts, Mover, State, Step};
use crate::{
    Acting, Actor, BankError, DocumentClass, KeyRing, MoveOffer, Principal, Record, RecordAt, Refusal,
    WriteContext,
};

/// Refusals that are written down: somebody tried what the rules do not allow. A form that is not yet filled in, and
/// a colleague who was faster, are none.
pub(in crate::store) const WRITTEN_DOWN: [&str; 8] = [
    "move_not_allowed",
    "move_by_clock_only",
    "move_condition_not_met",
    "permission_missing",
    "permission_missing_at_site",
    "four_eyes",
    "document_missing",
    "signature_missing",
];

/// Fields that the program itself found out for a move.
type Found = Vec<(&'static str, String)>;

impl Store {
    /// Moves a record. `what` is the code of a move or the state that is wanted; `changes` are fields that are written
    /// with the move. Refused attempts are written down with the record.
    ///
    /// # Errors
    /// `record_unknown`, `record_changed_meanwhile`, `move_unknown`, `move_not_allowed`, `move_ambiguous`, those of
    /// [`crate::workflow::Concept::obstacles`], or the problems of the fields.
    pub async fn move_record(
        &self,
        at: RecordAt<'_>,
        what: &str,
        changes: &[(String, String)],
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        self.move_record_found(at, what, (changes, Vec::new()), keys, acting).await
    }

    /// Moves a record, with fields besides that nobody writes: what the program itself found out for this move.
    ///
    /// # Errors
    /// As [`Self::move_record`].
    pub async fn move_record_found(
        &self,
        at: RecordAt<'_>,
        what: &str,
        (changes, found): (&[(String, String)], Found),
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<Record, BankError> {
        let write = self.database.begin().await?;
        let record = read::to_change(write.reader(), &at).await?;
        let today = self.today(write.reader(), acting).await?;
        let mut kept = Kept::of(write.reader(), at.concept, changes, today).await?;
        kept.open.extend(found.into_iter().map(|(code, value)| (code, Some(value))));
        let site = record.site.as_deref();
        rule::compute(write.reader(), at.concept, Some(&record), &mut kept, (site, today)).await?;
        let deeds = read::deeds(write.reader(), &record, acting.principal).await?;
        let may = may_move(&record, what, &kept, &deeds, acting);
        let (step, to) = match may {
            Ok(found) => found,
            Err(refusal) => return Err(write_down(write, &record, what, refusal, acting).await),
        };
        let case =
            Case { reader: write.reader(), record: Some(&record), kept: &kept, site, today, beside: None };
        if let Some(refusal) = rule::obstacle(at.concept, step, &case).await? {
            return Err(write_down(write, &record, what, refusal, acting).await);
        }
        let actor = actor_of(step, acting, site)?;
        let context = acting.context(actor)?;
        check_unique(write.reader(), at.concept, &kept, Some(&record.id), Some(keys)).await?;
        let personal = change_person(&write, &record, &kept, keys, (acting, today)).await?;
        let event = event_of((&record, step, to), &kept, personal.as_ref(), acting);
        write_all(&write, (event, personal), keys, (&context, acting)).await?;
        let after = read::by_id(write.reader(), &record.id).await?;
        let after = after.ok_or_else(|| super::unknown(at.concept, at.number))?;
        rule::follow(&write, &after, step.code, (&context, acting, today)).await?;
        write.commit().await?;
        Ok(after)
    }

    /// The moves that begin in the present state of a record, with what stands in the way of each for somebody.
    ///
    /// # Errors
    /// Outages only.
    pub async fn record_moves(
        &self,
        record: &Record,
        principal: &Principal,
    ) -> Result<Vec<MoveOffer>, BankError> {
        let deeds = read::deeds(self.database.reader(), record, principal).await?;
        let kept = Kept::default();
        let mut offers = Vec::new();
        for step in record.concept.steps_from(record.state.code).filter(|step| step.mover != Mover::System) {
            let Some(to) = target_of(record, step) else { continue };
            let obstacles = obstacles_of(record, step, &kept, &deeds, (principal, true));
            offers.push(MoveOffer { step, to, obstacles });
        }
        Ok(offers)
    }
}

/// Makes a move because a clock ran out. Gives the outcome: the state it led to, or the code of what stood in the way.
pub(in crate::store) async fn move_by_clock(
    write: &WriteTransaction<'_>,
    record: &Record,
    what: &str,
    context: &WriteContext<'_>,
    acting: &Acting<'_>,
) -> Result<Result<(), Refusal>, BankError> {
    let (kept, deeds) = (Kept::default(), Deeds::default());
    let (step, to) = match may_move(record, what, &kept, &deeds, acting) {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let event = event_of((record, step, to), &kept, None, acting);
    write.record(context, vec![event]).await?;
    Ok(Ok(()))
}

/// Makes a move that follows from something else that somebody did, in its transaction: a search brings its request on, a
/// new typing takes the place of the old. The declaration says `system`, the history who it was.
pub(in crate::store) async fn move_along(
    write: &WriteTransaction<'_>,
    record: &Record,
    what: &str,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let step = record.concept.step(what).filter(|step| step.from.contains(&record.state.code));
    let Some((step, to)) = step.and_then(|step| Some((step, target_of(record, step)?))) else {
        return Err(nowhere_along(record, what).into());
    };
    write.record(context, vec![event_of((record, step, to), &Kept::default(), None, acting)]).await?;
    Ok(())
}

fn nowhere_along(record: &Record, what: &str) -> Refusal {
    let possible: Vec<&str> = record.concept.steps_from(record.state.code).map(|step| step.code).collect();
    let (state, possible) = (record.state.code, possible.join(", "));
    let sentence =
        format!("{} is '{state}': '{what}' does not follow from there. Possible: {possible}.", record.number);
    Refusal::new("move_not_allowed", sentence)
        .with("record", record.number.as_str())
        .with("state", state)
        .with("move", what)
        .with("possible", possible)
}

/// The move that is meant and where it leads, when nothing stands in its way.
pub(in crate::store) fn may_move(
    record: &Record,
    what: &str,
    kept: &Kept,
    deeds: &Deeds,
    acting: &Acting<'_>,
) -> Result<(&'static Step, &'static State), Refusal> {
    let concept = record.concept;
    with_facts(record, kept, deeds, |facts| {
        let step = concept.meant(what, facts)?;
        let reason_given = acting.reason_given().is_ok();
        let first = concept.obstacles(step, facts, acting.principal, reason_given).into_iter().next();
        if let Some(refusal) = first {
            return Err(refusal);
        }
        match concept.target(step, facts.before) {
            Some(to) => Ok((step, to)),
            None => Err(nowhere(record, step)),
        }
    })
}

/// What stands in the way of a move for somebody.
pub(in crate::store) fn obstacles_of(
    record: &Record,
    step: &Step,
    kept: &Kept,
    deeds: &Deeds,
    (principal, reason_given): (&Principal, bool),
) -> Vec<Refusal> {
    with_facts(record, kept, deeds, |facts| record.concept.obstacles(step, facts, principal, reason_given))
}

/// Where a move of a record leads.
pub(in crate::store) fn target_of(record: &Record, step: &Step) -> Option<&'static State> {
    record.concept.target(step, record.before.map(|state| state.code))
}

/// A record in a state that no move led to has nowhere to go back to.
fn nowhere(record: &Record, step: &Step) -> Refusal {
    let sentence = format!("{} has no state before '{}' to go back to.", record.number, record.state.code);
    Refusal::new("move_not_allowed", sentence)
        .with("record", record.number.as_str())
        .with("state", record.state.code)
        .with("move", step.code)
        .with("possible", "nothing")
}

fn with_facts<T>(record: &Record, kept: &Kept, deeds: &Deeds, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
    let documents: Vec<DocumentClass> = record.documents.iter().map(|document| document.class).collect();
    let value_of = |code: &str| kept.value(code, Some(record));
    ask(&Facts {
        name: &record.number,
        state: record.state.code,
        before: record.before.map(|state| state.code),
        site: record.site.as_deref(),
        value_of: &value_of,
        documents: &documents,
        signed: &deeds.signed,
        done: &deeds.done,
    })
}

pub(in crate::store) fn actor_of<'a>(
    step: &Step,
    acting: &'a Acting<'_>,
    site: Option<&'a str>,
) -> Result<Actor<'a>, Refusal> {
    match &step.mover {
        Mover::With(permissions) if !acting.principal.is_system() => {
            acting.principal.may_any(permissions, site)
        }
        _ => Ok(Actor { site, ..acting.principal.as_actor() }),
    }
}

fn event_of(
    (record, step, to): (&Record, &Step, &State),
    kept: &Kept,
    personal: Option<&Personal>,
    acting: &Acting<'_>,
) -> Event {
    let done = Done {
        record_id: &record.id,
        version: record.version + 1,
        step: step.code,
        from: Some(record.state.code),
        to: to.code,
    };
    let event = Event::new("record_moved", record.subject()).insert(&STEP, done.row(acting));
    let (event, _) = change_fields(event, record, kept);
    let mut set = set_version(record.version + 1, acting);
    set.push(("state", Some(to.code.into())));
    set.push(("entered_at_us", Some(Cell::Int(acting.now.as_microsecond()))));
    if let Some(Personal::New(entering)) = personal {
        set.push(("person_id", Some(entering.id.as_str().into())));
    }
    event.update(&TABLE, vec![record.id.as_str().into()], set)
}

/// That something was refused, as it is written down with a record.
pub(in crate::store) fn refusal_event(record: &Record, what: &str, code: &str, acting: &Acting<'_>) -> Event {
    let row = vec![
        Some(acting.ids.next_id().as_str().into()),
        Some(record.id.as_str().into()),
        Some(what.into()),
        Some(record.state.code.into()),
        Some(code.into()),
    ];
    Event::new("record_move_refused", record.subject()).insert(&REFUSAL, row)
}

/// Writes a refused attempt down with the record, where it is one of the rules that was broken.
async fn write_down(
    write: WriteTransaction<'_>,
    record: &Record,
    what: &str,
    refusal: Refusal,
    acting: &Acting<'_>,
) -> BankError {
    if !WRITTEN_DOWN.contains(&refusal.code) && !rule::WRITTEN_DOWN.contains(&refusal.code) {
        return refusal.into();
    }
    let event = refusal_event(record, what, refusal.code, acting);
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
