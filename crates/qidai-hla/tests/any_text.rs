//! Whatever stands in a cell: no panic, and every error points into its text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use qidai_hla::typing::{MacTable, segment, tidy};
use qidai_hla::{Nomenclature, PersonTyping, Release, TypingError, reduce};

static MINI: LazyLock<(Release, MacTable)> = LazyLock::new(support::mini);
static STARTER: LazyLock<Release> = LazyLock::new(Release::starter);

/// Pieces of which typings are made, right and wrong, in any order.
const PIECES: &[&str] = &[
    "A*91:01",
    "A*91:01N",
    "A*92:02",
    "A*91:01:01G",
    "B*95:01",
    "B*96:02P",
    "DRB4*91:01",
    "A*02:01",
    "A92",
    "B94",
    "A",
    "B",
    "C",
    "Cw",
    "DRB1",
    "DRB4",
    "DQB1",
    "MICA",
    "HLA-",
    "HLA",
    "*",
    ":",
    "91",
    "01",
    "02",
    "92",
    "9",
    "0",
    "00",
    "901",
    "9103",
    "99999999999",
    "N",
    "L",
    "G",
    "P",
    "g",
    "n",
    "XX",
    "QA",
    "QC",
    "QD",
    "NEW",
    "NNNN",
    "XXXX",
    "UUUU",
    "+",
    "^",
    "|",
    "~",
    "?",
    "#",
    "hla#0.1.0#",
    "Cw*9101",
    "/",
    "-",
    "—",
    " ",
    "\t",
    "\u{a0}",
    "，",
    "；",
    "、",
    "：",
    "＊",
    "А",
    "١",
    "é",
    "💉",
    "\u{feff}",
    ",",
    ";",
    "=",
    "blank",
];

fn any_text() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..12).prop_map(|p| p.concat());
    prop_oneof![4 => pieces, 1 => any::<String>()]
}

fn points_into_its_text(error: &TypingError) {
    let characters: Vec<char> = error.text.chars().collect();
    let value: Vec<char> = error.value.chars().collect();
    let at = error.position.checked_sub(1).expect("positions begin at 1");
    assert_eq!(characters.get(at..at + value.len()), Some(&value[..]), "{error:?}");
    assert!(!error.expected.is_empty(), "{error:?}");
    assert_ne!(error.fix.as_deref(), Some(error.text.as_str()), "a fix changes something: {error:?}");
}

fn read_in_every_way(text: &str, nomenclature: &Nomenclature<'_>) {
    nomenclature.read(text).iter().for_each(|typing| {
        assert!(typing.alleles.is_sorted() && typing.classes.is_sorted() && typing.nulls.is_sorted());
        assert_eq!(typing.may_be_null, !typing.nulls.is_empty());
    });
    for error in [
        nomenclature.read(text).err(),
        nomenclature.read_tolerantly(text).err(),
        segment(text, nomenclature).err(),
    ] {
        error.iter().for_each(points_into_its_text);
    }
    for person in [PersonTyping::read(text, nomenclature), PersonTyping::read_line(text, nomenclature)] {
        match person {
            Ok(person) => check_reading_again(&person, nomenclature),
            Err(errors) => {
                assert!(!errors.is_empty());
                errors.iter().for_each(points_into_its_text);
            }
        }
    }
    for level in reduce::ALL_LEVELS {
        match reduce::reduce(text, level, nomenclature) {
            Ok(reduced) => assert!(!reduced.text.contains(char::is_whitespace), "{text:?} {}", level.name),
            Err(error) => points_into_its_text(&error),
        }
    }
}

/// What is printed reads as the same typing.
fn check_reading_again(person: &PersonTyping, nomenclature: &Nomenclature<'_>) {
    let text = person.to_gl_string();
    if text.is_empty() {
        return;
    }
    let again = PersonTyping::read(&text, nomenclature).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    for (one, other) in person.typed().zip(again.typed()) {
        assert_eq!(one.locus, other.locus);
        for (a, b) in one.genotypes.iter().zip(&other.genotypes) {
            assert_eq!((&a.0.alleles, &a.1.alleles), (&b.0.alleles, &b.1.alleles), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn nothing_panics_and_errors_point_into_the_text(text in any_text()) {
        read_in_every_way(&text, &Nomenclature::new(&MINI.0, Some(&MINI.1)));
        read_in_every_way(&text, &Nomenclature::new(&STARTER, None));
    }

    #[test]
    fn tidying_twice_changes_nothing_more(text in any_text()) {
        let once = tidy(&text).text.into_owned();
        let again = tidy(&once);
        prop_assert_eq!(&again.text, &once);
        prop_assert!(again.warnings.is_empty());
    }
}
