//! What is said under a field: is it right, what is wrong and where, and a correction to accept.

use fluent_bundle::FluentValue;
use serde::Serialize;

use crate::words::Words;

/// How loudly it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    /// Good to know.
    Ok,
    /// Asks for attention; blocks nothing.
    Warn,
    /// Must be changed before a search.
    Bad,
}

impl Tone {
    /// The suffix of the style classes `said-…`, `is-…` and of the symbol `sign-…`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
        }
    }
}

/// A correction which the person may accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Fix {
    /// Name of the field it goes into.
    pub(crate) field: String,
    /// What the field will then contain.
    pub(crate) text: String,
}

/// One sentence about a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Said {
    pub(crate) tone: Tone,
    pub(crate) sentence: String,
    /// Stable, snake_case; absent where nothing is wrong.
    pub(crate) code: Option<&'static str>,
    pub(crate) fix: Option<Fix>,
}

impl Said {
    pub(crate) fn ok(sentence: String) -> Said {
        Said { tone: Tone::Ok, sentence, code: None, fix: None }
    }

    pub(crate) fn warn(code: &'static str, sentence: String) -> Said {
        Said { tone: Tone::Warn, sentence, code: Some(code), fix: None }
    }

    pub(crate) fn bad(code: &'static str, sentence: String) -> Said {
        Said { tone: Tone::Bad, sentence, code: Some(code), fix: None }
    }

    /// The code where a person may need to quote it: beside a refusal.
    pub(crate) fn shown_code(&self) -> Option<&'static str> {
        self.code.filter(|_| self.tone == Tone::Bad)
    }

    /// A refusal whose sentence is `field-<code>` with its values.
    pub(crate) fn refuse(w: &Words, code: &'static str, values: &[(&'static str, FluentValue<'_>)]) -> Said {
        Said::bad(code, w.say(&format!("field-{code}"), values))
    }
}

/// The loudest tone among several; nothing said is nothing shown.
pub(crate) fn loudest(said: &[Said]) -> Option<Tone> {
    said.iter().map(|one| one.tone).max()
}
