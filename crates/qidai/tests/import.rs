//! Stories of `qidai import` and `qidai id check`, told with the executable.

#![allow(clippy::unwrap_used, clippy::panic)] // a story that cannot go on has failed

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use qidai_bank::check_character;
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use tempfile::TempDir;

const HEADER: &str =
    "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla";
/// A typing that the starter release knows.
const HLA: &str = "A*02:01+A*11:01^B*13:02+B*46:01^DRB1*09:01+DRB1*12:02";

/// A technologist at a desk: a folder with files and a bank.
struct Desk {
    folder: TempDir,
}

/// What the program answered.
struct Answer {
    exit: Option<i32>,
    out: String,
    err: String,
}

impl Answer {
    fn of(output: Output) -> Answer {
        Answer {
            exit: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// `accepted unchanged` and then `row column code` of each issue.
    fn summary(&self) -> Vec<String> {
        let report = self.json();
        let issue = |issue: &Value| {
            format!(
                "{} {} {}",
                issue["row"],
                issue["column"].as_str().unwrap(),
                issue["code"].as_str().unwrap()
            )
        };
        let numbers = format!("{} {}", report["accepted"], report["unchanged"]);
        std::iter::once(numbers).chain(report["issues"].as_array().unwrap().iter().map(issue)).collect()
    }
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("QIDAI_DATABASE_URL");
        command
    }

    fn says(&self, arguments: &str) -> Answer {
        Answer::of(self.command(arguments).output().unwrap())
    }

    fn imports(&self, file: &str) -> Answer {
        self.says(&format!("import units {file} --bank bank.sqlite --format json"))
    }

    /// Makes the bank, so that two imports do not both want to.
    fn imports_nothing(&self) {
        self.write("nothing.csv", format!("{HEADER}\n"));
        assert_eq!(self.imports("nothing.csv").summary(), ["0 0"]);
    }

    fn asks(&self, arguments: &str, input: &str) -> Answer {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Answer::of(child.wait_with_output().unwrap())
    }
}

fn din(sequence: u32) -> String {
    let number = format!("Z000125{sequence:06}");
    let check = check_character(&number).unwrap();
    format!("{number}{check}")
}

fn row(sequence: u32) -> String {
    format!("{},public,2022-03-04,F,A,+,{},3000000,25,95.5,{HLA}", din(sequence), 1_000_000_000 + sequence)
}

fn csv(rows: impl IntoIterator<Item = String>) -> String {
    let rows: Vec<String> = rows.into_iter().collect();
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn technologist_imports_twice_and_the_second_time_changes_nothing() {
    let desk = Desk::new();
    desk.write("units.csv", csv((0..5_001).map(row)));
    let first = desk.imports("units.csv");
    assert_eq!((first.summary(), first.exit), (vec!["5001 0".to_owned()], Some(0)), "{}", first.err);
    let second = desk.imports("units.csv");
    assert_eq!((second.summary(), second.exit), (vec!["0 5001".to_owned()], Some(0)));
}

/// peers.md 5: 10,000 rows with 7 bad ones give 9,993 units and a file of errors; run again, nothing changes.
#[test]
fn of_ten_thousand_rows_seven_are_bad_and_told_in_a_file() {
    let desk = Desk::new();
    let bad = |sequence: u32| match sequence {
        10 => row(sequence).replace(",public,", ",publik,"),
        500 => row(sequence).replace("2022-03-04", "2022-02-30"),
        1_999 => row(sequence).replacen(&din(sequence), "Z00012500199X", 1),
        4_000 => row(sequence).replace(",F,A,+,", ",F,A,+,-"),
        6_001 => row(sequence).replace("A*", "A*99:99/A*"),
        8_888 => format!("{},=1+1", row(sequence)),
        9_999 => row(1),
        good => row(good),
    };
    let rows: Vec<String> = (0..10_000).map(bad).collect();
    let with_other_content = rows[9_999].replace(",25,", ",26,");
    desk.write("units.csv", csv(rows.into_iter().take(9_999).chain([with_other_content])));
    let import = "import units units.csv --bank bank.sqlite --format json --errors errors.csv";
    let first = desk.says(import);
    assert_eq!(first.exit, Some(2), "{}", first.err);
    assert_eq!(first.summary()[0], "9993 0", "{:?}", first.summary());
    let errors = std::fs::read_to_string(desk.path("errors.csv")).unwrap();
    let mut lines: Vec<&str> = errors.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.remove(0), "row,column,value,code,reason,hint");
    let mut told: Vec<&str> = lines.iter().filter_map(|line| line.split(',').next()).collect();
    told.dedup();
    assert_eq!(told, ["12", "502", "2001", "4002", "6003", "8890", "10001"]);
    let second = desk.says(import);
    assert_eq!((second.exit, second.summary()[0].as_str()), (Some(2), "0 9993"));
    assert_eq!(std::fs::read_to_string(desk.path("errors.csv")).unwrap(), errors, "the same seven");
    assert_eq!(desk.says("audit verify --bank bank.sqlite").exit, Some(0));
}

/// peers.md 5 (LImBuS 223): a vendor's rack file with an odd header; what its columns mean is said once.
#[test]
fn a_vendor_rack_file_with_an_odd_header_is_mapped_once_and_read_again() {
    let desk = Desk::new();
    desk.write("units.csv", csv((1..=3).map(row)));
    assert_eq!(desk.imports("units.csv").exit, Some(0));
    for made in ["room R2 --name Two", "tank T1 --room R2 --class released"] {
        assert_eq!(desk.says(&format!("storage {made} --bank bank.sqlite")).exit, Some(0));
    }
    let file = format!(
        "Tray;XY-Pos;2D_Code_Read;Scan Quality\nT1-S1-K01;A01;{};98\nT1-S1-K01;A02;NO TUBE;\nT1-S1-K01;A03;NO READ;12\nT1-S1-K01;B01;{};97\n",
        din(1),
        din(2)
    );
    desk.write("rack.csv", file);
    let unknown = desk.says("--lang en storage rack rack.csv --scanner fluidx --bank bank.sqlite");
    assert_eq!(unknown.exit, Some(2), "{}", unknown.out);
    assert!(
        unknown.err.contains("rack_columns_missing") && unknown.err.contains("XY-Pos"),
        "{}",
        unknown.err
    );
    let columns = "--column Tray=rack --column XY-Pos=position --column 2D_Code_Read=number";
    let wrong = desk.says("storage rack rack.csv --scanner fluidx --column XY-Pos=colour --bank bank.sqlite");
    assert!(wrong.err.contains("rack_mapping_wrong"), "{}", wrong.err);
    let dry = desk.says(&format!("storage rack rack.csv --dry-run {columns} --bank bank.sqlite"));
    assert!(dry.out.contains(&format!("T1-S1-K01-L01-P1\t{}\tseen", din(1))), "{}{}", dry.out, dry.err);
    let first = desk.says(&format!("storage rack rack.csv --scanner fluidx {columns} --bank bank.sqlite"));
    let answers: Vec<&str> = first.out.lines().map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(answers, ["stored", "empty", "error:rack_number_unread", "stored"], "{}", first.err);
    assert_eq!(first.exit, Some(2), "one was not read");
    // The next delivery of the same scanner: nothing is said again, and nothing is put in twice.
    let other = format!("Tray;XY-Pos;2D_Code_Read\nT1-S1-K01;B01;{}\nT1-S1-K01;B02;{}\n", din(2), din(3));
    desk.write("rack.csv", other);
    let second = desk.says("storage rack rack.csv --scanner fluidx --bank bank.sqlite");
    let answers: Vec<&str> = second.out.lines().map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(answers, ["error:already_stored", "stored"], "{}", second.err);
    assert_eq!(desk.says("audit verify --bank bank.sqlite").exit, Some(0));
}

#[test]
fn good_rows_are_kept_and_each_other_row_says_all_that_is_wrong() {
    let desk = Desk::new();
    let wrong =
        format!("{}X,publik,2099-01-01,F,A,+,-5,3000000,25,95.5,A*99:99+A*02:01^B*13:02", &din(2)[..13]);
    desk.write("units.csv", csv([row(1), wrong, "too,short".to_owned(), row(3)]));
    let answer = desk.imports("units.csv");
    assert_eq!(answer.exit, Some(2));
    assert_eq!(
        answer.summary(),
        [
            "2 0",
            "3 din din_check_wrong",
            "3 bank_type bank_type_unknown",
            "3 hla allele_unknown",
            "3 tnc_total count_negative",
            "3 collection_date date_in_future",
            "4  row_ragged",
        ]
    );
    let issues = answer.json()["issues"].clone();
    assert_eq!(issues[2]["value"], "A*99:99");
    assert!(issues.as_array().unwrap().iter().all(|issue| !issue["hint"].as_str().unwrap().is_empty()));
}

#[test]
fn known_unit_with_other_content_is_an_issue_and_stays_as_it_was() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1), row(2)]));
    desk.imports("units.csv");
    desk.write("changed.csv", csv([row(1), row(2).replace("95.5", "91"), row(3)]));
    let answer = desk.imports("changed.csv");
    assert_eq!(answer.summary(), ["1 1", "3 din identity_known_with_other_content"]);
    let reason = answer.json()["issues"][0]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("viability_percent is 95.5 in the bank, 91 in the file"), "{reason}");
    assert_eq!(desk.imports("units.csv").summary(), ["0 2"]);
}

