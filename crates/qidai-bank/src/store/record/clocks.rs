//! The clocks that run for one record, with the moment at which each is due.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::store::{Store, StoreError, setting};
use crate::workflow::{self, Label, LengthUnit, Start};
use crate::{Record, RunningClock};

impl Store {
    /// Clocks and reminders of the present state of a record, the nearest first. A clock that has run stays, as over.
    ///
    /// # Errors
    /// Outages only.
    pub async fn record_clocks(
        &self,
        record: &Record,
        now: Timestamp,
    ) -> Result<Vec<RunningClock>, StoreError> {
        let zone = setting::time_zone(self.database.reader()).await?;
        let here = |states: &[&str]| states.contains(&record.state.code);
        let mut running = Vec::new();
        let runs = |clock: &&workflow::Clock| {
            let holds = clock.when.as_ref().is_none_or(|when| when.holds(record.field(when.field)));
            here(&clock.runs_in) && holds
        };
        for clock in record.concept.clocks.iter().filter(runs) {
            let length = self.length(record.concept, clock).await?.unwrap_or((0, LengthUnit::Days));
            if let Some(due_at) = due_at(record, clock.start, length, &zone) {
                running.push(of(clock.label, due_at, now, Some(clock)));
            }
        }
        for reminder in record.concept.reminders.iter().filter(|reminder| here(&reminder.runs_in)) {
            let Some(day) = day_of(record, reminder.field) else { continue };
            let next = reminder.days_before.iter().filter_map(|days| {
                let day = day.saturating_sub(i64::from(*days).days());
                let at = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
                (at > now).then_some(at)
            });
            running.extend(next.min().map(|at| of(reminder.label, at, now, None)));
        }
        running.sort_by_key(|clock| clock.due_at);
        Ok(running)
    }
}

fn of(
    label: Label,
    due_at: Timestamp,
    now: Timestamp,
    clock: Option<&'static crate::workflow::Clock>,
) -> RunningClock {
    RunningClock { label, due_at, is_over: due_at <= now, then: clock.map(|clock| &clock.then) }
}

/// As the runner has it: days run to their end in the bank's zone, hours from the moment.
fn due_at(
    record: &Record,
    start: Start,
    (count, unit): (u32, LengthUnit),
    zone: &TimeZone,
) -> Option<Timestamp> {
    let count = i64::from(count);
    let moment = match start {
        Start::Entering => Some(record.entered_at),
        Start::Field(field) => record.field(field).and_then(|value| value.parse::<Timestamp>().ok()),
    };
    if let (LengthUnit::Hours | LengthUnit::Celsius, Some(moment)) = (unit, moment) {
        return Some(moment + SignedDuration::from_hours(count));
    }
    let day = match (start, moment) {
        (_, Some(moment)) => zone.to_datetime(moment).date(),
        (Start::Field(field), None) => day_of(record, field)?,
        (Start::Entering, None) => return None,
    };
    let last = match unit {
        LengthUnit::Years => day.saturating_add(count.years()),
        _ => day.saturating_add(count.days()),
    };
    let after = last.saturating_add(1.day());
    zone.to_timestamp(after.at(0, 0, 0, 0)).ok()
}

fn day_of(record: &Record, field: &str) -> Option<Date> {
    record.field(field)?.parse().ok()
}
