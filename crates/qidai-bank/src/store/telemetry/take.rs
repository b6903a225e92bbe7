//! Readings come in: each is kept once, in its block, and seen by the watch.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use sea_orm::{DbBackend, Value};
use sha2::{Digest as _, Sha256};

use super::alarm::{self, Place};
use super::{Watched, chain, level, watched};
use crate::store::cell::{Cell, Row};
use crate::store::database::{Reader, WriteTransaction, placeholders};
use crate::store::row::RowReader;
use crate::store::table::Column;
use crate::store::{Store, StoreError};
use crate::telemetry::Track;
use crate::{Acting, BankError, NewReading, Taken};

/// Columns of a reading, in the order of its row and of what is hashed.
pub(super) const COLUMNS: [Column; 12] = [
    Column::text("sensor"),
    Column::int("at_us"),
    Column::int("fingerprint"),
    Column::int("device_at_us"),
    Column::int("received_at_us"),
    Column::int("device_sequence"),
    Column::int("temperature_mc"),
    Column::int("level_mm"),
    Column::text("quality"),
    Column::int("beyond"),
    Column::int("block"),
    Column::int("ordinal"),
];
/// A clock that is ahead by more is wrong; then the time of arrival counts.
const AHEAD_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Readings that one call of [`Store::take_readings`] should be given.
pub const READINGS_MAX: usize = 1_000;

/// The watch over one probe.
#[derive(Default)]
struct State {
    live: Track,
    late: Track,
    received_us: i64,
    at_us: i64,
    temperature_mc: Option<i64>,
    is_changed: bool,
}

/// What a call works on.
struct Work<'a> {
    known: HashMap<String, Watched>,
    states: HashMap<String, State>,
    silent: HashSet<String>,
    acting: &'a Acting<'a>,
    taken: Taken,
}

impl Store {
    /// Keeps readings and raises what alarms follow, all in one transaction: acknowledge a message when this returns.
    /// The same readings again change nothing. `acting.now` is when they came.
    ///
    /// # Errors
    /// Outages only.
    pub async fn take_readings(
        &self,
        readings: &[NewReading],
        acting: &Acting<'_>,
    ) -> Result<Taken, BankError> {
        if readings.is_empty() {
            return Ok(Taken::default());
        }
        let write = self.database.begin().await?;
        let new = without_known(write.reader(), readings, acting).await?;
        let duplicates = readings.len() - new.len();
        if new.is_empty() {
            write.rollback().await?;
            return Ok(Taken { duplicates: duplicates as u64, ..Taken::default() });
        }
        let mut work = begin(write.reader(), readings, acting).await?;
        work.taken.duplicates = duplicates as u64;
        let block = chain::next(write.reader()).await?;
        let mut rows = Vec::with_capacity(new.len());
        for (ordinal, one) in (0_i64..).zip(&new) {
            let beyond = see(&write, one, &mut work).await?;
            rows.push(row_of(one, (beyond, block.sequence, ordinal), acting));
        }
        chain::append(&write, &block, rows, acting).await?;
        keep_states(&write, &work.states).await?;
        write.commit().await?;
        Ok(Taken { new: new.len() as u64, ..work.taken })
    }
}

/// A reading on its way, with the time that counts.
pub(super) struct Timed<'a> {
    reading: &'a NewReading,
    at_us: i64,
    fingerprint: i64,
}

