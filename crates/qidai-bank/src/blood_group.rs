//! ABO and RhD blood group.

use serde::{Deserialize, Serialize};

/// ABO group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Abo {
    A,
    B,
    #[serde(rename = "AB")]
    Ab,
    O,
}

impl Abo {
    /// `A`, `B`, `AB` or `O`.
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::Ab => "AB",
            Self::O => "O",
        }
    }

    /// Reads `A`, `B`, `AB`, `O` in either case, with or without 型. A digit zero is refused:
    /// it may be an O or a missing value.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().trim_end_matches('型').to_ascii_uppercase().as_str() {
            "A" => Some(Self::A),
            "B" => Some(Self::B),
            "AB" => Some(Self::Ab),
            "O" => Some(Self::O),
            _ => None,
        }
    }
}

/// RhD: the D antigen is present or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RhD {
    #[serde(rename = "+")]
    Positive,
    #[serde(rename = "-")]
    Negative,
}

impl RhD {
    /// `+` or `-`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Positive => "+",
            Self::Negative => "-",
        }
    }

    /// Reads `+`/`-` (also full-width and the minus sign), the words, and 阳性/阴性.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "+" | "＋" | "pos" | "positive" | "阳" | "阳性" => Some(Self::Positive),
            "-" | "－" | "−" | "neg" | "negative" | "阴" | "阴性" => Some(Self::Negative),
            _ => None,
        }
    }
}
