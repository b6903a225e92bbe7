//! XLSX workbooks: what a spreadsheet does to data, and what an attacker does to an archive.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

mod support;

use std::io::Write;

use qidai_exchange::mapping::Mapping;
use qidai_exchange::table::{ReadOptions, Table};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use support::{TestFile, din, file, listing, units};
use zip::write::SimpleFileOptions;

const HEADER: [&str; 11] = [
    "din",
    "bank_type",
    "collection_date",
    "sex",
    "abo",
    "rhd",
    "tnc_total",
    "cd34_total",
    "volume_ml",
    "viability_percent",
    "hla",
];

fn workbook(fill: impl FnOnce(&mut Worksheet)) -> TestFile {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    file("t.xlsx", &book.save_to_buffer().unwrap())
}

fn header(sheet: &mut Worksheet, row: u32) {
    for (column, name) in (0..).zip(HEADER) {
        sheet.write_string(row, column, name).unwrap();
    }
}

fn good_row(sheet: &mut Worksheet, row: u32, sequence: u32) {
    for (column, value) in
        [(0, din(sequence).as_str()), (1, "public"), (3, "F"), (4, "A"), (5, "+"), (10, "A*02:01+A*24:02")]
    {
        sheet.write_string(row, column, value).unwrap();
    }
    sheet.write_number(row, 6, 1.2e9).unwrap();
    sheet.write_number(row, 8, 21.3).unwrap();
}

fn codes(given: &TestFile) -> Vec<String> {
    let outcomes = units(&given.path, &Mapping::default()).unwrap();
    let issues = outcomes.into_iter().filter_map(|outcome| outcome.record.err()).flatten();
    issues.map(|issue| format!("{} {} {}", issue.row.unwrap(), issue.column, issue.code)).collect()
}

fn refusal(given: &TestFile) -> (&'static str, String) {
    let error = Table::open(&given.path, &ReadOptions::default()).err().unwrap();
    (error.code(), error.to_string())
}

#[test]
fn dates_and_numbers_of_a_sheet_are_read() {
    let given = workbook(|sheet| {
        header(sheet, 1);
        for (row, sequence) in [(2, 1), (3, 2), (5, 3)] {
            good_row(sheet, row, sequence);
        }
        let format = Format::new().set_num_format("yyyy/m/d");
        let day = ExcelDateTime::parse_from_str("2023-01-05").unwrap();
        sheet.write_datetime_with_format(2, 2, &day, &format).unwrap();
        sheet.write_number(3, 2, 44_931).unwrap();
        sheet.write_string(5, 2, "2023/1/5").unwrap();
    });
    let outcomes = units(&given.path, &Mapping::default()).unwrap();
    assert_eq!(outcomes.iter().map(|outcome| outcome.line).collect::<Vec<_>>(), [3, 4, 6]);
    for outcome in outcomes {
        let unit = outcome.record.unwrap();
        assert_eq!(unit.collection_date, Some(jiff::civil::date(2023, 1, 5)));
        assert_eq!(unit.counts.tnc_total(), Some(1_200_000_000));
    }
}

#[test]
fn identifier_that_became_a_number_is_refused_with_a_hint() {
    let given = workbook(|sheet| {
        header(sheet, 0);
        good_row(sheet, 1, 1);
        good_row(sheet, 2, 2);
        sheet.write_number(2, 0, 1_234_567_890_123_f64).unwrap();
        good_row(sheet, 3, 3);
        sheet.write_string(3, 0, "1.23457E+12").unwrap();
        good_row(sheet, 4, 4);
        sheet.write_string(4, 0, "1234567890123.0").unwrap();
    });
    assert_eq!(codes(&given), ["3 din id_is_number", "4 din id_is_number", "5 din id_is_number"]);
}

#[test]
fn failed_formula_is_an_issue_and_a_good_one_is_its_value() {
    let given = workbook(|sheet| {
        header(sheet, 0);
        good_row(sheet, 1, 1);
        sheet.write_formula(1, 7, Formula::new("=1+1").set_result("4500000")).unwrap();
        good_row(sheet, 2, 2);
        sheet.write_formula(2, 7, Formula::new("=Z1/0").set_result("#REF!")).unwrap();
    });
    assert_eq!(codes(&given), ["3 cd34_total cell_is_error"]);
}

