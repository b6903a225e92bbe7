//! Fifteen defects of another respected tool (NMDP's py-ard 2.3.1), and what is answered here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeSet;

use qidai_hla::{Nomenclature, reduce};
use support::table::{report, rows};

const DEFECTS: &str = include_str!("cases/other_tool_defects.tsv");

#[test]
fn none_of_the_fifteen_is_here() {
    let numbers: BTreeSet<u32> = rows(DEFECTS).map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=15).collect());
    let Some(release) = support::whole_release() else { return };
    if release.label() != "3.58.0" {
        eprintln!("skipped: the table is about 3.58.0, here is {}", release.label());
        return;
    }
    let nomenclature = Nomenclature::new(&release, None);
    let mac = support::any_code();
    let with_codes = Nomenclature::new(&release, Some(&mac));
    let mut differences = Vec::new();
    for row in rows(DEFECTS) {
        let level = reduce::level(row[3]).unwrap();
        let nomenclature = if row[0] == "8" { with_codes } else { nomenclature };
        let found = match reduce::reduce(row[2], level, &nomenclature) {
            Ok(reduced) => reduced.text,
            Err(error) => format!("error:{}", error.code),
        };
        if found != row[4] {
            differences.push(format!("{} {} {}: found {found}, expected {}", row[0], row[2], row[3], row[4]));
        }
    }
    report(&differences);
}

/// Defects 6 and 12: the answer is the same in whatever order a list is written, and the first time as the thousandth.
#[test]
fn answers_do_not_depend_on_order_or_repetition() {
    let Some(release) = support::whole_release() else { return };
    let nomenclature = Nomenclature::new(&release, None);
    let lists = ["A*01:01:01:02N/A*01:01:01:01/A*01:01:38L", "A*01:01:38L/A*01:01:01:01/A*01:01:01:02N"];
    for level in reduce::ALL_LEVELS {
        let [one, other] = lists.map(|list| reduce::reduce(list, level, &nomenclature).unwrap().text);
        assert_eq!(one, other, "{}", level.name);
        for _ in 0..3 {
            assert_eq!(reduce::reduce(lists[0], level, &nomenclature).unwrap().text, one, "{}", level.name);
        }
    }
}

/// Defect 2 and 14: every published group is itself.
#[test]
fn every_group_is_itself() {
    for release in support::all_releases() {
        let nomenclature = Nomenclature::new(&release, None);
        for (kind, level) in [(qidai_hla::GroupKind::G, "G"), (qidai_hla::GroupKind::P, "P")] {
            let level = reduce::level(level).unwrap();
            for (name, _) in release.all_groups(kind) {
                let text = name.to_string();
                assert_eq!(reduce::reduce(&text, level, &nomenclature).unwrap().text, text);
            }
        }
    }
}
