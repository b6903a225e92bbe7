//! What stands in a tank.

use jiff::Timestamp;

use super::Position;
use crate::{DIN_SCHEME, Identity, Refusal};

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoredKind {
    /// A bag of a cord blood unit of this bank.
    Unit,
    /// A segment that is no longer attached to its bag.
    Segment,
    /// A retained sample: plasma, serum, cells, DNA, of infant or mother.
    Sample,
    /// Another product, such as mesenchymal cells or a bag kept for a hospital.
    Product,
}

impl StoredKind {
    pub const ALL: [Self; 4] = [Self::Unit, Self::Segment, Self::Sample, Self::Product];

    /// As in the store and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Segment => "segment",
            Self::Sample => "sample",
            Self::Product => "product",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A thing with its number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stored {
    pub kind: StoredKind,
    pub identity: Identity,
}

/// Characters of the longest number that is no DIN.
const NUMBER_MAX: usize = 40;

impl Stored {
    pub fn unit(identity: Identity) -> Self {
        Self { kind: StoredKind::Unit, identity }
    }

    /// Something else than a unit, under the number on its label.
    ///
    /// # Errors
    /// `stored_number_unreadable`.
    pub fn other(kind: StoredKind, number: &str) -> Result<Self, Refusal> {
        let number = number.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
        if number.is_empty() || number.len() > NUMBER_MAX || !number.chars().all(fits) {
            let sentence = format!(
                "'{number}' is no number of a {}: expected 1 to {NUMBER_MAX} Latin letters, digits, '-', '.' or '/'.",
                kind.code()
            );
            return Err(Refusal::new("stored_number_unreadable", sentence).with("value", number));
        }
        let scheme = kind.code().to_owned();
        Ok(Self { kind, identity: Identity { scheme, value: number.to_ascii_uppercase() } })
    }

    /// As in the history: `unit/din/G123424000001`, `stored/product/MSC-7`.
    pub fn subject(&self) -> String {
        match self.kind {
            StoredKind::Unit => format!("unit/{}/{}", self.identity.scheme, self.identity.value),
            kind => format!("stored/{}/{}", kind.code(), self.identity.value),
        }
    }

    /// For people: a DIN with its check character.
    pub fn written(&self) -> String {
        if self.identity.scheme == DIN_SCHEME { self.identity.written() } else { self.identity.value.clone() }
    }
}

/// Where something stands or stood, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    pub stored: Stored,
    pub position: Position,
    pub placed_at: Timestamp,
    /// Absent while it is there.
    pub taken_at: Option<Timestamp>,
}
