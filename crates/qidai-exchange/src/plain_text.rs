//! Bytes of a short file as text: of a freezer, a logger, an analyser. Large tables are decoded as a stream
//! ([`crate::table`]).

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Characters of a text that a sentence quotes.
const QUOTED_CHARS_MAX: usize = 40;
/// Bytes that tell whether a file without a mark is UTF-16.
const LOOKED_AT: usize = 4_096;

/// The text of a file, or nothing where it is none. A mark is believed; else UTF-16 by its zero bytes, UTF-8 by its rules,
/// Latin-1 by its degree signs, GB 18030, which Chinese software writes, and Latin-1, which reads everything.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let (text, _, has_errors) = marked.unwrap_or_else(|| guessed(bytes)).decode(bytes);
    // The end-of-file mark of DOS is the only control character that a text may end with.
    let text = text.trim_end_matches('\u{1a}');
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    (!has_errors && text.chars().all(is_text)).then(|| text.to_owned())
}

/// The same for people: nothing is left out where a byte is none of its encoding.
pub fn text_of(bytes: &[u8]) -> String {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    marked.unwrap_or_else(|| guessed(bytes)).decode(bytes).0.into_owned()
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let reads = |encoding: &'static Encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
    };
    if !has_latin_degrees(bytes) && reads(GB18030) { GB18030 } else { WINDOWS_1252 }
}

/// `°C`, `°F` and `°K` of Latin-1 are rare Chinese characters in GB 18030 (癈 and its like): a file that has them between
/// brackets or behind a digit or a blank speaks of temperatures.
fn has_latin_degrees(bytes: &[u8]) -> bool {
    let before =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'(' | b'[' | b' ' | b'/' | b',' | b';' | b'\t');
    let is_degree =
        |window: &[u8]| before(window[0]) && window[1] == 0xB0 && matches!(window[2], b'C' | b'F' | b'K');
    bytes.windows(3).any(is_degree)
}

/// UTF-16 whose mark was lost: most characters of a table are of ASCII, and have a zero byte on the same side.
pub(crate) fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(LOOKED_AT))?;
    let pairs = start.len() / 2;
    let zeros = |side: usize| start.chunks_exact(2).filter(|pair| pair[side] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let is_most = |count: usize| pairs > 1 && count * 10 > pairs * 4;
    match (first, second) {
        (0, second) if is_most(second) => Some(UTF_16LE),
        (first, 0) if is_most(first) => Some(UTF_16BE),
        _ => None,
    }
}

/// A value as a sentence quotes it: a line without an end must not become a sentence without one.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
