//! `qidai listing`: a liaison sends the bank's public units to registries, first all, then what changed.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use qidai_exchange::inventory::{Inventory, UpdateMode, read_inventory};
use serde_json::Value;
use tempfile::TempDir;

fn qidai(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qidai"));
    command.env_remove("QIDAI_DATABASE_URL").env_remove("QIDAI_LANG");
    command.args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

const HEAD: &str = "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla,cryovolume_ml\n";
const HLA: &str = "A*02:01+A*11:01^B*13:02+B*46:01^C*06:02+C*01:02^DRB1*07:01+DRB1*09:01";

/// A bank of four public units and one of a family.
fn bank(dir: &Path, cryovolume: &str) -> String {
    let bank = dir.join("bank.sqlite").to_str().unwrap().to_owned();
    let unit = |din: &str, kind: &str, hla: &str, volume: &str| {
        format!("{din},{kind},2017-03-01,F,A,+,1234500000,4500000,80.5,97.31,{hla},{volume}\n")
    };
    let ambiguous = "A*02:01/A*02:06+A*11:XX^B62+B*46:01^DRB1*15:01+DRB1*15:01|DRB1*15:02+DRB1*15:01";
    let rows = [
        unit("G123417654321A", "public", HLA, cryovolume),
        unit("G1234176543228", "public", ambiguous, "25.04"),
        unit("G1234176543236", "public", HLA, "25"),
        unit("G1234176543244", "family", HLA, "25"),
    ];
    let file = dir.join("units.csv");
    std::fs::write(&file, format!("{HEAD}{}", rows.concat())).unwrap();
    let imported = qidai(&["import", "units", file.to_str().unwrap(), "--bank", &bank]);
    assert!(imported.status.success(), "{}", said(&imported));
    bank
}

fn export(bank: &str, dir: &Path, more: &[&str]) -> Output {
    let args = ["listing", "export", "--bank", bank, "--ion", "9991", "--out", dir.to_str().unwrap()];
    qidai(&[&args[..], more].concat())
}

fn read(dir: &Path) -> Inventory {
    read_inventory(&std::fs::read_to_string(dir.join("ION-9991-C.xml")).unwrap()).unwrap()
}

fn manifest(dir: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join(name)).unwrap()).unwrap()
}

fn statuses(inventory: &Inventory) -> BTreeMap<String, String> {
    let status = |record: &qidai_exchange::inventory::Record| {
        let reason = record.get("STAT_REASON").map(|reason| format!(" {reason}")).unwrap_or_default();
        (record.key().to_owned(), format!("{}{reason}", record.get("STATUS").unwrap()))
    };
    inventory.records.iter().map(status).collect()
}

#[test]
fn liaison_sends_everything_then_what_changed() {
    let home = TempDir::new().unwrap();
    let (dir, bank) = (home.path(), bank(home.path(), "25"));
    let first = export(&bank, dir, &["--full"]);
    assert!(first.status.success(), "{}", said(&first));
    let full = read(dir);
    assert_eq!(full.mode, UpdateMode::Full);
    let ids: Vec<&str> = full.records.iter().map(qidai_exchange::inventory::Record::key).collect();
    assert_eq!(ids, ["CNG123417654321", "CNG123417654322", "CNG123417654323"], "never a family's unit");
    let unit = &full.records[1];
    for (path, value) in [
        ("HLA/A/DNA/FIELD1", "02:01/02:06"),
        ("HLA/A/DNA/FIELD2", "11:XX"),
        ("HLA/B/SER/FIELD1", "62"),
        ("HLA/B/DNA/FIELD2", "46:01"),
        ("HLA/DRB1/DNA/FIELD1", "15:01/15:02"),
        ("HLA/DRB1/DNA/FIELD2", "15:01"),
        ("STATUS", "AV"),
        ("VOL_FRZN", "25.0"),
        ("TNC_FRZN", "1.234E9"),
        ("RHESUS", "P"),
        ("VIABILITY", "97"),
    ] {
        assert_eq!(unit.get(path), Some(value), "{path}");
    }
    let told = manifest(dir, "ION-9991-C.xml.manifest.json");
    assert_eq!(
        (&told["records"], &told["by_status"]["AV"], &told["mode"]),
        (&3.into(), &3.into(), &"FULL".into())
    );
    let checked = qidai(&["listing", "check", dir.join("ION-9991-C.xml").to_str().unwrap()]);
    assert!(checked.status.success() && checked.stdout.is_empty(), "{}", said(&checked));

    let since = dir.join("last.json");
    std::fs::rename(dir.join("ION-9991-C.xml.manifest.json"), &since).unwrap();
    let none = export(&bank, dir, &["--diff-since", since.to_str().unwrap()]);
    assert!(none.status.success(), "{}", said(&none));
    assert_eq!(read(dir).records.len(), 0, "nothing happened");

    let reserved = qidai(&["unit", "reserve", "G123417654321", "--for", "centre", "--bank", &bank]);
    assert!(reserved.status.success(), "{}", said(&reserved));
    let changed = export(&bank, dir, &["--diff-since", since.to_str().unwrap()]);
    assert!(changed.status.success(), "{}", said(&changed));
    let diff = read(dir);
    assert_eq!(diff.mode, UpdateMode::Diff);
    let expected = [("CNG123417654321".to_owned(), "RS".to_owned())];
    assert_eq!(
        statuses(&diff),
        BTreeMap::from(expected),
        "the whole record of what changed, and of nothing else"
    );
    assert!(diff.records[0].get("HLA/A/DNA/FIELD1").is_some());

    let ahead = export(&bank, dir, &["--diff-since", "999999"]);
    assert_eq!(ahead.status.code(), Some(2));
    assert!(said(&ahead).contains("listing_since_unknown"), "{}", said(&ahead));
}

