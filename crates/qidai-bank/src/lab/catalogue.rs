//! The list of tests, read once from `data/tests.tsv`.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::definition::{Subject, TestDefinition, UnitField, ValueKind};
use super::value::scaled;
use crate::Phase;

const TEXT: &str = include_str!("../../data/tests.tsv");
const COLUMNS: usize = 20;

static ALL: LazyLock<(Vec<TestDefinition>, Vec<String>)> = LazyLock::new(|| read(TEXT));

/// The tests, in the order of reports.
pub fn tests() -> &'static [TestDefinition] {
    &ALL.0
}

/// The test of a code, such as `tnc_total`.
pub fn test(code: &str) -> Option<&'static TestDefinition> {
    tests().iter().find(|test| test.code == code)
}

/// The test that somebody else calls so: by its code, one of its names, or its label in either language. Widths of
/// letters and cases do not matter.
pub fn test_named(name: &str) -> Option<&'static TestDefinition> {
    let wanted = folded(name);
    tests().iter().find(|test| {
        let labels = [test.code, test.zh, test.en].into_iter();
        labels.chain(test.names.iter().map(String::as_str)).any(|known| folded(known) == wanted)
    })
}

/// Compatibility forms become plain, letters small, blanks and `_` go.
pub(super) fn folded(text: &str) -> String {
    let kept = text.nfkc().filter(|c| !c.is_whitespace() && *c != '_');
    kept.flat_map(char::to_lowercase).collect()
}

/// Lines that do not hold together; none, says a test.
#[cfg(test)]
fn mistakes() -> &'static [String] {
    &ALL.1
}

fn read(text: &'static str) -> (Vec<TestDefinition>, Vec<String>) {
    let (mut tests, mut mistakes) = (Vec::new(), Vec::new());
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && !line.is_empty());
    for (line, number) in lines.skip(1) {
        match definition(line) {
            Ok(test) => tests.push(test),
            Err(what) => mistakes.push(format!("tests.tsv, line {number}: {what}")),
        }
    }
    (tests, mistakes)
}

fn definition(line: &'static str) -> Result<TestDefinition, String> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let cells: [&'static str; COLUMNS] =
        cells.try_into().map_err(|cells: Vec<_>| format!("{} cells, expected {COLUMNS}", cells.len()))?;
    let [code, zh, en, group, subject, phases, kind, unit, decimals, rest @ ..] = cells;
    let [least, most, low, high, critical_low, critical_high, reviews, unit_field, names, units, source] =
        rest;
    let wrong = |what: &str, text: &str| format!("{code}: '{text}' is no {what}");
    let kind = ValueKind::parse(kind).ok_or_else(|| wrong("kind", kind))?;
    let decimals = match decimals {
        "" => 0,
        text => text.parse().map_err(|_| wrong("number of decimals", text))?,
    };
    let amount = |text: &str| match text {
        "" => Ok(None),
        text => scaled(text, decimals, 0).map(Some).ok_or_else(|| wrong("amount", text)),
    };
    let phase = |text: &str| Phase::parse(text).ok_or_else(|| wrong("phase", text));
    let unit_field = match unit_field {
        "" => None,
        text => Some(UnitField::parse(text).ok_or_else(|| wrong("field of a unit", text))?),
    };
    Ok(TestDefinition {
        code,
        zh,
        en,
        group,
        subject: Subject::parse(subject).ok_or_else(|| wrong("subject", subject))?,
        phases: phases.split_whitespace().map(phase).collect::<Result<_, _>>()?,
        kind,
        unit,
        decimals,
        least: amount(least)?,
        most: amount(most)?,
        low: amount(low)?,
        high: amount(high)?,
        critical_low: amount(critical_low)?,
        critical_high: amount(critical_high)?,
        reviews: reviews.parse().map_err(|_| wrong("number of reviews", reviews))?,
        unit_field,
        names: words(names),
        units: words(units)
            .iter()
            .map(|unit| unit_of(unit))
            .collect::<Option<_>>()
            .ok_or_else(|| wrong("list of units", units))?,
        source,
    })
}

fn words(cell: &str) -> Vec<String> {
    cell.split_whitespace().map(|word| word.replace('_', " ")).collect()
}

/// `10*3/uL:0`
fn unit_of(word: &str) -> Option<(String, i32)> {
    let (unit, power) = word.rsplit_once(':')?;
    Some((unit.to_owned(), power.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_holds_together() {
        assert_eq!(mistakes(), [] as [String; 0]);
        assert!(tests().len() > 30);
        let mut names = HashSet::new();
        for test in tests() {
            assert!(matches!(test.reviews, 1 | 2), "{}", test.code);
            assert_eq!(test.unit.is_empty(), test.kind != ValueKind::Number, "{}", test.code);
            let own: HashSet<String> = [test.code, test.zh, test.en]
                .into_iter()
                .map(folded)
                .chain(test.names.iter().map(|name| folded(name)))
                .collect();
            for name in own {
                assert!(names.insert(name.clone()), "two tests are called {name}");
            }
        }
    }

    /// Mission M06: dual review for infection markers, HLA and ABO.
    #[test]
    fn what_two_people_look_at() {
        for test in tests() {
            let is_dual = test.group == "infection" || matches!(test.code, "hla" | "abo" | "rhd");
            assert_eq!(test.reviews == 2, is_dual, "{}", test.code);
        }
    }
}
