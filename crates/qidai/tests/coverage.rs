//! `qidai coverage`: a director asks how many patients the bank serves.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn qidai(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.env_remove("QIDAI_DATABASE_URL").env_remove("QIDAI_LANG").env_remove("QIDAI_FREQUENCIES");
    command.args(args).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = qidai(&[&["coverage", "--format", "json"], args].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn demo(dir: &Path) -> String {
    let dir_text = dir.to_str().unwrap();
    let made = qidai(&["demo", "--units", "600", "--no-serve", "--dir", dir_text]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    dir.join("bank.sqlite").to_str().unwrap().to_owned()
}

/// The value of the row with these fields.
fn value<'v>(rows: &'v Value, counting: &str, matches: u64, weight: Option<f64>, field: &str) -> &'v Value {
    let is_wanted = |row: &&Value| {
        row["counting"] == counting && row["matches"] == matches && row["weight_kg"].as_f64() == weight
    };
    &rows.as_array().unwrap().iter().find(is_wanted).unwrap()[field]
}

#[test]
fn a_bank_is_judged_by_formula_and_counted() {
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let args = ["--bank", &bank, "--patients", "60", "--weight", "20,60", "--sizes", "100"];
    let answer = json(&args);
    let counted = &answer["counted"];
    for (counting, classes) in [("x6", [6, 5, 4]), ("x8", [8, 7, 6])] {
        let mut last = -1;
        for matches in classes {
            let possible = value(counted, counting, matches, None, "possible").as_i64().unwrap();
            let certain = value(counted, counting, matches, None, "certain").as_i64().unwrap();
            let child = value(counted, counting, matches, Some(20.0), "possible").as_i64().unwrap();
            let adult = value(counted, counting, matches, Some(60.0), "possible").as_i64().unwrap();
            assert!(certain <= possible && possible <= 60, "{counting} {matches}");
            assert!(adult <= child && child <= possible, "heavier patients are never served better");
            assert!(possible >= last, "a weaker class is never served worse");
            last = possible;
            // The bank is drawn from the same frequencies; 60 patients have a standard error of at most 0.065.
            let share = value(counted, counting, matches, None, "possible_share").as_f64().unwrap();
            let now = value(&answer["forecast"], counting, matches, None, "now").as_f64().unwrap();
            assert!((share - now).abs() < 0.35, "{counting} {matches}: {share} {now}");
        }
    }
    let sizes: Vec<u64> =
        answer["curve"].as_array().unwrap().iter().filter_map(|row| row["units"].as_u64()).collect();
    let units = answer["units"].as_u64().unwrap();
    assert!([100, units, units + 10_000].iter().all(|size| sizes.contains(size)));
    assert_eq!(answer, json(&args), "the same question has the same answer");
    let text =
        String::from_utf8(qidai(&[&["coverage", "--lang", "zh-CN"], &args[..]].concat()).stdout).unwrap();
    assert!(text.contains("按本库逐一计数") && text.contains("60 kg"), "{text}");
}

#[test]
fn a_unit_that_is_its_patient_serves_it_and_a_small_one_nobody() {
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let patient =
        "A*30:01+A*02:07^C*06:02+C*01:02^B*13:02+B*46:01^DRB1*07:01+DRB1*09:01^DQB1*02:02+DQB1*03:03";
    let file = home.path().join("patients.gl");
    std::fs::write(
        &file,
        format!("P1%{patient}\nP2%A*02:01+A*02:01^B*27:05+B*27:05^DRB1*01:01+DRB1*01:01\n"),
    )
    .unwrap();
    let typings = file.to_str().unwrap();
    let of = |tnc: &str| {
        json(&["--bank", &bank, "--typings", typings, "--weight", "60", "--unit", patient, "--unit-tnc", tnc])
    };
    let answer = of("2e9");
    assert_eq!(answer["patients_are"], "given");
    assert_eq!(answer["curve"], serde_json::json!([]), "the formula needs drawn patients");
    let next = &answer["next_unit"];
    assert_eq!(*value(next, "x8", 8, Some(60.0), "serves"), 1, "P1 and not P2");
    assert_eq!(*value(next, "x8", 8, Some(60.0), "added_coverage"), Value::Null);
    let small = of("1e9");
    assert_eq!(*value(&small["next_unit"], "x8", 8, Some(60.0), "serves"), 0);
    assert_eq!(*value(&small["next_unit"], "x8", 8, None, "serves"), 1, "whatever the dose it serves");
}

#[test]
fn whom_a_list_does_not_serve_is_counted() {
    let home = TempDir::new().unwrap();
    let bank = demo(home.path());
    let patient =
        "A*30:01+A*02:07^C*06:02+C*01:02^B*13:02+B*46:01^DRB1*07:01+DRB1*09:01^DQB1*02:02+DQB1*03:03";
    let other = "A*02:01+A*02:01^C*01:02+C*01:02^B*27:05+B*27:05^DRB1*01:01+DRB1*01:01^DQB1*05:01+DQB1*05:01";
    let list = home.path().join("donors.csv");
    std::fs::write(&list, format!("id,hla\nD1,{patient}\n")).unwrap();
    let imported = qidai(&["import", "list", list.to_str().unwrap(), "--bank", &bank, "--name", "marrow"]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let patients = home.path().join("patients.gl");
    std::fs::write(&patients, format!("P1%{patient}\nP2%{other}\n")).unwrap();
    let args = ["--bank", &bank, "--typings", patients.to_str().unwrap(), "--unmatched-in"];
    let answer = json(&[&args[..], &["marrow"]].concat());
    let rows = &answer["beside_list"];
    assert_eq!(*value(rows, "x10", 10, None, "by_list"), 1);
    for row in rows.as_array().unwrap() {
        let sum = ["by_list", "only_by_bank", "by_neither"].map(|field| row[field].as_u64().unwrap());
        assert_eq!(sum.iter().sum::<u64>(), 2, "everybody is in one column: {row}");
    }
    let unknown = qidai(&[&["coverage"], &args[..], &["nobody"]].concat());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("list_unknown"));
}

#[test]
fn what_cannot_be_is_refused_with_its_range() {
    for (args, code) in [
        (vec!["--patients", "0"], "coverage_out_of_range"),
        (vec!["--weight", "-3", "--large-enough", "0.5"], "coverage_out_of_range"),
        (vec!["--weight", "20", "--large-enough", "1.5"], "coverage_out_of_range"),
        (vec!["--weight", "20", "--large-enough", "NaN"], "coverage_out_of_range"),
        (vec!["--weight", "20,60", "--large-enough", "1"], "coverage_shares_unpaired"),
        (vec!["--weight", "20"], "coverage_doses_unknown"),
        (vec!["--unit", "A*02:01+A*zz"], "unit_typing_refused"),
    ] {
        let output = qidai(&[&["coverage"], &args[..]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(code), "{args:?}: {said}");
    }
    let csv = qidai(&["coverage", "--format", "csv", "--patients", "10", "--sizes", "5"]);
    assert!(String::from_utf8_lossy(&csv.stdout).starts_with("counting,matches,weight_kg,units,coverage,"));
}