#[test]
fn one_unit_out_of_range_keeps_the_file_from_being_written() {
    let home = TempDir::new().unwrap();
    let (dir, bank) = (home.path(), bank(home.path(), "5.5"));
    let refused = export(&bank, dir, &[]);
    assert_eq!(refused.status.code(), Some(2));
    for word in ["listing_refused", "CNG123417654321", "VOL_FRZN", "'5.5'", "10.0"] {
        assert!(said(&refused).contains(word), "{word}: {}", said(&refused));
    }
    assert!(!dir.join("ION-9991-C.xml").exists(), "nothing is written");
    let without = export(&bank, dir, &["--leave-out-invalid"]);
    assert_eq!(without.status.code(), Some(2), "some input was refused, and said so");
    assert_eq!(read(dir).records.len(), 2);
    let told = manifest(dir, "ION-9991-C.xml.manifest.json");
    assert_eq!(told["left_out"][0]["id"], "CNG123417654321");
    let nobody =
        qidai(&["listing", "export", "--bank", &bank, "--ion", "0123", "--out", dir.to_str().unwrap()]);
    assert!(said(&nobody).contains("LISTING_ORGANIZATION"), "{}", said(&nobody));
}

#[test]
fn a_receiver_abroad_without_a_case_gets_nothing() {
    let home = TempDir::new().unwrap();
    let (dir, bank) = (home.path(), bank(home.path(), "25"));
    let create =
        ["record", "create", "--bank", &bank, "--as", "quality", "--kind", "institution", "kind=hospital"];
    let number = |more: &[&str]| {
        let made = qidai(&[&create[..], more].concat());
        let text = said(&made);
        let from = text.find("\"number\":\"").unwrap_or_else(|| unreachable!("{text}")) + 10;
        text[from..].split('"').next().unwrap().to_owned()
    };
    let abroad = number(&["name=Elsewhere", "outside=abroad", "country=SG"]);
    let refused = export(&bank, dir, &["--to", &abroad]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("hgr_case_missing"), "{}", said(&refused));
    assert!(!dir.join("ION-9991-C.xml").exists(), "nothing is written");
    let unknown = export(&bank, dir, &["--to", "INST-0"]);
    assert!(said(&unknown).contains("institution_unknown"), "{}", said(&unknown));
    let here = number(&["name=Jinan", "uscc=91350100M000100Y43"]);
    let given = export(&bank, dir, &["--to", &here]);
    assert!(given.status.success(), "{}", said(&given));
    let told = manifest(dir, "ION-9991-C.xml.manifest.json");
    assert_eq!((told["to"].as_str(), &told["hgr_approval"]), (Some(here.as_str()), &Value::Null));
}

#[test]
fn nothing_of_a_person_is_in_a_list() {
    let home = TempDir::new().unwrap();
    let dir = home.path();
    let made = qidai(&["demo", "--units", "300", "--no-serve", "--dir", dir.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    let bank = dir.join("bank.sqlite").to_str().unwrap().to_owned();
    let xml = export(&bank, dir, &["--leave-out-invalid"]);
    assert!(said(&xml).contains("FULL"), "{}", said(&xml));
    let inventory = read(dir);
    assert!(inventory.records.len() > 200, "{}", said(&xml));
    let paths: BTreeSet<&str> =
        inventory.records.iter().flat_map(|record| record.values().map(|(path, _)| path)).collect();
    let personal = |path: &&&str| path.starts_with("MAT") || path.contains("NAME") || path.contains("PAT");
    assert_eq!(paths.iter().filter(personal).count(), 0, "{paths:?}");
    let csv = export(&bank, dir, &["--format", "csv", "--leave-out-invalid"]);
    assert!(said(&csv).contains("ION-9991-C.csv"), "{}", said(&csv));
    let table = std::fs::read_to_string(dir.join("ION-9991-C.csv")).unwrap();
    assert_eq!(table.lines().count(), inventory.records.len() + 1, "the same units as a table");
    assert!(!table.contains("birth") && !table.lines().next().unwrap().contains("date"), "years, not days");
}

#[test]
fn what_is_no_inventory_is_told_line_by_line() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("ION-9991-C.xml");
    let text = "<INVENTORIES CREATION_TIME=\"2026-11-24T08:00:00Z\"><INVENTORY LISTING_ORGANIZATION=\"9991\" POOL=\"99\" \
                CONTENT_TYPE=\"D\" UPDATE_MODE=\"FULL\"><DONOR><GRID>9991000000000000101</GRID><HLA><A><DNA><FIELD1>A*02:01</FIELD1>\
                </DNA></A></HLA><STATUS>AV</STATUS></DONOR></INVENTORY></INVENTORIES>";
    std::fs::write(&file, text).unwrap();
    let checked = qidai(&["listing", "check", file.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(2));
    let lines = said(&checked);
    for word in ["inventory_ion_wrong", "GRID", "HLA/A/DNA/FIELD1", "HLA/B is missing", "HLA/DRB1 is missing"]
    {
        assert!(lines.contains(word), "{word}: {lines}");
    }
    std::fs::write(&file, "not XML").unwrap();
    assert!(said(&qidai(&["listing", "check", file.to_str().unwrap()])).contains("inventory_unreadable"));
}
