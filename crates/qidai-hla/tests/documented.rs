//! The tables of `docs/nomenclature.md` say what the program answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use qidai_hla::{Nomenclature, Release, reduce};
use support::table::report;

const PAGE: &str = include_str!("../../../docs/nomenclature.md");

/// The rows of the table below a line that begins with `heading`.
fn rows(heading: &str) -> impl Iterator<Item = [&'static str; 3]> {
    let below = PAGE.lines().skip_while(move |line| !line.starts_with(heading));
    let table = below.skip(4).take_while(|line| line.starts_with('|'));
    table.map(|line| {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        // `|` within a cell would need another page than ours.
        [cells[1], cells[2], cells[3]]
    })
}

fn check(heading: &str, release: &Release) {
    let nomenclature = Nomenclature::new(release, None);
    let mut differences = Vec::new();
    let mut count = 0;
    for [typing, level, expected] in rows(heading) {
        count += 1;
        let level = reduce::level(level).unwrap_or_else(|| panic!("{typing} {level}"));
        let found = match reduce::reduce(typing, level, &nomenclature) {
            Ok(reduced) => reduced.text,
            Err(error) => format!("error:{}", error.code),
        };
        if found != expected {
            differences.push(format!("{typing} {}: found {found}, the page says {expected}", level.name));
        }
    }
    assert!(count > 5, "{heading}: {count} rows");
    report(&differences);
}

#[test]
fn under_the_starter_release() {
    check("*Under the starter", &Release::starter());
}

#[test]
fn under_a_real_release() {
    let Some(release) = support::whole_release() else { return };
    if release.label() != "3.58.0" {
        eprintln!("skipped: the page is about 3.58.0, here is {}", release.label());
        return;
    }
    check("*Under IPD-IMGT/HLA", &release);
}

#[test]
fn every_level_has_its_line() {
    for level in reduce::ALL_LEVELS {
        assert!(PAGE.contains(&format!("\n| `{}` |", level.name)), "no line for {}", level.name);
    }
}
