//! A position whose locus is known from its place: the name of a column, a key of a form.

use super::{Alternatives, Nomenclature, reserved};
use crate::error::TypingError;
use crate::locus::Locus;

/// True for a reserved word on its own and for fields without a locus: `NNNN`, `02:01`, `02:XX`, `02:01/02:06`.
/// A number without a colon could be an antigen or a first field and is left to the strict reader.
pub(super) fn lacks_locus(text: &str) -> bool {
    let begins_with_fields = || {
        let first = text.split('/').next().unwrap_or_default();
        first.starts_with(|c: char| c.is_ascii_digit()) && first.contains(':') && !first.contains('*')
    };
    reserved::is_word(text) || begins_with_fields()
}

/// Reads `bare`, the trimmed form of `text`, with the locus before it.
pub(super) fn read(
    locus: Locus,
    text: &str,
    bare: &str,
    nomenclature: &Nomenclature<'_>,
) -> Result<Alternatives, TypingError> {
    let prefix = format!("{locus}*");
    let whole = format!("{prefix}{bare}");
    nomenclature.read(&whole).map_err(|error| in_text(error, &prefix, text))
}

/// The same error, told of the text without the prefix.
fn in_text(error: TypingError, prefix: &str, text: &str) -> TypingError {
    let before = text.chars().take_while(|c| c.is_whitespace()).count();
    let value = match error.position {
        1 => error.value.strip_prefix(prefix).unwrap_or(&error.value).to_owned(),
        _ => error.value,
    };
    TypingError {
        position: error.position.saturating_sub(prefix.len()).max(1) + before,
        text: text.to_owned(),
        value,
        ..error
    }
}
