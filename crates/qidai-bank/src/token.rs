//! Secrets that are shown once and kept only as a digest: links for a first sign-in, sessions, tokens of machines.

use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::digest::hexadecimal;
use crate::{RandomSource, RandomUnavailable};

/// 256 random bits: guessing one is hopeless, so a plain digest of it is enough.
const BYTES: usize = 32;

/// A secret on its way to its owner.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; BYTES]);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// No random bytes.
    pub fn new(random: &RandomSource) -> Result<Self, RandomUnavailable> {
        random.bytes().map(Self)
    }

    /// Reads the 64 hexadecimal digits of a token. Anything else is not a token.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != BYTES * 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut bytes = [0; BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The text for its owner: 64 hexadecimal digits.
    pub fn reveal(&self) -> String {
        hexadecimal(&self.0)
    }

    /// What is kept: SHA-256.
    pub(crate) fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Never printed.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}
