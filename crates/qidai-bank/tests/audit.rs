//! What a verification finds, told on SQLite and on PostgreSQL.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

mod support;

use jiff::Timestamp;
use qidai_bank::{
    Abo, Acting, Actor, Checkpoint, CheckpointKey, IdSource, KeyRing, MasterKey, NewRecord, Principal,
    RandomSource, RecordAt, Role, Store, Typing, UnitAt, Verification, WriteContext, workflow,
};
use sha2::{Digest as _, Sha256};
use support::postgres::Server;
use support::tamper::{TableSeen, Tamperer};
use support::{TestBank, din, ids, listed, public_unit};

/// Tables that the history does not hold (`docs/history.md` says what protects each instead). `counter` and `history`
/// are tampered with in stories of their own.
const NOT_AUDITED: [&str; 18] = [
    "reading_block",
    "tank_reading",
    "sensor_watch",
    "access_log",
    "counter",
    "credential",
    "document_content",
    "history",
    "job",
    "lab_message_content",
    "lab_message_key",
    "person_index",
    "person_key",
    "qidai_migration",
    "rate_limit",
    "record_count",
    "session",
    "sign_in_state",
];

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::TestBank::sqlite()).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(server) = super::Server::start_or_skip().await else { return };
                super::$name(&server.bank(stringify!($name)).await).await;
            })*
        }
    };
}

stories!(
    a_bank_that_nobody_touched_is_whole,
    every_table_is_watched,
    rows_of_the_history_are_watched,
    packed_events_are_watched,
    an_end_cut_off_is_found_by_a_checkpoint,
    a_history_written_anew_is_found_by_a_checkpoint,
    counters_follow_the_history,
);

fn context<'a>(ids: &'a IdSource) -> WriteContext<'a> {
    WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), ids)
}

/// The worked example of `docs/history.md`, written into a bank.
#[tokio::test]
async fn the_example_of_the_document_is_what_the_bank_computes() {
    let store = Store::in_memory().await.expect("a bank");
    let ids = ids("event");
    let chen = Actor::administrator("console:chen");
    let first = WriteContext::new(Timestamp::UNIX_EPOCH, chen, &ids);
    store.set_setting("colour", "red", &first).await.expect("set");
    let hour_later = Timestamp::from_second(3_600).expect("a time");
    let second = WriteContext::new(hour_later, chen, &ids);
    let second = second.effective(Timestamp::UNIX_EPOCH).because("a typing error");
    store.set_setting("colour", "blue", &second).await.expect("set");

    let document = std::fs::read_to_string("../../docs/history.md").expect("the document");
    let lines: Vec<&str> =
        document.lines().skip_while(|line| !line.starts_with("qidai-event-1:")).take(6).collect();
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut before = [0_u8; 32];
    for (event, sequence) in lines.chunks(3).zip(1..) {
        let content = Sha256::digest(event[0]);
        assert_eq!(hexadecimal(&content), event[1]);
        before = Sha256::digest([before.as_slice(), &content].concat()).into();
        assert_eq!(hexadecimal(&before), event[2]);
        assert_eq!(store.history_hash(sequence).await.expect("read"), Some(before), "event {sequence}");
    }
}

/// A bank with rows in every table, and changes of every kind.
async fn fill(bank: &TestBank) -> Store {
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let ids = ids("fill");
    let context = context(&ids);
    let mut units: Vec<_> = (1..4).map(public_unit).collect();
    units[1].abo = Some(Abo::A);
    units[1].processing_method = Some("HES \"羟乙基淀粉\"\n".to_owned());
    units[1].rbc_depleted = Some(true);
    units[2].mother_typings = vec![Typing::written("HLA-A*01:01")];
    store.add_units(&units, &context).await.expect("added");
    store.add_listed("wmda", &[listed("D1"), listed("D2")], &context).await.expect("added");
    store.add_listed("nmdp", &[listed("D1")], &context).await.expect("added");
    for unit in [1, 2, 3] {
        store.reserve_unit(&din(unit), "Qilu Hospital", &context).await.expect("reserved");
    }
    store.end_reservation(&din(1), &context).await.expect("ended");
    store.set_setting("colour", "red", &context).await.expect("set");
    store.set_setting("colour", "blue", &context.because("blue is nicer")).await.expect("set");
    store.set_setting("size", "1", &context).await.expect("set");
    store
}

