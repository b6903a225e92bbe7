//! Bytes of a message as text.

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

use qidai_bank::discreet;

use super::Reading;

/// Reads bytes in the encoding that the message names, or else as UTF-8, or else as GB 18030. What is neither is read as
/// Latin-1, which reads everything, and a remark says so.
pub(super) fn decode(bytes: &[u8], named: Option<&str>, reading: &mut Reading) -> String {
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