#[test]
fn identity_twice_in_a_file_names_the_earlier_row() {
    let desk = Desk::new();
    let scanned_otherwise = row(1).replacen(&din(1), &din(1).to_lowercase(), 1);
    desk.write("units.csv", csv([row(1), row(2), row(1).replace("95.5", "91"), scanned_otherwise]));
    let answer = desk.imports("units.csv");
    assert_eq!(
        answer.summary(),
        ["2 0", "4 din identity_duplicate_in_file", "5 din identity_duplicate_in_file"]
    );
    assert!(answer.json()["issues"][0]["reason"].as_str().unwrap().contains("row 2"));
}

#[test]
fn identical_row_counts_as_unchanged_the_second_time() {
    let desk = Desk::new();
    let wrong = row(3).replace("public", "publik");
    desk.write("units.csv", csv([row(1), row(2), row(1), wrong.clone(), wrong, row(1)]));
    let expected = |numbers: &str| {
        vec![
            numbers.to_owned(),
            "5 bank_type bank_type_unknown".to_owned(),
            "6 bank_type bank_type_unknown".to_owned(),
        ]
    };
    assert_eq!(desk.imports("units.csv").summary(), expected("2 2"));
    assert_eq!(desk.imports("units.csv").summary(), expected("0 4"));
    // Far apart, so that the two rows are written in different steps.
    desk.write("many.csv", csv((10..5_000).chain([10, 4_000]).map(row)));
    assert_eq!(desk.imports("many.csv").summary(), ["4990 2"]);
    // A row that the bank refuses is refused again.
    let changed = row(1).replace("95.5", "91");
    desk.write("changed.csv", csv([changed.clone(), changed]));
    assert_eq!(
        desk.imports("changed.csv").summary(),
        ["0 0", "2 din identity_known_with_other_content", "3 din identity_duplicate_in_file"]
    );
}

