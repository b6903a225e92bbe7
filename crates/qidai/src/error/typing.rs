//! What is wrong with a typing, in the words of the reader.

use fluent_bundle::FluentValue;
use qidai_hla::TypingError;

use crate::words::{Lang, Words};

/// Everything that is wrong with a typing, and the release under which it was read.
#[derive(Debug, Clone)]
pub(super) struct TypingRefusal {
    pub(super) errors: Vec<TypingError>,
    pub(super) release: String,
}

impl TypingRefusal {
    /// All errors in one line, each after its code.
    pub(super) fn said(&self, words: &Words) -> String {
        let (said, between): (Vec<String>, _) = match words.lang() {
            // The English of the reader names the whole text and the correction as well.
            Lang::En => (self.errors.iter().map(ToString::to_string).collect(), "; "),
            Lang::ZhCn => (self.errors.iter().map(|error| self.of(error, words)).collect(), "；"),
        };
        said.join(between)
    }

    fn of(&self, error: &TypingError, words: &Words) -> String {
        let sentence = typing_sentence(error, error.position, &self.release, words);
        let sentence = sentence.trim_end_matches(['。', '.']);
        let fix = error.fix.as_ref().map(|fix| words.t1("typing-fix", "fix", fix.as_str()));
        format!("{}：{sentence}{}", error.code, fix.unwrap_or_default())
    }
}

/// The sentence of one error; `position` is 1 for the first character.
pub(crate) fn typing_sentence(error: &TypingError, position: usize, release: &str, w: &Words) -> String {
    let values = [
        ("value", FluentValue::from(error.value.as_str())),
        ("position", FluentValue::from(position as f64)),
        ("expected", FluentValue::from(error.expected.as_str())),
        ("release", FluentValue::from(release)),
        ("unicode", FluentValue::from(unicode(&error.value))),
    ];
    w.say(&format!("typing-error-{}", error.code.as_str()), &values)
}

/// Names a single character that may look like another one: `U+0410`.
pub(crate) fn unicode(value: &str) -> String {
    let mut characters = value.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => format!("U+{:04X}", u32::from(only)),
        _ => String::new(),
    }
}
