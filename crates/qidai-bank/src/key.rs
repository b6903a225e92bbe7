//! Keys: the master key of a bank and the ring that older ones stay in; the key of a person.
//!
//! ```text
//! master key ──derives──> wrapping key ──wraps──> key of a person ──seals──> that person's fields
//!            ├─derives──> index key    ──HMAC───> blind index
//!            ├─derives──> sealing key of second factors, secrets of new second factors
//!            ├─derives──> wrapping key of raw messages and files of the laboratory
//!            └─derives──> key of the forms of a demonstration's visitors
//! ```
//!
//! Master keys are never in the database or its backup; wrapped keys of persons are, and only there.

mod seal;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::digest::hexadecimal;
use crate::totp::{TOTP_SECRET_BYTES, TotpSecret};
use crate::{RandomSource, RandomUnavailable, Token};

pub use seal::SealError;
pub(crate) use seal::{Place, open, seal};

/// Bytes of every key.
const KEY_BYTES: usize = 32;
/// Hexadecimal digits of a key id: enough to tell a bank's few keys apart, useless for guessing one.
const KEY_ID_DIGITS: usize = 16;

/// 32 secret bytes. Wiped from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key([u8; KEY_BYTES]);

impl Key {
    pub(crate) fn new(random: &RandomSource) -> Result<Self, RandomUnavailable> {
        random.bytes().map(Self)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// HMAC-SHA256 under this key over parts, each preceded by its length.
    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key of any length is a key of HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Another key that tells nothing about this one (NIST SP 800-108, with HMAC, one block).
    fn derive(&self, purpose: &str) -> Key {
        Key(self.mac(&[b"qidai-key-1", purpose.as_bytes()]))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// The master key of a bank: 32 random bytes in a file beside the bank or in the environment.
#[derive(Debug, Clone)]
pub struct MasterKey {
    id: String,
    key: Key,
}

impl MasterKey {
    /// A new one.
    ///
    /// # Errors
    /// No random bytes.
    pub fn new(random: &RandomSource) -> Result<Self, RandomUnavailable> {
        Ok(Self::of(Key::new(random)?))
    }

    /// Reads 64 hexadecimal digits. Anything else is no key.
    pub fn parse(text: &str) -> Option<Self> {
        // A token has the same form.
        let bytes = Token::parse(text)?;
        Key::from_bytes(bytes.as_bytes()).map(Self::of)
    }

    /// The text for the key file: 64 hexadecimal digits.
    pub fn reveal(&self) -> String {
        hexadecimal(self.key.as_bytes())
    }

    /// Its name, which rows that were sealed under it carry. Computed from the key, so no two files can disagree.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn of(key: Key) -> Self {
        let digest = Sha256::digest([b"qidai-key-id:".as_slice(), key.as_bytes()].concat());
        let mut id = hexadecimal(&digest);
        id.truncate(KEY_ID_DIGITS);
        Self { id, key }
    }
}

/// The master keys of a bank: what is sealed under any of them can be opened, new things are sealed under the
/// current one.
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: MasterKey,
    older: Vec<MasterKey>,
}

/// The bank was sealed under a key that the ring does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key {id} is not on the ring: use the key file that belongs to this bank, or its copy")]
pub struct KeyMissing {
    pub id: String,
}

impl KeyRing {
    /// The current key and those that it follows.
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        Self { current, older }
    }

    /// The same ring with a new current key; the one before stays on it.
    #[must_use]
    pub fn rotated(&self, new: MasterKey) -> Self {
        let older = std::iter::once(self.current.clone()).chain(self.older.iter().cloned());
        Self { current: new, older: older.collect() }
    }

    pub fn current(&self) -> &MasterKey {
        &self.current
    }

