//! Every form of writing, right and wrong, under the invented release.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::HashSet;

use qidai_hla::{
    AlleleId, Alternatives, ErrorCode, Locus, Nomenclature, PersonTyping, Release, TypingError, compatible,
};
use support::table::{report, rows};

const VALID: &str = include_str!("cases/typing_valid.tsv");
const INVALID: &str = include_str!("cases/typing_invalid.tsv");
const PERSON: &str = include_str!("cases/person.tsv");
const COMPATIBLE: &str = include_str!("cases/compatible.tsv");

fn fields(alleles: &[AlleleId], release: &Release) -> String {
    let after_star = |a: &AlleleId| release.name(*a).to_string().split('*').nth(1).unwrap().to_owned();
    alleles.iter().map(after_star).collect::<Vec<_>>().join("/")
}

fn understood(typing: &Alternatives, release: &Release) -> [String; 6] {
    let classes: Vec<String> = typing.classes.iter().map(|c| release.class_name(*c).to_string()).collect();
    let mut classes = classes;
    classes.sort();
    let warnings: Vec<&str> = typing.warnings.iter().map(|w| w.code).collect();
    [
        typing.category.as_str().to_owned(),
        typing.locus.name().to_owned(),
        fields(&typing.alleles, release),
        classes.join("/"),
        fields(&typing.nulls, release),
        warnings.join("/"),
    ]
}

#[test]
fn valid_typings() {
    let (release, mac) = support::mini();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut differences = Vec::new();
    for row in rows(VALID) {
        let typing = match nomenclature.read(row[0]) {
            Ok(typing) => typing,
            Err(error) => {
                differences.push(error.to_string());
                continue;
            }
        };
        assert_eq!(typing.written, row[0]);
        assert_eq!(typing.may_be_null, !row[5].is_empty(), "{}", row[0]);
        let found = understood(&typing, &release);
        // `*` leaves a long list of classes unsaid.
        if (1..7).any(|i| row[i] != "*" && row[i] != found[i - 1]) {
            differences.push(format!("{}: found {found:?}, expected {:?}", row[0], &row[1..7]));
        }
    }
    report(&differences);
}

fn check_place(error: &TypingError) {
    let characters: Vec<char> = error.text.chars().collect();
    let value: Vec<char> = error.value.chars().collect();
    let at = error.position - 1;
    assert_eq!(characters.get(at..at + value.len()), Some(&value[..]), "{error}");
}

fn told(error: &TypingError) -> [String; 4] {
    let fix = error.fix.clone().unwrap_or_default();
    [error.code.to_string(), error.value.clone(), error.position.to_string(), fix]
}

#[test]
fn invalid_typings_and_every_code() {
    let (release, mac) = support::mini();
    let starter = Release::starter();
    let mut differences = Vec::new();
    let mut codes: HashSet<String> = HashSet::new();
    for row in rows(INVALID) {
        let nomenclature = match row[1] {
            "no_mac" => Nomenclature::new(&release, None),
            "starter" => Nomenclature::new(&starter, Some(&mac)),
            _ => Nomenclature::new(&release, Some(&mac)),
        };
        let Err(error) = nomenclature.read(row[0]) else {
            differences.push(format!("{} was accepted", row[0]));
            continue;
        };
        check_place(&error);
        codes.insert(error.code.to_string());
        if told(&error)[..] != row[2..6] {
            differences.push(format!("{}: found {:?}, expected {:?}", row[0], told(&error), &row[2..6]));
        }
    }
    report(&differences);
    codes.extend(
        rows(PERSON).flat_map(|row| row[3].split('/').map(|e| e.split('@').next().unwrap().to_owned())),
    );
    // Longer than a line of a table: see limits.rs.
    codes.extend([ErrorCode::TooLong, ErrorCode::TooManyAlternatives].map(|code| code.to_string()));
    let unseen: Vec<&str> =
        ErrorCode::ALL.iter().map(|c| c.as_str()).filter(|c| !codes.contains(*c)).collect();
    assert!(unseen.is_empty(), "no row shows {unseen:?}");
}

/// `A=A*91:01,A*92:01;B=…`: the fields of a form.
fn read_form(text: &str, nomenclature: &Nomenclature<'_>) -> Result<PersonTyping, Vec<TypingError>> {
    let fields: Vec<(Locus, Vec<String>)> = text
        .split(';')
        .map(|part| part.split_once('=').unwrap())
        .map(|(locus, texts)| {
            (Locus::from_name(locus).unwrap(), texts.split(',').map(str::to_owned).collect())
        })
        .collect();
    PersonTyping::read_loci(fields.iter().map(|(locus, texts)| (*locus, texts.as_slice())), nomenclature)
}

#[test]
fn persons() {
    let (release, mac) = support::mini();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut differences = Vec::new();
    for row in rows(PERSON) {
        let read = match row[0] {
            "gl" => PersonTyping::read(row[1], &nomenclature),
            "line" => PersonTyping::read_line(row[1], &nomenclature),
            _ => read_form(row[1], &nomenclature),
        };
        let found = match &read {
            Ok(person) => {
                let warnings: Vec<&str> =
                    person.typed().flat_map(|t| t.all_warnings()).map(|w| w.code).collect();
                [person.to_gl_string(), String::new(), warnings.join("/")]
            }
            Err(errors) => {
                errors.iter().for_each(check_place);
                let errors: Vec<String> = errors
                    .iter()
                    .map(|e| {
                        let value = if e.value.is_empty() { "(empty)" } else { &e.value };
                        format!("{}@{value}@{}", e.code, e.position)
                    })
                    .collect();
                [String::new(), errors.join("/"), String::new()]
            }
        };
        if found[..] != row[2..5] {
            differences.push(format!("{} {}: found {found:?}, expected {:?}", row[0], row[1], &row[2..5]));
        }
    }
    report(&differences);
}

#[test]
fn the_same_person_or_not() {
    let (release, mac) = support::mini();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut differences = Vec::new();
    for row in rows(COMPATIBLE) {
        let [first, second] = [row[0], row[1]].map(|text| PersonTyping::read(text, &nomenclature).unwrap());
        for (one, other) in [(&first, &second), (&second, &first)] {
            let loci: Vec<&str> = compatible(one, other, &release).iter().map(|l| l.name()).collect();
            if loci.join("/") != row[2] {
                differences.push(format!("{} and {}: found {loci:?}, expected {}", row[0], row[1], row[2]));
            }
        }
    }
    report(&differences);
}
