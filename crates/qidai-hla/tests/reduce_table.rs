//! Every level of reduction, under the invented release and under the starter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use qidai_hla::{ErrorCode, Nomenclature, Release, reduce};
use support::table::{report, rows};

const CASES: &str = include_str!("cases/reduce.tsv");

#[test]
fn every_level() {
    let (release, mac) = support::mini();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut differences = Vec::new();
    for row in rows(CASES) {
        let level = reduce::level(row[1]).unwrap();
        let found = match reduce::reduce(row[0], level, &nomenclature) {
            Ok(reduced) => {
                let notes: Vec<&str> = reduced.notes.iter().map(|n| n.code).collect();
                [reduced.text, notes.join("/")]
            }
            Err(error) => [format!("error:{}", error.code), String::new()],
        };
        if found[..] != row[2..4] {
            differences.push(format!("{} {}: found {found:?}, expected {:?}", row[0], row[1], &row[2..4]));
        }
    }
    report(&differences);
    for level in reduce::ALL_LEVELS {
        assert!(rows(CASES).any(|row| row[1] == level.name), "no row shows level {}", level.name);
    }
}

#[test]
fn the_starter_answers_only_what_it_can() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let answer = |level: &str| {
        reduce::reduce("A*24:02", reduce::level(level).unwrap(), &nomenclature)
            .map(|r| r.text)
            .map_err(|e| e.code)
    };
    for level in ["G", "P", "lg", "lgx", "W", "exon", "small-g"] {
        assert_eq!(answer(level), Err(ErrorCode::ReleaseNeeded), "{level}");
    }
    for (level, text) in [("U2", "A*24:02"), ("S", "A9/A24"), ("1F", "A*24")] {
        assert_eq!(answer(level).as_deref(), Ok(text), "{level}");
    }
}

/// The twin reads the files anew with nothing but text functions.
#[test]
fn groups_and_antigens_of_every_allele_are_those_of_the_files() {
    for dir in support::all_release_dirs() {
        compare_with_files(&support::Texts::read(&dir));
    }
}

fn compare_with_files(texts: &support::Texts) {
    let release = Release::from_files(&texts.files()).unwrap();
    let nomenclature = Nomenclature::new(&release, None);
    let answer = |name: &str, level: &str| {
        reduce::reduce(name, reduce::level(level).unwrap(), &nomenclature).unwrap().text
    };
    for (text, level) in [(&texts.0[2], "G"), (&texts.0[3], "P")] {
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let [locus, members, group] = line.split(';').collect::<Vec<_>>()[..] else { panic!("{line}") };
            for member in members.split('/') {
                let expected = if group.is_empty() { member } else { group };
                let name = format!("{locus}{member}");
                assert_eq!(answer(&name, level), format!("{locus}{expected}"), "{name} {level}");
            }
        }
    }
    let mut checked = 0;
    for line in texts.0[4].lines().filter(|l| !l.starts_with('#')) {
        let field: Vec<&str> = line.split(';').collect();
        let family = match field[0] {
            "A*" => "A",
            "B*" => "B",
            "C*" => "Cw",
            "DRB1*" | "DRB3*" | "DRB4*" | "DRB5*" => "DR",
            "DQB1*" => "DQ",
            _ => continue,
        };
        let known: Vec<String> = field[2..5]
            .iter()
            .flat_map(|column| column.split('/'))
            .filter(|a| !matches!(*a, "" | "0" | "?"))
            .map(|a| format!("{family}{a}"))
            .collect();
        let name = format!("{}{}", field[0], field[1]);
        let found = answer(&name, "S");
        let found: Vec<&str> = found.split('/').filter(|a| !a.is_empty()).collect();
        assert!(known.iter().all(|a| found.contains(&a.as_str())), "{name}: {known:?} in {found:?}");
        assert_eq!(known.is_empty(), found.is_empty(), "{name}: broads only where there is an antigen");
        checked += 1;
    }
    assert!(checked > 20_000, "{checked} alleles");
}
