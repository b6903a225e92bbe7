//! One-time codes of an authenticator app: TOTP (RFC 6238) over HMAC-SHA-1, 30 seconds, 6 digits, which is what
//! every app understands.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a secret: RFC 4226 section 4, R6 recommends 160 bits.
pub const TOTP_SECRET_BYTES: usize = 20;
/// RFC 6238 section 5.2: the recommended time step.
const STEP_SECONDS: i64 = 30;
/// RFC 6238 section 5.2: one step before or after, for clocks that differ and people who type slowly.
const STEPS_AROUND: i64 = 1;
const DIGITS: u32 = 6;

/// The secret that the program and the app share.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; TOTP_SECRET_BYTES]);

impl TotpSecret {
    pub fn new(bytes: [u8; TOTP_SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The time step of a code: the code's own, when the code is right at `now` and its step is after `last_used`
    /// (RFC 6238 section 5.2: a code is accepted once).
    pub fn check(&self, code: &str, now: Timestamp, last_used: Option<i64>) -> CodeCheck {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = step_at(now);
        let fits = |step: &i64| constant_time_eq(self.code_at(*step, DIGITS).as_bytes(), digits.as_bytes());
        let steps = step - STEPS_AROUND..=step + STEPS_AROUND;
        // Every step is computed, whether an earlier one fits or not.
        let fitting: Vec<i64> = steps.filter(fits).collect();
        match (fitting.last(), last_used) {
            (None, _) => CodeCheck::Wrong,
            (Some(step), Some(last)) if *step <= last => CodeCheck::Used,
            (Some(step), _) => CodeCheck::Right { step: *step },
        }
    }

    /// The code at a time, as the app shows it.
    pub fn code(&self, at: Timestamp) -> String {
        self.code_at(step_at(at), DIGITS)
    }

    /// RFC 4226 section 5.3: HMAC of the step, four bytes at the place that the last nibble names, without the sign.
    fn code_at(&self, step: i64, digits: u32) -> String {
        // A key of any length is a key of HMAC.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return String::new() };
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash[19] & 0x0F);
        let number =
            hash.iter().skip(offset).take(4).fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        let width = digits as usize;
        format!("{:0width$}", (number & 0x7FFF_FFFF) % 10_u32.pow(digits))
    }

    /// The secret for typing: base 32 (RFC 4648) without filling.
    pub fn base32(&self) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut text = String::new();
        for chunk in self.0.chunks(5) {
            let number = chunk.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
            for place in (0..8).rev() {
                text.push(char::from(ALPHABET[(number >> (place * 5)) as usize & 31]));
            }
        }
        text
    }

    /// The address that an app reads from a picture. Bank and staff number must be plain; other characters are
    /// written as percent signs and digits.
    pub fn address(&self, bank: &str, staff_number: &str) -> String {
        let (bank, account) = (escaped(bank), escaped(staff_number));
        format!("otpauth://totp/{bank}:{account}?secret={}&issuer={bank}", self.base32())
    }
}

/// Never printed.
impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

/// What a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    Right {
        /// To be remembered: no code of this or an earlier step is accepted again.
        step: i64,
    },
    /// It would be right, but it was used.
    Used,
    Wrong,
}

fn step_at(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_SECONDS)
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let write = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(write).collect()
}

/// Equal in every byte, in a time that does not tell where they differ.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the vectors with SHA-1 have eight digits.
    #[test]
    fn vectors_of_the_standard() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        let mut count = 0;
        let table = include_str!("../tests/cases/totp.tsv");
        for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let at = Timestamp::from_second(cells[0].parse().expect("seconds")).expect("a time");
            assert_eq!(secret.code_at(step_at(at), 8), cells[1], "{line}");
            assert_eq!(secret.code(at), cells[1][2..], "{line}");
            count += 1;
        }
        assert_eq!(count, 6);
    }

    #[test]
    fn a_secret_is_typed_in_base_32() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let address = secret.address("qidai 济", "S001");
        assert!(address.starts_with("otpauth://totp/qidai%20%E6%B5%8E:S001?secret=GEZD"), "{address}");
    }
}