#[test]
fn number_of_a_label_without_its_check_is_an_issue() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1), row(2).replacen(&din(2), &din(2)[..13], 1)]));
    let answer = desk.imports("units.csv");
    assert_eq!(
        (answer.summary(), answer.exit),
        (vec!["1 0".to_owned(), "3 din din_check_missing".to_owned()], Some(2))
    );
    assert!(answer.json()["issues"][0]["hint"].as_str().unwrap().contains("label"));
}

#[test]
fn damage_within_a_file_costs_only_its_rows() {
    let desk = Desk::new();
    desk.write("quote.csv", csv([row(1), row(2), format!("\"{}", row(3)), row(4)]));
    let answer = desk.imports("quote.csv");
    assert_eq!(
        (answer.summary(), answer.exit),
        (vec!["2 0".to_owned(), "4  quote_not_closed".to_owned()], Some(2))
    );
    let reason = answer.json()["issues"][0]["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason, "a quote opened on line 4 is never closed; nothing after it was read");
    desk.write("nul.csv", csv([row(5), row(6).replace("public", "pub\0lic"), row(7)]));
    assert_eq!(desk.imports("nul.csv").summary(), ["2 0", "3 bank_type character_nul"]);
    let text = format!(
        "条码号,库别,制备方法,HLA分型\n{},公共库,离心法,{HLA}\n{},公共库,离心法,{HLA}\n",
        din(8),
        din(9)
    );
    let mut bytes = text.clone().into_bytes();
    bytes.remove(text.find("离心法").unwrap() + "离心法".len() - 1);
    desk.write("cut.csv", bytes);
    assert_eq!(desk.imports("cut.csv").summary(), ["1 0", "2 制备方法 text_damaged"]);
}

#[test]
fn script_pipes_a_file_in() {
    let desk = Desk::new();
    let units = desk.asks("import units - --bank bank.sqlite --format json", &csv([row(1), row(2)]));
    assert_eq!((units.summary(), units.exit), (vec!["2 0".to_owned()], Some(0)), "{}", units.err);
    let gl = desk
        .asks("import list - --bank bank.sqlite --format json --name r", &format!("D1%{HLA}\nD2 {HLA}\n"));
    assert_eq!(gl.summary(), ["1 0", "2  gl_line_without_percent"]);
    assert_eq!(gl.json()["issues"][0]["value"], format!("D2 {HLA}"));
    let again = desk.asks("import list - --bank bank.sqlite --format json", &format!("id,hla\nD1,{HLA}\n"));
    assert_eq!(again.summary(), ["1 0"]);
    assert_eq!(
        desk.asks("import units - --bank bank.sqlite --format json", "").summary()[1],
        "null  file_empty"
    );
}

#[test]
fn bank_in_a_folder_that_is_not_there_is_named() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1)]));
    let answer = desk.says("import units units.csv --bank nope/x.sqlite");
    assert_eq!(answer.exit, Some(1));
    assert!(
        answer.err.starts_with("bank_folder_missing: ") && answer.err.contains("no folder nope"),
        "{}",
        answer.err
    );
}