/// The readings that are new, in their order, each once.
async fn without_known<'a>(
    reader: Reader<'_>,
    readings: &'a [NewReading],
    acting: &Acting<'_>,
) -> Result<Vec<Timed<'a>>, StoreError> {
    let timed: Vec<Timed<'_>> = readings.iter().map(|reading| timed(reading, acting)).collect();
    let mut known = HashSet::new();
    // By the device's time: it is the same in a duplicate, whenever that comes. Joined, so that each is looked up by its
    // key: a list of pairs is compared with every reading that there is.
    for part in timed.chunks(LOOKUP_MAX) {
        let sql = format!(
            "SELECT r.sensor, r.fingerprint FROM (SELECT column1 AS sensor, column2 AS device_at_us, column3 AS fingerprint \
             FROM (VALUES {}) AS given) AS asked JOIN tank_reading r ON r.sensor = asked.sensor \
             AND r.device_at_us = asked.device_at_us AND r.fingerprint = asked.fingerprint",
            tuples(reader.backend(), part.len(), 3)
        );
        let values = part.iter().flat_map(|one| {
            let device_at_us = one.reading.device_at.as_microsecond();
            [Value::from(one.reading.sensor.as_str()), device_at_us.into(), one.fingerprint.into()]
        });
        for row in reader.all(&sql, values).await? {
            let mut row = RowReader::new("tank_reading", &row);
            known.insert((row.text()?, row.key()?));
        }
    }
    let is_new = |one: &Timed<'_>| known.insert((one.reading.sensor.clone(), one.fingerprint));
    Ok(timed.into_iter().filter(is_new).collect())
}

/// Readings in one question, and probes in one statement.
const LOOKUP_MAX: usize = 500;

/// `($1, $2), ($3, $4), …`: so many tuples of so many values. SQLite takes `$1` for a name that is looked up among all
/// names; its own `?` has none.
fn tuples(backend: DbBackend, count: usize, width: usize) -> String {
    let tuple = |at: usize| {
        let names: Vec<String> = (at * width + 1..=(at + 1) * width)
            .map(|number| match backend {
                DbBackend::Postgres => format!("${number}"),
                _ => "?".to_owned(),
            })
            .collect();
        format!("({})", names.join(", "))
    };
    (0..count).map(tuple).collect::<Vec<_>>().join(", ")
}

fn timed<'a>(reading: &'a NewReading, acting: &Acting<'_>) -> Timed<'a> {
    let is_ahead = reading.device_at > acting.now + AHEAD_MAX;
    let at = if is_ahead { acting.now } else { reading.device_at };
    let text = format!(
        "{}|{}|{:?}|{:?}|{:?}|{}",
        reading.sensor,
        reading.device_at.as_microsecond(),
        reading.device_sequence,
        reading.temperature_mc,
        reading.level_mm,
        reading.quality
    );
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    Timed { reading, at_us: at.as_microsecond(), fingerprint: i64::from_be_bytes(first) }
}

async fn begin<'a>(
    reader: Reader<'_>,
    readings: &[NewReading],
    acting: &'a Acting<'a>,
) -> Result<Work<'a>, StoreError> {
    let codes: HashSet<&str> = readings.iter().map(|reading| reading.sensor.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let known = watched(reader, &codes).await?;
    let list = placeholders(1, codes.len());
    let sql = format!(
        "SELECT sensor, received_at_us, at_us, temperature_mc, live, late FROM sensor_watch WHERE sensor IN ({list})"
    );
    let mut states = HashMap::new();
    for row in reader.all(&sql, codes.iter().map(|code| Value::from(*code))).await? {
        let mut row = RowReader::new("sensor_watch", &row);
        let sensor = row.text()?;
        let (received_us, at_us, temperature_mc) = (row.key()?, row.key()?, row.int()?);
        let track = |text: String| serde_json::from_str(&text).ok();
        let (live, late) = (
            row.code("live", |text| track(text.to_owned()))?,
            row.code("late", |text| track(text.to_owned()))?,
        );
        states.insert(sensor, State { live, late, received_us, at_us, temperature_mc, is_changed: false });
    }
    let silent = alarm::silent(reader, &codes).await?;
    Ok(Work { known, states, silent, acting, taken: Taken::default() })
}

