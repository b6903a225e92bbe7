//! Stories about figures, each told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use qidai_bank::{
    Actor, BankError, BankType, FIGURES, Figure, FigureAnswer, Figures, IdSource, LateChange, Part,
    RandomSource, Status, Store, UnitRecord, WriteContext,
};
use support::postgres::Server;
use support::{TestBank, din, ids};

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn all_stories_on_postgres() {
            let Some(server) = Server::start_or_skip().await else { return };
            $(eprintln!("on PostgreSQL: {}", stringify!($name));
            $name(&server.bank(stringify!($name)).await).await;)*
        }
    };
}

stories!(
    director_asks_how_many_as_of_when,
    an_unfounded_bank_has_no_age,
    public_units_are_part_of_all_units,
    every_state_is_in_the_store_or_not,
    a_unit_counts_since_the_end_of_its_collection_day,
    rows_are_sorted_by_their_bytes,
    an_empty_bank_has_figures,
    what_cannot_stay_true_is_refused,
    a_bank_of_before_has_its_figures_too,
);

const YEAR_END: Date = date(2021, 12, 31);

fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

fn context<'a>(now: &str, ids: &'a IdSource) -> WriteContext<'a> {
    WriteContext::new(at(now), Actor::administrator("test"), ids)
}

async fn bank(bank: &TestBank) -> Store {
    Store::create_or_open(&bank.address).await.expect("a new bank")
}

fn unit(number: u32, bank_type: BankType, status: Status, collected: Date) -> UnitRecord {
    UnitRecord { status, collection_date: Some(collected), ..UnitRecord::new(din(number), bank_type) }
}

fn answer<'f>(figures: &'f Figures, number: &str) -> &'f FigureAnswer {
    figures.answers.iter().find(|answer| answer.number == number).expect(number)
}

async fn n1(store: &Store, as_of: Date, known_at: Option<u64>) -> FigureAnswer {
    answer(&store.figures(as_of, known_at).await.expect("computed"), "n1").clone()
}

/// "How many units, as of the end of 2021?" is asked in January, and again after a late entry and a hundred others.
async fn director_asks_how_many_as_of_when(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let in_time = [
        unit(1, BankType::Public, Status::Available, date(2020, 5, 1)),
        unit(2, BankType::Family, Status::FamilyHeld, date(2021, 12, 31)),
    ];
    store.add_units(&in_time, &context("2021-12-31T15:00:00Z", &ids)).await.expect("added");
    let january = store.figures(YEAR_END, None).await.expect("computed");
    let told = answer(&january, "n1").clone();
    assert_eq!((told.value, told.rows), (Some(2), 2));
    assert!(told.late.as_ref().is_some_and(|late| late.is_empty() && late.value_without == Some(2)));

    // A unit of December is entered in February; another was collected in February.
    let late = [
        unit(3, BankType::Public, Status::Quarantine, date(2021, 12, 30)),
        unit(4, BankType::Public, Status::Quarantine, date(2022, 2, 1)),
    ];
    store.add_units(&late, &context("2022-02-02T00:00:00Z", &ids)).await.expect("added");
    for number in 100..200 {
        let others = [unit(number, BankType::Family, Status::FamilyHeld, date(2022, 3, 1))];
        store.add_units(&others, &context("2022-03-02T00:00:00Z", &ids)).await.expect("added");
    }
    let again = store.figures(YEAR_END, Some(january.moment.known_at)).await.expect("computed");
    let pinned = answer(&again, "n1");
    assert_eq!((pinned.value, &pinned.hash, &pinned.parts), (told.value, &told.hash, &told.parts));
    assert_eq!(pinned.late, None, "the pair says all");

    let now = n1(&store, YEAR_END, None).await;
    assert_eq!(now.value, Some(3));
    assert_ne!(now.hash, told.hash);
    let late = now.late.expect("told, because nothing is pinned");
    assert_eq!((late.value_without, late.added, late.removed, late.changed), (Some(2), 1, 0, 0));
    assert_eq!(late.first[0].change, LateChange::Added);
    assert_eq!(late.first[0].cells, ["din", "G123424000003", "public", "quarantine"]);
    assert_eq!(n1(&store, date(2022, 3, 31), None).await.value, Some(104));
    let verified = store.verify(&[], &RandomSource::seeded(1), &mut |_| ()).await.expect("verified");
    assert!(verified.is_whole(), "{:?}", verified.findings);
}

