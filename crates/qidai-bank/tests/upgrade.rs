//! Yesterday's banks open today: a small bank of every released form of the tables, as SQL text
//! (`sqlite3 FILE .dump`, `pg_dump --inserts`), is opened, read and verified.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use qidai_bank::{Actor, AddOutcome, Identity, RandomSource, Store, WriteContext};
use support::postgres::Server;
use support::{TestBank, ids};

const FIRST_SHELF_SQLITE: &str = include_str!("data/m0001_first_shelf.sqlite.sql");
const FIRST_SHELF_POSTGRES: &str = include_str!("data/m0001_first_shelf.postgres.sql");

/// Units whose history began before the chain; on PostgreSQL they were imported, without a plan.
async fn first_shelf_opens(bank: &TestBank, settings: u64) {
    let older = Store::open_read_only(&bank.address).await;
    let Err(error) = older else { panic!("a bank of an older version was opened to look at") };
    assert_eq!(error.code(), "database_older_than_program");

    let store = Store::open(&bank.address).await.expect("opens");
    let unit =
        store.unit(&Identity::din("Z9D0012000001").expect("a DIN")).await.expect("read").expect("known");
    assert!(!unit.typings.is_empty());
    assert!(store.listed("wmda", "D2").await.expect("read").is_some());
    let verified = store.verify(&[], &RandomSource::seeded(1), &mut |_| {}).await.expect("verified");
    assert!(verified.is_whole(), "{:#?}", verified.findings);
    // Old events, and one for each row that was there; a unit is one with its typings.
    let old_events = if settings == 0 { 2 } else { 4 };
    assert_eq!(verified.head.sequence, old_events + settings + 1 + 7 + 2);

    // It lives on: what is known is known, and a change goes on with the chain.
    let ids = ids("today");
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &ids);
    let again = store.add_units(std::slice::from_ref(&unit), &context).await.expect("added");
    assert_eq!(again, [AddOutcome::Unchanged]);
    store.set_setting("demo_plan", "another", &context).await.expect("set");
    store.close().await.expect("closed");
    let store = Store::open_read_only(&bank.address).await.expect("opens");
    let later = store.verify(&[], &RandomSource::seeded(1), &mut |_| {}).await.expect("verified");
    assert!(later.is_whole(), "{:#?}", later.findings);
    assert_eq!(later.head.sequence, verified.head.sequence + 1);
}

#[tokio::test]
async fn the_first_shelf_of_sqlite_opens() {
    let bank = TestBank::sqlite();
    bank.run(FIRST_SHELF_SQLITE).await;
    first_shelf_opens(&bank, 2).await;
}

#[tokio::test]
async fn the_first_shelf_of_postgres_opens() {
    let Some(server) = Server::start_or_skip().await else { return };
    let bank = server.bank("first_shelf").await;
    bank.run(FIRST_SHELF_POSTGRES).await;
    first_shelf_opens(&bank, 0).await;
}

/// A row that was changed before the upgrade is what the history begins with; one changed after it is found.
#[tokio::test]
async fn what_is_changed_after_the_upgrade_is_found() {
    let bank = TestBank::sqlite();
    bank.run(FIRST_SHELF_SQLITE).await;
    Store::open(&bank.address).await.expect("opens").close().await.expect("closed");
    bank.run("UPDATE unit SET abo = 'AB' WHERE unit_key = 3").await;
    let store = Store::open_read_only(&bank.address).await.expect("opens");
    let found = store.verify(&[], &RandomSource::seeded(1), &mut |_| {}).await.expect("verified").findings;
    let told: Vec<_> =
        found.iter().map(|f| (f.code, f.table.as_str(), f.row.as_str(), f.column.as_deref())).collect();
    assert_eq!(told, [("row_changed", "unit", "3", Some("abo"))]);
}
