//! Clocks of units: those of `workflows/unit.md`, run as those of records are, once for one beginning.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sea_orm::Value;

use super::life::{self, Life};
use super::moves::{may_move, moment_of, write_move};
use super::tables::CLOCK;
use crate::store::clock::{ClockRan, Due, nonconformance};
use crate::store::database::{Reader, WriteTransaction, placeholders};
use crate::store::event::Event;
use crate::store::record::{self, Kept};
use crate::store::row::RowReader;
use crate::store::{Store, StoreError, notification, setting};
use crate::workflow::{Clock, Length, Start, State, Step, Then};
use crate::{Acting, Actor, BankError, Identity, NewNotification, Recipient, Role, WriteContext};

/// Units that are looked at in one go.
const PAGE: usize = 200;

/// A clock of a unit whose time was over when the move that ended it was made.
pub(super) struct Late {
    clock: &'static Clock,
    started: String,
}

impl Store {
    /// Runs one due clock of all units.
    pub(in crate::store) async fn run_unit_clock(
        &self,
        due: &Due,
        zone: &TimeZone,
        acting: &Acting<'_>,
    ) -> Result<Vec<ClockRan>, BankError> {
        let mut ran = Vec::new();
        loop {
            let found = candidates(self.database.reader(), due, None).await?;
            let before = ran.len();
            for (identity, started) in &found {
                ran.extend(self.run_unit(due, (identity, started), zone, acting).await?);
            }
            if found.len() < PAGE || ran.len() == before {
                return Ok(ran);
            }
        }
    }

    async fn run_unit(
        &self,
        due: &Due,
        (identity, started): (&Identity, &str),
        zone: &TimeZone,
        acting: &Acting<'_>,
    ) -> Result<Option<ClockRan>, BankError> {
        let write = self.database.begin().await?;
        let again = candidates(write.reader(), due, Some(identity)).await?;
        let life = life::read(write.reader(), identity).await?;
        let Some(life) = life.filter(|_| again.iter().any(|(_, again)| again == started)) else {
            write.rollback().await?;
            return Ok(None);
        };
        let reason = format!("clock {}: {}", due.code, due.label.en);
        let acting = acting.because(&reason);
        let actor = Actor { site: life.record.site.as_deref(), ..acting.principal.as_actor() };
        let context = acting.context(actor)?;
        let today = zone.to_datetime(acting.now).date();
        let outcome = act(&write, due, &life, (&context, &acting, today)).await?;
        let event = ran_event(due, &life, (started, &outcome), &context);
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        let (concept, clock) = (due.concept.code, due.code.clone());
        Ok(Some(ClockRan { concept, number: life.record.number, clock, outcome }))
    }
}

/// Clocks that a move ends and whose time was over at that moment, but which nobody ran: what was entered late, or
/// between two runs.
pub(super) async fn late_at(
    reader: Reader<'_>,
    life: &Life,
    (step, to): (&Step, &State),
    kept: &Kept,
    effective_at: Timestamp,
) -> Result<Vec<Late>, StoreError> {
    let (record, mut late) = (&life.record, Vec::new());
    let moment = moment_of(step, kept, effective_at);
    let ends = |clock: &&'static Clock| {
        let holds = clock.when.as_ref().is_none_or(|when| when.holds(record.field(when.field)));
        let runs = clock.runs_in.contains(&record.state.code) && !clock.runs_in.contains(&to.code);
        clock.then == Then::Raise && holds && runs
    };
    for clock in record.concept.clocks.iter().filter(ends) {
        let (Start::Field(field), Length::Profile(limit)) = (clock.start, clock.length) else { continue };
        let Some(started) = record.field(field) else { continue };
        let Ok(begun) = started.parse::<Timestamp>() else { continue };
        let declared = record.concept.profile.iter().find(|own| own.code == limit).map_or(0, |own| own.value);
        let hours = setting::profile(reader, record.concept.code, limit, declared).await?;
        if begun + SignedDuration::from_hours(i64::from(hours)) < moment {
            late.push(Late { clock, started: started.to_owned() });
        }
    }
    Ok(late)
}