async fn an_unfounded_bank_has_no_age(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let n8 = async |as_of, known_at| {
        let figures = store.figures(as_of, known_at).await.expect("computed");
        answer(&figures, "n8").clone()
    };
    let missing = n8(YEAR_END, None).await;
    assert_eq!((missing.value, missing.missing, missing.rows), (None, Some("bank_founded"), 0));
    let context = context("2026-01-01T00:00:00Z", &ids);
    let refused = store.set_bank_founded("last century", &context).await.expect_err("no date");
    assert_eq!(refused.code(), "bank_founded_unreadable");
    store.set_bank_founded("1994", &context).await.expect("set");
    store.set_bank_founded("1993", &context).await.expect("corrected");
    let known = n8(YEAR_END, None).await;
    assert_eq!((known.value, known.missing, known.rows), (Some(28), None, 1));
    let late = known.late.expect("told");
    assert_eq!((late.value_without, late.added), (None, 1), "in 2021 nobody had written it down");
    assert_eq!(n8(YEAR_END, Some(1)).await.value, Some(27), "as it was known before the correction");
    assert_eq!(n8(YEAR_END, Some(0)).await.hash, missing.hash);
    assert_eq!(n8(date(2022, 1, 1), None).await.value, Some(29));
    assert_eq!(n8(date(1992, 12, 31), None).await.value, None);
}

async fn public_units_are_part_of_all_units(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let collected = date(2021, 1, 1);
    let units = [
        unit(1, BankType::Public, Status::Available, collected),
        unit(2, BankType::Public, Status::Reserved, collected),
        unit(3, BankType::Public, Status::Shipped, collected),
        unit(4, BankType::Family, Status::FamilyHeld, collected),
    ];
    store.add_units(&units, &context("2021-06-01T00:00:00Z", &ids)).await.expect("added");
    let figures = store.figures(YEAR_END, None).await.expect("computed");
    let (all, public) = (answer(&figures, "n1"), answer(&figures, "n19"));
    assert_eq!((all.value, public.value), (Some(3), Some(2)));
    let part = |bank_type, status| Part { bank_type, status, value: 1 };
    let public_parts = [part(BankType::Public, Status::Available), part(BankType::Public, Status::Reserved)];
    assert_eq!(public.parts, public_parts);
    assert_eq!(all.parts, [&[part(BankType::Family, Status::FamilyHeld)], &public_parts[..]].concat());
}

/// `docs/figures.md` lists the states that count; this asks the bank for each.
async fn every_state_is_in_the_store_or_not(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let numbered = (1..).zip(Status::all());
    let units: Vec<UnitRecord> =
        numbered.map(|(number, status)| unit(number, BankType::Public, status, date(2021, 1, 1))).collect();
    store.add_units(&units, &context("2021-06-01T00:00:00Z", &ids)).await.expect("added");
    let document = std::fs::read_to_string("../../docs/figures.md").expect("the document");
    let is_stored = |status: Status| {
        let row = format!("| `{}` | stored |", status.code());
        let other = format!("| `{}` | not stored |", status.code());
        assert!(document.contains(&row) != document.contains(&other), "{row}");
        document.contains(&row)
    };
    let counted: Vec<Status> =
        n1(&store, YEAR_END, None).await.parts.iter().map(|part| part.status).collect();
    let documented: Vec<Status> = Status::all().filter(|status| is_stored(*status)).collect();
    assert_eq!(counted, documented);
    for figure in &FIGURES {
        assert!(document.contains(&format!("`{}@{}`", figure.query, figure.version)), "{}", figure.query);
    }
}

