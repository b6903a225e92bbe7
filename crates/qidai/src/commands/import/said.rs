//! The sentences of an issue in the reader's language.
//!
//! An issue is made with its English sentences. Another language has its own: `issue-<code>` and `issue-<code>-hint`
//! with the issue's values (`locales/issues.zh-CN.ftl`), those of a typing as on the page (`typing-error-<code>`); where
//! these are missing, the meaning of the code; at last the English.

use fluent_bundle::FluentValue;
use qidai_exchange::Issue;

use crate::words::{Lang, Words};

/// Says an issue in a language.
pub(super) fn say(issue: &mut Issue, lang: Lang) {
    if lang == Lang::En {
        return;
    }
    let words = lang.words();
    let (reason, hint) = (reason(issue, words), hint(issue, words));
    let meaning = || words.find_whole(&format!("code-{}", issue.code), &[]);
    let (new_reason, new_hint) = match (reason, hint) {
        (Some(reason), Some(hint)) => (Some(reason), Some(hint)),
        (Some(reason), None) => (Some(reason), meaning()),
        // The meaning of a code says what to do as well.
        (None, hint) => (meaning(), hint),
    };
    issue.reason = new_reason.unwrap_or_else(|| issue.reason.clone());
    issue.hint = new_hint.unwrap_or_else(|| issue.hint.clone());
}

fn reason(issue: &Issue, words: &Words) -> Option<String> {
    let values = values(issue);
    words
        .find_whole(&format!("issue-{}", issue.code), &values)
        .or_else(|| words.find_whole(&format!("typing-error-{}", issue.code), &values))
        .map(|sentence| without_stop(&sentence))
}

fn hint(issue: &Issue, words: &Words) -> Option<String> {
    let values = values(issue);
    let key = match issue.values.iter().any(|(name, _)| *name == "fix") {
        true => "issue-fix".to_owned(),
        false => format!("issue-{}-hint", issue.code),
    };
    words.find_whole(&key, &values).map(|sentence| without_stop(&sentence))
}

fn values(issue: &Issue) -> Vec<(&'static str, FluentValue<'_>)> {
    let mut values = vec![
        ("value", FluentValue::from(issue.value.as_str())),
        ("column", FluentValue::from(issue.column.as_str())),
        ("row", FluentValue::from(issue.row.map_or_else(String::new, |row| row.to_string()))),
    ];
    values.extend(issue.values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))));
    values
}

/// Reason and hint are joined by the report; a full stop between them would be one too many.
fn without_stop(sentence: &str) -> String {
    sentence.trim_end_matches('。').to_owned()
}

#[cfg(test)]
mod tests {
    use qidai_exchange::CODES;

    use super::*;

    /// Codes of the bank's rules that a file can break, besides those of the exchange.
    const OF_THE_BANK: &[&str] = &[
        "count_negative",
        "volume_not_positive",
        "viability_out_of_range",
        "cd34_exceeds_tnc",
        "date_in_future",
        "date_too_early",
        "collection_before_birth",
        "expiry_before_collection",
        "status_not_for_bank_type",
        "din_length_wrong",
        "din_character_unknown",
        "din_character_misplaced",
        "din_check_wrong",
        "din_flags_unknown",
        "identity_duplicate_in_file",
        "identity_known_with_other_content",
    ];
    /// These end a command before there is an issue.
    const FAILURES: &[&str] = &[
        "file_not_readable",
        "mapping_not_readable",
        "mapping_form_wrong",
        "mapping_unit_wrong",
        "mapping_identity_wrong",
    ];

    fn chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn every_code_of_an_issue_is_said_in_chinese_with_its_hint() {
        let words = Lang::ZhCn.words();
        let codes = CODES.iter().map(|(code, _)| *code).chain(OF_THE_BANK.iter().copied());
        for code in codes.filter(|code| !FAILURES.contains(code)) {
            for key in [format!("issue-{code}"), format!("issue-{code}-hint")] {
                assert!(words.find(&key, &[]).is_some_and(|text| chinese(&text)), "{key} is missing");
            }
        }
        for code in qidai_hla::ErrorCode::ALL {
            let mut issue = Issue::cell(3, "hla", "A*02:99", code.as_str(), "English".into(), "English too");
            for name in ["position", "expected", "release", "unicode"] {
                issue = issue.with(name, "1");
            }
            say(&mut issue, Lang::ZhCn);
            assert!(chinese(&issue.reason) && chinese(&issue.hint), "{issue:?}");
        }
    }

    #[test]
    fn an_issue_keeps_its_values_in_every_language() {
        let made = || {
            let issue =
                Issue::cell(9, "din", "Z1", "identity_duplicate_in_file", "row 9 … row 4".into(), "keep one");
            issue.with("earlier", "4")
        };
        let (mut zh, mut en) = (made(), made());
        say(&mut zh, Lang::ZhCn);
        say(&mut en, Lang::En);
        assert!(zh.reason.contains('4') && chinese(&zh.reason) && chinese(&zh.hint), "{zh:?}");
        assert_eq!((en.reason.as_str(), en.hint.as_str()), ("row 9 … row 4", "keep one"));
        let mut unknown = Issue::row(1, "never_heard_of", "a sentence".into(), "a hint");
        say(&mut unknown, Lang::ZhCn);
        assert_eq!((unknown.reason.as_str(), unknown.hint.as_str()), ("a sentence", "a hint"));
    }
}