#[test]
fn sheet_is_the_first_or_the_named_one() {
    let mut book = Workbook::new();
    for (name, value) in [("库存", "first"), ("其他", "second")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, "id").unwrap();
        sheet.write_string(1, 0, value).unwrap();
    }
    let given = file("named-wrongly.csv", &book.save_to_buffer().unwrap());
    let named = |name: &str| ReadOptions { encoding: None, sheet: Some(name.to_owned()) };
    assert_eq!(listing(&given.path, &ReadOptions::default()), ["2: first"]);
    assert_eq!(listing(&given.path, &named("其他")), ["2: second"]);
    let error = Table::open(&given.path, &named("none")).err().unwrap();
    assert_eq!(error.code(), "sheet_unknown");
    assert!(error.to_string().contains("库存"), "{error}");
}

#[test]
fn hidden_sheet_is_not_taken_for_the_first() {
    let mut book = Workbook::new();
    book.add_worksheet().set_hidden(true).write_string(0, 0, "notes").unwrap();
    let seen = book.add_worksheet();
    seen.set_active(true);
    seen.write_string(0, 0, "id").unwrap();
    seen.write_string(1, 0, "D1").unwrap();
    let given = file("t.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(listing(&given.path, &ReadOptions::default()), ["2: D1"]);
}

/// A workbook whose only sheet has these rows.
fn written_by_hand(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
        ),
    ] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn cells_out_of_order_never_land_under_another_name() {
    let head = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>"#;
    let good = format!(r#"{head}<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>"#);
    assert_eq!(listing(&file("t.xlsx", &written_by_hand(&good)).path, &ReadOptions::default()), ["2: 1|2"]);
    let swapped = format!(r#"{head}<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>"#);
    let given = file("t.xlsx", &written_by_hand(&swapped));
    assert_eq!(support::rows(&given.path, &ReadOptions::default()).unwrap_err().code(), "workbook_damaged");
    for hostile in ["A0", "A99999999999", "ZZZZZZ1", "1A", ""] {
        let edited = good.replace("A2", hostile);
        let given = file("t.xlsx", &written_by_hand(&edited));
        match support::rows(&given.path, &ReadOptions::default()) {
            Ok((_, rows)) => assert!(rows.len() <= 1, "{hostile}"),
            Err(error) => assert_eq!(error.code(), "workbook_damaged", "{hostile}"),
        }
    }
}

/// An archive with the names of a workbook, whose sheet unpacks to `bytes` zeros.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    archive.start_file("[Content_Types].xml", options).unwrap();
    archive.write_all(b"<Types/>").unwrap();
    archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    let chunk = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        archive.write_all(&chunk).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn zip_bomb_is_refused_before_it_is_opened() {
    let bytes = bomb(256 << 20);
    assert!(bytes.len() < 1 << 20);
    let (code, sentence) = refusal(&file("bomb.xlsx", &bytes));
    assert_eq!(code, "workbook_too_large");
    assert!(sentence.contains("zip bomb"), "{sentence}");
}

#[test]
fn directory_that_lies_about_a_size_is_refused() {
    let mut bytes = bomb(16 << 20);
    let true_size = u32::to_le_bytes(16 << 20);
    let small = u32::to_le_bytes(1000);
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == true_size).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&small);
    }
    let (code, sentence) = refusal(&file("liar.xlsx", &bytes));
    assert!(matches!(code, "workbook_too_large" | "workbook_damaged"), "{code} {sentence}");
}

#[test]
fn archive_of_thousands_of_files_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 0..2_001 {
        archive.start_file(format!("xl/{number}"), SimpleFileOptions::default()).unwrap();
    }
    assert_eq!(refusal(&file("many.xlsx", &archive.finish().unwrap().into_inner())).0, "workbook_too_large");
}

#[test]
fn truncated_and_foreign_archives_are_damaged_workbooks() {
    let whole = std::fs::read(&workbook(|sheet| header(sheet, 0)).path).unwrap();
    assert_eq!(refusal(&file("cut.xlsx", &whole[..whole.len() / 2])).0, "workbook_damaged");
    let mut edited = whole.clone();
    let middle = whole.len() / 3;
    edited[middle] ^= 0xFF;
    let opened = Table::open(&file("edited.xlsx", &edited).path, &ReadOptions::default());
    assert!(opened.is_err() || edited.len() == whole.len());
    assert_eq!(refusal(&file("zip.xlsx", &bomb(1 << 20))).0, "workbook_damaged");
}

#[test]
fn cell_far_outside_costs_nothing() {
    let given = workbook(|sheet| {
        header(sheet, 0);
        good_row(sheet, 1, 1);
        sheet.write_string(1_048_575, 0, din(2)).unwrap();
        sheet.write_string(1_048_575, 16_383, "far").unwrap();
    });
    let listed = listing(&given.path, &ReadOptions::default());
    assert_eq!(listed.len(), 2);
    assert!(listed[1].starts_with("1048576: "), "{}", listed[1]);
}
