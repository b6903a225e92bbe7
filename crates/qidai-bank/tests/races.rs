//! Many at once, and killed at any moment: one wins, and what was acknowledged stays.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use qidai_bank::{Actor, AddOutcome, IdSource, RandomSource, Sex, Store, UnitRecord, WriteContext};
use support::postgres::Server;
use support::{TestBank, din, ids, public_unit};

/// Set in a process that this test starts: the address it writes to.
const ADDRESS: &str = "QIDAI_TEST_ADDRESS";
/// Who that process is; its first unit and its ids depend on it.
const NAME: &str = "QIDAI_TEST_NAME";
/// How many steps it takes.
const STEPS: &str = "QIDAI_TEST_STEPS";
/// How many rounds of killing; the many of a release are `scripts/kill-rounds`.
const ROUNDS: &str = "QIDAI_KILL_ROUNDS";
const RACERS: u32 = 100;
/// Small steps, so that a kill meets every moment of a write.
const STEP: u32 = 20;

fn context<'a>(actor: &'a str, ids: &'a IdSource) -> WriteContext<'a> {
    WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator(actor), ids)
}

async fn assert_whole(store: &Store) {
    let verified = store.verify(&[], &RandomSource::seeded(2), &mut |_| {}).await.expect("verified");
    assert!(verified.is_whole(), "{:#?}", verified.findings);
}

/// Each racer wants the same identity with a content of its own.
async fn one_of_many_takes_an_identity(bank: &TestBank) {
    let store = Arc::new(Store::create_or_open(&bank.address).await.expect("a new bank"));
    let racers = (0..RACERS).map(|racer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let ids = ids(&format!("racer-{racer}"));
            let sex = Some(if racer % 2 == 0 { Sex::Female } else { Sex::Male });
            let unit = UnitRecord { sex, attached_segments: Some(i64::from(racer)), ..public_unit(1) };
            store.add_units(&[unit], &context("racer", &ids)).await.expect("an answer").remove(0)
        })
    });
    let racers: Vec<_> = racers.collect();
    let (mut winners, mut losers) = (0, 0);
    for racer in racers {
        match racer.await.expect("ran") {
            AddOutcome::Accepted => winners += 1,
            AddOutcome::Conflict(differences) => {
                assert!(!differences.is_empty(), "the loser learns why");
                losers += 1;
            }
            AddOutcome::Unchanged => panic!("no two racers say the same"),
        }
    }
    assert_eq!((winners, losers), (1, RACERS - 1));
    assert_eq!(store.generation().await.expect("read"), 1);
    assert_whole(&store).await;
}

/// Each racer wants the same unit for a centre of its own, a hundred times over.
async fn one_of_many_reserves_a_unit(bank: &TestBank) {
    let store = Arc::new(Store::create_or_open(&bank.address).await.expect("a new bank"));
    let first = ids("first");
    store.add_units(&[public_unit(1)], &context("first", &first)).await.expect("added");
    let racers = (0..RACERS).map(|racer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let ids = ids(&format!("racer-{racer}"));
            let name = format!("centre {racer}");
            (name.clone(), store.reserve_unit(&din(1), &name, &context("racer", &ids)).await)
        })
    });
    let mut winners = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        match racer.await.expect("ran") {
            (name, Ok(())) => winners.push(name),
            (_, Err(error)) => assert_eq!(error.code(), "unit_already_reserved"),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(store.reserved_for(&din(1)).await.expect("read"), winners.pop());
    let refused = u64::from(RACERS) - 1;
    assert_eq!(store.generation().await.expect("read"), 2 + refused, "each refusal is written down");
    assert_whole(&store).await;
}

/// Does nothing unless another test starts it: writes units in small steps, and says after each that it is
/// acknowledged. Given units known already, it goes on behind them.
#[tokio::test]
async fn writer() {
    let (Ok(address), Ok(name)) = (std::env::var(ADDRESS), std::env::var(NAME)) else { return };
    let store = Store::open(&address).await.expect("a bank");
    let ids = ids(&name);
    println!("ready");
    let steps = std::env::var(STEPS).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    for step in 0..steps {
        let units: Vec<_> = (step * STEP..(step + 1) * STEP)
            .map(|number| UnitRecord { processing_method: Some(name.clone()), ..public_unit(number) })
            .collect();
        let outcomes = store.add_units(&units, &context(&name, &ids)).await.expect("an answer");
        let accepted = outcomes.iter().filter(|outcome| **outcome == AddOutcome::Accepted).count();
        println!("acknowledged {step} {accepted}");
        std::io::stdout().flush().expect("told");
    }
}

fn start_writer(bank: &TestBank, name: &str, steps: u32) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "writer", "--nocapture"])
        .envs([(ADDRESS, bank.address.as_str()), (NAME, name), (STEPS, &steps.to_string())])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started")
}

