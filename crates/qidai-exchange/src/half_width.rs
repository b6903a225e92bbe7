//! Full-width forms, which Chinese keyboards type, as their ASCII twins.

use std::borrow::Cow;

/// `Ａ＊０２：０１　` as `A*02:01 `: U+FF01 to U+FF5E and the ideographic space. Everything else is left alone.
pub(crate) fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|c| narrow(c) != c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow).collect())
}

fn narrow(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        0x3000 | 0x00A0 => ' ',
        _ => c,
    }
}
