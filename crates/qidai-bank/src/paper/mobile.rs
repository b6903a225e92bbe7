//! A mobile telephone number of the Chinese mainland.

use super::clean;
use crate::IdentityError;

/// Digits after the country code.
const LENGTH: usize = 11;
const COUNTRY: &str = "+86";
const HINT: &str = "a mobile number has 11 digits and begins with 13 to 19; +86 or 0086 may stand before it";

/// A valid number: 11 digits, the first 1, the second 3 to 9.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number with or without +86 or 0086; full-width digits, blanks and dashes are accepted and normalised.
    ///
    /// # Errors
    /// `mobile_shape_wrong`.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let cleaned = clean(text);
        let number =
            cleaned.strip_prefix(COUNTRY).or_else(|| cleaned.strip_prefix("0086")).unwrap_or(&cleaned);
        let digits = number.len() == LENGTH && number.bytes().all(|byte| byte.is_ascii_digit());
        let begins = number.starts_with('1') && matches!(number.as_bytes().get(1), Some(b'3'..=b'9'));
        if digits && begins {
            return Ok(Self(number.to_owned()));
        }
        Err(IdentityError {
            code: if cleaned.is_empty() { "identity_empty" } else { "mobile_shape_wrong" },
            reason: "not a mobile number of the Chinese mainland".to_owned(),
            hint: HINT.to_owned(),
        })
    }

    /// As it is stored: `+8613800000000` (ITU-T E.164).
    pub fn e164(&self) -> String {
        format!("{COUNTRY}{}", self.0)
    }

    /// As it is shown: `138****0000`.
    pub fn masked(&self) -> String {
        let (first, last) = (self.0.get(..3).unwrap_or_default(), self.0.get(7..).unwrap_or_default());
        format!("{first}****{last}")
    }
}

/// Never whole in a log.
impl std::fmt::Debug for Mobile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mobile({})", self.masked())
    }
}
