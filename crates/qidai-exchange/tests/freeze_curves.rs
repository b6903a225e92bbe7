//! Files of freezers, each with what is read or the code of its refusal: `cases/freeze_curves.tsv`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use encoding_rs::{GB18030, WINDOWS_1252};
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

/// `\\n`, `\\t` and `\\xNN`; everything else as UTF-8.
fn bytes_of(text: &str) -> Vec<u8> {
    let plain = text.replace("\\n", "\n").replace("\\t", "\t");
    let mut parts = plain.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}

fn told(name: &str, file: &[u8], start: &str) -> String {
    read(file, start == "yes").unwrap_or_else(|error| {
        assert!(error.sentence.ends_with('.'), "{name}: {}", error.sentence);
        assert!(error.sentence.chars().count() < 400, "{name}: {}", error.sentence);
        error.code.to_owned()
    })
}

#[test]
fn every_file_is_read_or_refused_with_its_code() {
    let mut wrong = Vec::new();
    for case in cases() {
        let [name, start, file, expected, _source] = case[..] else { panic!("{case:?}") };
        let found = told(name, &bytes_of(file), start);
        if found != expected {
            wrong.push(format!("{name}: found {found}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_encodings_say_the_same() {
    let mut wrong = Vec::new();
    for case in cases() {
        let [name, start, file, expected, _source] = case[..] else { panic!("{case:?}") };
        let Ok(text) = String::from_utf8(bytes_of(file)) else { continue };
        for (encoding, bytes) in encoded(&text) {
            let found = told(name, &bytes, start);
            if found != expected {
                wrong.push(format!("{name} in {encoding}: found {found}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A text in the encodings of laboratories, as far as it can be written in them.
fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = vec![
        ("UTF-8 with its mark", [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat()),
        ("UTF-16 LE with its mark", [&[0xFF, 0xFE], little.as_slice()].concat()),
        ("UTF-16 BE with its mark", [&[0xFE, 0xFF], big.as_slice()].concat()),
    ];
    // So short a file says nothing of its encoding.
    if text.len() > 8 && !text.contains('\0') {
        all.extend([("UTF-16 LE", little), ("UTF-16 BE", big)]);
    }
    let latin = text.chars().all(|c| c.is_ascii() || c == '°');
    for (name, encoding) in [("GB 18030", GB18030), ("Latin-1", WINDOWS_1252)] {
        let (bytes, _, has_errors) = encoding.encode(text);
        if !has_errors && (name != "Latin-1" || latin) {
            all.push((name, bytes.into_owned()));
        }
    }
    all
}

/// A line without an end is quoted by its beginning, and the file is read in no time.
#[test]
fn a_giant_line_is_a_short_sentence() {
    let file = format!("Time (min);Sample\n0;4\n1;{}", "9".repeat(3_000_000));
    let error = read(file.as_bytes(), true).unwrap_err();
    assert!(
        error.code == "curve_value_out_of_range" || error.code == "curve_value_unreadable",
        "{}",
        error.code
    );
    assert!(error.sentence.chars().count() < 300, "{}", error.sentence.len());
}

#[test]
fn a_refusal_names_line_and_value() {
    let error = read(b"Time (min);Sample\n0;4\n1;cold", true).unwrap_err();
    assert!(error.sentence.starts_with("line 3: column Sample: found 'cold'"), "{}", error.sentence);
}
