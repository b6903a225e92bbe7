//! Numbers that people and institutions carry on their papers, and the check each of them has.

mod cn_id;
mod grid;
mod mobile;
mod uscc;

pub use cn_id::CnId;
pub use grid::Grid;
pub use mobile::Mobile;
pub use uscc::Uscc;

use unicode_normalization::UnicodeNormalization;

use crate::IdentityError;

/// As typed or copied from anywhere: compatibility forms become plain (NFKC), blanks and dashes go, letters are
/// upper case.
fn clean(text: &str) -> String {
    let kept = text.nfkc().filter(|c| !c.is_whitespace() && !is_dash(*c));
    kept.flat_map(char::to_uppercase).collect()
}

/// Hyphen-minus, hyphens and dashes, minus.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Refuses an empty text and a text of another length.
fn check_length(cleaned: &str, length: usize, code: &'static str, hint: &str) -> Result<(), IdentityError> {
    let found = cleaned.chars().count();
    if found == length {
        return Ok(());
    }
    let code = if found == 0 { "identity_empty" } else { code };
    Err(IdentityError {
        code,
        reason: format!("'{cleaned}' has {found} characters, expected {length}"),
        hint: hint.to_owned(),
    })
}
