use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use qidai_bank::StoreError;
use qidai_hla::{Nomenclature, PersonTyping, Release, ReleaseError};

use super::Failure;
use crate::reference::ReferenceError;
use crate::words::Lang;

/// The names in a text that follow a mark and blanks or quotes, such as `$file` in a message or `.with("file"` in code.
fn names_after<'a>(text: &'a str, mark: &str) -> BTreeSet<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rests = text.split(mark).skip(1).map(|rest| rest.trim_start().trim_start_matches('"'));
    rests.map(|rest| &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]).collect()
}

/// The values that the message of a code asks for, in both languages together.
fn values_asked(code: &str) -> BTreeSet<&'static str> {
    let files = [include_str!("../../locales/en.ftl"), include_str!("../../locales/zh-CN.ftl")];
    let message = |text: &'static str| {
        let (_, message) = text.split_once(&format!("\nfailure-{code} ="))?;
        Some(
            message
                .split_once("\n\n")
                .map_or(message, |(message, _)| message)
                .split('\n')
                .next()
                .unwrap_or(""),
        )
    };
    files.into_iter().filter_map(message).flat_map(|message| names_after(message, "$")).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The functions of a source without its tests, each with its name.
fn functions(source: &str) -> Vec<(&str, &str)> {
    let product = source.split("#[cfg(test)]").next().unwrap_or(source);
    let starts: Vec<usize> = product.match_indices("fn ").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([product.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| (&product[*start..end], end))
        .map(|(text, _)| (name(text), text))
        .collect()
}

fn name(function: &str) -> &str {
    let rest = &function[3..];
    &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())]
}

/// The code that is the first literal of a call's arguments.
fn code(arguments: &str) -> Option<&str> {
    let literal = arguments.split_once('"')?;
    let is_first = literal.0.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || ":,_".contains(c));
    is_first.then(|| literal.1.split('"').next())?
}

#[test]
fn issue_2_no_message_lacks_a_value_where_its_failure_is_made() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut lacking, mut seen) = (Vec::new(), 0);
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let functions = functions(&source);
        // Helpers that take a code add values of their own.
        let helpers: Vec<(String, BTreeSet<&str>)> = functions
            .iter()
            .filter(|(_, text)| text.contains("code: &'static str"))
            .map(|(name, text)| (format!("{name}("), names_after(text, ".with(")))
            .collect();
        for (function, text) in &functions {
            let own = names_after(text, ".with(").into_iter().chain(names_after(text, ".with_typing("));
            let own: BTreeSet<&str> = own.collect();
            let direct = ["Failure::refused(", "Failure::outage(", "Failure::new("];
            let calls =
                direct.iter().map(|call| ((*call).to_owned(), BTreeSet::new())).chain(helpers.clone());
            for (call, added) in calls {
                for code in text.split(&call).skip(1).filter_map(code) {
                    seen += 1;
                    let given: BTreeSet<&str> = own.union(&added).copied().collect();
                    let missing: Vec<_> =
                        values_asked(code).into_iter().filter(|n| !given.contains(n)).collect();
                    if !missing.is_empty() {
                        lacking.push(format!("{code} in {function} of {}: {missing:?}", file.display()));
                    }
                }
            }
        }
    }
    assert!(seen > 60, "the places are no longer found: {seen}");
    assert!(lacking.is_empty(), "{lacking:#?}");
}

fn of_the_bank() -> Vec<StoreError> {
    let text = || "x".to_owned();
    vec![
        StoreError::AddressUnknown { address: text(), reason: text() },
        StoreError::DatabaseMissing { address: text() },
        StoreError::NotABank { address: text(), reason: text() },
        StoreError::NewerThanProgram { address: text(), migration: text() },
        StoreError::Unreadable { table: "unit", row: text(), column: text(), value: text() },
        StoreError::HistoryBroken { sequence: 7 },
        StoreError::RowMissing { table: "unit", row: text() },
    ]
}

fn of_reference_files() -> Vec<ReferenceError> {
    let text = || "x".to_owned();
    let of_release = |problem| ReferenceError::Release { dir: "dir".into(), problem };
    let file = "hla_nom.txt";
    vec![
        ReferenceError::NotARelease { dir: text(), missing: text(), found: text() },
        ReferenceError::Twice { dir: text() },
        ReferenceError::Unreadable { file: text(), problem: io::Error::other("broken") },
        ReferenceError::NotUtf8 { file: text(), position: 3 },
        ReferenceError::Checksum { file: text(), found: text(), expected: text(), checksum_file: text() },
        of_release(ReleaseError::Header { file, found: text() }),
        of_release(ReleaseError::Mixed { file, found: text(), first_file: file, expected: text() }),
        of_release(ReleaseError::Line { file, line: 1, problem: text(), value: text() }),
        of_release(ReleaseError::Truncated { file, problem: text() }),
        of_release(ReleaseError::Inconsistent { file, problem: text() }),
    ]
}

/// A message of its own, whole, in this language.
#[track_caller]
fn check(failure: &Failure) {
    let asked = values_asked(failure.code());
    let given: BTreeSet<&str> = failure.values.iter().map(|(name, _)| *name).collect();
    assert!(asked.is_subset(&given), "{}: asks for {asked:?}, gets {given:?}", failure.code());
    for lang in Lang::ALL {
        let sentence = failure.sentence(lang);
        assert!(!sentence.contains("{$"), "{}: {sentence}", failure.code());
        let is_chinese = sentence.chars().any(|c| ('一'..='龥').contains(&c));
        assert_eq!(is_chinese, lang == Lang::ZhCn, "{}: {sentence}", failure.code());
    }
}

#[test]
fn issue_2_failures_of_bank_and_reference_files_are_whole_in_both_languages() {
    of_the_bank().iter().map(Failure::from).for_each(|failure| check(&failure));
    of_reference_files().into_iter().map(Failure::from).for_each(|failure| check(&failure));
}

#[test]
fn a_message_that_lacks_a_value_is_not_said() {
    let failure = Failure::outage("export_not_written", "The export could not be written.");
    assert_eq!(failure.sentence(Lang::En), "The export could not be written.");
    assert!(failure.sentence(Lang::ZhCn).starts_with("导出文件无法写入；"));
}

#[test]
fn issue_2_a_refused_typing_is_told_in_one_language() {
    let release = Release::starter();
    let errors = PersonTyping::read_line("A*99:99+A*11:01", &Nomenclature::new(&release, None)).unwrap_err();
    let failure =
        Failure::refused("patient_typing_refused", "").with_typing("detail", errors, release.label());
    let chinese = failure.sentence(Lang::ZhCn);
    assert!(chinese.contains("allele_unknown：") && chinese.contains("A*99:99"), "{chinese}");
    assert!(!chinese.contains("expected") && !chinese.contains("position"), "{chinese}");
    assert!(failure.sentence(Lang::En).contains("expected"));
}
