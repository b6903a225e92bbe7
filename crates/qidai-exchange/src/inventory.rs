//! The inventory file of registries: cord units (or donors) as a bank lists them, in XML.
//!
//! Names, values and ranges are those of the data dictionary of the World Marrow Donor Association
//! (datadictionary.wmda.info, messages of the inventory; read 2026), for schema 2.2 and 2.3. Its XSD is licensed separately and not
//! included: the order of elements is that of [`FIELDS`]. A registry removes a unit whose record it refuses, so a writer
//! checks everything first and writes nothing when anything is wrong.

mod check;
mod fields;
mod read;
mod sci;
mod write;

pub use check::{RecordProblem, check};
pub use fields::{FIELDS, Field, Rule};
pub use read::read_inventory;
pub use sci::{scientific, tenths};
pub use write::{write_inventory, write_listing_csv};

use jiff::Timestamp;

/// The version of the schema whose rules are kept.
pub const SCHEMA_VERSION: &str = "2.2";
/// Records that a file of changes may hold.
pub const DIFF_RECORDS_MAX: usize = 49_999;

/// Whether a file tells everything or only changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// What is not in it is no longer listed.
    Full,
    /// Whole records of what changed; a deletion has the status `DE`.
    Diff,
}

impl UpdateMode {
    /// `FULL`, `DIFF`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Diff => "DIFF",
        }
    }

    /// Reads the code.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Diff].into_iter().find(|mode| mode.code() == text)
    }
}

/// Whom a file lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Adult donors, each with a GRID.
    Donors,
    /// Cord units, each with an identifier of its bank.
    CordUnits,
}

impl Content {
    /// `D`, `C`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Donors => "D",
            Self::CordUnits => "C",
        }
    }

    /// Name of the element of one record.
    pub fn element(self) -> &'static str {
        match self {
            Self::Donors => "DONOR",
            Self::CordUnits => "CBU",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Donors, Self::CordUnits].into_iter().find(|content| content.code() == text)
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Issuing organisation number of who lists.
    pub listing_organization: String,
    /// Issuing organisation number of where the units stand.
    pub pool: String,
    pub content: Content,
    pub mode: UpdateMode,
    pub made_at: Timestamp,
    /// The moment that the records are of.
    pub snapshot_at: Option<Timestamp>,
    pub records: Vec<Record>,
}

impl Inventory {
    /// `ION-1234-C.xml`: another name is refused by the receiver.
    pub fn file_name(&self) -> String {
        format!("ION-{}-{}.xml", self.listing_organization, self.content.code())
    }
}

/// One unit or donor: values by the path of their element, such as `HLA/A/DNA/FIELD1`. What is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record(Vec<(String, String)>);

impl Record {
    /// Sets a value; an empty one is left out.
    pub fn set(&mut self, path: impl Into<String>, value: impl Into<String>) {
        let (path, value) = (path.into(), value.into());
        if !value.is_empty() {
            self.0.push((path, value));
        }
    }

    /// Sets a value that may not be known.
    pub fn set_known(&mut self, path: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.set(path, value);
        }
    }

    /// The value of a path.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, value)| value.as_str())
    }

    /// All values, in the order in which they were set.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value.as_str()))
    }

    /// What identifies it in a file.
    pub fn key(&self) -> &str {
        self.get("ID").or_else(|| self.get("GRID")).unwrap_or_default()
    }
}
