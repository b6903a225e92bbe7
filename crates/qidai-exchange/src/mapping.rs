//! A saved mapping: how one sender's file speaks, written down once and used at every delivery.
//!
//! ```json
//! {
//!   "columns":   {"条码号": "din", "有核细胞": "tnc_total", "备注": ""},
//!   "constants": {"bank_type": "public"},
//!   "values":    {"abo": {"甲": "A"}},
//!   "units":     {"tnc_total": "1e8"},
//!   "identity":  {"scheme": "local_1999", "pattern": "SD########"}
//! }
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use qidai_bank::{CheckRule, OwnScheme};
use serde::{Deserialize, Serialize};

use crate::number::Decimal;

/// What a mapping file says. Columns it does not name are found by their names as without a mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// Name of a column in the file → name of our field; an empty field name leaves the column out.
    pub columns: BTreeMap<String, String>,
    /// Field → value of every row, for what the file does not carry.
    pub constants: BTreeMap<String, String>,
    /// Field → value in the file → value as we write it.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Field → what one of the file's numbers stands for, such as `1e8` when cells are counted in hundreds of millions.
    pub units: BTreeMap<String, String>,
    /// The sender's own numbering, when its units carry no DIN.
    pub identity: Option<IdentityScheme>,
}

/// A bank's own numbering; see [`OwnScheme`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityScheme {
    /// Such as `local_1999`.
    pub scheme: String,
    /// `#` a digit, `@` a letter, `?` either, `!` the check character.
    pub pattern: String,
    /// `luhn`, `mod11_2` or `mod37_2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping could not be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("the mapping is not in the expected form: {0}")]
    Form(#[from] serde_json::Error),
    #[error("the mapping says {given:?} for {field}, expected a number such as 1e8")]
    Unit { field: String, given: String },
    #[error("the mapping's identity scheme cannot be used: {0}")]
    Identity(String),
}

impl MappingError {
    /// Stable name of the failure.
    pub fn code(&self) -> &'static str {
        match self {
            MappingError::Io(_) => "mapping_not_readable",
            MappingError::Form(_) => "mapping_form_wrong",
            MappingError::Unit { .. } => "mapping_unit_wrong",
            MappingError::Identity(_) => "mapping_identity_wrong",
        }
    }
}

impl Mapping {
    /// Reads a mapping file (JSON).
    ///
    /// # Errors
    /// [`MappingError`], with the line and column where its form is wrong.
    pub fn load(path: &Path) -> Result<Mapping, MappingError> {
        Ok(serde_json::from_str(std::fs::read_to_string(path)?.trim_start_matches('\u{feff}'))?)
    }

    /// Reads a mapping (JSON); a blank text is none.
    ///
    /// # Errors
    /// [`MappingError`], with the line and column where its form is wrong.
    pub fn parse(text: &str) -> Result<Mapping, MappingError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Ok(Mapping::default());
        }
        Ok(serde_json::from_str(text)?)
    }

    /// What one of the file's numbers stands for in a field.
    pub(crate) fn unit(&self, field: &str) -> Result<Option<Decimal>, MappingError> {
        let Some(given) = self.units.get(field) else { return Ok(None) };
        match Decimal::parse(given) {
            Ok(unit) if !unit.is_negative() => Ok(Some(unit)),
            _ => Err(MappingError::Unit { field: field.to_owned(), given: given.clone() }),
        }
    }

    /// The sender's own numbering, ready to read identifiers.
    pub(crate) fn own_scheme(&self) -> Result<Option<OwnScheme>, MappingError> {
        let Some(identity) = &self.identity else { return Ok(None) };
        let rule = match &identity.check {
            None => None,
            Some(code) => Some(
                CheckRule::parse(code)
                    .ok_or_else(|| MappingError::Identity(format!("check rule {code:?} is not known")))?,
            ),
        };
        OwnScheme::new(&identity.scheme, &identity.pattern, rule)
            .map(Some)
            .map_err(|error| MappingError::Identity(error.reason))
    }
}
