//! Files of freezers, each with what is read or the code of its refusal: `cases/freeze_curves.tsv`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use encoding_rs::{GB18030, UTF_16LE};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_exchange::{CurveError, CurveOptions, read_freeze_curve};

const CASES: &str = include_str!("cases/freeze_curves.tsv");

fn read(file: &[u8], is_start_given: bool) -> Result<String, CurveError> {
    let started_at = is_start_given.then_some(Timestamp::UNIX_EPOCH);
    let options = CurveOptions { started_at, zone: TimeZone::get("Europe/Berlin").unwrap() };
    let curve = read_freeze_curve(file, &options)?;
    let (first, last) = (curve.points.first().unwrap(), curve.points.last().unwrap());
    let [first_mc, last_mc] = [first, last].map(|point| point.sample_mc.unwrap());
    Ok(format!("{}|{first_mc}|{last_mc}|{}", curve.points.len(), last.at_s))
}

fn cases() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = CASES.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split('\t').collect())
}

#[test]
fn every_file_is_read_or_refused_with_its_code() {
    for case in cases() {
        let [name, start, file, expected, _source] = case[..] else { panic!("{case:?}") };
        let file = file.replace("\\n", "\n").replace("\\t", "\t");
        let found = read(file.as_bytes(), start == "yes").unwrap_or_else(|error| {
            assert!(error.sentence.ends_with('.'), "{name}: {}", error.sentence);
            error.code.to_owned()
        });
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn other_encodings_say_the_same() {
    let text = "时间(秒);箱温(℃);样品温度(℃)\r\n0;1;4\r\n10;-2;3.9\r\n";
    let (gb, ..) = GB18030.encode(text);
    let utf_16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(UTF_16LE.name(), "UTF-16LE");
    let utf_8_mark = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
    for file in [gb.as_ref(), utf_16.as_slice(), utf_8_mark.as_slice()] {
        assert_eq!(read(file, true).unwrap(), "2|4000|3900|10");
    }
    assert_eq!(read(b"PK\x03\x04\x00\x00\x00", true).unwrap_err().code, "curve_binary");
}

#[test]
fn a_refusal_names_line_and_value() {
    let error = read(b"Time (min);Sample\n0;4\n1;cold", true).unwrap_err();
    assert!(error.sentence.starts_with("line 3: column Sample: found 'cold'"), "{}", error.sentence);
}
