//! What is known of a test before anybody does it.

use crate::{Measure, Phase};

/// Whose specimen a test is done on. Both are found under the number of the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    Unit,
    Mother,
}

impl Subject {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Mother => "mother",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        [Self::Unit, Self::Mother].into_iter().find(|subject| subject.code() == code)
    }
}

/// What a result of a test looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// A number in the unit of the test.
    Number,
    /// Negative, positive or indeterminate.
    Outcome,
    Abo,
    Rhd,
    /// A GL String.
    Typing,
}

impl ValueKind {
    const ALL: [Self; 5] = [Self::Number, Self::Outcome, Self::Abo, Self::Rhd, Self::Typing];

    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Outcome => "outcome",
            Self::Abo => "abo",
            Self::Rhd => "rhd",
            Self::Typing => "typing",
        }
    }

    pub(super) fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What can be chosen, as codes; empty where something is written.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Outcome => &["negative", "positive", "indeterminate"],
            Self::Abo => &["A", "B", "AB", "O"],
            Self::Rhd => &["+", "-"],
            Self::Number | Self::Typing => &[],
        }
    }
}

/// What an approved result says about the unit itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitField {
    /// A count, in the phase of the result.
    Count(Measure),
    Abo,
    Rhd,
    /// One more typing, which is then the one in force.
    Typing,
    /// Together with the other tests of the same field: any positive is positive, all negative is negative.
    Idm,
    Cmv,
    Haemoglobinopathy,
    MicrobialGrowth,
}

impl UnitField {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "abo" => Some(Self::Abo),
            "rhd" => Some(Self::Rhd),
            "typing" => Some(Self::Typing),
            "idm" => Some(Self::Idm),
            "cmv" => Some(Self::Cmv),
            "haemoglobinopathy" => Some(Self::Haemoglobinopathy),
            "microbial_growth" => Some(Self::MicrobialGrowth),
            count => Some(Self::Count(Measure::parse(count.strip_prefix("count ")?)?)),
        }
    }
}

/// One line of the catalogue. Amounts are integers of `10^-decimals` of `unit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestDefinition {
    /// Stable, such as `tnc_total`.
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Tests that are shown together: `cells`, `identity`, `sterility`, `genetics`, `infection`, `chemistry`.
    pub group: &'static str,
    pub subject: Subject,
    /// The phases in which it is done; empty where it does not depend on one.
    pub phases: Vec<Phase>,
    pub kind: ValueKind,
    /// Of numbers; empty for others.
    pub unit: &'static str,
    pub decimals: u32,
    /// What can be at all.
    pub least: Option<i64>,
    pub most: Option<i64>,
    /// Reference range, both ends included.
    pub low: Option<i64>,
    pub high: Option<i64>,
    /// Below, or above, somebody must be told at once.
    pub critical_low: Option<i64>,
    pub critical_high: Option<i64>,
    /// People who look at a result besides the one who entered it: one, or two.
    pub reviews: u8,
    pub unit_field: Option<UnitField>,
    /// What others call it.
    pub names: Vec<String>,
    /// Units that others write, with the power of ten to `unit`.
    pub units: Vec<(String, i32)>,
    pub source: &'static str,
}

impl TestDefinition {
    /// An amount in `unit`, without superfluous zeros.
    pub fn format(&self, amount: i64) -> String {
        let sign = if amount < 0 { "-" } else { "" };
        let scale = 10_u64.pow(self.decimals);
        let (whole, rest) = (amount.unsigned_abs() / scale, amount.unsigned_abs() % scale);
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        let width = self.decimals as usize;
        let fraction = format!("{rest:0width$}");
        format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }

    /// The reference range as it is written on reports, such as `85–100` or `≥ 60`.
    pub fn range(&self) -> Option<String> {
        match (self.low, self.high) {
            (Some(low), Some(high)) => Some(format!("{}–{}", self.format(low), self.format(high))),
            (Some(low), None) => Some(format!("≥ {}", self.format(low))),
            (None, Some(high)) => Some(format!("≤ {}", self.format(high))),
            (None, None) => None,
        }
    }
}
