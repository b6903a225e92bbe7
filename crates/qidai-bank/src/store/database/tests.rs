//! There is one way to change a row, and it leaves an event.

use jiff::Timestamp;

use crate::store::cell::Cell;
use crate::store::event::Event;
use crate::store::table::{AUDITED, RECORDED_IN, UNAUDITED};
use crate::store::{Store, setting};
use crate::{Actor, IdSource, RandomSource, WriteContext};

async fn texts(store: &Store, sql: &str) -> Vec<String> {
    let rows = store.database.reader().all(sql, []).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

#[tokio::test]
async fn every_table_is_audited_or_says_why_not() {
    let store = Store::in_memory().await.expect("a bank");
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables = texts(&store, tables).await;
    for table in &tables {
        let is_audited = AUDITED.iter().any(|audited| audited.name == table);
        let is_excepted = UNAUDITED.contains(&table.as_str());
        assert!(is_audited != is_excepted, "{table} must stand in one of the two lists");
    }
    assert_eq!(tables.len(), AUDITED.len() + UNAUDITED.len(), "{tables:?}");
}

#[tokio::test]
async fn declared_columns_and_keys_are_those_of_the_tables() {
    let store = Store::in_memory().await.expect("a bank");
    for table in AUDITED {
        let columns = format!("SELECT name FROM pragma_table_info('{}') ORDER BY cid", table.name);
        let mut there = texts(&store, &columns).await;
        let mut declared: Vec<String> = table.all_columns().map(|column| column.name.to_owned()).collect();
        assert_eq!(declared.last().map(String::as_str), Some(RECORDED_IN));
        // A later migration adds columns at the end of the table, wherever they are declared.
        there.sort();
        declared.sort();
        assert_eq!(there, declared, "{}", table.name);
        let key = format!("SELECT name FROM pragma_table_info('{}') WHERE pk > 0 ORDER BY pk", table.name);
        assert_eq!(texts(&store, &key).await, table.key, "{}", table.name);
    }
}

#[tokio::test]
async fn a_reader_only_reads() {
    let store = Store::in_memory().await.expect("a bank");
    for sql in
        ["DELETE FROM setting", "UPDATE setting SET value = 'x'", "WITH a AS (SELECT 1) DELETE FROM setting"]
    {
        let error = store.database.reader().all(sql, []).await.expect_err(sql);
        assert!(error.to_string().contains("SELECT only"), "{error}");
    }
}

#[tokio::test]
async fn tables_of_the_history_change_by_events_only() {
    let store = Store::in_memory().await.expect("a bank");
    let write = store.database.begin().await.expect("a turn");
    let names = AUDITED.iter().map(|table| table.name).chain(["history"]);
    for sql in names.map(|name| format!("DELETE FROM {name}")) {
        let error = write.change_unaudited(&sql, []).await.expect_err(&sql);
        assert!(error.to_string().contains("by events only"), "{error}");
    }
    write.rollback().await.expect("ended");
}

/// A row is made, changed twice in one call, removed and made again; each step can be told from the history.
#[tokio::test]
async fn rows_change_with_their_events() {
    let store = Store::in_memory().await.expect("a bank");
    let ids = IdSource::counting("event");
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &ids);
    let row = |value: &str| vec![Some(Cell::from("a")), Some(Cell::from(value))];
    let key = || vec![Cell::from("a")];
    let set = |value: &str| vec![("value", Some(Cell::from(value)))];
    let event = |kind| Event::new(kind, "setting/a");
    let write = store.database.begin().await.expect("a turn");
    let events = vec![
        event("made").insert(&setting::TABLE, row("1")),
        event("looked_at"),
        event("changed").update(&setting::TABLE, key(), set("2")),
        event("changed").update(&setting::TABLE, key(), set("3")),
        event("removed").delete(&setting::TABLE, key()),
        event("made").insert(&setting::TABLE, row("4")),
    ];
    assert_eq!(write.record(&context, events).await.expect("written"), 6);
    let gone = vec![event("changed").update(&setting::TABLE, vec![Cell::from("b")], set("5"))];
    assert_eq!(write.record(&context, gone).await.expect_err("there is no b").code(), "row_missing");
    write.rollback().await.expect("ended");

    let write = store.database.begin().await.expect("a turn");
    let events = vec![
        event("made").insert(&setting::TABLE, row("1")),
        event("changed").update(&setting::TABLE, key(), set("2")),
        event("removed").delete(&setting::TABLE, key()),
    ];
    write.record(&context, events).await.expect("written");
    write.commit().await.expect("kept");
    let changes = texts(&store, "SELECT changes FROM history ORDER BY sequence").await;
    let expected = [
        r#"[{"table":"setting","key":["a"],"old":null,"new":{"name":"a","value":"1","recorded_in":1}}]"#,
        r#"[{"table":"setting","key":["a"],"old":{"value":"1","recorded_in":1},"new":{"value":"2","recorded_in":2}}]"#,
        r#"[{"table":"setting","key":["a"],"old":{"name":"a","value":"2","recorded_in":2},"new":null}]"#,
    ];
    assert_eq!(changes, expected);
    let verified = store.verify(&[], &RandomSource::seeded(1), &mut |_| {}).await.expect("verified");
    assert!(verified.is_whole(), "{:?}", verified.findings);
    assert_eq!((verified.events, verified.rows), (3, 0));
}

/// A history without its end is not written on.
#[tokio::test]
async fn nothing_is_chained_to_a_missing_event() {
    let store = Store::in_memory().await.expect("a bank");
    let ids = IdSource::counting("event");
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("test"), &ids);
    store.set_setting("a", "1", &context).await.expect("set");
    store.database.run_anything("UPDATE history SET hash = NULL").await;
    let error = store.set_setting("a", "2", &context).await.expect_err("no hash to go on from");
    assert_eq!(error.code(), "history_broken");
    assert_eq!(store.head().await.expect_err("no head").code(), "history_broken");
}
