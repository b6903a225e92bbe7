//! Who a unit is: a scheme and a value, unique for ever.

mod din;
mod own;

pub use din::{Din, check_character};
pub use own::{CheckRule, OwnScheme};

use serde::{Deserialize, Serialize};

/// The scheme of ISBT 128 donation identification numbers.
pub const DIN_SCHEME: &str = "din";

/// An accepted identifier. `value` is normalised by its scheme: for a DIN the 13 characters of the
/// number without flags and check character, which belong to labels and keyboards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// `din`, or the name of a bank's own scheme.
    pub scheme: String,
    pub value: String,
}

impl Identity {
    /// Reads a DIN in any of its forms.
    pub fn din(text: &str) -> Result<Self, IdentityError> {
        Ok(Self::from(Din::parse(text)?))
    }

    /// As people write it and files carry it: a DIN with its check character (14 characters), any
    /// other value as it is.
    pub fn written(&self) -> String {
        match check_character(&self.value) {
            Some(check) if self.scheme == DIN_SCHEME => format!("{}{check}", self.value),
            _ => self.value.clone(),
        }
    }
}

impl From<Din> for Identity {
    fn from(din: Din) -> Self {
        Self { scheme: DIN_SCHEME.to_owned(), value: din.as_str().to_owned() }
    }
}

/// Why a text is not an identifier of its scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct IdentityError {
    /// Stable, such as `din_check_wrong`.
    pub code: &'static str,
    /// A sentence with the value and what is wrong with it.
    pub reason: String,
    /// What to do about it.
    pub hint: String,
}
