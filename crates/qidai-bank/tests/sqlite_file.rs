//! A bank in a file: what else may be at its path, and what a killed program leaves.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use qidai_bank::{Actor, AddOutcome, Store, UnitRecord, WriteContext};
use support::{TestBank, ids, public_unit};

/// Set in the process that is going to be killed: the address it writes to.
const VICTIM: &str = "QIDAI_TEST_VICTIM";
const UNITS: u32 = 40_000;
const CHUNK: usize = 500;

async fn code_of(path: &std::path::Path) -> &'static str {
    let path = path.display().to_string();
    let opened = [Store::open(&path).await, Store::create_or_open(&path).await];
    let codes = opened.map(|opened| match opened {
        Ok(_) => "opened",
        Err(error) => error.code(),
    });
    assert_eq!(codes[0], codes[1], "{path}");
    codes[0]
}

#[tokio::test]
async fn what_is_not_a_bank_is_named_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(code_of(folder.path()).await, "not_a_bank");
    let text = folder.path().join("units.csv");
    std::fs::write(&text, "din,hla\n").expect("written");
    assert_eq!(code_of(&text).await, "not_a_bank");
    assert_eq!(std::fs::read_to_string(&text).expect("read"), "din,hla\n");
    // The header of a database, and nothing of one behind it.
    let broken = folder.path().join("broken.sqlite");
    std::fs::write(&broken, [b"SQLite format 3\0".as_slice(), &[7; 9000]].concat()).expect("written");
    assert!(["database_damaged", "not_a_bank"].contains(&code_of(&broken).await));
}

#[tokio::test]
async fn paths_may_look_like_addresses() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a b?mode=ro#1.sqlite", "脐带 100%.sqlite", "%41.sqlite"] {
        let path = folder.path().join(name);
        let store = Store::create_or_open(&path.display().to_string()).await.expect(name);
        store.close().await.expect("closed");
        assert!(path.exists(), "{name}");
    }
}

async fn write_all(store: &Store, actor: &str) -> Vec<AddOutcome> {
    let ids = ids(&format!("{actor}-{}", store.generation().await.expect("read")));
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator(actor), &ids);
    let units: Vec<UnitRecord> = (0..UNITS).map(public_unit).collect();
    let mut outcomes = Vec::new();
    for chunk in units.chunks(CHUNK) {
        outcomes.extend(store.add_units(chunk, &context).await.expect("added"));
    }
    outcomes
}

/// Does nothing unless it is started by the next test, which kills it.
#[tokio::test]
async fn victim() {
    if let Ok(address) = std::env::var(VICTIM) {
        let store = Store::open(&address).await.expect("a bank");
        write_all(&store, "victim").await;
    }
}

/// `kill -9` in the middle of an import: the bank opens, holds whole chunks only, and the import
/// can be run again.
#[tokio::test]
async fn a_killed_import_is_run_again() {
    let bank = TestBank::sqlite();
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "victim"])
        .env(VICTIM, &bank.address)
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let started = Instant::now();
    while store.generation().await.expect("read") < 3 * CHUNK as u64 {
        assert!(started.elapsed() < Duration::from_secs(60), "the import does not begin");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    victim.kill().expect("killed");
    victim.wait().expect("gone");
    store.close().await.expect("closed");

    let store = Store::open(&bank.address).await.expect("it opens");
    let generation = store.generation().await.expect("read");
    let mut rows = 0;
    store.stream_searchable(|_| rows += 1).await.expect("streamed");
    assert!(rows < u64::from(UNITS), "it was killed too late to prove anything");
    assert_eq!((rows, rows % CHUNK as u64), (generation, 0), "whole chunks only, one event each unit");
    let outcomes = write_all(&store, "second").await;
    let unchanged = outcomes.iter().filter(|o| **o == AddOutcome::Unchanged).count() as u64;
    let accepted = outcomes.iter().filter(|o| **o == AddOutcome::Accepted).count() as u64;
    assert_eq!((unchanged, unchanged + accepted), (rows, u64::from(UNITS)));
}
