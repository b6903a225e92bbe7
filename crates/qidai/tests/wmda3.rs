//! Real input: 1,000 simulated donors searched for 100 patients, against exact match probabilities.
//!
//! The data are of the WMDA matching validation (Bochtler et al., HLA 2016;87:439-448) and lie beside the
//! project; without them, or without a release, the test says that it is skipped.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::HashMap;
use std::path::Path;

use support::{qidai, release, shared};

const LOCI: [&str; 5] = ["A", "B", "C", "DRB1", "DQB1"];
/// A probability printed as this or less may be a rounded zero.
const PRINTED_ZERO: f64 = 0.000_001;

/// Per person the text of each typed locus.
type Typings = HashMap<String, HashMap<String, String>>;

fn typings(file: &Path) -> Typings {
    let text = std::fs::read_to_string(file).unwrap();
    let person = |line: &str| {
        let (id, gl) = line.split_once('%').unwrap();
        let loci = gl.split('^').map(|s| (s.split('*').next().unwrap().to_owned(), s.to_owned()));
        (id.to_owned(), loci.collect())
    };
    text.lines().map(person).collect()
}

/// Both alleles when each is a single expressed name.
fn single_names(segment: &str) -> Option<[&str; 2]> {
    let (one, two) = segment.split_once('+')?;
    let single = |name: &str| !name.contains(['/', '|']) && !name.ends_with('N');
    (single(one) && single(two)).then_some([one, two])
}

fn mismatches_by_name(p: [&str; 2], d: [&str; 2]) -> u8 {
    let n = |x: bool| u8::from(x);
    2 - (n(p[0] == d[0]) + n(p[1] == d[1])).max(n(p[0] == d[1]) + n(p[1] == d[0]))
}

fn rows(csv: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |r: csv::StringRecord| {
        header.iter().zip(r.iter()).map(|(h, v)| (h.to_owned(), v.to_owned())).collect()
    };
    reader.records().map(|r| row(r.unwrap())).collect()
}

#[test]
fn counts_enclose_the_exact_probabilities() {
    let (Some(data), Some(release)) = (shared("wmda3"), release()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank.sqlite");
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let (bank, release) = (path(&bank), path(&release));
    let (patients, donors) = (data.join("patients.gl"), data.join("donors.gl"));
    let import =
        ["import", "list", &path(&donors), "--bank", &bank, "--name", "wmda3", "--release", &release];
    let imported = qidai(&import, "");
    assert_eq!(imported.exit, Some(0), "{}{}", imported.out, imported.err);
    let search = ["search", "--bank", &bank, "--release", &release, "--patient", &path(&patients), "--all"];
    let found = qidai(&[&search[..], &["--limit", "1000", "--format", "csv"]].concat(), "");
    assert_eq!(found.exit, Some(0), "{}", found.err);
    let found = rows(&found.out);
    assert_eq!(found.len(), 100_000, "100 patients × 1,000 donors");

    let (patients, donors) = (typings(&patients), typings(&donors));
    let expected = rows(&std::fs::read_to_string(data.join("expected.csv")).unwrap());
    let expected: HashMap<(String, String), &HashMap<String, String>> =
        expected.iter().map(|row| ((row["patient"].clone(), row["donor"].clone()), row)).collect();
    let (mut seen, mut by_name) = (0, 0);
    for row in &found {
        let pair = (row["patient"].clone(), row["din"].clone());
        let (patient, donor) = (&patients[&pair.0], &donors[&pair.1]);
        let probabilities = expected.get(&pair);
        let mut total_at_least = 0;
        for locus in LOCI {
            let count = |case: &str| 2 - row[&format!("{locus}_{case}")].parse::<u8>().unwrap();
            let (least, most) = (count("best"), count("worst"));
            total_at_least += least;
            let (Some(p), Some(d)) = (patient.get(locus), donor.get(locus)) else {
                assert_eq!((least, most), (0, 2), "{pair:?} {locus} is untyped");
                continue;
            };
            if let (Some(p), Some(d)) = (single_names(p), single_names(d)) {
                let exact = mismatches_by_name(p, d);
                assert_eq!((least, most), (exact, exact), "{pair:?} {locus} {p:?} {d:?}");
                by_name += 1;
            }
            for (m, name) in (0..3).zip(["p0", "p1", "p2"]) {
                let probability =
                    probabilities.map(|r| r[&format!("{locus}_{name}")].parse::<f64>().unwrap());
                if probability.is_some_and(|p| p > PRINTED_ZERO) {
                    assert!(least <= m && m <= most, "{pair:?} {locus}: {m} mismatches, {p} against {d}");
                }
            }
        }
        if let Some(probabilities) = probabilities {
            seen += 1;
            let smallest = (0..3).find(|m| probabilities[&format!("p{m}")].parse::<f64>().unwrap() > 0.0);
            assert!(smallest.is_none_or(|m| total_at_least <= m), "{pair:?} at least {total_at_least}");
        }
    }
    assert_eq!(seen, expected.len(), "every pair of the expectation was among the answers");
    eprintln!("{seen} pairs with probabilities, {by_name} loci of single names");
}
