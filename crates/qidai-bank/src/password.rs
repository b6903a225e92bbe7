//! Passwords: which ones are taken, and how they are kept.

mod blocklist;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

use crate::{Problem, RandomSource, RandomUnavailable};

/// Characters of the shortest password. NIST SP 800-63B-4 asks for 15 where a password stands alone and 8 beside a
/// second factor; 12 is ours, because families may sign in without one and have little to lose but their own file.
pub const PASSWORD_LENGTH_MIN: usize = 12;
/// Characters of the longest: NIST SP 800-63B-4 asks to accept at least 64. Longer texts only cost time to hash.
pub const PASSWORD_LENGTH_MAX: usize = 256;
/// A part of this length of the staff number must not stand in the password.
const OWN_WORD_MIN: usize = 4;
/// So many different characters at least: `aaaaaaaaaaaa` is one character, not twelve.
const DIFFERENT_MIN: usize = 5;

/// argon2id with 19 MiB, 2 passes, 1 lane: the setting that OWASP's Password Storage Cheat Sheet (2024) names first
/// among equals for servers; 20 sign-ins at once take 380 MiB for a moment.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of salt (PHC string format: 16) and of hash.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;

/// What is wrong with a new password, or `None`. There are no rules of composition and none of age (NIST SP
/// 800-63B-4, 3.1.1.2); length, a list of what everybody tries first, and the person's own staff number decide.
pub fn password_problem(password: &str, staff_number: &str) -> Option<Problem> {
    let normal: String = password.nfkc().collect();
    let length = normal.chars().count();
    // The value of the problem stays empty: a refused password is often nearly the next one.
    let refuse = |code, reason: String, hint: &str| Some(Problem::new("password", "", code, reason, hint));
    if length < PASSWORD_LENGTH_MIN {
        let reason =
            format!("the password has {length} characters, at least {PASSWORD_LENGTH_MIN} are needed");
        return refuse(
            "password_too_short",
            reason,
            "four words that do not belong together are easy to keep",
        );
    }
    if length > PASSWORD_LENGTH_MAX {
        let reason = format!("the password has {length} characters, at most {PASSWORD_LENGTH_MAX} are read");
        return refuse("password_too_long", reason, "take a shorter one");
    }
    let folded = blocklist::folded(&normal);
    let own = staff_number.to_lowercase();
    if own.chars().count() >= OWN_WORD_MIN && folded.contains(&own) {
        let reason = "the password holds the staff number".to_owned();
        return refuse("password_holds_own_name", reason, "leave it out");
    }
    if is_too_plain(&folded) || blocklist::is_listed(&folded) {
        let reason = "the password is one of those that are tried first".to_owned();
        return refuse("password_too_common", reason, "take words or characters that nobody would try");
    }
    None
}

/// Few different characters, or one run such as `abcdefghijkl`.
fn is_too_plain(folded: &str) -> bool {
    let characters: Vec<char> = folded.chars().collect();
    let different: std::collections::HashSet<&char> = characters.iter().collect();
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let steps: std::collections::HashSet<i64> = characters.windows(2).map(step).collect();
    different.len() < DIFFERENT_MIN || steps.len() == 1
}

/// Why a password could not be hashed or compared. An outage, never "wrong password".
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error(transparent)]
    Random(#[from] RandomUnavailable),
    #[error("a password hash could not be computed or read: {0}")]
    Hash(String),
}

/// A password as it is kept: a PHC string with its parameters, salt and hash.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes with a new salt. Takes some 20 ms of one core: not on a thread that serves others.
    ///
    /// # Errors
    /// No random bytes, or no memory.
    pub fn of(password: &str, random: &RandomSource) -> Result<Self, PasswordError> {
        Self::with_salt(password, random.bytes()?)
    }

    pub(crate) fn with_salt(password: &str, salt: [u8; SALT_BYTES]) -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(failed)?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon.hash_password_with_salt(&bytes_of(password), &salt).map_err(failed)?;
        Ok(Self(hash.to_string()))
    }

    /// A hash that no password has: it is compared with where there is no account, so that an unknown staff number
    /// takes as long as a known one.
    pub(crate) fn of_nobody() -> Self {
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        Self(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}"))
    }

    pub(crate) fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_stored(&self) -> &str {
        &self.0
    }

    /// Is it this password? Uses the parameters it was hashed with, and as much time.
    ///
    /// # Errors
    /// The stored text is no hash.
    pub fn fits(&self, password: &str) -> Result<bool, PasswordError> {
        let parsed = Phc::new(&self.0).map_err(failed)?;
        match Argon2::default().verify_password(&bytes_of(password), &parsed) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// True when it was hashed with other parameters than new ones are: then hash again at the next sign-in.
    pub fn is_outdated(&self) -> bool {
        !self.0.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }
}

/// Never printed.
impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// NFKC, so that the same keys on another keyboard give the same bytes (NIST SP 800-63B-4, 3.1.1.2).
fn bytes_of(password: &str) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(password.nfkc().collect::<String>().into_bytes())
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}
