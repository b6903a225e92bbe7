//! Classes of pairs through `match compare`: a table that a coordinator can read, under two releases, and both ways round.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::Path;

use serde_json::{Map, Value, json};
use support::qidai;

const MAC: &str = "code\talleles\nAB\t01/02\nAC\t01/03\n";
const BASE: [(&str, [&str; 2]); 5] = [
    ("A", ["A*02:01", "A*11:01"]),
    ("B", ["B*13:02", "B*46:01"]),
    ("C", ["C*06:02", "C*01:02"]),
    ("DRB1", ["DRB1*07:01", "DRB1*09:01"]),
    ("DQB1", ["DQB1*02:02", "DQB1*03:03"]),
];

/// The locus of a position as it is written.
fn locus(position: &str) -> &'static str {
    let bare = position.trim_start_matches("HLA-");
    let front = bare.split('*').next().unwrap();
    let known = BASE.iter().map(|(locus, _)| *locus).find(|locus| bare.contains('*') && *locus == front);
    known.unwrap_or_else(|| match front.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "DR" => "DRB1",
        "DQ" => "DQB1",
        "Cw" => "C",
        "A" => "A",
        _ => "B",
    })
}

/// The person of the table's head with some loci changed; `swapped` writes both positions of each the other way round.
fn person(changes: &str, swapped: bool) -> Value {
    let mut loci: Map<String, Value> =
        BASE.iter().map(|(locus, positions)| ((*locus).to_owned(), json!(positions))).collect();
    for change in changes.split('^').filter(|change| *change != "-") {
        match change.strip_prefix('-') {
            Some(gone) => _ = loci.remove(gone).unwrap(),
            None => {
                let positions: Vec<&str> = change.split('+').collect();
                loci.insert(locus(positions[0]).to_owned(), json!(positions));
            }
        }
    }
    if swapped {
        loci.values_mut().for_each(|positions| positions.as_array_mut().unwrap().reverse());
    }
    Value::Object(loci)
}

fn compare(release: &Path, pairs: &[(Value, Value)]) -> Vec<[String; 4]> {
    let folder = tempfile::tempdir().unwrap();
    let mac = folder.path().join("mac.tsv");
    std::fs::write(&mac, MAC).unwrap();
    let line = |(patient, donor): &(Value, Value)| json!({ "patient": patient, "donor": donor }).to_string();
    let input = pairs.iter().map(line).collect::<Vec<_>>().join("\n");
    let (release, mac) = (release.to_str().unwrap(), mac.to_str().unwrap());
    let answer = qidai(&["match", "compare", "--batch", "--release", release, "--mac", mac], &input);
    let range = |value: &Value| match (value["best"].as_u64(), value["worst"].as_u64()) {
        (Some(best), Some(worst)) if best == worst => best.to_string(),
        (Some(best), Some(worst)) => format!("{worst}-{best}"),
        _ => "null".to_owned(),
    };
    let words = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        assert!(answer.get("error").is_none(), "{answer}");
        let summary = answer["summary"].as_str().unwrap().to_owned();
        [range(&answer["x6"]), range(&answer["x8"]), range(&answer["x10"]), summary]
    };
    answer.out.lines().map(words).collect()
}

fn are_those_of(release: &Path) {
    let lines = include_str!("cases/scenarios.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() >= 110 && rows.iter().all(|row| row.len() == 7 && !row[6].is_empty()));
    let plain = |row: &Vec<&str>| (person(row[0], false), person(row[1], false));
    // Whoever is the patient, and in whatever order positions were written, the counts are the same.
    let exchanged = |row: &Vec<&str>| (person(row[1], true), person(row[0], false));
    let pairs: Vec<_> = rows.iter().map(plain).chain(rows.iter().map(exchanged)).collect();
    let found = compare(release, &pairs);
    assert_eq!(found.len(), pairs.len());
    let mut wrong = Vec::new();
    for (row, found) in rows.iter().chain(&rows).zip(&found) {
        if found.iter().map(String::as_str).ne(row[2..6].iter().copied()) {
            wrong.push(format!("{} | {} : {found:?}, table {:?} ({})", row[0], row[1], &row[2..6], row[6]));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn classes_are_those_of_the_table() {
    let Some(release) = support::release() else { return };
    are_those_of(&release);
}

#[test]
fn an_older_release_counts_alike() {
    let Some(release) = support::shared("imgt-hla-3.44.0") else { return };
    are_those_of(&release);
}