#[test]
fn waiting_for_another_import_is_not_held_against_the_writer() {
    let desk = Desk::new();
    desk.imports_nothing();
    for name in ["a", "b"] {
        let first = if name == "a" { 0 } else { 30_000 };
        desk.write(&format!("{name}.csv"), csv((first..first + 20_000).map(row)));
    }
    let start = |name: &str| {
        let mut command = desk.command(&format!("import units {name}.csv --bank bank.sqlite --format json"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    for child in [start("a"), start("b")] {
        let answer = Answer::of(child.wait_with_output().unwrap());
        assert_eq!(answer.summary(), ["20000 0"], "{}", answer.err);
        assert!(number(&answer, "longest_write_ms") > 0, "the writes are timed");
    }
}

#[test]
fn dry_run_tells_everything_and_writes_nothing() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1), row(2)]));
    let dry =
        |file: &str| desk.says(&format!("import units {file} --bank bank.sqlite --format json --dry-run"));
    assert_eq!(dry("units.csv").summary(), ["2 0"]);
    assert!(!desk.path("bank.sqlite").exists());
    desk.imports("units.csv");
    desk.write("more.csv", csv([row(1), row(2).replace(",A,", ",B,"), row(3)]));
    assert_eq!(dry("more.csv").summary(), ["1 1", "3 din identity_known_with_other_content"]);
    assert_eq!(desk.imports("more.csv").summary(), ["1 1", "3 din identity_known_with_other_content"]);
}

#[test]
fn chinese_file_in_gb18030_is_read_by_its_own_words() {
    let desk = Desk::new();
    let text = format!(
        "条码号,库别,采集日期,性别,血型,RhD,有核细胞总数(10^8),HLA分型\r\n{},公共库,2022年3月4日,女,A型,阳性,10.5,{HLA}\r\n{},自体库,2022/3/4,男,O型,阴性,12,\r\n",
        din(1),
        din(2)
    );
    desk.write("units.csv", encoding_rs::GB18030.encode(&text).0);
    assert_eq!(desk.imports("units.csv").summary(), ["2 0"]);
    let english = format!(
        "din,bank_type,collection_date,sex,abo,rhd,tnc_total,hla\n{},public,2022-03-04,F,A,+,1.05e9,{HLA}\n{},family,2022-03-04,M,O,-,1.2e9,\n",
        din(1),
        din(2)
    );
    desk.write("same.csv", english);
    assert_eq!(desk.imports("same.csv").summary(), ["0 2"]);
}

#[test]
fn workbook_and_text_file_bring_the_same_units() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1), row(2)]));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, text) in (0..).zip(csv([row(1), row(2)]).lines()) {
        for (column, cell) in (0..).zip(text.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(line, column, number).unwrap(),
                Err(_) => sheet.write_string(line, column, cell).unwrap(),
            };
        }
    }
    book.save(desk.path("units.xlsx")).unwrap();
    assert_eq!(desk.imports("units.xlsx").summary(), ["2 0"]);
    assert_eq!(desk.imports("units.csv").summary(), ["0 2"]);
}