/// Adds records and what becomes of a unit: fields, deeds, refused moves and clocks that ran.
async fn fill_records(store: &Store) {
    let (ids, random) = (ids("record"), RandomSource::seeded(5));
    let keys = KeyRing::new(MasterKey::new(&random).expect("a key"), Vec::new());
    let quality = Principal::console_as("li", Role::Quality);
    let acting =
        Acting::new(&quality, Timestamp::UNIX_EPOCH, &ids, &random).because("a bank with everything");
    let concept = workflow::concept("nonconformance").expect("a concept");
    for title in ["one", "two"] {
        let fields =
            [("title", title), ("description", "d"), ("detected_on", "1970-01-01"), ("severity", "minor")];
        let fields = fields.map(|(code, value)| (code.to_owned(), value.to_owned())).into();
        let new = NewRecord { concept, site: None, fields };
        let made = store.create_record(&new, &keys, &acting).await.expect("made");
        let at = RecordAt { concept, number: &made.number, expected_version: None };
        store.move_record(at, "closed", &[], &keys, &acting).await.expect_err("not from here");
    }
    // A unit with an open field, a refused move, and a reservation that runs out.
    let at = UnitAt { identity: &din(2), expected_version: None };
    store.move_unit(at, "shipped", &[], &acting).await.expect_err("not from here");
    let technologist = Principal::console_as("wang", Role::Technologist);
    let acting = Acting { principal: &technologist, ..acting };
    let until = [("reserved_until".to_owned(), "1970-01-03".to_owned())];
    store.amend_unit(at, &until, &acting).await.expect("written");
    let later = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 7);
    assert_eq!(store.run_clocks(later, &ids, &random).await.expect("run").len(), 3);
}

async fn verify(store: &Store) -> Verification {
    verify_with(store, &[]).await
}

async fn verify_with(store: &Store, checkpoints: &[Checkpoint]) -> Verification {
    store.verify(checkpoints, &RandomSource::seeded(5), &mut |_| {}).await.expect("verified")
}

/// Some finding names this code, table and row.
#[track_caller]
fn assert_named(found: &Verification, code: &str, table: &str, row: &str) {
    let named =
        found.findings.iter().any(|f| (f.code, f.table.as_str(), f.row.as_str()) == (code, table, row));
    let told: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
    assert!(named, "expected {code} of {table} row {row}, told: {told:#?}");
}

async fn a_bank_that_nobody_touched_is_whole(bank: &TestBank) {
    let store = Store::create_or_open(&bank.address).await.expect("a new bank");
    let empty = verify(&store).await;
    assert_eq!((empty.is_whole(), empty.events, empty.rows), (true, 0, 0), "{:?}", empty.findings);
    store.close().await.expect("closed");
    let store = fill(bank).await;
    let found = verify(&store).await;
    assert!(found.is_whole(), "{:?}", found.findings);
    assert_eq!(found.head, store.head().await.expect("read"));
    assert_eq!((found.events, found.rows), (found.head.sequence, 3 + 4 + 3 + 2 + 2 + 3 + 3 + 4 + 4));
    store.close().await.expect("closed");
    let looking = Store::open_read_only(&bank.address).await.expect("opens");
    assert!(verify(&looking).await.is_whole());
}

/// In every table but those named above a changed, inserted, removed or swapped row is found and named.
async fn every_table_is_watched(bank: &TestBank) {
    let store = fill(bank).await;
    fill_records(&store).await;
    let tamperer = Tamperer::of(bank).await;
    let tables = tamperer.tables().await;
    assert!(tables.len() >= 8, "{tables:?}");
    for table in tables.iter().filter(|table| !NOT_AUDITED.contains(&table.name.as_str())) {
        tamperer.keep(&table.name).await;
        if tamperer.count(&table.name).await > 0 {
            changed_rows(&store, &tamperer, table, bank).await;
            removed_rows(&store, &tamperer, table).await;
            inserted_rows(&store, &tamperer, table, bank).await;
            swapped_rows(&store, &tamperer, table).await;
        }
        tamperer.forget().await;
    }
    assert!(verify(&store).await.is_whole(), "everything is as it was");
    tamperer.end().await;
}

