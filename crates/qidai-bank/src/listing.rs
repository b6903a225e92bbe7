//! External lists: donors or units of another registry.
//!
//! They are searched beside the bank's own units, but the bank does not own, store or reserve
//! them: an entry is what the other side told us, under the other side's identifier.

mod fields;
mod problems;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Abo, Counts, RhD, Sex, Typing};

/// One entry of an external list. Identifier and HLA are enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRecord {
    /// The other registry's identifier, as it writes it.
    pub id: String,
    pub typing: Typing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abo: Option<Abo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhd: Option<RhD>,
    #[serde(default, skip_serializing_if = "Counts::is_empty")]
    pub counts: Counts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mother_typing: Option<Typing>,
}

impl ListedRecord {
    /// An entry of which only identifier and HLA are known.
    pub fn new(id: impl Into<String>, hla: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            typing: Typing::written(hla),
            collection_date: None,
            birth_date: None,
            sex: None,
            abo: None,
            rhd: None,
            counts: Counts::default(),
            mother_typing: None,
        }
    }
}
