//! The starter tables were typed in from the literature; here they are read against a real release.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const ALLELES: &str = include_str!("../data/starter.tsv");
const ANTIGENS: &str = include_str!("../data/starter_antigens.tsv");

/// Where the starter and the release say different things, and why the starter keeps its answer.
const DIFFERENCES: &[(&str, &str, &str)] = &[(
    "B*13:04",
    "B15/B21",
    "laboratories saw it as B15, B21 or B13; the starter holds one antigen or none, so it holds none",
)];

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

/// The release folder, or nothing with the reason said on standard error.
fn release_dir() -> Option<PathBuf> {
    let dir = match std::env::var_os("QIDAI_IMGT_HLA") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/imgt-hla-3.58.0"),
    };
    if dir.join("wmda/rel_dna_ser.txt").exists() {
        return Some(dir);
    }
    eprintln!("skipped: no IPD-IMGT/HLA release at {} (set QIDAI_IMGT_HLA)", dir.display());
    None
}

/// Prefix of the antigens of a molecular or serologic locus of the WMDA files.
fn prefix(locus: &str) -> &str {
    match locus.trim_end_matches('*') {
        "C" => "Cw",
        "DRB1" => "DR",
        "DQB1" => "DQ",
        other => other,
    }
}

/// Antigens of each two-field name: unambiguous, possible and assumed columns, without `0` and `?`.
fn antigens_by_name(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let field: Vec<&str> = line.split(';').collect();
        let two: Vec<&str> = field[1].split(':').take(2).collect();
        let antigens = found.entry(format!("{}{}", field[0], two.join(":"))).or_default();
        let named = field[2..5].iter().flat_map(|column| column.split('/'));
        antigens.extend(
            named.filter(|a| !matches!(*a, "" | "0" | "?")).map(|a| format!("{}{a}", prefix(field[0]))),
        );
    }
    found
}

#[test]
fn starter_holds_216_distinct_names_each_with_a_source() {
    let names: BTreeSet<_> = rows(ALLELES).map(|row| row[0]).collect();
    assert_eq!(names.len(), 216);
    assert_eq!(rows(ALLELES).count(), 216, "no name twice");
    for row in rows(ALLELES).chain(rows(ANTIGENS)) {
        assert!(row.last().is_some_and(|source| source.contains("doi:")), "{row:?}");
    }
}

#[test]
fn starter_antigens_agree_with_the_release_except_where_listed() {
    let Some(dir) = release_dir() else { return };
    let text = std::fs::read_to_string(dir.join("wmda/rel_dna_ser.txt")).unwrap();
    let release = antigens_by_name(&text);
    let mut differences = Vec::new();
    for row in rows(ALLELES) {
        let theirs = release[row[0]].iter().cloned().collect::<Vec<_>>().join("/");
        if row[1] != theirs {
            differences.push((row[0], theirs));
        }
    }
    let listed: Vec<_> = DIFFERENCES.iter().map(|(name, theirs, _)| (*name, theirs.to_string())).collect();
    assert_eq!(differences, listed);
}

#[test]
fn starter_splits_and_associated_antigens_agree_with_the_release() {
    let Some(dir) = release_dir() else { return };
    let text = std::fs::read_to_string(dir.join("wmda/rel_ser_ser.txt")).unwrap();
    let mut theirs = BTreeMap::new();
    // Dw specificities are cellular, found by mixed culture, and no laboratory reports them for a unit.
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("Dw")) {
        let field: Vec<&str> = line.split(';').collect();
        let list = |column: &str| -> String {
            let named = column.split('/').filter(|a| !a.is_empty());
            named.map(|a| format!("{}{a}", field[0])).collect::<Vec<_>>().join("/")
        };
        theirs.insert(format!("{}{}", field[0], field[1]), (list(field[2]), list(field[3])));
    }
    let ours: BTreeMap<_, _> =
        rows(ANTIGENS).map(|r| (r[0].to_owned(), (r[1].to_owned(), r[2].to_owned()))).collect();
    assert_eq!(ours, theirs);
}
