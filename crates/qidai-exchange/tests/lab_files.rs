//! Files of results, each with what is read of it and what is refused: `cases/lab_files.tsv`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use encoding_rs::GB18030;
use jiff::tz::TimeZone;
use qidai_bank::Phase;
use qidai_exchange::lab_file::error_rows;
use qidai_exchange::{LabMapping, LabOptions, read_lab_file};

const CASES: &str = include_str!("cases/lab_files.tsv");

fn options(how: &str) -> LabOptions {
    let mut parts = how.split('@').map(str::trim);
    let phase = parts.next().and_then(Phase::parse);
    let lines: Vec<String> = parts
        .map(|line| if line.starts_with("decimal") { format!("@{line}") } else { line.to_owned() })
        .collect();
    let mapping = LabMapping::parse(&lines.join("\n")).unwrap();
    LabOptions { mapping, phase, zone: TimeZone::get("Asia/Shanghai").unwrap() }
}

fn bytes_of(file: &str, encoding: &str) -> Vec<u8> {
    let text = file.replace('|', "\r\n").replace("<TAB>", "\t");
    match encoding {
        "gb18030" => GB18030.encode(&text).0.into_owned(),
        "utf-8-sig" => [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat(),
        "utf-16" => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        "latin-1" => text.replace("\\x00\\x01\\x02", "\0\u{1}\u{2}").into_bytes(),
        _ => text.into_bytes(),
    }
}

/// What becomes of a file, as far as no bank is asked.
fn told(content: &[u8], options: &LabOptions) -> String {
    let file = match read_lab_file(content, options) {
        Ok(file) => file,
        Err(error) => return error.code().to_owned(),
    };
    let mut told: Vec<(u64, String)> = Vec::new();
    for issue in &file.issues {
        assert!(!issue.reason.is_empty() && !issue.hint.is_empty(), "{issue:?}");
        assert!(!issue.reason.contains("王芳") || issue.value == "王芳", "{issue:?}");
        told.push((issue.row.unwrap(), issue.code.to_owned()));
    }
    for row in &file.rows {
        for one in &row.observations {
            let said = one.meant().map_err(|refusal| refusal.code).and_then(|meant| {
                let unit = (!meant.test.unit.is_empty()).then_some(one.unit.as_str());
                let value = meant.test.read(&one.value, unit).map_err(|problem| problem.code)?.value;
                match (meant.phase, meant.test.phases.is_empty()) {
                    (None, false) => Err("result_phase_missing"),
                    (phase, _) => {
                        Ok(format!("{} {} {value}", meant.test.code, phase.map_or("-", Phase::code)))
                    }
                }
            });
            told.push((row.line, said.unwrap_or_else(str::to_owned)));
        }
    }
    told.sort_by_key(|(line, _)| *line);
    told.iter().map(|(line, what)| format!("{line} {what}")).collect::<Vec<_>>().join(";")
}

#[test]
fn every_file_is_read_or_refused_with_its_code() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in CASES.lines().filter(|line| !line.starts_with("# ")).skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, encoding, how, file, expected, _source] = cells[..] else { panic!("{line}") };
        rows += 1;
        let found = told(&bytes_of(file, encoding), &options(how));
        if found != expected {
            wrong.push(format!("{name}\n  found    {found}\n  expected {expected}"));
        }
    }
    assert!(rows >= 40, "{rows} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same table as a workbook says the same as the text.
#[test]
fn a_workbook_says_the_same() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, head) in ["样本号", "TNC (10^8)", "HBsAg"].into_iter().enumerate() {
        sheet.write_string(0, at as u16, head).unwrap();
    }
    sheet.write_string(1, 0, "G1234240000011").unwrap();
    sheet.write_number(1, 1, 12.5).unwrap();
    sheet.write_string(1, 2, "阴性").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let found = told(&bytes, &options("processed"));
    assert_eq!(found, "2 tnc_total processed 1250000000;2 hbsag - negative");
    assert_eq!(told(&bytes[..bytes.len() / 2], &options("processed")), "workbook_damaged");
}

/// What was refused comes back as a file with the reasons, and nothing in it is run by a spreadsheet.
#[test]
fn refused_rows_come_back_with_their_reasons() {
    let file = "DIN,WBC (10*9/L),note\r\nG1234240000011,7.5,\r\nG123424000002*,7;5,=1+1\r\n";
    let back =
        error_rows(file.as_bytes(), &[(3, "result_not_a_number".into(), "'7;5' is no number.".into())]);
    let back = back.unwrap();
    let lines: Vec<&str> = back.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "DIN,WBC (10*9/L),note,qidai_code,qidai_reason");
    assert_eq!(lines[1], "G123424000002*,7;5,'=1+1,result_not_a_number,'7;5' is no number.");
    assert_eq!(lines.len(), 2);
}

/// However a file is cut, it is read or refused, and every row that is there is told.
#[test]
fn cut_anywhere_nothing_panics() {
    let text = "样本号,TNC (10^8),HBsAg\r\nG1234240000011,12.5,阴性\r\nG123424000002*,\"13,1\",阳性\r\n";
    for bytes in [text.as_bytes().to_vec(), GB18030.encode(text).0.into_owned()] {
        for at in 0..bytes.len() {
            told(&bytes[..at], &options("processed"));
        }
    }
    let giant = format!("DIN,WBC (10*9/L)\r\nG1234240000011,{}\r\n", "9".repeat(2 << 20));
    assert_eq!(told(giant.as_bytes(), &options("processed")), "record_too_long");
}

#[test]
fn a_mapping_that_is_wrong_says_where() {
    for (text, part) in [
        ("WBC", "Line 1"),
        ("\nWBC = moon", "'moon' is no test"),
        ("WBC = wbc_raw processed mmol/L", "'mmol/L' is no unit of wbc_raw"),
        ("WBC = wbc_raw\nwbc = wbc_corrected", "earlier line"),
        ("@phase gone", "collected, processed or post_thaw"),
        ("@decimal semicolon", "@decimal comma"),
        (" = wbc_raw", "name of the column is missing"),
    ] {
        let error = LabMapping::parse(text).unwrap_err();
        assert!(error.sentence.contains(part), "{text}: {}", error.sentence);
    }
}
