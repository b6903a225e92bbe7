//! For whom a unit is kept.

use serde::{Deserialize, Serialize};

/// A public unit is there for any patient; a family unit is held for its own family and is
/// never part of anybody else's search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankType {
    Public,
    Family,
}

impl BankType {
    pub const ALL: [Self; 2] = [Self::Public, Self::Family];

    /// `public` or `family`, as in files and in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Family => "family",
        }
    }

    /// Reads the codes, `private`, and the Chinese terms of the glossary.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "public" | "公共" | "公共库" => Some(Self::Public),
            "family" | "private" | "自体" | "自存" | "自体库" | "自存库" => Some(Self::Family),
            _ => None,
        }
    }
}