async fn a_unit_counts_since_the_end_of_its_collection_day(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let imported = context("2026-01-01T00:00:00Z", &ids);
    let old = unit(1, BankType::Public, Status::Available, date(2005, 6, 7));
    let undated = UnitRecord::new(din(2), BankType::Public);
    store.add_units(&[old, undated], &imported).await.expect("added");
    // What the context says expressly is not overruled by the collection date.
    let expressly = unit(3, BankType::Public, Status::Available, date(2005, 6, 7));
    let frozen = imported.effective(crate::at("2005-06-08T10:00:00Z"));
    store.add_units(&[expressly], &frozen).await.expect("added");
    // Collected today: since now, not since tonight.
    let today = unit(4, BankType::Public, Status::Quarantine, date(2026, 1, 1));
    store.add_units(&[today], &imported).await.expect("added");
    for (day, units) in [
        (date(2005, 6, 6), 0),
        (date(2005, 6, 7), 1),
        (date(2005, 6, 8), 2),
        (date(2025, 12, 31), 2),
        (date(2026, 1, 1), 4),
    ] {
        assert_eq!(n1(&store, day, None).await.value, Some(units), "{day}");
    }
    // Another zone ends the day elsewhere; what was known in the old one stays as it was.
    let before = n1(&store, date(2026, 1, 1), None).await;
    let known_at = store.generation().await.expect("read");
    store.set_bank_zone("America/Los_Angeles", &imported).await.expect("set");
    assert_eq!(n1(&store, date(2005, 6, 7), None).await.value, Some(1));
    assert_eq!(n1(&store, date(2025, 12, 31), None).await.value, Some(4), "midnight UTC is still that day");
    let again = n1(&store, date(2026, 1, 1), Some(known_at)).await;
    assert_eq!((again.value, again.hash), (before.value, before.hash));
}

async fn rows_are_sorted_by_their_bytes(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let own = |value: &str| {
        let identity = qidai_bank::Identity { scheme: "own".to_owned(), value: value.to_owned() };
        UnitRecord::new(identity, BankType::Public)
    };
    let mut units = vec![own("b"), own("B"), own("a\"1\""), own("é"), own("A,1")];
    units.push(unit(1, BankType::Public, Status::Available, date(2020, 1, 1)));
    store.add_units(&units, &context("2020-02-01T00:00:00Z", &ids)).await.expect("added");
    let mut rows = Vec::new();
    let n19 = Figure::find("inventory.public_units").expect("known");
    let mut each = |change, cells: &[String]| {
        assert_eq!(change, None);
        rows.push(cells[1].clone());
    };
    let told = store.figure_rows(n19, YEAR_END, None, &mut each).await.expect("computed");
    assert_eq!(rows, ["G123424000001", "A,1", "B", "a\"1\"", "b", "é"]);
    // The same everywhere: computed once with sha256sum from the six CSV lines and their header.
    assert_eq!(told.hash, "c432c16beddff408c3150ebca2278ccc5cbcbf87442c65d0b4d948d67c134a32");
}

async fn an_empty_bank_has_figures(at: &TestBank) {
    let store = bank(at).await;
    let figures = store.figures(YEAR_END, None).await.expect("computed");
    assert_eq!(figures.moment.known_at, 0);
    assert_eq!(answer(&figures, "n1").value, Some(0));
    assert_eq!(answer(&figures, "n8").value, None);
    assert_eq!(figures.answers.len(), FIGURES.len());
}

async fn what_cannot_stay_true_is_refused(at: &TestBank) {
    let store = bank(at).await;
    let refused = |error: BankError| {
        assert!(error.is_refusal());
        error.code()
    };
    let future = store.figures(YEAR_END, Some(1)).await.expect_err("no such event yet");
    assert_eq!(refused(future), "known_at_not_reached");
    let last = store.figures(Date::MAX, None).await.expect_err("has no next day");
    assert_eq!(refused(last), "as_of_out_of_range");
    assert_eq!(Figure::find("n99").expect_err("none").code, "figure_unknown");
    assert_eq!(Figure::find("n8").expect("known").query, "bank.age_years");
}

/// The rows that figures read are made from the history when a bank of before is opened.
async fn a_bank_of_before_has_its_figures_too(at: &TestBank) {
    let (store, ids) = (bank(at).await, ids("event"));
    let units = [
        unit(1, BankType::Public, Status::Available, date(2020, 5, 1)),
        unit(2, BankType::Family, Status::Discarded, date(2020, 5, 1)),
    ];
    store.add_units(&units, &context("2021-01-01T00:00:00Z", &ids)).await.expect("added");
    let before = n1(&store, YEAR_END, None).await;
    store.close().await.expect("closed");
    at.run("DROP TABLE unit_state").await;
    at.run("DELETE FROM qidai_migration WHERE version = 'm0004_unit_state'").await;
    let store = Store::open(&at.address).await.expect("upgraded");
    assert_eq!(n1(&store, YEAR_END, None).await, before);
    let verified = store.verify(&[], &RandomSource::seeded(1), &mut |_| ()).await.expect("verified");
    assert!(verified.is_whole(), "{:?}", verified.findings);
}