#[test]
fn saved_mapping_reads_a_senders_file() {
    let desk = Desk::new();
    desk.write("units.csv", format!("number,cells,typing,remark\nSD0001,10.5,{HLA},x\nSD01,1,{HLA},x\n"));
    desk.write(
        "sender.json",
        r#"{"columns": {"number": "din", "cells": "tnc_total"}, "constants": {"bank_type": "public"},
            "units": {"tnc_total": "1e8"}, "identity": {"scheme": "local", "pattern": "SD####"}}"#,
    );
    let answer = desk.says("import units units.csv --bank bank.sqlite --mapping sender.json --format json");
    assert_eq!(answer.summary(), ["1 0", "3 number identity_length_wrong"]);
    assert_eq!(answer.json()["columns_not_used"][0], "remark");
    desk.write("sender.json", "{ not json");
    let answer = desk.says("import units units.csv --bank bank.sqlite --mapping sender.json");
    assert_eq!(answer.exit, Some(2));
    assert!(answer.err.starts_with("mapping_form_wrong: "), "{}", answer.err);
}

#[test]
fn external_list_comes_from_a_table_or_a_gl_file() {
    let desk = Desk::new();
    desk.write("donors.csv", format!("id,hla\nD1,{HLA}\nD2,A*02:01+A*99:99\nD1,{HLA}\n"));
    desk.write("donors.gl", format!("D1%{HLA}\n\nD3%A*02:01+A*02:01\n"));
    let imports = |file: &str, name: &str| {
        desk.says(&format!("import list {file} --bank bank.sqlite --name {name} --format json")).summary()
    };
    assert_eq!(imports("donors.csv", "one"), ["1 1", "3 hla allele_unknown"]);
    assert_eq!(imports("donors.gl", "one"), ["1 1"]);
    assert_eq!(imports("donors.gl", "two"), ["2 0"]);
}

#[test]
fn missing_column_is_one_issue_and_makes_no_bank() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1)]).replacen("hla", "typed", 1));
    let answer = desk.imports("units.csv");
    assert_eq!(
        (answer.summary(), answer.exit),
        (vec!["0 0".to_owned(), "1 hla column_missing".to_owned()], Some(2))
    );
    assert!(!desk.path("bank.sqlite").exists());
}

