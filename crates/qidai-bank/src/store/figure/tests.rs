//! The twin: figures read the small rows of `unit_state`; a naive replay reads every event of the history as it
//! is hashed. On random histories both must say the same, at every moment, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use sea_orm::QueryResult;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::super::Store;
use super::super::event::Event;
use super::super::{packed, unit};
use crate::digest::hexadecimal;
use crate::{Actor, BankType, FIGURES, FigureAnswer, IdSource, Status, UnitRecord, WriteContext};

#[path = "../../../tests/support/mod.rs"]
mod support;

use support::postgres::Server;
use support::{TestBank, din};

/// Numbers that look random and are the same in every run (SplitMix64, Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    /// Some day of two years.
    fn day(&mut self) -> Date {
        let days = i64::try_from(self.below(730)).expect("small");
        date(2020, 1, 1).checked_add(jiff::Span::new().days(days)).expect("a day")
    }

    fn of<T>(&mut self, all: impl IntoIterator<Item = T>) -> T {
        let mut all: Vec<T> = all.into_iter().collect();
        let at = self.below(all.len() as u64);
        all.swap_remove(usize::try_from(at).expect("small"))
    }

    /// Some second of a day in UTC.
    fn moment(&mut self, day: Date) -> Timestamp {
        let midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).expect("a day");
        let seconds = i64::try_from(self.below(86_400)).expect("small");
        Timestamp::from_second(midnight.as_second() + seconds).expect("a time")
    }
}

/// A bank in which units arrive late and on time, and change to anything at any time, in any order.
async fn random_history(store: &Store, dice: &mut Dice, steps: u32) {
    let ids = IdSource::counting("twin");
    let mut keys: Vec<i64> = Vec::new();
    for step in 0..steps {
        let (recorded_on, effective_on) = (dice.day(), dice.day());
        let (now, effective_at) = (dice.moment(recorded_on), dice.moment(effective_on));
        let context = WriteContext::new(now, Actor::administrator("twin"), &ids);
        let said = if dice.below(3) == 0 { context } else { context.effective(effective_at) };
        if keys.is_empty() || dice.below(3) == 0 {
            let mut record = UnitRecord::new(din(900_000 - step), dice.of(BankType::ALL));
            record.status = dice.of(Status::all());
            record.collection_date = if dice.below(2) == 0 { Some(dice.day()) } else { None };
            store.add_units(&[record], &said).await.expect("added");
            keys.push(i64::try_from(keys.len()).expect("small") + 1);
        } else {
            change(store, dice.of(keys.iter().copied()), dice, &said).await;
        }
    }
}

async fn change(store: &Store, key: i64, dice: &mut Dice, context: &WriteContext<'_>) {
    let status = ("status", Some(dice.of(Status::all()).code().into()));
    let bank_type = ("bank_type", Some(dice.of(BankType::ALL).code().into()));
    let segments = ("attached_segments", Some(3.into()));
    let set = match dice.below(5) {
        0 => vec![bank_type],
        1 => vec![segments],
        2 => vec![status, bank_type, segments],
        _ => vec![status],
    };
    // The unit stands last in its event, and the event is about something else.
    let event = Event::new("order_moved", "order/1").update(&unit::TABLE, vec![key.into()], set);
    let write = store.database.begin().await.expect("our turn");
    write.record(context, vec![event]).await.expect("recorded");
    write.commit().await.expect("committed");
}

/// An event as the history keeps it.
struct Told {
    sequence: i64,
    effective_at_us: i64,
    recorded_at_us: i64,
    changes: Vec<Json>,
}

async fn whole_history(store: &Store) -> Vec<Told> {
    let sql =
        "SELECT sequence, effective_at_us, recorded_at_us, changes, packed FROM history ORDER BY sequence";
    let rows = store.database.reader().all(sql, []).await.expect("read");
    let text = |row: &QueryResult| {
        let packed: Option<Vec<u8>> = row.try_get_by_index(4).expect("bytes");
        packed.map_or_else(
            || row.try_get_by_index(3).expect("a text"),
            |packed| packed::unpack(&packed).expect("a packed text"),
        )
    };
    let told = rows.iter().map(|row| Told {
        sequence: row.try_get_by_index(0).expect("a number"),
        effective_at_us: row.try_get_by_index(1).expect("a time"),
        recorded_at_us: row.try_get_by_index(2).expect("a time"),
        changes: serde_json::from_str(&text(row)).expect("JSON"),
    });
    told.collect()
}

/// Current rows of units by their keys after the events that are taken.
fn replay<'h>(history: impl Iterator<Item = &'h Told>) -> BTreeMap<i64, BTreeMap<String, Json>> {
    let mut units = BTreeMap::new();
    for change in history.flat_map(|told| &told.changes).filter(|change| change["table"] == "unit") {
        let key = change["key"][0].as_i64().expect("a number");
        let said = change["new"].as_object().expect("nobody removes units");
        let said = said.iter().map(|(name, value)| (name.clone(), value.clone()));
        if change["old"].is_null() {
            units.insert(key, said.collect());
        } else if let Some(unit) = units.get_mut(&key) {
            let unit: &mut BTreeMap<String, Json> = unit;
            unit.extend(said);
        }
    }
    units
}