/// Shows a reading to the watch; says how far beyond the limits it is.
async fn see(write: &WriteTransaction<'_>, one: &Timed<'_>, work: &mut Work<'_>) -> Result<i64, StoreError> {
    let (code, acting) = (one.reading.sensor.as_str(), work.acting);
    let Some(watched) = work.known.get(code) else {
        if !work.taken.unknown.iter().any(|unknown| unknown == code) {
            work.taken.unknown.push(code.to_owned());
        }
        return Ok(0);
    };
    let place = Place { tank: &watched.tank, sensor: code, site: watched.site.as_deref() };
    let is_newest = work.states.get(code).is_none_or(|state| one.at_us >= state.at_us);
    if let (Some(level_mm), Some(low_mm)) = (one.reading.level_mm, watched.low_mm)
        && one.reading.quality == "good"
    {
        let (raised, ended) =
            level::see(write, &place, (one.at_us, level_mm, low_mm), is_newest, acting).await?;
        work.taken.raised += u64::from(raised);
        work.taken.ended += u64::from(ended);
    }
    // A probe that says it is broken says nothing of the tank: it counts as silent.
    let good = one.reading.temperature_mc.filter(|_| one.reading.quality == "good");
    let Some(mc) = good else { return Ok(0) };
    let state = work.states.entry(code.to_owned()).or_default();
    state.is_changed = true;
    state.received_us = acting.now.as_microsecond();
    if one.at_us >= state.at_us {
        (state.at_us, state.temperature_mc) = (one.at_us, Some(mc));
    }
    if work.silent.remove(code) {
        alarm::end_silence(write, &place, acting).await?;
        work.taken.ended += 1;
    }
    let Some(limits) = watched.limits else { return Ok(0) };
    let is_live = state.live.last_us.is_none_or(|last| one.at_us >= last);
    let mut steps = Vec::new();
    if !is_live && state.late.last_us.is_some_and(|last| one.at_us < last) {
        steps.push(state.late.finish());
    }
    let track = if is_live { &mut state.live } else { &mut state.late };
    steps.push(track.step(one.at_us, mc, &limits));
    for step in steps {
        let (raised, ended) = alarm::follow(write, &place, (step, is_live, limits.delay_us), acting).await?;
        work.taken.raised += u64::from(raised);
        work.taken.ended += u64::from(ended);
    }
    Ok(limits.beyond(mc))
}

fn row_of(one: &Timed<'_>, (beyond, block, ordinal): (i64, i64, i64), acting: &Acting<'_>) -> Row {
    let reading = one.reading;
    vec![
        Some(reading.sensor.as_str().into()),
        Some(one.at_us.into()),
        Some(one.fingerprint.into()),
        Some(reading.device_at.as_microsecond().into()),
        Some(acting.now.as_microsecond().into()),
        reading.device_sequence.map(Cell::Int),
        reading.temperature_mc.map(Cell::Int),
        reading.level_mm.map(Cell::Int),
        Some(reading.quality.as_str().into()),
        Some(beyond.into()),
        Some(block.into()),
        Some(ordinal.into()),
    ]
}

async fn keep_states(
    write: &WriteTransaction<'_>,
    states: &HashMap<String, State>,
) -> Result<(), StoreError> {
    let changed: Vec<(&String, &State)> = states.iter().filter(|(_, state)| state.is_changed).collect();
    let json = |track: &Track| serde_json::to_string(track).unwrap_or_default();
    for part in changed.chunks(LOOKUP_MAX) {
        let sql = format!(
            "INSERT INTO sensor_watch (sensor, received_at_us, at_us, temperature_mc, live, late) VALUES {} \
             ON CONFLICT (sensor) DO UPDATE SET received_at_us = excluded.received_at_us, at_us = excluded.at_us, \
             temperature_mc = excluded.temperature_mc, live = excluded.live, late = excluded.late",
            tuples(write.reader().backend(), part.len(), 6)
        );
        let values = part.iter().flat_map(|(sensor, state)| {
            [
                Value::from(sensor.as_str()),
                state.received_us.into(),
                state.at_us.into(),
                Value::BigInt(state.temperature_mc),
                json(&state.live).into(),
                json(&state.late).into(),
            ]
        });
        write.change_unaudited(&sql, values).await?;
    }
    Ok(())
}