/// Raises what was late, once for one beginning.
pub(super) async fn raise_late(
    write: &WriteTransaction<'_>,
    life: &Life,
    late: &[Late],
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<(), BankError> {
    for one in late {
        let sql = "SELECT 1 FROM unit_clock WHERE unit_key = $1 AND clock = $2 AND started = $3";
        let values = [Value::from(life.key), one.clock.code.into(), one.started.as_str().into()];
        if write.reader().first(sql, values).await?.is_some() {
            continue;
        }
        let new = nonconformance((one.clock.code, one.clock.label), &life.record, today)?;
        let raised = record::raise(write, &new, context, acting).await?;
        let outcome = format!("raised {}", raised.number);
        let row = run_row(life.key, (one.clock.code, &one.started), &outcome, context);
        write
            .record(context, vec![Event::new("clock_ran", life.record.subject()).insert(&CLOCK, row)])
            .await?;
    }
    Ok(())
}

async fn act(
    write: &WriteTransaction<'_>,
    due: &Due,
    life: &Life,
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<String, BankError> {
    match &due.then {
        Then::Notify(_) => Ok("notified".to_owned()),
        Then::Move(step) => {
            let kept = Kept::default();
            match may_move(write.reader(), life, step, &kept, acting).await? {
                Ok(found) => {
                    write_move(write, life, found, &kept, (context, acting)).await?;
                    Ok("moved".to_owned())
                }
                Err(refusal) => Ok(refusal.code.to_owned()),
            }
        }
        Then::Raise => {
            let new = nonconformance((&due.code, due.label), &life.record, today)?;
            match record::raise(write, &new, context, acting).await {
                Ok(raised) => Ok(format!("raised {}", raised.number)),
                Err(BankError::Refused(refusal)) => Ok(refusal.code.to_owned()),
                Err(error) => Err(error),
            }
        }
    }
}

fn run_row(
    key: i64,
    (clock, started): (&str, &str),
    outcome: &str,
    context: &WriteContext<'_>,
) -> crate::store::cell::Row {
    vec![
        Some(key.into()),
        Some(clock.into()),
        Some(started.into()),
        Some(outcome.into()),
        Some(context.now.as_microsecond().into()),
    ]
}

fn ran_event(due: &Due, life: &Life, (started, outcome): (&str, &str), context: &WriteContext<'_>) -> Event {
    let row = run_row(life.key, (&due.code, started), outcome, context);
    let mut event = Event::new("clock_ran", life.record.subject()).insert(&CLOCK, row);
    let done = matches!(outcome, "notified" | "moved") || outcome.starts_with("raised ");
    let roles: &[Role] = match &due.then {
        Then::Notify(roles) => roles,
        _ if done => &[],
        _ => &[Role::Quality],
    };
    for role in roles {
        let recipient = Recipient::Role { role: *role, site: life.record.site.clone() };
        let new = NewNotification::new(recipient, "record_clock_ran", life.record.subject())
            .with("number", life.identity.written())
            .with("clock", due.code.as_str())
            .with("day", "")
            .with("zh", due.label.zh)
            .with("en", due.label.en);
        event = notification::notify(event, &new, context);
    }
    event
}

/// Units whose clock has run out and did not yet run for this beginning: identity, beginning.
async fn candidates(
    reader: Reader<'_>,
    due: &Due,
    only: Option<&Identity>,
) -> Result<Vec<(Identity, String)>, StoreError> {
    let Start::Field(field) = due.start else { return Ok(Vec::new()) };
    // Who comes back into the state with the same day is late again; a nonconformance is raised once.
    let started = match &due.then {
        Then::Raise => "s.value".to_owned(),
        _ => "s.value || '@' || CAST((SELECT MAX(t.recorded_at_us) FROM unit_step t WHERE t.unit_key = u.unit_key) \
              AS TEXT)"
            .to_owned(),
    };
    let mut values = vec![Value::from(field), Value::from(due.code.as_str()), due.before.clone()];
    let mut conditions = String::new();
    if let Some(identity) = only {
        values.extend([Value::from(identity.scheme.as_str()), Value::from(identity.value.as_str())]);
        conditions.push_str(" AND u.scheme = $4 AND u.identity = $5");
    }
    if let Some(condition) = due.only.filter(|condition| condition.field == "bank_type") {
        let places = placeholders(values.len() + 1, condition.values.len());
        conditions.push_str(&format!(" AND u.bank_type IN ({places})"));
        values.extend(condition.values.iter().map(|value| Value::from(*value)));
    }
    let states = placeholders(values.len() + 1, due.runs_in.len());
    values.extend(due.runs_in.iter().map(|state| Value::from(*state)));
    let sql = format!(
        "SELECT u.scheme, u.identity, {started} FROM unit u \
         JOIN unit_field s ON s.unit_key = u.unit_key AND s.field = $1 \
         WHERE u.status IN ({states}) AND s.value < $3{conditions} \
         AND NOT EXISTS (SELECT 1 FROM unit_clock c WHERE c.unit_key = u.unit_key AND c.clock = $2 \
         AND c.started = {started}) ORDER BY u.unit_key LIMIT {PAGE}"
    );
    let rows = reader.all(&sql, values).await?;
    let read = |row| {
        let mut row = RowReader::new("unit", row);
        let identity = Identity { scheme: row.text()?, value: row.text()? };
        Ok((identity, row.text()?))
    };
    rows.iter().map(read).collect()
}

/// Every clock of units begins with a field: the runner looks at nothing else.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::FieldKind;

    #[test]
    fn clocks_of_units_begin_with_a_field_and_look_at_the_kind_of_bank_only() {
        let unit = life::concept().expect("declared");
        for clock in &unit.clocks {
            let Start::Field(field) = clock.start else { panic!("{}", clock.code) };
            assert!(matches!(unit.field(field).expect("a field").kind, FieldKind::Time | FieldKind::Date));
            assert!(clock.when.as_ref().is_none_or(|when| when.field == "bank_type"), "{}", clock.code);
        }
    }
}
