//! PDF (ISO 32000-1, 7.5): header, body, and the end-of-file marker.

use super::Flaw;

const KIND: &str = "PDF";
/// Readers look for the marker in the last bytes (Implementation note 18 of the PDF Reference, Appendix H).
const END_BYTES: usize = 1024;
/// Names of actions and objects that run, or carry other files (12.6.4, 7.11.4, 13.7).
const ACTIVE: [(&[u8], &str); 4] = [
    (b"/JavaScript", "a script"),
    (b"/Launch", "a command that starts a program"),
    (b"/EmbeddedFile", "another file"),
    (b"/RichMedia", "rich media"),
];

pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    if !bytes.get(5).is_some_and(|version| matches!(version, b'1' | b'2')) {
        return Err(Flaw::Damaged(KIND));
    }
    let end = find_last(bytes, b"%%EOF").ok_or(Flaw::Damaged(KIND))?;
    let behind = bytes.get(end + 5..).unwrap_or_default();
    if behind.len() > END_BYTES || !behind.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Err(Flaw::Appended(KIND));
    }
    let plain = without_escapes(bytes);
    let active = ACTIVE.iter().find(|(name, _)| plain.windows(name.len()).any(|part| part == *name));
    active.map_or(Ok(()), |(_, what)| Err(Flaw::Active((*what).to_owned())))
}

fn find_last(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}

/// In a name `#4A` is `J` (7.3.5).
fn without_escapes(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'#') {
            Some(byte) => {
                plain.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                plain.push(*first);
                rest = behind;
            }
        }
    }
    plain
}
