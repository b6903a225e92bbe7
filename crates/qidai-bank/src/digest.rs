//! The digest of a record: two records are the same exactly when their digests are.

use sha2::{Digest, Sha256};

/// SHA-256 over the fields in their order. Each name and text is preceded by its length, so that no
/// two different lists give the same bytes.
pub(crate) fn digest_of(fields: &[(String, String)]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for (name, text) in fields {
        for part in [name, text] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_vec()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

/// As many bytes as are wanted, from hexadecimal digits; `None` when they are not exactly that.
pub(crate) fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(bytes)
}

/// One field in which two records differ. An absent field has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub stored: Option<String>,
    pub given: Option<String>,
}

/// The fields in which two records differ, in the order of the stored one, added fields last.
pub(crate) fn differences(stored: &[(String, String)], given: &[(String, String)]) -> Vec<Difference> {
    let text_in = |fields: &[(String, String)], name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.clone())
    };
    let added = given.iter().filter(|(name, _)| text_in(stored, name).is_none());
    stored
        .iter()
        .chain(added)
        .map(|(name, _)| Difference {
            field: name.clone(),
            stored: text_in(stored, name),
            given: text_in(given, name),
        })
        .filter(|difference| difference.stored != difference.given)
        .collect()
}
