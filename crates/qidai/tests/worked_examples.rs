//! The tables of `docs/algorithms.md`, run.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use std::fs;
use std::path::Path;

use qidai_bank::check_character;
use qidai_hla::{Locus, LocusTyping, Nomenclature, PersonTyping, Release};
use qidai_match::count::compare_antigens;
use qidai_match::{AntigenSpace, Classes, Interpreter, LocusCounts, MATCH_LOCI, Matches};

/// Cells of the rows of all tables under a heading, without header and ruler.
fn rows_under(heading: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/algorithms.md");
    let text = fs::read_to_string(path).unwrap();
    let section = text.split("\n## ").find(|section| section.lines().next() == Some(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect())
        .collect()
}

fn read(text: &str, release: &Release) -> PersonTyping {
    PersonTyping::read(text, &Nomenclature::new(release, None)).unwrap()
}

fn of_locus(text: &str, locus: Locus, release: &Release) -> Option<LocusTyping> {
    if text == "not typed" {
        return None;
    }
    Some(read(text, release)[locus].clone().unwrap())
}

fn expected(row: &[String]) -> Matches {
    Matches { best: row[3].parse().unwrap(), worst: row[4].parse().unwrap() }
}

/// Runs a table with columns locus, patient, unit, best, worst.
fn check(heading: &str, rows_expected: usize, counts: impl Fn(Locus, &str, &str) -> Matches) {
    let rows = rows_under(heading);
    assert_eq!(rows.len(), rows_expected, "{heading}");
    for row in rows {
        let locus = Locus::from_name(&row[0]).unwrap();
        assert_eq!(counts(locus, &row[1], &row[2]), expected(&row), "{row:?}");
    }
}

#[test]
fn match_counts() {
    let release = Release::starter();
    let space = AntigenSpace::new(&release);
    let interpreter = Interpreter::new(&release, &space);
    check("Match counts", 8, |locus, patient, unit| {
        let genotype = |text| of_locus(text, locus, &release).map(|typing| interpreter.genotype(&typing));
        LocusCounts::of(locus, genotype(patient).as_ref(), genotype(unit).as_ref(), &space).ard
    });
}

#[test]
fn antigens() {
    let release = Release::starter();
    let space = AntigenSpace::new(&release);
    let interpreter = Interpreter::new(&release, &space);
    check("Antigens", 6, |locus, patient, unit| {
        let genotype = |text| interpreter.genotype(&of_locus(text, locus, &release).unwrap());
        compare_antigens(&genotype(patient), &genotype(unit), &space)
    });
}

#[test]
fn classes() {
    let release = Release::starter();
    let space = AntigenSpace::new(&release);
    let interpreter = Interpreter::new(&release, &space);
    let patient = read("A*02:01+A*24:02^B*15:01+B*46:01^DRB1*09:01+DRB1*15:01", &release);
    let unit = read("A*02:07+A9^B62+B46^DRB1*09:01+DRB1*15:02", &release);
    let counts = MATCH_LOCI.map(|locus| {
        let genotype =
            |person: &PersonTyping| person[locus].as_ref().map(|typing| interpreter.genotype(typing));
        LocusCounts::of(locus, genotype(&patient).as_ref(), genotype(&unit).as_ref(), &space)
    });
    let classes = Classes::of(&counts);
    assert_eq!(classes.x6, Some(Matches { best: 5, worst: 4 }));
    assert_eq!((classes.x8, classes.x10), (None, None));
}

#[test]
fn din_check_characters() {
    let rows = rows_under("DIN check character");
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(check_character(&row[0]).map(String::from), Some(row[1].clone()), "{row:?}");
    }
    assert_eq!(check_character("A1"), Some('X'), "the example by hand");
}
