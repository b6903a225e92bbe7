//! What was counted in a unit: a phase of its life × a measure.
//!
//! A count without its phase says little: a unit loses cells in processing and again when thawed.
//! Amounts are integers in the finest unit that a laboratory reports, so that sums and digests
//! are exact: cells, colonies, hundredths of a percent, microlitres.

mod amount;

pub use amount::{AmountError, count_field, parse_count_field};
pub(crate) use amount::{LEAVE_EMPTY, amount_problem};

use serde::{Deserialize, Serialize};

/// When in a unit's life something was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Collected,
    /// After volume reduction, before freezing. Doses of a search are of this phase.
    Processed,
    Frozen,
    PostThaw,
}

impl Phase {
    pub const ALL: [Self; 4] = [Self::Collected, Self::Processed, Self::Frozen, Self::PostThaw];

    pub fn code(self) -> &'static str {
        match self {
            Self::Collected => "collected",
            Self::Processed => "processed",
            Self::Frozen => "frozen",
            Self::PostThaw => "post_thaw",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == text)
    }
}

/// What was counted or measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Total nucleated cells, cells per unit.
    TncTotal,
    /// CD34+ cells, cells per unit.
    Cd34Total,
    /// Colony-forming units, granulocyte–macrophage, colonies per unit.
    CfuGmTotal,
    /// Mononuclear cells, cells per unit.
    MncTotal,
    /// Nucleated red blood cells, cells per unit.
    NrbcTotal,
    /// Viability of all nucleated cells, hundredths of a percent.
    Viability,
    /// Viability of CD34+ cells, hundredths of a percent.
    Cd34Viability,
    /// Viability of CD45+ cells, hundredths of a percent.
    Cd45Viability,
    /// Volume, microlitres.
    Volume,
}

impl Measure {
    pub const ALL: [Self; 9] = [
        Self::TncTotal,
        Self::Cd34Total,
        Self::CfuGmTotal,
        Self::MncTotal,
        Self::NrbcTotal,
        Self::Viability,
        Self::Cd34Viability,
        Self::Cd45Viability,
        Self::Volume,
    ];

    /// The name in files, with the unit in which files write it, such as `viability_percent`.
    pub fn code(self) -> &'static str {
        match self {
            Self::TncTotal => "tnc_total",
            Self::Cd34Total => "cd34_total",
            Self::CfuGmTotal => "cfu_gm_total",
            Self::MncTotal => "mnc_total",
            Self::NrbcTotal => "nrbc_total",
            Self::Viability => "viability_percent",
            Self::Cd34Viability => "cd34_viability_percent",
            Self::Cd45Viability => "cd45_viability_percent",
            Self::Volume => "volume_ml",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.code() == text)
    }

    /// Decimal places between the unit of files (cells, percent, ml) and the stored integer.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Viability | Self::Cd34Viability | Self::Cd45Viability => 2,
            Self::Volume => 3,
            _ => 0,
        }
    }

    /// The largest amount that makes sense: 100 % for a viability; the others have none.
    pub fn max_amount(self) -> Option<i64> {
        matches!(self, Self::Viability | Self::Cd34Viability | Self::Cd45Viability).then_some(10_000)
    }
}

/// One counted value. `amount` is in the unit of its measure, see [`Measure`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Count {
    pub phase: Phase,
    pub measure: Measure,
    pub amount: i64,
}

/// The counts of a unit, at most one for each phase and measure. What was not counted is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(Vec<Count>);

impl Counts {
    /// The amount, or `None` when it was not counted.
    pub fn get(&self, phase: Phase, measure: Measure) -> Option<i64> {
        self.0.iter().find(|count| count.phase == phase && count.measure == measure).map(|count| count.amount)
    }

    /// Sets or, with `None`, removes an amount.
    pub fn set(&mut self, phase: Phase, measure: Measure, amount: Option<i64>) {
        let place = self.0.binary_search_by_key(&(phase, measure), |count| (count.phase, count.measure));
        match (place, amount) {
            (Ok(at), Some(amount)) => self.0[at].amount = amount,
            (Ok(at), None) => {
                self.0.remove(at);
            }
            (Err(at), Some(amount)) => self.0.insert(at, Count { phase, measure, amount }),
            (Err(_), None) => {}
        }
    }

    /// All counts, by phase and measure.
    pub fn iter(&self) -> impl Iterator<Item = Count> + '_ {
        self.0.iter().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// TNC per unit before freezing, after processing: the number a dose is made of.
    pub fn tnc_total(&self) -> Option<i64> {
        self.get(Phase::Processed, Measure::TncTotal)
    }

    /// CD34+ per unit before freezing, after processing.
    pub fn cd34_total(&self) -> Option<i64> {
        self.get(Phase::Processed, Measure::Cd34Total)
    }
}