/// Rows that a figure counts, as CSV lines in their order.
fn lines(number: &str, units: &BTreeMap<i64, BTreeMap<String, Json>>) -> BTreeSet<String> {
    // From `docs/figures.md`, by hand.
    const STORED: &str = "quarantine available family_held reserved in_release_testing release_approved \
        exceptional_release converted_to_public under_evaluation held recalled";
    let text = |unit: &BTreeMap<String, Json>, name: &str| unit[name].as_str().expect("a text").to_owned();
    let counted = units.values().filter(|unit| {
        if number == "n3" {
            return ["shipped", "received_by_tc", "infused"].iter().any(|code| unit["status"] == *code);
        }
        let is_stored = STORED.split_whitespace().any(|code| unit["status"] == code);
        is_stored && (number == "n1" || unit["bank_type"] == "public")
    });
    let cells = ["scheme", "identity", "bank_type", "status"];
    counted.map(|unit| cells.map(|name| text(unit, name)).join(",")).collect()
}

fn check(answer: &FigureAnswer, with: &BTreeSet<String>, without: &BTreeSet<String>, place: &str) {
    let file: String = std::iter::once("scheme,identity,bank_type,status")
        .chain(with.iter().map(String::as_str))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(answer.rows, with.len() as u64, "{place}");
    assert_eq!(answer.value, Some(with.len() as i64), "{place}");
    assert_eq!(answer.hash, hexadecimal(&Sha256::digest(file)), "{place}");
    assert_eq!(answer.parts.iter().map(|part| part.value).sum::<i64>(), with.len() as i64, "{place}");
    let Some(late) = &answer.late else { return };
    let names = |lines: &BTreeSet<String>| -> BTreeSet<String> {
        lines.iter().map(|line| line.split(',').nth(1).expect("an identity").to_owned()).collect()
    };
    let (names_with, names_without) = (names(with), names(without));
    assert_eq!(late.value_without, Some(without.len() as i64), "{place}");
    assert_eq!(late.added, names_with.difference(&names_without).count() as u64, "{place}");
    assert_eq!(late.removed, names_without.difference(&names_with).count() as u64, "{place}");
    let same = with.intersection(without).count();
    assert_eq!(late.changed, (names_with.intersection(&names_without).count() - same) as u64, "{place}");
}

async fn figures_agree_with_a_naive_replay(bank: &TestBank, seed: u64) {
    eprintln!("seed {seed}");
    let (store, mut dice) = (Store::create_or_open(&bank.address).await.expect("a bank"), Dice(seed));
    random_history(&store, &mut dice, 300).await;
    let history = whole_history(&store).await;
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let mut different = BTreeSet::new();
    for round in 0..40 {
        let day = dice.day();
        let known_at = if round % 2 == 0 { None } else { Some(dice.below(history.len() as u64 + 1)) };
        let last = known_at.unwrap_or(history.len() as u64);
        let ends_at = zone.to_timestamp(day.tomorrow().expect("a day").at(0, 0, 0, 0)).expect("a time");
        let is_so =
            |told: &&Told| told.sequence <= last as i64 && told.effective_at_us < ends_at.as_microsecond();
        let with = replay(history.iter().filter(is_so));
        let was_known = |told: &&Told| told.recorded_at_us < ends_at.as_microsecond();
        let without = replay(history.iter().filter(is_so).filter(was_known));
        let figures = store.figures(day, known_at).await.expect("computed");
        let of_units = |answer: &&FigureAnswer| matches!(answer.number, "n1" | "n3" | "n19");
        for answer in figures.answers.iter().filter(of_units) {
            let place = format!("seed {seed}, {} on {day}, known at {known_at:?}", answer.number);
            let (with, without) = (lines(answer.number, &with), lines(answer.number, &without));
            check(answer, &with, &without, &place);
            different.insert(answer.hash.clone());
        }
    }
    assert!(different.len() > 20, "the moments differ from each other");
    let now = store.figures(date(2030, 1, 1), None).await.expect("computed");
    let current: u64 = store
        .unit_counts()
        .await
        .expect("read")
        .iter()
        .filter(|count| now.answers[0].parts.iter().any(|part| part.status == count.status))
        .map(|count| count.units)
        .sum();
    assert_eq!(now.answers[0].rows, current, "after everything is so, current rows say the same");
    store.close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_agree_with_a_naive_replay_on_sqlite() {
    for seed in [1, 2, 3] {
        figures_agree_with_a_naive_replay(&TestBank::sqlite(), seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_agree_with_a_naive_replay_on_postgres() {
    let Some(server) = Server::start_or_skip().await else { return };
    for seed in [1, 2, 3] {
        figures_agree_with_a_naive_replay(&server.bank(&format!("twin{seed}")).await, seed).await;
    }
}

#[test]
fn figures_are_told_in_the_order_of_their_numbers() {
    let numbers: Vec<u32> =
        FIGURES.iter().map(|figure| figure.number[1..].parse().expect("n and a number")).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}
