//! External lists, as tables and as GL files.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

mod support;

use std::ops::ControlFlow;

use qidai_exchange::mapping::Mapping;
use qidai_exchange::table::{ReadOptions, Row, Table};
use qidai_exchange::{Issue, ListRows};
use support::{file, reading};

fn summary(outcome: qidai_exchange::RowOutcome<qidai_bank::ListedRecord>) -> String {
    match outcome.record {
        Ok(entry) => format!("{}: {} {}", outcome.line, entry.id, entry.typing.written),
        Err(issues) => {
            let codes: Vec<String> =
                issues.iter().map(|issue| format!("{} {}", issue.column, issue.code)).collect();
            format!("{}: !{}", outcome.line, codes.join(", "))
        }
    }
}

fn list(name: &str, text: &str) -> Vec<String> {
    let given = file(name, text.as_bytes());
    let table = Table::open_list(&given.path, &ReadOptions::default()).unwrap();
    let plan = ListRows::bind(table.header(), &Mapping::default()).unwrap();
    let mut found = Vec::new();
    let mut sink = |row: Result<Row, Issue>| {
        found.push(match row {
            Ok(row) => summary(plan.read(&row, &reading())),
            Err(issue) => format!("{}: !{} {}", issue.row.unwrap(), issue.column, issue.code),
        });
        ControlFlow::Continue(())
    };
    table.for_each_row(&mut sink, &mut |_| {}).unwrap();
    found
}

fn gl(text: &str) -> Vec<String> {
    list("donors.gl", text)
}

fn table(text: &str) -> Vec<String> {
    list("donors.csv", text)
}

#[test]
fn gl_file_and_table_give_the_same_list() {
    let expected = ["D1 A*02:01+A*24:02", "D2 A*01:01+A*11:01"];
    let without_line = |found: Vec<String>| found.iter().map(|text| text[3..].to_owned()).collect::<Vec<_>>();
    assert_eq!(without_line(gl("D1%A*02:01+A*24:02\r\nD2%A*01:01+A*11:01")), expected);
    assert_eq!(without_line(table("id,hla\nD1,A*02:01+A*24:02\nD2,A*01:01+A*11:01\n")), expected);
}

#[test]
fn issues_of_a_gl_file_name_the_line() {
    assert_eq!(
        gl("D1%A*02:01\n\nno percent sign\n%A*02:01\nD3%\nD 4%A*01:01\nD5%B*07:02\n"),
        [
            "1: D1 A*02:01",
            "3: ! gl_line_without_percent",
            "4: !id cell_empty",
            "5: !hla cell_empty",
            "6: !id identity_character_unknown",
            "7: !hla hla_unknown"
        ]
    );
}

#[test]
fn first_line_without_percent_is_told_like_any_other() {
    assert_eq!(gl("D1 A*02:01+A*24:02\nD2%A*02:01\n"), ["1: ! gl_line_without_percent", "2: D2 A*02:01"]);
    assert_eq!(
        gl("D1%A*02:01\nD2%A*02\0:01\nD3%A*02:01\n"),
        ["1: D1 A*02:01", "2: !hla character_nul", "3: D3 A*02:01"]
    );
}

#[test]
fn donors_may_be_born_long_before_cord_blood_was_banked() {
    assert_eq!(table("Donor ID,HLA,出生日期\nD1,A*02:01,1961-05-06\n"), ["2: D1 A*02:01"]);
    assert_eq!(table("Donor ID,HLA,出生日期\nD1,A*02:01,2061-05-06\n"), ["2: !出生日期 date_in_future"]);
}

#[test]
fn list_needs_identifier_and_typing_in_every_row() {
    assert_eq!(
        table("id,hla,x\n,A*02:01,\nD2,,\n,,x\n"),
        ["2: !id cell_empty", "3: !hla cell_empty", "4: !id cell_empty, hla cell_empty"]
    );
}
