//! What hangs together with something that turned out to be wrong: units, and whoever got one.

use crate::csv_line::Hashed;
use crate::{BankType, Identity, Status};

/// Everything that a recall is about, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// What it begins with, as in the history: `reagent_lot/RL-2026-0001`.
    pub subject: String,
    /// By identity.
    pub units: Vec<AffectedUnit>,
    /// Orders for which one of the units left the bank, by number.
    pub recipients: Vec<SentTo>,
    /// SHA-256 of the units as CSV; their columns are [`Affected::COLUMNS`].
    pub digest: String,
}

/// A unit, and what connects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffectedUnit {
    pub identity: Identity,
    pub bank_type: BankType,
    pub status: Status,
    /// What led to it: a batch record, a kit, a consent, or the beginning itself.
    pub by: String,
}

/// Who was sent a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentTo {
    pub order: String,
    /// State of the order.
    pub state: String,
    pub identity: Identity,
    pub institution: String,
    /// Number in the register of patients; `None` for a study.
    pub patient: Option<String>,
    /// The report of the infusion, where there is one.
    pub infusion: Option<String>,
}

impl Affected {
    pub const COLUMNS: [&'static str; 5] = ["scheme", "identity", "bank_type", "status", "by"];

    pub(crate) fn new(subject: String, mut units: Vec<AffectedUnit>, mut recipients: Vec<SentTo>) -> Self {
        let key = |unit: &AffectedUnit| (unit.identity.scheme.clone(), unit.identity.value.clone());
        units.sort_by_cached_key(key);
        recipients.sort_by(|a, b| a.order.cmp(&b.order));
        let mut hashed = Hashed::new(&Self::COLUMNS);
        for unit in &units {
            hashed.add(&unit.cells());
        }
        Self { subject, units, recipients, digest: hashed.end() }
    }

    /// Units that are still in the bank.
    pub fn in_store(&self) -> usize {
        self.units.iter().filter(|unit| unit.is_in_store()).count()
    }

    /// Units that left, and of which no order here says to whom: carried over from a time before this program.
    pub fn without_order(&self) -> impl Iterator<Item = &AffectedUnit> {
        let is_known = |unit: &AffectedUnit| self.recipients.iter().any(|one| one.identity == unit.identity);
        self.units.iter().filter(move |unit| unit.has_left() && !is_known(unit))
    }
}

impl AffectedUnit {
    /// In the columns of [`Affected::COLUMNS`].
    pub fn cells(&self) -> [&str; 5] {
        let Identity { scheme, value } = &self.identity;
        [scheme, value, self.bank_type.code(), self.status.code(), &self.by]
    }

    /// Is it frozen, and in the bank?
    pub fn is_in_store(&self) -> bool {
        crate::figure::is_stored(self.status)
    }

    fn has_left(&self) -> bool {
        matches!(self.status, Status::Shipped | Status::ReceivedByTransplantCentre | Status::Infused)
    }
}
