//! A typing as the laboratory wrote it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The text of a laboratory, kept for ever. What it means is derived elsewhere, and can be derived
/// again under a newer IPD-IMGT/HLA release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// As written, for files a GL String.
    pub written: String,
    /// Typing method, such as `NGS`, `SBT`, `SSO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The IPD-IMGT/HLA release the laboratory used, such as `3.58.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_on: Option<Date>,
}

impl Typing {
    /// A typing of which only the text is known.
    pub fn written(text: impl Into<String>) -> Self {
        Self { written: text.into(), ..Self::default() }
    }
}
