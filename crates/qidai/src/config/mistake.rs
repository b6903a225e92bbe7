//! What is wrong with a configuration.

use std::fmt;

use serde::Serialize;

/// One mistake: where, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// Stable.
    pub(crate) code: &'static str,
    /// `FILE, line 3`, a variable, or an option.
    pub(crate) place: String,
    /// Never quotes a secret.
    pub(crate) sentence: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.place, self.sentence)
    }
}

/// ` – did you mean "listen"?`, when a known word is near.
pub(super) fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Slips of the finger that a suggestion may assume.
    const SLIPS_MAX: usize = 3;
    let near = known.map(|word| (strsim::damerau_levenshtein(written, word), word));
    near.filter(|(slips, word)| *slips <= SLIPS_MAX && slips * 2 < word.chars().count())
        .min()
        .map(|(_, word)| word)
}
