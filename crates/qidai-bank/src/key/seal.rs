//! A text sealed under a key, bound to the place it belongs to.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::Key;
use crate::{RandomSource, RandomUnavailable};

/// XChaCha20-Poly1305: 24 bytes, long enough to be drawn at random for every text.
const NONCE_BYTES: usize = 24;
/// The first byte of every sealed text: how it was sealed. Another way gets another number.
const VERSION: u8 = 1;

/// Where a sealed text belongs. It is authenticated with the text: moved to another row or column, it does not open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) row: &'a str,
    pub(crate) field: &'a str,
}

impl Place<'_> {
    fn associated_data(self) -> Vec<u8> {
        let mut data = vec![VERSION];
        for part in [self.table, self.row, self.field] {
            data.extend((part.len() as u64).to_le_bytes());
            data.extend(part.as_bytes());
        }
        data
    }
}

/// Why a text could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    /// Longer than the cipher can count, 256 GiB.
    #[error("a text is too long to be sealed")]
    TooLong,
}

/// Version, nonce, then the sealed text with its tag of 16 bytes.
pub(crate) fn seal(
    key: &Key,
    place: Place<'_>,
    text: &[u8],
    random: &RandomSource,
) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE_BYTES] = random.bytes()?;
    let cipher = XChaCha20Poly1305::new(key.as_bytes().into());
    let payload = Payload { msg: text, aad: &place.associated_data() };
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

/// The text, or `None`: another key, another place, or changed.
pub(crate) fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (version, rest) = sealed.split_first()?;
    if *version != VERSION {
        return None;
    }
    let (nonce, text) = rest.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let cipher = XChaCha20Poly1305::new(key.as_bytes().into());
    let payload = Payload { msg: text, aad: &place.associated_data() };
    cipher.decrypt(&XNonce::from(nonce), payload).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { table: "person_field", row: "p-1", field: "name" };

    #[test]
    fn opens_only_with_its_key_in_its_place_unchanged() {
        let random = RandomSource::seeded(1);
        let (key, other) = (Key::new(&random).expect("random"), Key::new(&random).expect("random"));
        let sealed = seal(&key, PLACE, "王芳".as_bytes(), &random).expect("random");
        assert_eq!(open(&key, PLACE, &sealed).as_deref().map(Vec::as_slice), Some("王芳".as_bytes()));
        assert!(open(&other, PLACE, &sealed).is_none());
        for place in [
            Place { table: "person_fiel", ..PLACE },
            Place { row: "p-2", ..PLACE },
            Place { field: "mobile", ..PLACE },
            Place { row: "p-1n", field: "ame", ..PLACE },
        ] {
            assert!(open(&key, place, &sealed).is_none(), "{place:?}");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, PLACE, &changed).is_none(), "byte {at}");
            assert!(open(&key, PLACE, &sealed[..at]).is_none(), "{at} bytes");
        }
        assert_ne!(
            sealed,
            seal(&key, PLACE, "王芳".as_bytes(), &random).expect("random"),
            "never twice the same"
        );
    }
}
