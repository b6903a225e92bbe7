//! The door of the figures: names, order, and a hash that any tool computes again.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use support::{Answer, qidai};
use tempfile::TempDir;

/// A demonstration bank of the last day of 2021.
struct Bank {
    folder: TempDir,
}

impl Bank {
    fn new() -> Bank {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let made = qidai(&["demo", "--dir", dir, "--units", "300", "--no-serve"], "");
        assert_eq!(made.exit, Some(0), "{}", made.err);
        Bank { folder }
    }

    fn figures(&self, options: &[&str]) -> Answer {
        let bank = self.folder.path().join("bank.sqlite");
        qidai(&[&["figures", "--bank", bank.to_str().unwrap()], options].concat(), "")
    }

    fn json(&self, options: &[&str]) -> Vec<Value> {
        let answer = self.figures(&[options, &["--format", "json"]].concat());
        assert_eq!(answer.exit, Some(0), "{}", answer.err);
        serde_json::from_str(&answer.out).unwrap()
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_answer_has_the_promised_names_in_their_order() {
    let bank = Bank::new();
    let list = bank.json(&["--as-of", "2021-12-31"]);
    let queries: Vec<(&str, &str)> =
        list.iter().map(|f| (f["figure"].as_str().unwrap(), f["query"].as_str().unwrap())).collect();
    let promised = [
        ("n1", "inventory.stored_units"),
        ("n2", "search.count"),
        ("n3", "issue.units"),
        ("n4", "issue.distinct_institutions"),
        ("n5", "release.recheck_pass_rate"),
        ("n8", "bank.age_years"),
        ("n19", "inventory.public_units"),
        ("n23", "shipment.joint_escorts"),
    ];
    assert_eq!(queries, promised);
    for figure in &list {
        let keys: Vec<&str> = figure.as_object().unwrap().keys().map(String::as_str).take(5).collect();
        assert_eq!(keys, ["figure", "query", "value", "rows", "hash"]);
    }
    assert_eq!((&list[1]["value"], &list[5]["value"]), (&0.into(), &28.into()));
    // Of nothing there is no share.
    assert_eq!((&list[4]["value"], &list[4]["missing"]), (&Value::Null, &"issued_units".into()));
    let (all, public) = (list[0]["value"].as_u64().unwrap(), list[6]["value"].as_u64().unwrap());
    assert!(300 <= public && public < all, "{public} of {all}");
    let parts: u64 = list[0]["parts"].as_array().unwrap().iter().map(|p| p["value"].as_u64().unwrap()).sum();
    assert_eq!(parts, all);
}

#[test]
fn rows_are_what_was_hashed() {
    let bank = Bank::new();
    for day in ["2021-12-31", "2015-06-30", "1990-01-01"] {
        for figure in bank.json(&["--as-of", day]) {
            let rows = bank.figures(&["--as-of", day, "--rows", figure["figure"].as_str().unwrap()]);
            assert_eq!(rows.exit, Some(0), "{}", rows.err);
            assert_eq!(sha256(&rows.out), figure["hash"].as_str().unwrap());
            assert_eq!(rows.out.lines().count() as u64, figure["rows"].as_u64().unwrap() + 1);
        }
    }
}

#[test]
fn a_bank_grows_with_its_collections_and_says_what_it_learned_late() {
    let bank = Bank::new();
    let value = |list: &[Value]| list[0]["value"].as_u64().unwrap();
    let (early, now) = (bank.json(&["--as-of", "2012-12-31"]), bank.json(&["--as-of", "2021-12-31"]));
    assert!(0 < value(&early) && value(&early) < value(&now));
    // The demonstration was written down on one day: on earlier days nothing was known.
    assert_eq!(early[0]["late"]["value_without"], 0);
    assert_eq!(early[0]["late"]["added"], early[0]["value"]);
    assert_eq!(now[0]["late"]["added"], 0);
    let late = bank.figures(&["--as-of", "2012-12-31", "--rows", "n1", "--late"]);
    assert!(late.out.starts_with("change,scheme,identity,bank_type,status\nadded,"), "{}", late.out);
    assert_eq!(late.out.lines().count() as u64, value(&early) + 1);

    let known_at = now[0]["known_at"].to_string();
    let pinned = bank.json(&["--as-of", "2021-12-31", "--known-at", &known_at]);
    assert_eq!((&pinned[0]["hash"], pinned[0].get("late")), (&now[0]["hash"], None));
    assert_eq!(value(&bank.json(&["--as-of", "2021-12-31", "--known-at", "0"])), 0);
}

#[test]
fn a_table_is_read_in_both_languages() {
    let bank = Bank::new();
    let en = bank.figures(&["--as-of", "2021-12-31"]);
    assert!(en.out.contains("inventory.stored_units@1") && en.out.contains("n8"), "{}", en.out);
    let zh = bank.figures(&["--as-of", "2012-12-31", "--lang", "zh-CN"]);
    assert!(zh.out.contains("△") && zh.out.contains("n19"), "{}", zh.out);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let bank = Bank::new();
    for (options, code) in [
        (&["--as-of", "2021-12-31", "--known-at", "99999999"][..], "known_at_not_reached"),
        (&["--as-of", "2021-12-31", "--rows", "n25"], "figure_unknown"),
        (&["--as-of", "9999-12-31"], "as_of_out_of_range"),
        (&["--as-of", "31.12.2021"], "2021-12-31"),
    ] {
        let answer = bank.figures(options);
        assert_eq!(answer.exit, Some(2), "{options:?}");
        assert!(answer.err.contains(code), "{}", answer.err);
    }
    let answer = qidai(&["figures", "--bank", "/nonexistent/bank", "--as-of", "2021-12-31"], "");
    assert_eq!((answer.exit, answer.err.starts_with("database_missing")), (Some(1), true), "{}", answer.err);
}
