//! Files of rack scanners, each with what is seen or why not: `cases/rack_files.tsv`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use encoding_rs::GB18030;
use qidai_exchange::table::{ReadOptions, Table};
use qidai_exchange::{Issue, RackColumns, RackLine, Seen, read_rack_file};

const CASES: &str = include_str!("cases/rack_files.tsv");

fn cases() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = CASES.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().unwrap_or_else(|cells| panic!("{cells:?}"))
    })
}

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

fn told(line: Result<RackLine, Issue>) -> String {
    match line {
        Err(issue) => format!("{}:{}", issue.row.unwrap_or_default(), issue.code),
        Ok(RackLine { place, seen: Seen::Number(number), .. }) => format!("{place}={number}"),
        Ok(RackLine { place, seen: Seen::Nothing, .. }) => format!("{place}=-"),
        Ok(RackLine { place, seen: Seen::Unreadable, .. }) => format!("{place}=?"),
    }
}

fn read(file: &[u8]) -> String {
    let table = match Table::of_bytes(file, &ReadOptions::default()) {
        Ok(table) => table,
        Err(error) => return error.code().to_owned(),
    };
    match read_rack_file(table, &RackColumns::new()) {
        Ok(lines) => lines.into_iter().map(told).collect::<Vec<_>>().join(";"),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn every_place_is_seen_or_refused_in_every_encoding() {
    let mut wrong = Vec::new();
    for [name, file, expected, _source] in cases() {
        let plain = bytes_of(file);
        let mut all = vec![("as it is", plain.clone())];
        // A short file says nothing of its encoding, and a zero byte says what it is not.
        if let Some(text) =
            String::from_utf8(plain).ok().filter(|text| text.len() > 16 && !text.contains('\0'))
        {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            all.push(("UTF-8 with its mark", [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat()));
            all.push(("UTF-16 LE with its mark", [&[0xFF, 0xFE], little.as_slice()].concat()));
            all.push(("UTF-16 LE", little));
            all.push(("UTF-16 BE", big));
            all.push(("GB 18030", GB18030.encode(&text).0.into_owned()));
        }
        for (encoding, bytes) in all {
            let found = read(&bytes);
            if found != expected {
                wrong.push(format!("{name}, {encoding}: found {found}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
