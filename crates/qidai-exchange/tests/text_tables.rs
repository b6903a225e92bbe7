//! Text files of every usual make become the same rows, with the line numbers a person sees.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

mod support;

use std::ops::ControlFlow;

use qidai_exchange::Issue;
use qidai_exchange::table::{ReadOptions, Row, Table, TextEncoding};
use support::{file, listing, rows};

const PLAIN: &str = "编号,性别\n甲一,女\n乙二,男\n";

fn listed(bytes: &[u8]) -> Vec<String> {
    listing(&file("t.csv", bytes).path, &ReadOptions::default())
}

fn refused(bytes: &[u8]) -> (&'static str, String) {
    let given = file("t.csv", bytes);
    let error = rows(&given.path, &ReadOptions::default()).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let expected = ["2: 甲一|女", "3: 乙二|男"];
    let gb18030 = encoding_rs::GB18030.encode(PLAIN).0.into_owned();
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(PLAIN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let utf16_be: Vec<u8> =
        [0xFE, 0xFF].into_iter().chain(PLAIN.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    assert_eq!(listed(PLAIN.as_bytes()), expected);
    assert_eq!(listed(format!("\u{feff}{PLAIN}").as_bytes()), expected);
    assert_eq!(listed(&gb18030), expected);
    assert_eq!(listed(&utf16), expected);
    assert_eq!(listed(&utf16_be), expected);
}

#[test]
fn encoding_is_found_even_when_the_first_chinese_character_comes_late() {
    let late = format!("id,note\n{}Z,脐带血\n", "A,plain\n".repeat(200_000));
    let gb18030 = encoding_rs::GB18030.encode(&late).0.into_owned();
    assert_eq!(listed(&gb18030).last().unwrap(), "200002: Z|脐带血");
    assert_eq!(listed(late.as_bytes()).last().unwrap(), "200002: Z|脐带血");
}

#[test]
fn utf8_with_one_damaged_character_stays_utf8() {
    let mut bytes = PLAIN.repeat(10).into_bytes();
    let at = bytes.len() - 2;
    bytes[at] = 0xFF;
    let last = listed(&bytes).pop().unwrap();
    assert!(last.starts_with("30: 乙二|") && last.contains('\u{fffd}'), "{last}");
}

#[test]
fn given_encoding_is_believed() {
    let big5 = encoding_rs::BIG5.encode("id,note\n1,臍帶\n").0.into_owned();
    let options = ReadOptions { encoding: Some(TextEncoding::named("big5").unwrap()), sheet: None };
    assert_eq!(listing(&file("t.csv", &big5).path, &options), ["2: 1|臍帶"]);
    assert_eq!(TextEncoding::named("klingon").unwrap_err().code(), "encoding_unknown");
}

#[test]
fn delimiter_is_read_from_the_header() {
    for delimiter in [",", ";", "\t"] {
        let text = ["id|hla", "1|A*01:01, and more; or\ta tab"].join("\n").replace('|', delimiter);
        let quoted = text.replace("A*01:01, and more; or\ta tab", "\"A*01:01, and more; or\ta tab\"");
        assert_eq!(listed(quoted.as_bytes()), ["2: 1|A*01:01, and more; or\ta tab"]);
    }
    assert_eq!(listed(b"sep=;\nid;a,b,c\n1;2\n"), ["3: 1|2"]);
}

#[test]
fn line_numbers_count_blank_lines_and_lines_inside_quotes() {
    for line_end in ["\n", "\r\n", "\r"] {
        let text = "\n\nid,note\n\n1,\"two\nlines\"\n\n\n2,x\n,\n3,end".replace('\n', line_end);
        let expected = ["5: 1|two\nlines", "9: 2|x", "11: 3|end"];
        assert_eq!(listed(text.as_bytes()), expected, "line end {line_end:?}");
    }
}

#[test]
fn ragged_row_is_kept_out_and_its_neighbours_are_not() {
    assert_eq!(
        listed(b"a,b\n1,2\n3\n4,5,6\n7,8,,\n9,10\n"),
        ["2: 1|2", "3: !row_ragged", "4: !row_ragged", "5: 7|8", "6: 9|10"]
    );
}

#[test]
fn binary_and_empty_files_are_refused_with_a_sentence() {
    assert_eq!(refused(&[0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0]).0, "file_is_binary");
    assert_eq!(refused(b"").0, "file_empty");
    assert_eq!(refused(b"\n \n\r\n").0, "file_empty");
    assert_eq!(refused(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1]).0, "file_is_old_excel");
}

#[test]
fn file_that_is_not_there_is_an_outage() {
    let error = Table::open(std::path::Path::new("no/such.csv"), &ReadOptions::default()).err().unwrap();
    assert!(error.is_outage());
}

#[test]
fn quote_that_is_never_closed_is_named_and_does_not_fill_the_memory() {
    let text = format!("id,note\n1,fine\n2,\"open\n{}", "3,rest of the file\n".repeat(400_000));
    let (code, sentence) = refused(text.as_bytes());
    assert_eq!(code, "quote_not_closed");
    assert!(sentence.contains("opened on line 3 "), "{sentence}");
    let (code, sentence) = refused(format!("id,note\n1,{}\n", "x".repeat(3 << 20)).as_bytes());
    assert_eq!((code, sentence.contains("line 2 ")), ("record_too_long", true), "{sentence}");
}

/// The rows that were given before the file could not be read any further, and why.
fn given_before(bytes: &[u8]) -> (Vec<u64>, String) {
    let given = file("t.csv", bytes);
    let table = Table::open(&given.path, &ReadOptions::default()).unwrap();
    let mut lines = Vec::new();
    let mut sink = |row: Result<Row, Issue>| {
        lines.push(row.map_or_else(|issue| issue.row.unwrap(), |row| row.line));
        ControlFlow::Continue(())
    };
    let error = table.for_each_row(&mut sink, &mut |_| {}).unwrap_err();
    (lines, format!("{:?} {}", error.to_issue().row, error.code()))
}

#[test]
fn open_quote_is_told_by_its_own_line_and_what_stands_before_is_kept() {
    for (text, before, row) in [
        ("id,note\n1,a\n2,\"open\n3,c\n4,d\n", vec![2], 3),
        ("id,note\n\n1,\"two\nlines\"\n\"2,x\n3,y\n", vec![3], 5),
        ("id,note\n1,a\n2,b\n3,\"", vec![2, 3], 4),
        ("id,note\n1,a\n2,\"x\ny\n,\"\"z\n", vec![2], 3),
    ] {
        for line_end in ["\n", "\r\n"] {
            let text = text.replace('\n', line_end);
            let expected = (before.clone(), format!("Some({row}) quote_not_closed"));
            assert_eq!(given_before(text.as_bytes()), expected, "{text:?}");
        }
    }
    // In the header it is the whole file.
    assert_eq!(refused(b"id,\"note\n1,a\n").0, "quote_not_closed");
}

#[test]
fn nul_byte_is_an_issue_of_its_row_in_small_and_large_files() {
    assert_eq!(listed(b"id,hla\n1,A\0B\n2,C\n"), ["2: !character_nul", "3: 2|C"]);
    let mut text = String::from("id,hla\n");
    (2..60_000).for_each(|line| text.push_str(if line == 40_000 { "x\0,y\n" } else { "1,2\n" }));
    let found = listed(text.as_bytes());
    assert_eq!(found.len(), 59_998);
    assert_eq!((found[39_998].as_str(), found[39_999].as_str()), ("40000: !character_nul", "40001: 1|2"));
    assert_eq!(refused(b"id,h\0la\n1,A\n").0, "file_is_binary");
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01").0, "file_is_binary");
}

#[test]
fn one_cut_character_does_not_turn_a_file_into_another_encoding() {
    let header = "编号,备注\n";
    let mut bytes = format!("{header}1,手工离心法\n2,全血\n").into_bytes();
    let end_of_cell = header.len() + "1,手工离心法".len();
    bytes.remove(end_of_cell - 1);
    assert_eq!(listed(&bytes), ["2: 1|手工离心\u{fffd}", "3: 2|全血"]);
    // A header of ASCII and one more Chinese cell are enough.
    let mut bytes = "id,note\n1,男性\n2,女性\n".as_bytes().to_vec();
    bytes.remove("id,note\n1,男性".len() - 1);
    assert_eq!(listed(&bytes), ["2: 1|男\u{fffd}", "3: 2|女性"]);
    let gb = encoding_rs::GB18030.encode("编号,备注\n1,男\n2,女\n").0.into_owned();
    assert_eq!(listed(&gb), ["2: 1|男", "3: 2|女"]);
}

#[test]
fn header_of_ten_thousand_columns_is_refused() {
    assert_eq!(refused(format!("a{}\n", ",a".repeat(9_999)).as_bytes()).0, "too_many_columns");
}
