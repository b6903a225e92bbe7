use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use super::*;

const FILES: [(&str, &str); 2] =
    [("zh-CN", include_str!("../../locales/zh-CN.ftl")), ("en", include_str!("../../locales/en.ftl"))];

/// The keys of a file, in order.
fn keys(text: &str) -> Vec<&str> {
    let named = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
    named.filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
}

#[test]
fn both_files_are_well_formed() {
    for (name, text) in
        FILES.into_iter().chain([("codes.zh-CN", ZH_CN_CODES), ("issues.zh-CN", ZH_CN_ISSUES)])
    {
        assert!(FluentResource::try_new(text.to_owned()).is_ok(), "{name}.ftl has a mistake");
    }
}

#[test]
fn both_files_have_the_same_keys_in_the_same_order_once() {
    let [(_, zh), (_, en)] = FILES;
    assert_eq!(keys(zh), keys(en));
    assert_eq!(keys(zh).iter().collect::<BTreeSet<_>>().len(), keys(zh).len(), "a key stands twice");
}

#[test]
fn both_files_ask_for_the_same_values() {
    let values = |text: &str| -> BTreeSet<String> {
        let after_dollar = text.split('$').skip(1);
        after_dollar
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
            .collect()
    };
    let [(_, zh), (_, en)] = FILES;
    // Halves of English sentences: the Chinese says these things itself.
    // Labels of declarations come in both languages, and each file takes its own.
    let expected_only_in_english =
        |name: &String| !["expected", "reason", "zh", "en"].contains(&name.as_str());
    let both = [zh, en]
        .map(|text| values(text).into_iter().filter(expected_only_in_english).collect::<BTreeSet<_>>());
    assert_eq!(both[0], both[1]);
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_under(&path, found) } else { found.push(path) }
    }
}

/// Every key that stands literally in a call such as `w.t("…")`.
fn keys_used() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    ["src", "templates"].iter().for_each(|folder| files_under(&root.join(folder), &mut files));
    let mut used = BTreeSet::new();
    for file in files.iter().filter(|file| !file.ends_with("words/tests.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for call in [".t(\"", ".t1(\"", ".say(\""] {
            let keys = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
            used.extend(keys.map(str::to_owned));
        }
    }
    used
}

#[test]
fn every_key_that_is_used_exists() {
    let used = keys_used();
    assert!(used.len() > 40, "the calls are no longer found: {}", used.len());
    let known: BTreeSet<&str> = keys(FILES[0].1).into_iter().collect();
    let missing: Vec<&String> = used.iter().filter(|key| !known.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_typing_error_has_its_sentence() {
    for lang in Lang::ALL {
        for code in qidai_hla::ErrorCode::ALL {
            let key = format!("typing-error-{code}");
            assert!(lang.words().find(&key, &[]).is_some(), "{} lacks {key}", lang.tag());
        }
    }
}

#[test]
fn every_rule_order_and_filter_has_its_words() {
    use qidai_match::search::Rule;
    use qidai_match::selection::{ORDERS, PROFILES, name_of};
    let rules = Rule::ALL.iter().map(|rule| format!("rule-{}", rule.name()));
    let orders = ORDERS.iter().map(|page| format!("order-{}", name_of(page)));
    let profiles = PROFILES.iter().map(|page| format!("profile-{}", name_of(page)));
    let filters = crate::pages::search::form::FILTERS.iter().map(|name| format!("filter-{name}"));
    let known: BTreeSet<&str> = keys(FILES[0].1).into_iter().collect();
    let missing: Vec<String> = rules
        .chain(orders)
        .chain(profiles)
        .chain(filters)
        .filter(|key| !known.contains(key.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn counts_are_grouped_in_threes() {
    for (digits, text) in
        [("0", "0"), ("999", "999"), ("1000", "1,000"), ("110243", "110,243"), ("-5000", "−5,000")]
    {
        assert_eq!(thousands(digits), text);
    }
}

#[test]
fn english_counts_in_singular_and_plural() {
    let words = Lang::En.words();
    assert_eq!(words.t1("typing-state-understood", "count", 1.0), "1 locus understood");
    assert_eq!(words.t1("typing-state-understood", "count", 1200.0), "1,200 loci understood");
}

#[test]
fn a_browser_says_which_language_it_wants() {
    for (header, lang) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", Some(Lang::ZhCn)),
        ("en-GB", Some(Lang::En)),
        ("fr;q=1, en;q=0.1", Some(Lang::En)),
        ("en;q=0, zh", Some(Lang::ZhCn)),
        ("de, fr", None),
        ("", None),
    ] {
        assert_eq!(Lang::from_accept(header), lang, "{header}");
    }
}

#[test]
fn issue_2_every_code_of_the_document_is_explained_in_chinese_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let page = std::fs::read_to_string(path).unwrap();
    let cells = page.lines().filter(|line| line.starts_with("| `")).filter_map(|row| row.split('|').nth(1));
    let codes: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(codes.len() > 200, "the codes are no longer found: {}", codes.len());
    let words = Lang::ZhCn.words();
    let missing: Vec<&&str> =
        codes.iter().filter(|code| words.find(&format!("code-{code}"), &[]).is_none()).collect();
    assert!(missing.is_empty(), "add a line code-… to locales/codes.zh-CN.ftl for {missing:?}");
    let known: BTreeSet<&str> = codes.into_iter().collect();
    let gone: Vec<&str> = keys(ZH_CN_CODES)
        .into_iter()
        .filter(|key| !known.contains(key.trim_start_matches("code-")))
        .collect();
    assert!(gone.is_empty(), "codes.zh-CN.ftl explains what no longer exists: {gone:?}");
}

/// Families of keys that are errors: prefix of the key, heading of the document.
const ERROR_FAMILIES: [(&str, &str); 3] = [
    ("typing-error-", "A typing that cannot be read"),
    ("field-", "A field of a form"),
    ("failure-", "A request or a command"),
];
/// Keys of such a prefix that are no codes.
const NO_CODES: [&str; 3] = ["failure-title", "failure-unchanged", "failure-to-search"];

/// The list of codes with their sentences, as it stands in `docs/error-sentences.md`.
fn error_document() -> String {
    let mut text = String::from(
        "# Sentences of the error codes\n\nWhat to do about each code stands in [errors.md](errors.md). \
         Every refusal has a stable code: programs may rely on it, people may quote it. The sentences say what \
         was found, what was expected and what can be done. Exit status 2: some input was refused; 1: the program could \
         not work. This page is written by a test from `crates/qidai/locales` (`QIDAI_WRITE_DOCS=1 cargo nextest run \
         error_document`).\n",
    );
    let sentences =
        |lang: Lang, key: &str| lang.words().find(key, &[]).unwrap_or_default().replace('|', "\\|");
    for (prefix, heading) in ERROR_FAMILIES {
        text.push_str(&format!("\n## {heading}\n\n| code | English | 中文 |\n|---|---|---|\n"));
        let codes =
            keys(FILES[1].1).into_iter().filter(|key| key.starts_with(prefix) && !NO_CODES.contains(key));
        for key in codes {
            let code = &key[prefix.len()..];
            text.push_str(&format!(
                "| `{code}` | {} | {} |\n",
                sentences(Lang::En, key),
                sentences(Lang::ZhCn, key)
            ));
        }
    }
    text
}

#[test]
fn error_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/error-sentences.md");
    if std::env::var_os("QIDAI_WRITE_DOCS").is_some() {
        std::fs::write(&path, error_document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == error_document(),
        "docs/error-sentences.md is old: run this test once with QIDAI_WRITE_DOCS=1"
    );
}
