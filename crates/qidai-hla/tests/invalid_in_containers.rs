//! Every refusal in every place where its text can stand: the same code and value, and the place counted in the whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeSet;

use qidai_hla::typing::tidy;
use qidai_hla::{Locus, Nomenclature, PersonTyping, Release, TypingError, reduce};
use support::table::{report, rows};

const INVALID: &str = include_str!("cases/typing_invalid.tsv");
const CONTAINERS: &str = include_str!("cases/containers.tsv");

/// The first error of a reader.
fn refused(reader: &str, text: &str, nomenclature: &Nomenclature<'_>) -> Option<TypingError> {
    let first = |errors: Vec<TypingError>| errors.into_iter().next();
    match reader {
        "position" | "list" => nomenclature.read(text).err(),
        "form" => nomenclature.read_at(Locus::A, text).err(),
        "gl" => PersonTyping::read(text, nomenclature).err().and_then(first),
        "line" => PersonTyping::read_line(text, nomenclature).err().and_then(first),
        "reduce" => reduce::reduce(text, reduce::level("1F").unwrap(), nomenclature).err(),
        other => panic!("no reader {other}"),
    }
}

/// What a container makes of the text of its own accord: a list lends its locus to fields, a line is cut at blanks, a
/// tolerant reader corrects, and a code stands before a whole string only.
fn is_asked(reader: &str, text: &str, before: &str) -> bool {
    let is_tolerant = matches!(reader, "line" | "reduce");
    let has_own_locus = !text.starts_with(|c: char| c.is_ascii_digit());
    let is_plain = !text.starts_with("HLA-") && !text.is_empty();
    let one_name = !text.contains(['/', '#']) || before.is_empty() && matches!(reader, "position" | "form");
    let unchanged = !is_tolerant || tidy(text).text == text && !text.contains(char::is_whitespace);
    let code_in_line = reader == "reduce" && !text.is_ascii();
    is_plain
        && one_name
        && unchanged
        && !code_in_line
        && (has_own_locus || before.is_empty() && reader == "position")
}

fn check(release: &Release, with: &str, nomenclature: &Nomenclature<'_>) -> Vec<String> {
    let mut differences = Vec::new();
    let mut pairs: BTreeSet<(String, String)> = BTreeSet::new();
    for row in rows(INVALID).filter(|row| row[1] == with) {
        for container in rows(CONTAINERS).filter(|c| is_asked(c[0], row[0], c[1])) {
            let [reader, before, behind] = [container[0], container[1], container[2]];
            let text = format!("{before}{}{behind}", row[0]);
            let position = before.chars().count() + row[4].parse::<usize>().unwrap();
            let found = refused(reader, &text, nomenclature);
            let found = found.map(|e| (e.code.to_string(), e.value, e.position));
            let expected = (row[2].to_owned(), row[3].to_owned(), position);
            pairs.insert((row[2].to_owned(), reader.to_owned()));
            if found.as_ref() != Some(&expected) {
                differences.push(format!("{reader} {text}: found {found:?}, expected {expected:?}"));
            }
        }
    }
    assert!(pairs.len() > 50, "{} codes × readers under {}", pairs.len(), release.label());
    differences
}

#[test]
fn every_code_points_right_wherever_it_stands() {
    let (release, mac) = support::mini();
    report(&check(&release, "all", &Nomenclature::new(&release, Some(&mac))));
}
