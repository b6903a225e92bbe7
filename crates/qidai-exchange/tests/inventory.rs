//! What registries are sent: every value in its range, nothing written when anything is wrong, and read again as it was.
#![allow(clippy::unwrap_used)]

use jiff::civil::{Date, date};
use qidai_exchange::inventory::{
    Content, FIELDS, Inventory, Record, UpdateMode, check, read_inventory, write_inventory, write_listing_csv,
};

const TODAY: Date = date(2026, 11, 24);

fn record(values: &[(&str, &str)]) -> Record {
    let standard = [
        ("ID", "CNZ990117012046"),
        ("HLA/A/DNA/FIELD1", "02:01"),
        ("HLA/A/DNA/FIELD2", "11:01/11:02"),
        ("HLA/B/SER/FIELD1", "62"),
        ("HLA/DRB1/DNA/FIELD1", "15:XX"),
        ("STATUS", "AV"),
        ("VOL_FRZN", "25.0"),
        ("TNC_FRZN", "1.234E9"),
    ];
    let mut record = Record::default();
    for (path, value) in standard {
        let other = values.iter().find(|(known, _)| *known == path).map(|(_, value)| *value);
        record.set(path, other.unwrap_or(value));
    }
    let is_new = |path: &str| standard.iter().all(|(known, _)| *known != path);
    values.iter().filter(|(path, _)| is_new(path)).for_each(|(path, value)| record.set(*path, *value));
    record
}

fn inventory(mode: UpdateMode, records: Vec<Record>) -> Inventory {
    Inventory {
        listing_organization: "9991".to_owned(),
        pool: "9991".to_owned(),
        content: Content::CordUnits,
        mode,
        made_at: "2026-11-24T08:00:00Z".parse().unwrap(),
        snapshot_at: Some("2026-11-24T07:59:00Z".parse().unwrap()),
        records,
    }
}