async fn key_of_first(tamperer: &Tamperer, table: &TableSeen) -> String {
    let key: Vec<String> = table.key.iter().map(|column| format!("CAST({column} AS TEXT)")).collect();
    let sql =
        format!("SELECT {} FROM {} ORDER BY {} LIMIT 1", key.join(", "), table.name, table.key.join(", "));
    tamperer.texts(&sql).await[0].join(", ")
}

async fn changed_rows(store: &Store, tamperer: &Tamperer, table: &TableSeen, bank: &TestBank) {
    let is_postgres = bank.address.starts_with("postgres");
    let key = key_of_first(tamperer, table).await;
    let mut changed = 0;
    for (column, _) in table.columns.iter().filter(|(column, _)| !table.is_key(column)) {
        let other = table.other_value(column, is_postgres);
        let sql = format!("UPDATE {} SET {column} = {other} WHERE {}", table.name, table.first_row());
        // Where the database itself refuses the value, there is nothing to find.
        if tamperer.run(&sql).await.is_err() {
            continue;
        }
        let found = verify(store).await;
        assert_named(&found, "row_changed", &table.name, &key);
        assert_eq!(found.findings[0].column.as_deref(), Some(column.as_str()), "{}", found.findings[0]);
        assert_eq!(found.findings.len(), 1, "{:?}", found.findings);
        tamperer.put_back(&table.name).await;
        changed += 1;
    }
    assert!(changed > 0, "no column of {} could be changed", table.name);
}

async fn removed_rows(store: &Store, tamperer: &Tamperer, table: &TableSeen) {
    let key = key_of_first(tamperer, table).await;
    tamperer.run(&format!("DELETE FROM {} WHERE {}", table.name, table.first_row())).await.expect("removed");
    let found = verify(store).await;
    assert_named(&found, "row_removed", &table.name, &key);
    tamperer.put_back(&table.name).await;
}

