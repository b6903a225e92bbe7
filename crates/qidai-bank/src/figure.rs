//! Figures: what the bank says about itself in numbers, each a named query over its history.
//!
//! A figure has a day (`as_of`) and a state of knowledge (`known_at`, a number of the history). The pair gives the
//! same value and the same hash for ever, whatever is written later. What each one means: `docs/figures.md`.

mod known_record;
mod n01_stored_units;
mod n02_searches;
mod n03_issued_units;
mod n04_institutions;
mod n05_recheck_pass_rate;
mod n08_age_years;
mod n19_public_units;
mod n23_joint_escorts;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{BankType, Refusal, Status};

pub(crate) use known_record::{Counted, KnownRecord, READ_CONCEPTS, READ_FIELDS};
pub(crate) use n01_stored_units::is_stored;
pub(crate) use n08_age_years::Founded;

/// Every figure of the bank, in the order in which they are told. A new one is a line here and a file.
pub static FIGURES: [Figure; 8] = [
    n01_stored_units::FIGURE,
    n02_searches::FIGURE,
    n03_issued_units::FIGURE,
    n04_institutions::FIGURE,
    n05_recheck_pass_rate::FIGURE,
    n08_age_years::FIGURE,
    n19_public_units::FIGURE,
    n23_joint_escorts::FIGURE,
];

/// A named query. Another meaning of the same name is another version.
#[derive(Debug)]
pub struct Figure {
    /// Such as `n1`.
    pub number: &'static str,
    /// Such as `inventory.stored_units`.
    pub query: &'static str,
    pub version: u32,
    pub(crate) rule: Rule,
}

/// What a figure is computed of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    /// Counts the units whose bank type and state say so.
    Units(fn(BankType, Status) -> bool),
    /// Counts the searches that were run from requests.
    Searches,
    /// Follows from orders, re-checks, shipments and hand-overs as they were known. The first two columns of its rows
    /// tell them apart.
    Records { columns: &'static [&'static str], count: fn(&[KnownRecord]) -> Counted },
    /// A number that follows from one setting of the bank and the day.
    Setting { name: &'static str, value: fn(&str, Date) -> Result<Option<i64>, Refusal> },
}

impl Figure {
    /// The figure of a number (`n1`) or of a query name, or a refusal that names all there are.
    pub fn find(name: &str) -> Result<&'static Figure, Refusal> {
        let found = FIGURES.iter().find(|figure| figure.number == name || figure.query == name);
        found.ok_or_else(|| {
            let numbers: Vec<&str> = FIGURES.iter().map(|figure| figure.number).collect();
            let expected = numbers.join(", ");
            Refusal::new("figure_unknown", format!("there is no figure '{name}': expected one of {expected}"))
                .with("value", name)
                .with("expected", expected)
        })
    }

    /// Names of the columns of its rows.
    pub fn columns(&self) -> &'static [&'static str] {
        match self.rule {
            Rule::Units(_) => &["scheme", "identity", "bank_type", "status"],
            Rule::Searches => &["request", "search", "requester", "origin", "generation", "digest"],
            Rule::Records { columns, .. } => columns,
            Rule::Setting { .. } => &["setting", "value"],
        }
    }
}

/// The day and the knowledge of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    pub as_of: Date,
    /// Events up to this number are known.
    pub known_at: u64,
    /// Was `known_at` asked for? Otherwise it is the last event there is.
    pub is_pinned: bool,
    /// The bank's zone, as known then.
    pub zone: String,
    /// The first instant after the day.
    pub ends_at: Timestamp,
}

/// All figures at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    pub moment: Moment,
    pub answers: Vec<FigureAnswer>,
}

/// One figure at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureAnswer {
    pub number: &'static str,
    pub query: &'static str,
    pub version: u32,
    /// `None` where it does not follow from what is known: never 0 for that.
    pub value: Option<i64>,
    /// What is missing for a value, such as the setting `bank_founded`, or `issued_units` of which a share is told.
    pub missing: Option<&'static str>,
    /// Parts that add up to the value; none where it has no parts.
    pub parts: Vec<Part>,
    /// Numbers to be read beside the value, each with its code: what it is a share of, what it leaves out.
    pub beside: Vec<(&'static str, i64)>,
    /// Rows that the value is computed of.
    pub rows: u64,
    /// SHA-256 of the rows as CSV, header first, sorted by their identity: `qidai figures --rows` gives them.
    pub hash: String,
    /// What was recorded after the day; not told when `known_at` was asked for.
    pub late: Option<Late>,
}

/// Units of one bank type in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub bank_type: BankType,
    pub status: Status,
    pub value: i64,
}

/// The difference that entries make which were recorded after the day ended and were so before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Late {
    /// The value as it was known when the day ended.
    pub value_without: Option<i64>,
    pub added: u64,
    pub removed: u64,
    /// Rows that are there in both, with other content.
    pub changed: u64,
    /// The first [`LATE_ROWS_MAX`] of these rows, in their order.
    pub first: Vec<LateRow>,
}

/// Late rows that a figure tells itself; all of them come as rows.
pub const LATE_ROWS_MAX: usize = 20;

/// What late entries did to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateChange {
    Added,
    Removed,
    Changed,
}

impl LateChange {
    /// `added`, `removed` or `changed`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// From what a row was without late entries and what it is with them.
    pub(crate) fn between<T: PartialEq>(without: Option<T>, with: Option<T>) -> Option<Self> {
        match (without, with) {
            (None, Some(_)) => Some(Self::Added),
            (Some(_), None) => Some(Self::Removed),
            (Some(without), Some(with)) if without != with => Some(Self::Changed),
            _ => None,
        }
    }
}

/// Told one row of a figure: its cells, and what late entries did to it, where `known_at` was not asked for. A row
/// that they removed comes too.
pub type OnRow<'a> = dyn FnMut(Option<LateChange>, &[String]) + Send + 'a;

/// A row that late entries changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateRow {
    pub change: LateChange,
    /// The row in the columns of its figure, as it is now known. What is no longer there has empty cells.
    pub cells: Vec<String>,
}

impl Late {
    pub(crate) fn add(&mut self, change: LateChange, cells: impl FnOnce() -> Vec<String>) {
        match change {
            LateChange::Added => self.added += 1,
            LateChange::Removed => self.removed += 1,
            LateChange::Changed => self.changed += 1,
        }
        if self.first.len() < LATE_ROWS_MAX {
            self.first.push(LateRow { change, cells: cells() });
        }
    }

    /// Did late entries change anything?
    pub fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}
