//! Reports of searches as a centre files them, read by other programs: `pdftotext` reads the PDF, a spreadsheet reader the workbook.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const PATIENT: &str =
    "A*02:07+A*11:01^B*46:01+B*13:01^C*01:02+C*03:04^DRB1*09:01+DRB1*15:01^DQB1*03:03+DQB1*06:01";

fn qidai(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.env_remove("QIDAI_DATABASE_URL").env_remove("QIDAI_LANG").env_remove("QIDAI_FREQUENCIES");
    command.args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn demo(dir: &Path) -> String {
    let made = qidai(&["demo", "--units", "800", "--no-serve", "--dir", dir.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    dir.join("bank.sqlite").to_str().unwrap().to_owned()
}

fn search(bank: &str, more: &[&str]) -> Output {
    let args =
        ["search", "--bank", bank, "--patient", PATIENT, "--weight", "24", "--limit", "30", "--pairs", "3"];
    qidai(&[&args[..], &["--pseudonym", "CN-0042"], more].concat())
}

/// The words of a PDF, or nothing where `pdftotext` is not installed or there is no font.
fn words(pdf: &Path) -> Option<String> {
    let read = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output();
    let Ok(read) = read else {
        println!("skipped: pdftotext is not installed (Debian: apt-get install poppler-utils)");
        return None;
    };
    Some(String::from_utf8_lossy(&read.stdout).into_owned())
}

#[test]
fn a_centre_files_the_report_in_its_language() {
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let json = home.path().join("report.json");
    let made = search(&bank, &["--report", json.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    let told: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(told["patient"], "CN-0042");
    let units = told["units"].as_array().unwrap();
    let digest = told["receipt"]["digest"].as_str().unwrap();
    for (lang, expected) in [
        ("en", ["Search report", "SYNTHETIC", "Not listed, by rule", "starter release", "Pairs"]),
        ("zh-CN", ["检索报告", "患者", "未列出，按规则", "双份组合", "排位理由"]),
    ] {
        let pdf = home.path().join(format!("report-{lang}.pdf"));
        let made = search(&bank, &["--lang", lang, "--report", pdf.to_str().unwrap()]);
        if said(&made).contains("font_missing") {
            println!("skipped: no font with Chinese letters");
            return;
        }
        assert!(made.status.success(), "{}", said(&made));
        let Some(text) = words(&pdf) else { return };
        // Blanks of a PDF are distances: words are compared without them.
        let packed: String = text.split_whitespace().collect();
        for word in expected.iter().chain(&["CN-0042", digest, "24 kg", "1 / "]) {
            assert!(packed.contains(&word.replace(' ', "")), "{lang}: {word}\n{text}");
        }
        for unit in units {
            assert!(text.contains(unit["din"].as_str().unwrap()), "{lang}: {unit}");
        }
        let pages = text.matches('\u{c}').count();
        assert!(packed.contains(&format!("{pages}/{pages}")), "{lang}: every page has its number of {pages}");
        assert!(!text.contains('\u{fffd}'), "no letter without a glyph");
    }
}

#[test]
fn one_unit_is_told_with_its_counts_and_its_typing() {
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let json = home.path().join("report.json");
    assert!(search(&bank, &["--report", json.to_str().unwrap()]).status.success());
    let told: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let number = told["units"][0]["din"].as_str().unwrap().to_owned();
    let pdf = home.path().join("unit.pdf");
    let made = search(&bank, &["--report", pdf.to_str().unwrap(), "--report-unit", &number]);
    if said(&made).contains("font_missing") {
        println!("skipped: no font with Chinese letters");
        return;
    }
    assert!(made.status.success(), "{}", said(&made));
    let Some(text) = words(&pdf) else { return };
    for word in ["Unit report", number.as_str(), "CN-0042", "Why here", "DRB1", "As written", "P0 "] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let other = told["units"][1]["din"].as_str().unwrap();
    assert!(!text.contains(other), "no other unit is told");
    let nobody = search(&bank, &["--report", pdf.to_str().unwrap(), "--report-unit", "Z000000000000"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(said(&nobody).contains("report_unit_not_listed"), "{}", said(&nobody));
}

#[test]
fn the_workbook_has_numbers_as_numbers_and_identifiers_as_text() {
    use qidai_exchange::table::{CellKind, ReadOptions, Table};
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let file = home.path().join("report.xlsx");
    let made = search(&bank, &["--report", file.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    let table = Table::open(&file, &ReadOptions::default()).unwrap();
    let names = table.header().names.clone();
    let place = |name: &str| names.iter().position(|known| known == name).unwrap();
    let mut rows = Vec::new();
    let mut keep = |row: Result<_, _>| {
        rows.push(row.unwrap());
        std::ops::ControlFlow::Continue(())
    };
    table.for_each_row(&mut keep, &mut |_| ()).unwrap();
    assert!(rows.len() > 5);
    assert_eq!(rows[0].cell(place("rank")).text, "1");
    assert_eq!(rows[0].cell(place("din")).kind, CellKind::Text);
    assert_eq!(rows[0].cell(place("tnc_total")).kind, CellKind::Number);
    assert!(rows[0].cell(place("hla")).text.contains("DRB1*"));
    let wrong = search(&bank, &["--report", home.path().join("report.doc").to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("report_format_unknown"), "{}", said(&wrong));
}
