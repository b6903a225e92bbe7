//! Units that lived through an excursion go under evaluation by themselves; a quality manager brings them back, signed.

use jiff::SignedDuration;

use super::life;
use super::moves::write_move;
use crate::store::Store;
use crate::store::record::Kept;
use crate::store::telemetry::excursion::{open_of, units_with_open};
use crate::workflow::State;
use crate::{Acting, Actor, Alarm, BankError, Identity};

/// The move that takes a unit aside.
const EVALUATE: &str = "evaluate";
/// Units of one call, each in a transaction of its own.
const UNITS_MAX: usize = 200;
/// What was told longer ago was seen by an earlier call.
const LOOKS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Store {
    /// Brings units that lived through an excursion which nobody has evaluated under evaluation; gives how many. Call
    /// until it gives 0. `acting` is the program itself.
    ///
    /// # Errors
    /// Outages only. What was moved until then stays.
    pub async fn evaluate_excursions(&self, acting: &Acting<'_>) -> Result<u64, BankError> {
        let concept = life::concept()?;
        let Some(step) = concept.step(EVALUATE) else { return Ok(0) };
        let since = (acting.now - LOOKS_BACK).as_microsecond();
        let states: Vec<&str> = step.from.to_vec();
        let found = units_with_open(self.database.reader(), &states, since, UNITS_MAX).await?;
        let mut moved = 0;
        for identity in &found {
            moved += u64::from(self.set_aside(identity, acting).await?);
        }
        Ok(moved)
    }

    /// Moves one unit; false where it has gone on in the meantime.
    async fn set_aside(&self, identity: &Identity, acting: &Acting<'_>) -> Result<bool, BankError> {
        let write = self.database.begin().await?;
        let life = life::read(write.reader(), identity).await?;
        let open = open_of(write.reader(), identity).await?;
        let (Some(life), Some(first)) = (life, open.first()) else {
            write.rollback().await?;
            return Ok(false);
        };
        let step = life.record.concept.steps_from(life.record.state.code).find(|step| step.code == EVALUATE);
        let to: Option<&'static State> =
            step.and_then(|step| crate::store::record::target_of(&life.record, step));
        let (Some(step), Some(to)) = (step, to) else {
            write.rollback().await?;
            return Ok(false);
        };
        let reason = format!("excursion: {}", told(first));
        let acting = acting.because(&reason);
        let actor = Actor { site: life.record.site.as_deref(), ..acting.principal.as_actor() };
        let context = acting.context(actor)?;
        write_move(&write, &life, (step, to), &Kept::default(), (&context, &acting)).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// An excursion in a few words.
pub(super) fn told(alarm: &Alarm) -> String {
    let peak = alarm.peak_mc.map(|mc| format!(", up to {:.1} °C", mc as f64 / 1_000.0)).unwrap_or_default();
    let until = alarm.ended_at.map_or_else(|| "and lasting".to_owned(), |ended| format!("until {ended}"));
    format!("probe {} of tank {} from {} {until}{peak}", alarm.sensor, alarm.tank, alarm.began_at)
}
