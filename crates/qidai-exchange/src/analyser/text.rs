//! Bytes of a message as text.

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

use qidai_bank::discreet;

use super::Reading;
use crate::plain_text::utf_16_without_mark;

/// Reads bytes in the encoding of their mark, or that the message names, or else as UTF-8, or else as GB 18030. What is neither is read as
/// Latin-1, which reads everything, and a remark says so.
pub(super) fn decode(bytes: &[u8], named: Option<&str>, reading: &mut Reading) -> String {
    let text = text_of(bytes, named, reading);
    if !text.contains('\0') {
        return text;
    }
    let sentence = "The message has zero bytes, which no text has: each is read as a sign that is nothing.";
    reading.remark("message", "message_zero_bytes", sentence);
    text.replace('\0', "\u{fffd}")
}

fn text_of(bytes: &[u8], named: Option<&str>, reading: &mut Reading) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Some(encoding) = named.and_then(|name| encoding_of(name, reading)) {
        let (text, _, has_errors) = encoding.decode(bytes);
        if has_errors {
            let sentence = format!(
                "The message is not what it says, {}: some characters were replaced.",
                encoding.name()
            );
            reading.remark("message", "message_encoding_wrong", sentence);
        }
        return text.into_owned();
    }
    for encoding in [UTF_8, GB18030] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return text.into_owned();
        }
    }
    let sentence = "The message is neither UTF-8 nor GB 18030: it was read as Latin-1. Compare its letters with the bytes.";
    reading.remark("message", "message_encoding_wrong", sentence);
    WINDOWS_1252.decode(bytes).0.into_owned()
}

/// The names of HL7 table 0211, as far as they are met.
fn encoding_of(name: &str, reading: &mut Reading) -> Option<&'static Encoding> {
    match name.trim() {
        "" => None,
        "UNICODE UTF-8" | "UTF-8" | "ASCII" => Some(UTF_8),
        "GB 18030-2000" | "GB18030" | "GB2312" | "GBK" => Some(GB18030),
        "8859/1" | "ISO8859-1" => Some(WINDOWS_1252),
        other => {
            let sentence = format!(
                "The encoding '{}' is not known here: it was found out from the bytes.",
                discreet(other, true)
            );
            reading.remark("message", "message_encoding_unknown", sentence);
            None
        }
    }
}