#[test]
fn unusable_files_are_refused_with_a_sentence() {
    let desk = Desk::new();
    let sentence = |name: &str, bytes: &[u8]| {
        desk.write(name, bytes);
        let answer = desk.imports(name);
        assert_eq!(answer.exit, Some(2), "{name}: {}", answer.err);
        answer.json()["issues"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(sentence("empty.csv", b""), "file_empty");
    assert_eq!(sentence("binary.csv", b"\x7fELF\0\0\0"), "file_is_binary");
    assert_eq!(sentence("old.xls", &[0xD0, 0xCF, 0x11, 0xE0]), "file_is_old_excel");
    assert_eq!(sentence("broken.xlsx", b"PK\x03\x04 and then nothing"), "workbook_damaged");
}

#[test]
fn outage_is_never_a_refusal() {
    let desk = Desk::new();
    let answer = desk.imports("not-there.csv");
    assert_eq!(answer.exit, Some(1));
    assert!(answer.err.starts_with("file_not_readable: not-there.csv"), "{}", answer.err);
    desk.write("units.csv", csv([row(1)]));
    desk.write("bank.sqlite", "this is a letter, not a bank");
    let answer = desk.imports("units.csv");
    assert_eq!(answer.exit, Some(1));
    assert!(answer.err.starts_with("not_a_bank: "), "{}", answer.err);
    let answer = desk.says("import units units.csv --bank new.sqlite --release .");
    assert_eq!((answer.exit, answer.err.split(':').next()), (Some(1), Some("release_folder")));
}

#[test]
fn people_read_their_own_language() {
    let desk = Desk::new();
    desk.write("units.csv", csv([row(1), row(2).replace("public", "?!")]));
    let answer = desk.says("--lang zh-CN import units units.csv --bank bank.sqlite");
    assert!(answer.out.starts_with("接受 1 条，未变 0 条，问题 1 个。\n"), "{}", answer.out);
    assert!(answer.out.contains("第 3 行 · bank_type · ?!"), "{}", answer.out);
    assert!(answer.out.contains("bank_type_unknown: 库别“?!”无法识别; 应为 public"), "{}", answer.out);
    desk.write(
        "hla.csv",
        csv([row(5).replace(HLA, "A*02:01+B*13:02"), row(6).replace(HLA, "A*02:01+A*01:02:XX")]),
    );
    let answer = desk.says("--lang zh-CN import units hla.csv --bank bank.sqlite --format json");
    for issue in answer.json()["issues"].as_array().unwrap() {
        let said = format!("{}{}", issue["reason"], issue["hint"]);
        assert!(!said.contains("expected") && !said.contains("write"), "{said}");
    }
    assert!(answer.json()["issues"][0]["hint"].as_str().unwrap().contains("颠倒"), "{}", answer.out);
    let answer = desk.says("--lang en import units hla.csv --bank bank.sqlite --format json");
    assert!(answer.json()["issues"][0]["hint"].as_str().unwrap().contains("swapped?"), "{}", answer.out);
    let answer = desk.says("--lang en import units units.csv --bank bank.sqlite");
    assert!(answer.out.starts_with("0 accepted, 1 unchanged, 1 issues.\n"), "{}", answer.out);
}

#[test]
fn killed_import_leaves_a_bank_that_opens_and_a_second_run_completes_it() {
    const ROWS: u32 = 60_000;
    let desk = Desk::new();
    desk.write("units.csv", csv((0..ROWS).map(row)));
    let mut child: Child = desk
        .command("import units units.csv --bank bank.sqlite --format json")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_bytes(&desk.path("bank.sqlite-wal"), 2_000_000, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let second = desk.imports("units.csv");
    let (accepted, unchanged) = (number(&second, "accepted"), number(&second, "unchanged"));
    assert_eq!(accepted + unchanged, u64::from(ROWS), "{}", second.err);
    assert!(
        accepted > 0 && unchanged > 0,
        "killed in the middle: {accepted} accepted, {unchanged} unchanged"
    );
    assert_eq!(number(&desk.imports("units.csv"), "unchanged"), u64::from(ROWS));
}

fn number(answer: &Answer, name: &str) -> u64 {
    answer.json()[name].as_u64().unwrap()
}

fn wait_for_bytes(path: &Path, bytes: u64, child: &mut Child) {
    let start = Instant::now();
    while std::fs::metadata(path).map_or(0, |metadata| metadata.len()) < bytes {
        assert!(start.elapsed() < Duration::from_secs(60), "the import writes nothing");
        assert!(child.try_wait().unwrap().is_none(), "the import ended before it could be killed");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn laboratory_checks_identifiers_in_a_pipe() {
    let desk = Desk::new();
    let answer = desk.asks("id check --kind din", "G123417654321A\n\nG123417654321B\n");
    assert_eq!(answer.exit, Some(2));
    assert_eq!(
        answer.out,
        "G123417654321A\tok\tG123417654321\n\terror:identity_empty\t\nG123417654321B\terror:din_check_wrong\t\n"
    );
    assert_eq!(desk.asks("id check --kind din", "G123417654321\n").exit, Some(0));
}

#[test]
fn bank_keeps_the_release_by_which_its_first_typings_were_accepted() {
    let given = std::env::var_os("QIDAI_IMGT_HLA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/imgt-hla-3.58.0");
    let Some(release) = given.or_else(|| beside.is_dir().then_some(beside)) else {
        eprintln!("skipped: no IPD-IMGT/HLA release; set QIDAI_IMGT_HLA");
        return;
    };
    let desk = Desk::new();
    let only_in_a_release = "A*02:01:01G+A*11:01P";
    desk.write("list.csv", format!("id,hla\nD1,{only_in_a_release}\n"));
    let import = "import list list.csv --name x --format json --bank";
    assert_eq!(desk.says(&format!("{import} starter.sqlite")).exit, Some(2));
    let with_release = format!("{import} bank.sqlite --release {}", release.display());
    assert_eq!(desk.says(&with_release).summary(), ["1 0"]);
    assert_eq!(desk.says(&format!("{import} bank.sqlite")).summary(), ["0 1"]);
}