/// What is written first, then what one value makes of the record. source: WMDA data dictionary, values and ranges
#[test]
fn each_value_is_held_to_its_range() {
    let table = include_str!("cases/inventory_values.tsv");
    let mut seen = 0;
    for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [field, value, mode, code, _source] = cells[..] else { unreachable!("{line}") };
        let mode = UpdateMode::parse(mode).unwrap();
        let found = check(&inventory(mode, vec![record(&[(field, value)])]), TODAY);
        let codes: Vec<&str> = found.iter().map(|problem| problem.code).collect();
        let expected: Vec<&str> = code.split(' ').filter(|code| *code != "ok").collect();
        assert_eq!(codes, expected, "{line}: {found:?}");
        for problem in &found {
            assert!(problem.to_string().contains(&problem.field), "{problem}");
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn a_file_is_read_again_as_it_was_written() {
    let records = vec![
        record(&[("LOCAL_ID", "a<b>&\"c'"), ("BIRTH_DATE", "2017-03-01"), ("SEX", "F")]),
        record(&[("ID", "CN2"), ("STATUS", "RS"), ("RSV_PAT", "CN0001")]),
    ];
    let written = inventory(UpdateMode::Full, records);
    let bytes = write_inventory(&written, TODAY).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{text}");
    let read = read_inventory(&text).unwrap();
    assert_eq!((read.mode, read.content, &read.pool), (written.mode, written.content, &written.pool));
    assert_eq!((read.made_at, read.snapshot_at), (written.made_at, written.snapshot_at));
    assert_eq!(read.records.len(), 2);
    for (read, record) in read.records.iter().zip(&written.records) {
        assert_eq!(read.values().count(), record.values().count());
        for (path, value) in record.values() {
            assert_eq!(read.get(path), Some(value), "{path}");
        }
        // Elements stand in the order of the list.
        let place = |path: &str| FIELDS.iter().position(|field| field.path == path).unwrap();
        assert!(read.values().map(|(path, _)| place(path)).is_sorted());
    }
    assert_eq!(written.file_name(), "ION-9991-C.xml");
}

#[test]
fn one_wrong_record_keeps_the_whole_file_from_being_written() {
    let bad = record(&[("ID", "CN2"), ("VOL_FRZN", "1000.0")]);
    let problems = write_inventory(&inventory(UpdateMode::Full, vec![record(&[]), bad.clone()]), TODAY);
    let problems = problems.unwrap_err();
    assert_eq!(problems.len(), 1);
    let said = problems[0].to_string();
    assert_eq!(said, "CN2, VOL_FRZN: found '1000.0', expected a number from 10.0 to 999.9 with one decimal.");
    assert!(write_listing_csv(&inventory(UpdateMode::Full, vec![bad]), TODAY).is_err());
    let twice = check(&inventory(UpdateMode::Full, vec![record(&[]), record(&[])]), TODAY);
    assert_eq!(twice[0].code, "inventory_key_twice");
    let many = (0..50_000).map(|at| record(&[("ID", &format!("CN{at}"))])).collect();
    assert_eq!(check(&inventory(UpdateMode::Diff, many), TODAY)[0].code, "inventory_diff_too_large");
    let nowhere = Inventory { pool: "0999".to_owned(), ..inventory(UpdateMode::Full, vec![record(&[])]) };
    assert_eq!(check(&nowhere, TODAY)[0].code, "inventory_ion_wrong");
}

#[test]
fn a_file_of_no_changes_has_no_inventory_in_it() {
    let bytes = write_inventory(&inventory(UpdateMode::Diff, Vec::new()), TODAY).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("<INVENTORY "), "{text}");
    assert_eq!(read_inventory(&text).unwrap().records, Vec::new());
}

#[test]
fn donors_have_a_grid_and_units_do_not() {
    let mut donor = record(&[("GRID", "9991000000000000100")]);
    let donors =
        |record: Record| Inventory { content: Content::Donors, ..inventory(UpdateMode::Full, vec![record]) };
    assert_eq!(check(&donors(donor.clone()), TODAY), Vec::new());
    donor = record(&[("GRID", "9991000000000000101")]);
    let found = check(&donors(donor), TODAY);
    assert_eq!((found[0].field.as_str(), found[0].code), ("GRID", "inventory_value_wrong"));
    let found = check(&donors(record(&[])), TODAY);
    assert_eq!((found[0].field.as_str(), found[0].code), ("GRID", "inventory_field_missing"));
}

#[test]
fn what_is_no_inventory_is_refused_and_does_no_harm() {
    let entity = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><INVENTORIES CREATION_TIME=\"2026-11-24T08:00:00Z\"/>";
    let head = "<INVENTORIES CREATION_TIME=\"2026-11-24T08:00:00Z\">";
    let inside = "LISTING_ORGANIZATION=\"9991\" POOL=\"9991\" UPDATE_MODE=\"FULL\"";
    for text in [
        "",
        "<a/>",
        "<INVENTORIES/>",
        "{\"a\":1}",
        entity,
        "<INVENTORIES CREATION_TIME=\"yesterday\"/>",
        &format!("{head}<INVENTORY {inside} CONTENT_TYPE=\"C\"><CBU><ID>1"),
        &format!("{head}<INVENTORY {inside} CONTENT_TYPE=\"X\"/></INVENTORIES>"),
        &format!("{head}<INVENTORY {inside} CONTENT_TYPE=\"C\"><DONOR/></INVENTORY></INVENTORIES>"),
        &format!(
            "{head}<INVENTORY {inside} CONTENT_TYPE=\"C\"><CBU><ID>&a;</ID></CBU></INVENTORY></INVENTORIES>"
        ),
        &format!("{head}<INVENTORY/></INVENTORIES>"),
    ] {
        let problem = read_inventory(text).unwrap_err();
        assert!(problem.code.starts_with("inventory_"), "{text}: {problem}");
    }
}

#[test]
fn a_table_tells_years_and_no_birth() {
    let records = vec![record(&[("BIRTH_DATE", "2017-03-01"), ("COLL_DATE", "2017-03-01")])];
    let csv =
        String::from_utf8(write_listing_csv(&inventory(UpdateMode::Full, records), TODAY).unwrap()).unwrap();
    assert!(csv.starts_with("id,hla.a.dna.field1,"), "{csv}");
    assert!(!csv.contains("birth") && !csv.contains("2017-03") && csv.contains("coll_year"), "{csv}");
}