/// However long a busy machine takes to start it.
fn wait_until_ready(told: &mut impl BufRead) {
    let mut line = String::new();
    while !line.contains("ready") {
        line.clear();
        assert!(told.read_line(&mut line).expect("its output") > 0, "the writer ended early");
    }
}

/// Steps that a writer acknowledged, and how many units it was the first to bring.
fn acknowledged(output: impl Read) -> (Option<u32>, u64) {
    let (mut last, mut accepted) = (None, 0);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        // The test harness writes its own words before ours.
        let Some(at) = line.find("acknowledged ") else { continue };
        let mut words = line[at..].split(' ').skip(1);
        let (Some(Ok(step)), Some(Ok(count))) =
            (words.next().map(str::parse::<u32>), words.next().map(str::parse::<u64>))
        else {
            continue;
        };
        last = Some(step);
        accepted += count;
    }
    (last, accepted)
}

/// A writer is killed at a moment that the round decides; then the bank opens, is whole, and holds every unit whose
/// step was acknowledged.
async fn killed_at_any_moment(bank: &TestBank, rounds: u32) {
    Store::create_or_open(&bank.address).await.expect("a new bank").close().await.expect("closed");
    let mut total = 0;
    for round in 0..rounds {
        let mut writer = start_writer(bank, &format!("round-{round}"), 100_000);
        let mut told = BufReader::new(writer.stdout.take().expect("its output"));
        wait_until_ready(&mut told);
        // Moments spread over the first tenths of a second of its writing, not in order.
        std::thread::sleep(Duration::from_millis(u64::from(round * 7919 % 271)));
        writer.kill().expect("killed");
        let (step, accepted) = acknowledged(told);
        writer.wait().expect("gone");
        let store = Store::open(&bank.address).await.expect("it opens");
        assert_whole(&store).await;
        total += accepted;
        let generation = store.generation().await.expect("read");
        let unsaid = generation - total;
        assert!(
            generation >= total && unsaid <= u64::from(STEP),
            "round {round}: {generation}, {total} told"
        );
        // The step that was cut off is all there or not at all.
        assert_eq!(unsaid % u64::from(STEP), 0, "round {round}");
        total = generation;
        for number in step.map_or(0..0, |step| 0..(step + 1) * STEP) {
            assert!(store.unit(&din(number)).await.expect("read").is_some(), "round {round}: unit {number}");
        }
        store.close().await.expect("closed");
    }
    eprintln!("{rounds} rounds, {total} units");
}

fn rounds(usual: u32) -> u32 {
    std::env::var(ROUNDS).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Two programs write the same units at the same time: each unit is taken once.
async fn two_programs_bring_the_same_units(bank: &TestBank) {
    Store::create_or_open(&bank.address).await.expect("a new bank").close().await.expect("closed");
    let writers = ["one", "two"].map(|name| start_writer(bank, name, 100));
    let told = writers.map(|mut writer| {
        let told = acknowledged(writer.stdout.take().expect("its output"));
        assert!(writer.wait().expect("gone").success());
        told
    });
    let store = Store::open(&bank.address).await.expect("it opens");
    let units: u64 = store.unit_counts().await.expect("read").iter().map(|count| count.units).sum();
    assert_eq!((units, told[0].1 + told[1].1), (u64::from(100 * STEP), units), "{told:?}");
    assert_eq!(units, store.generation().await.expect("read"), "each of them once");
    assert_whole(&store).await;
}

mod sqlite {
    use super::{TestBank, rounds};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_of_many_takes_an_identity() {
        super::one_of_many_takes_an_identity(&TestBank::sqlite()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_of_many_reserves_a_unit() {
        super::one_of_many_reserves_a_unit(&TestBank::sqlite()).await;
    }

    #[tokio::test]
    async fn killed_at_any_moment() {
        super::killed_at_any_moment(&TestBank::sqlite(), rounds(8)).await;
    }

    #[tokio::test]
    async fn two_programs_bring_the_same_units() {
        super::two_programs_bring_the_same_units(&TestBank::sqlite()).await;
    }
}

mod postgres {
    use super::{Server, rounds};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_of_many_takes_an_identity() {
        let Some(server) = Server::start_or_skip().await else { return };
        super::one_of_many_takes_an_identity(&server.bank("race").await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_of_many_reserves_a_unit() {
        let Some(server) = Server::start_or_skip().await else { return };
        super::one_of_many_reserves_a_unit(&server.bank("reserve").await).await;
    }

    #[tokio::test]
    async fn killed_at_any_moment() {
        let Some(server) = Server::start_or_skip().await else { return };
        super::killed_at_any_moment(&server.bank("kill").await, rounds(8)).await;
    }

    #[tokio::test]
    async fn two_programs_bring_the_same_units() {
        let Some(server) = Server::start_or_skip().await else { return };
        super::two_programs_bring_the_same_units(&server.bank("two").await).await;
    }
}
