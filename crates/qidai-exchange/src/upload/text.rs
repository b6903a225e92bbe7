//! Plain text: UTF-8, UTF-16 with its mark, or GB 18030, without anything that is no text.

use encoding_rs::{GB18030, UTF_8};

use super::Flaw;

/// Refuses what is no text, and markup, which a browser could take for a page.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let text = decoded(bytes).ok_or(Flaw::Unknown)?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\r' | '\n');
    let is_markup = text.trim_start().strip_prefix('<').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?' | '/'))
    });
    if text.trim().is_empty() || is_markup || !text.chars().all(is_text) {
        return Err(Flaw::Unknown);
    }
    Ok(())
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let (text, _, has_errors) = UTF_8.decode(bytes);
    if !has_errors {
        return Some(text.into_owned());
    }
    let (text, has_errors) = GB18030.decode_without_bom_handling(bytes);
    (!has_errors).then(|| text.into_owned())
}
