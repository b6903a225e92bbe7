//! Work that is done when its time has come, by one server of a bank at a time.
//!
//! A job stands in the database. Who takes it has a lease, and makes it longer while the work goes on. A server that
//! dies lets its lease run out, and another does the work.

use std::pin::pin;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use qidai_bank::{Acting, Job, NewJob, Principal};

use super::watched;
use crate::app::AppState;
use crate::checkpoints::Checkpoints;
use crate::error::Failure;
use crate::pages::audit;

/// How often a server asks for work.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A server that says nothing for so long is dead.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often it says that it is not.
const KEEP_EVERY: Duration = Duration::from_secs(20);
/// When work that failed is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// When something is done again.
#[derive(Debug, Clone, Copy)]
enum Rhythm {
    Seconds(i64),
    /// At this hour of the bank's zone.
    Nightly(i8),
}

/// Everything that is done again and again.
const PERIODIC: [(&str, Rhythm); 8] = [
    // Clocks and reminders of records.
    ("clocks", Rhythm::Seconds(60)),
    // Watched searches, when the bank changed.
    ("watched", Rhythm::Seconds(5)),
    // Probes of tanks that say nothing.
    ("silence", Rhythm::Seconds(30)),
    // Units that lived through an excursion go under evaluation.
    ("excursions", Rhythm::Seconds(30)),
    // Units that an open recall reaches are recalled.
    ("recalls", Rhythm::Seconds(30)),
    // Sessions, limits and answers that ended by themselves are removed.
    ("sweep", Rhythm::Seconds(600)),
    // The head of the history is signed, outside of the database.
    ("checkpoint", Rhythm::Nightly(1)),
    // The history and all rows are verified.
    ("verify", Rhythm::Nightly(2)),
];

impl Rhythm {
    /// The next time after a moment.
    fn next(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let hour = match self {
            Rhythm::Seconds(seconds) => return now + SignedDuration::from_secs(seconds),
            Rhythm::Nightly(hour) => Time::constant(hour, 0, 0, 0),
        };
        let today = zone.to_datetime(now).date();
        let on = |date: jiff::civil::Date| zone.to_timestamp(date.to_datetime(hour)).ok();
        let tomorrow = || today.checked_add(1.day()).ok().and_then(on);
        on(today).filter(|at| *at > now).or_else(tomorrow).unwrap_or(now + SignedDuration::from_hours(24))
    }
}

/// Does what is due for as long as the server runs.
pub(crate) async fn work(state: AppState) {
    let owner = state.desk().sources().0.next_id();
    let mut is_planned = false;
    loop {
        match turn(&state, &owner, &mut is_planned).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(failure) => failure.write_log("looking for work"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Does one job; false when nothing is due.
async fn turn(state: &AppState, owner: &str, is_planned: &mut bool) -> Result<bool, Failure> {
    if !*is_planned {
        plan(state).await?;
        *is_planned = true;
    }
    let store = &state.desk().store;
    let Some(job) = store.take_due_job(Timestamp::now(), owner, LEASE).await? else { return Ok(false) };
    let Some(done) = with_lease(state, &job, owner).await? else { return Ok(true) };
    let rhythm = PERIODIC.iter().find(|(kind, _)| *kind == job.kind).map(|(_, rhythm)| *rhythm);
    let now = Timestamp::now();
    match (done, rhythm) {
        (Ok(()), Some(rhythm)) => {
            store.repeat_job(&job, owner, rhythm.next(now, &state.desk().zone)).await?;
        }
        (Ok(()), None) => {
            store.finish_job(&job, owner).await?;
        }
        (Err(failure), _) => {
            failure.write_log(&format!("doing the job {}", job.kind));
            let again_at = rhythm.map(|_| now + AGAIN_AFTER);
            store.fail_job(&job, owner, failure.code(), again_at).await?;
        }
    }
    Ok(true)
}

/// What is done again and again waits for its first time, whichever server comes first.
async fn plan(state: &AppState) -> Result<(), Failure> {
    let (now, desk) = (Timestamp::now(), state.desk());
    for (kind, rhythm) in PERIODIC {
        let run_at = match rhythm {
            Rhythm::Seconds(_) => now,
            Rhythm::Nightly(_) => rhythm.next(now, &desk.zone),
        };
        let job = NewJob { key: Some(kind), kind, payload: "{}", run_at };
        desk.store.add_job(job, desk.sources().0).await?;
    }
    Ok(())
}

/// Does the work and keeps the lease; `None` when another server took the job in the meantime.
async fn with_lease(
    state: &AppState,
    job: &Job,
    owner: &str,
) -> Result<Option<Result<(), Failure>>, Failure> {
    let mut work = pin!(perform(state, job, owner));
    loop {
        tokio::select! {
            done = &mut work => return Ok(Some(done)),
            () = tokio::time::sleep(KEEP_EVERY) => {
                let until = Timestamp::now() + LEASE;
                if !state.desk().store.keep_job(job, owner, until).await? {
                    return Ok(None);
                }
            }
        }
    }
}

async fn perform(state: &AppState, job: &Job, owner: &str) -> Result<(), Failure> {
    let (desk, now) = (state.desk(), Timestamp::now());
    let (ids, random) = desk.sources();
    match job.kind.as_str() {
        "clocks" => {
            let ran = desk.store.run_clocks(now, ids, random).await?;
            if !ran.is_empty() {
                tracing::info!(count = ran.len(), "clocks ran");
            }
        }
        "watched" => watched::repeat(state, job, owner).await?,
        "silence" => {
            let system = Principal::system("telemetry");
            desk.store.watch_silence(&Acting::new(&system, now, ids, random)).await?;
        }
        "excursions" => {
            let system = Principal::system("telemetry");
            while desk.store.evaluate_excursions(&Acting::new(&system, now, ids, random)).await? > 0 {}
        }
        "recalls" => {
            let system = Principal::system("recall");
            while desk.store.hold_recalled(&Acting::new(&system, now, ids, random)).await? > 0 {}
        }
        "sweep" => {
            desk.store.sweep_sessions(now).await?;
            desk.store.sweep_requests(now).await?;
        }
        "checkpoint" => Checkpoints::of(&desk.store.address()).add(&desk.store).await?,
        "verify" => audit::verify_now(state, &format!("job:{}", job.kind)).await,
        other => {
            let sentence = format!("This version of the program knows no job '{other}'.");
            return Err(Failure::outage("job_unknown", sentence).with("kind", other));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_is_the_banks_night() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let next = |now| Rhythm::Nightly(2).next(time(now), &zone);
        assert_eq!(next("2026-03-01T17:59:59Z"), time("2026-03-01T18:00:00Z"));
        assert_eq!(next("2026-03-01T18:00:00Z"), time("2026-03-02T18:00:00Z"), "not twice in one night");
        assert_eq!(
            Rhythm::Seconds(60).next(time("2026-03-01T18:00:00Z"), &zone),
            time("2026-03-01T18:01:00Z")
        );
    }
}
