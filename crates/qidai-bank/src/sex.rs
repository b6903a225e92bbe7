//! Sex of the infant whose cord blood a unit is.

use serde::{Deserialize, Serialize};

/// Sex as recorded at birth. Not recorded is `Option::None`, never a third value here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    #[serde(rename = "F")]
    Female,
    #[serde(rename = "M")]
    Male,
}

impl Sex {
    /// `F` or `M`, as in files and in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
        }
    }

    /// Reads `F`/`M`, the words, 女/男, and the codes of GB/T 2261.1 (1 male, 2 female).
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "f" | "female" | "女" | "2" => Some(Self::Female),
            "m" | "male" | "男" | "1" => Some(Self::Male),
            _ => None,
        }
    }
}