/// A copy of the first row under another key; texts that must be unique are made so.
async fn inserted_rows(store: &Store, tamperer: &Tamperer, table: &TableSeen, bank: &TestBank) {
    let is_postgres = bank.address.starts_with("postgres");
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    for varied in names.iter().rev().map(|name| vec![*name]).chain([names.clone()]) {
        let cells = names.iter().map(|name| match *name {
            _ if table.key.last().is_some_and(|key| key == name) || varied.contains(name) => {
                let other = table.other_value(name, is_postgres);
                if other.contains("+ 1") { format!("{name} + 1000") } else { other }
            }
            _ => (*name).to_owned(),
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        let sql = format!(
            "INSERT INTO {0} ({1}) SELECT {cells} FROM {0} WHERE {2}",
            table.name,
            names.join(", "),
            table.first_row()
        );
        if tamperer.run(&sql).await.is_ok() {
            let found = verify(store).await;
            let told: Vec<_> = found.findings.iter().map(|f| (f.code, f.table.as_str())).collect();
            assert_eq!(told, [("row_inserted", table.name.as_str())]);
            tamperer.put_back(&table.name).await;
            return;
        }
    }
    panic!("no row could be inserted into {}", table.name);
}

/// Two rows exchange a value.
async fn swapped_rows(store: &Store, tamperer: &Tamperer, table: &TableSeen) {
    if tamperer.count(&table.name).await < 2 {
        return;
    }
    let key = table.key.join(", ");
    let column = "recorded_in";
    let name = &table.name;
    let of = |place: u32| format!("(SELECT {column} FROM kept ORDER BY {key} LIMIT 1 OFFSET {place})");
    let row = |place: u32| {
        let parts = table
            .key
            .iter()
            .map(|k| format!("{k} = (SELECT {k} FROM kept ORDER BY {key} LIMIT 1 OFFSET {place})"));
        parts.collect::<Vec<_>>().join(" AND ")
    };
    for (to, from) in [(0, 1), (1, 0)] {
        tamperer
            .run(&format!("UPDATE {name} SET {column} = {} WHERE {}", of(from), row(to)))
            .await
            .expect("swapped");
    }
    let values = tamperer.texts(&format!("SELECT CAST({} AS TEXT), CAST({} AS TEXT)", of(0), of(1))).await;
    let found = verify(store).await;
    let expected = if values[0][0] == values[0][1] { 0 } else { 2 };
    assert_eq!(found.findings.len(), expected, "{name}: {:?}", found.findings);
    tamperer.put_back(name).await;
}

async fn rows_of_the_history_are_watched(bank: &TestBank) {
    let store = fill(bank).await;
    let tamperer = Tamperer::of(bank).await;
    let is_postgres = bank.address.starts_with("postgres");
    let tables = tamperer.tables().await;
    let history = tables.iter().find(|table| table.name == "history").expect("a history");
    tamperer.keep("history").await;
    for (column, _) in history.columns.iter().filter(|(column, _)| column != "sequence") {
        let other = history.other_value(column, is_postgres);
        tamperer
            .run(&format!("UPDATE history SET {column} = {other} WHERE sequence = 3"))
            .await
            .expect("changed");
        assert_named(&verify(&store).await, "event_changed", "history", "3");
        tamperer.put_back("history").await;
    }
    for (sql, code, row) in [
        ("UPDATE history SET hash = NULL WHERE sequence = 3", "event_changed", "3"),
        ("UPDATE history SET changes = '[' WHERE sequence = 3", "event_unreadable", "3"),
        ("DELETE FROM history WHERE sequence = 3", "event_missing", "3"),
        ("DELETE FROM history WHERE sequence IN (3, 4)", "event_missing", "3 to 4"),
        ("UPDATE history SET sequence = 1000 WHERE sequence = 3", "event_missing", "3"),
        ("UPDATE history SET sequence = -1 WHERE sequence = 3", "event_inserted", "-1"),
        ("DELETE FROM history WHERE sequence = 1", "event_missing", "1"),
    ] {
        tamperer.run(sql).await.expect(sql);
        assert_named(&verify(&store).await, code, "history", row);
        tamperer.put_back("history").await;
    }
    for sql in [
        "UPDATE history SET sequence = -3 WHERE sequence = 3",
        "UPDATE history SET sequence = 3 WHERE sequence = 4",
        "UPDATE history SET sequence = 4 WHERE sequence = -3",
    ] {
        tamperer.run(sql).await.expect(sql);
    }
    let found = verify(&store).await;
    assert_named(&found, "event_changed", "history", "3");
    assert_named(&found, "event_changed", "history", "4");
    tamperer.put_back("history").await;
    assert!(verify(&store).await.is_whole(), "everything is as it was");
    tamperer.forget().await;
    tamperer.end().await;
}

/// Long events are kept packed: another content, another form, and a text beside it are found, and told.
async fn packed_events_are_watched(bank: &TestBank) {
    let store = fill(bank).await;
    fill_records(&store).await;
    let tamperer = Tamperer::of(bank).await;
    let of = |condition: &str| {
        format!("SELECT CAST(sequence AS TEXT) FROM history WHERE {condition} ORDER BY sequence")
    };
    let packed = tamperer.texts(&of("packed IS NOT NULL")).await;
    let (one, other) = (&packed[0][0], &packed[packed.len() - 1][0]);
    assert_ne!(one, other, "several events are packed");
    assert_eq!(
        tamperer.texts(&of("packed IS NOT NULL AND changes <> '[]'")).await,
        Vec::<Vec<String>>::new()
    );
    tamperer.keep("history").await;
    let foreign = format!("(SELECT packed FROM history WHERE sequence = {other})");
    let damaged = if bank.address.starts_with("postgres") { "'\\x0100'::bytea" } else { "x'0100'" };
    for (set, code) in [
        (format!("packed = {foreign}"), "event_changed"),
        ("packed = NULL".to_owned(), "event_changed"),
        (format!("packed = {damaged}"), "event_unreadable"),
        ("changes = ''".to_owned(), "event_unreadable"),
    ] {
        tamperer.run(&format!("UPDATE history SET {set} WHERE sequence = {one}")).await.expect("changed");
        let found = verify(&store).await;
        assert_named(&found, code, "history", one);
        assert_named(&found, "event_changed", "history", one);
        tamperer.put_back("history").await;
    }
    assert!(verify(&store).await.is_whole(), "everything is as it was");
    tamperer.forget().await;
    tamperer.end().await;
}

async fn an_end_cut_off_is_found_by_a_checkpoint(bank: &TestBank) {
    let store = fill(bank).await;
    let key = CheckpointKey::new(&RandomSource::seeded(1)).expect("bytes");
    let early = Checkpoint::sign(&store.head().await.expect("read"), Timestamp::UNIX_EPOCH, &key);
    let ids = ids("later");
    store.set_setting("late", "1", &context(&ids)).await.expect("set");
    let late = Checkpoint::sign(&store.head().await.expect("read"), Timestamp::UNIX_EPOCH, &key);
    let found = verify_with(&store, &[early.clone(), late.clone()]).await;
    assert_eq!((found.is_whole(), found.checkpoint.as_ref()), (true, Some(&late)));

    // All traces of the last event are removed.
    let tamperer = Tamperer::of(bank).await;
    let last = late.sequence;
    for sql in [
        format!("DELETE FROM setting WHERE recorded_in = {last}"),
        format!("DELETE FROM history WHERE sequence = {last}"),
        format!("UPDATE counter SET value = {} WHERE name = 'history'", last - 1),
    ] {
        assert_eq!(tamperer.run(&sql).await.expect("run"), 1, "{sql}");
    }
    tamperer.end().await;
    assert!(
        verify_with(&store, std::slice::from_ref(&early)).await.is_whole(),
        "the early checkpoint cannot know"
    );
    let found = verify_with(&store, &[early.clone(), late]).await;
    assert_named(&found, "tail_cut", "history", &last.to_string());
    assert_eq!(found.checkpoint, Some(early));
    assert_eq!(found.findings.len(), 1, "{:?}", found.findings);
}

/// Tables that [`fill`] writes, those first that refer to others.
const TABLES_OF_THE_STORY: [&str; 10] = [
    "reservation",
    "unit_refusal",
    "unit_step",
    "unit_state",
    "typing",
    "unit",
    "listed",
    "external_list",
    "setting",
    "history",
];

async fn a_history_written_anew_is_found_by_a_checkpoint(bank: &TestBank) {
    let store = fill(bank).await;
    let key = CheckpointKey::new(&RandomSource::seeded(1)).expect("bytes");
    let checkpoint = Checkpoint::sign(&store.head().await.expect("read"), Timestamp::UNIX_EPOCH, &key);
    store.close().await.expect("closed");
    // The same bank with another content, as a forger would write it anew.
    let tamperer = Tamperer::of(bank).await;
    for table in TABLES_OF_THE_STORY {
        tamperer.run(&format!("DELETE FROM {table}")).await.expect("emptied");
    }
    tamperer.run("UPDATE counter SET value = 0").await.expect("emptied");
    tamperer.end().await;
    let store = fill(bank).await;
    let ids = ids("forged");
    store.set_setting("forged", "1", &context(&ids)).await.expect("set");
    let found = verify_with(&store, std::slice::from_ref(&checkpoint)).await;
    assert!(found.is_whole(), "the same content has the same hashes: {:?}", found.findings);
    store.close().await.expect("closed");

    let tamperer = Tamperer::of(bank).await;
    for table in TABLES_OF_THE_STORY {
        tamperer.run(&format!("DELETE FROM {table}")).await.expect("emptied");
    }
    tamperer.run("UPDATE counter SET value = 0").await.expect("emptied");
    tamperer.end().await;
    let store = Store::open(&bank.address).await.expect("opens");
    store.set_setting("forged", "first", &context(&ids)).await.expect("set");
    store.close().await.expect("closed");
    let store = fill(bank).await;
    assert!(verify(&store).await.is_whole(), "in itself it is whole");
    let found = verify_with(&store, std::slice::from_ref(&checkpoint)).await;
    assert_named(&found, "checkpoint_differs", "history", &checkpoint.sequence.to_string());
}

async fn counters_follow_the_history(bank: &TestBank) {
    let store = fill(bank).await;
    let tamperer = Tamperer::of(bank).await;
    tamperer.keep("counter").await;
    for name in ["history", "unit", "listed", "list"] {
        for step in ["+ 1", "- 1"] {
            tamperer
                .run(&format!("UPDATE counter SET value = value {step} WHERE name = '{name}'"))
                .await
                .expect("run");
            let found = verify(&store).await;
            assert_named(&found, "counter_changed", "counter", name);
            tamperer.put_back("counter").await;
        }
        tamperer.run(&format!("DELETE FROM counter WHERE name = '{name}'")).await.expect("run");
        assert_named(&verify(&store).await, "counter_changed", "counter", name);
        tamperer.put_back("counter").await;
    }
    tamperer.run("INSERT INTO counter (name, value) VALUES ('mine', 0)").await.expect("run");
    assert_named(&verify(&store).await, "counter_changed", "counter", "mine");
    tamperer.end().await;
}
