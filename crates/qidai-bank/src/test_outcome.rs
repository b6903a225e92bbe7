//! What a screening test said.

use serde::{Deserialize, Serialize};

/// The summary of one screening (infection markers, haemoglobinopathy, CMV, sterility).
/// Not done is `Option::None`: missing is never a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    Negative,
    Positive,
    Indeterminate,
}

impl TestOutcome {
    /// `negative`, `positive` or `indeterminate`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::Indeterminate => "indeterminate",
        }
    }

    /// Reads the codes, the usual short forms, and 阴性/阳性/不确定.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "negative" | "neg" | "-" | "nonreactive" | "阴性" => Some(Self::Negative),
            "positive" | "pos" | "+" | "reactive" | "阳性" => Some(Self::Positive),
            "indeterminate" | "equivocal" | "不确定" => Some(Self::Indeterminate),
            _ => None,
        }
    }
}