    /// All keys, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.older)
    }

    fn find(&self, id: &str) -> Result<&MasterKey, KeyMissing> {
        self.all().find(|key| key.id == id).ok_or_else(|| KeyMissing { id: id.to_owned() })
    }

    /// The key under which the keys of persons are wrapped.
    pub(crate) fn wrapping(&self, id: &str) -> Result<Key, KeyMissing> {
        Ok(self.find(id)?.key.derive("wrap keys of persons"))
    }

    /// The key under which secrets of second factors are sealed.
    pub(crate) fn second_factor(&self, id: &str) -> Result<Key, KeyMissing> {
        Ok(self.find(id)?.key.derive("seal second factors"))
    }

    /// The key under which the keys of raw messages and files are wrapped.
    pub(crate) fn raw_messages(&self, id: &str) -> Result<Key, KeyMissing> {
        Ok(self.find(id)?.key.derive("wrap keys of raw messages"))
    }

    /// The key under which answers to requests of programs are kept.
    pub(crate) fn kept_answers(&self, id: &str) -> Result<Key, KeyMissing> {
        Ok(self.find(id)?.key.derive("seal kept answers"))
    }

    /// What proves that this bank gave out a text, such as a place in a list: 32 hexadecimal digits for each key of the
    /// ring, the current one first.
    pub fn proofs<'a>(&'a self, parts: &'a [&'a [u8]]) -> impl Iterator<Item = String> + 'a {
        self.all().map(|master| hexadecimal(&master.key.derive("prove what was given out").mac(parts)[..16]))
    }

    /// The secret that the owner of a one-time link is shown, the same each time the link is opened: nothing has to
    /// be kept between the page and its answer.
    pub fn new_second_factor(&self, link: &Token) -> TotpSecret {
        let derived = self.current.key.derive("new second factors").mac(&[link.as_bytes()]);
        let mut secret = [0; TOTP_SECRET_BYTES];
        for (to, from) in secret.iter_mut().zip(derived) {
            *to = from;
        }
        TotpSecret::new(secret)
    }

    /// What the forms of visitors without a session carry, as 64 hexadecimal digits: the same on every server of a
    /// bank, and known to nobody who cannot read its pages.
    pub fn visitor_form_secret(&self, account_id: &str) -> String {
        hexadecimal(&self.current.key.derive("forms of visitors").mac(&[account_id.as_bytes()]))
    }

    /// The blind index entry of a normalised value under the current key.
    pub(crate) fn index(&self, field: &str, normal: &str) -> Vec<u8> {
        index_under(&self.current, field, normal)
    }

    /// The same under every key of the ring: while keys are being rotated, entries of both are met.
    pub(crate) fn index_under_all(&self, field: &str, normal: &str) -> Vec<Vec<u8>> {
        self.all().map(|key| index_under(key, field, normal)).collect()
    }
}

fn index_under(master: &MasterKey, field: &str, normal: &str) -> Vec<u8> {
    master.key.derive("blind index").mac(&[field.as_bytes(), normal.as_bytes()]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_under_the_same_name() {
        let key = MasterKey::new(&RandomSource::seeded(3)).expect("random bytes");
        let again = MasterKey::parse(&format!(" {}\n", key.reveal())).expect("a key");
        assert_eq!((key.id(), &key.key), (again.id(), &again.key));
        assert_eq!(key.id().len(), KEY_ID_DIGITS);
        assert!(!key.reveal().contains(key.id()));
        for text in ["", "00", &"g".repeat(64), &"+1".repeat(32), &key.reveal()[..63]] {
            assert!(MasterKey::parse(text).is_none(), "{text}");
        }
        assert!(!format!("{key:?}").contains(&key.reveal()[..8]));
    }

    #[test]
    fn keys_for_different_uses_differ() {
        let key = MasterKey::new(&RandomSource::seeded(3)).expect("random bytes");
        let ring = KeyRing::new(key.clone(), Vec::new());
        let all = [
            ring.wrapping(key.id()).expect("on the ring").as_bytes().to_vec(),
            ring.second_factor(key.id()).expect("on the ring").as_bytes().to_vec(),
            ring.index("name", ""),
            ring.index("nam", "e"),
            Token::parse(&ring.visitor_form_secret("")).expect("64 digits").as_bytes().to_vec(),
            key.key.as_bytes().to_vec(),
        ];
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
