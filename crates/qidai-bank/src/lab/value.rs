//! Values as laboratories and their machines write them.
//!
//! Nothing is guessed: a decimal comma could be a group of thousands, a missing unit could be any, a number beyond what
//! can be is a slip of unit or column. Each has its own refusal; the text as written is kept by whoever received it.

use unicode_normalization::UnicodeNormalization;

use super::catalogue::folded;
use super::definition::{TestDefinition, ValueKind};
use crate::{Abo, Problem, RhD, TestOutcome};

/// A number that is only known to be on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    Below,
    Above,
}

impl Qualifier {
    pub fn code(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::Above => ">",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Below, Self::Above].into_iter().find(|one| one.code() == code)
    }
}

/// How a value stands to its reference range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Low,
    High,
    CriticalLow,
    CriticalHigh,
    /// Not negative.
    Abnormal,
}

impl Flag {
    const ALL: [Self; 5] = [Self::Low, Self::High, Self::CriticalLow, Self::CriticalHigh, Self::Abnormal];

    pub fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
            Self::CriticalLow => "critical_low",
            Self::CriticalHigh => "critical_high",
            Self::Abnormal => "abnormal",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.code() == code)
    }
}

/// A value that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// In normal form: a number in the unit of the test, a code, or a GL String.
    pub value: String,
    /// Of numbers: in `10^-decimals` of the unit.
    pub amount: Option<i64>,
    pub qualifier: Option<Qualifier>,
    pub flag: Option<Flag>,
}

impl TestDefinition {
    /// Reads a value in a unit; `None` is the unit of the test, as forms have it.
    ///
    /// # Errors
    /// `result_value_missing`, `result_decimal_comma`, `result_not_a_number`, `result_unit_missing`,
    /// `result_unit_unknown`, `result_impossible`, `result_outcome_unknown`, `result_blood_group_unknown`.
    pub fn read(&self, written: &str, unit: Option<&str>) -> Result<Measured, Problem> {
        let text: String = written.nfkc().collect();
        let text = text.trim();
        if text.is_empty()
            || text.chars().all(|c| matches!(c, '-' | '*' | '.')) && self.kind == ValueKind::Number
        {
            let hint = "enter what was measured, or leave the test out";
            return Err(self.problem(written, "result_value_missing", "there is no value", hint));
        }
        match self.kind {
            ValueKind::Number => self.number(text, unit),
            ValueKind::Outcome => match outcome(text) {
                Some(outcome) => {
                    let flag = (outcome != TestOutcome::Negative).then_some(Flag::Abnormal);
                    Ok(Measured { flag, ..coded(outcome.code()) })
                }
                None => {
                    let hint = "expected negative, positive or indeterminate";
                    Err(self.problem(text, "result_outcome_unknown", format!("'{text}' is no outcome"), hint))
                }
            },
            ValueKind::Abo => Abo::parse(text)
                .map(|abo| coded(abo.code()))
                .ok_or_else(|| self.no_group(text, "A, B, AB or O")),
            ValueKind::Rhd => {
                RhD::parse(text).map(|rhd| coded(rhd.code())).ok_or_else(|| self.no_group(text, "+ or -"))
            }
            ValueKind::Typing => Ok(coded(text)),
        }
    }

    fn number(&self, text: &str, unit: Option<&str>) -> Result<Measured, Problem> {
        let (qualifier, digits) = match text.split_at_checked(1) {
            Some(("<", rest)) => (Some(Qualifier::Below), rest.trim()),
            Some((">", rest)) => (Some(Qualifier::Above), rest.trim()),
            _ => (None, text),
        };
        if digits.contains(',') {
            let reason = format!(
                "'{text}' has a comma, which is a decimal point to some and groups thousands to others"
            );
            return Err(self.problem(text, "result_decimal_comma", reason, "write 7.5 or 1250"));
        }
        let power = self.power_of(text, unit)?;
        let amount = scaled(digits, self.decimals, power).ok_or_else(|| {
            let reason = format!("'{text}' is no number");
            self.problem(text, "result_not_a_number", reason, "expected a number such as 12.5")
        })?;
        self.possible(text, amount)?;
        Ok(Measured {
            value: format!("{}{}", qualifier.map_or("", Qualifier::code), self.format(amount)),
            amount: Some(amount),
            qualifier,
            flag: self.flag(amount),
        })
    }

    fn power_of(&self, text: &str, unit: Option<&str>) -> Result<i32, Problem> {
        let Some(unit) = unit else { return Ok(0) };
        let wanted = folded(unit);
        if wanted.is_empty() {
            let reason = format!("{} has no unit", self.code);
            let hint = format!("expected {}", self.unit);
            return Err(self.problem(text, "result_unit_missing", reason, hint));
        }
        if wanted == folded(self.unit) {
            return Ok(0);
        }
        let known = self.units.iter().find(|(name, _)| folded(name) == wanted);
        known.map(|(_, power)| *power).ok_or_else(|| {
            let reason = format!("'{unit}' is no unit of {}", self.code);
            self.problem(unit, "result_unit_unknown", reason, format!("expected {}", self.unit))
        })
    }

    fn possible(&self, text: &str, amount: i64) -> Result<(), Problem> {
        let (least, most) = (self.least.unwrap_or(i64::MIN), self.most.unwrap_or(i64::MAX));
        if (least..=most).contains(&amount) {
            return Ok(());
        }
        let reason = format!("{} of {} {} cannot be", self.code, self.format(amount), self.unit);
        let [least, most] =
            [self.least, self.most].map(|end| end.map_or("any".to_owned(), |end| self.format(end)));
        let hint = format!("expected {least} to {most} {}: check the unit and the column", self.unit);
        Err(self.problem(text, "result_impossible", reason, hint))
    }

    fn flag(&self, amount: i64) -> Option<Flag> {
        let below = |end: Option<i64>| end.is_some_and(|end| amount < end);
        let above = |end: Option<i64>| end.is_some_and(|end| amount > end);
        match () {
            () if below(self.critical_low) => Some(Flag::CriticalLow),
            () if above(self.critical_high) => Some(Flag::CriticalHigh),
            () if below(self.low) => Some(Flag::Low),
            () if above(self.high) => Some(Flag::High),
            () => None,
        }
    }

    fn no_group(&self, text: &str, expected: &str) -> Problem {
        let reason = format!("'{text}' is no {}", self.en);
        self.problem(text, "result_blood_group_unknown", reason, format!("expected {expected}"))
    }

    fn problem(
        &self,
        value: &str,
        code: &'static str,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        Problem::new(self.code, value, code, reason, hint)
    }
}

fn coded(value: &str) -> Measured {
    Measured { value: value.to_owned(), amount: None, qualifier: None, flag: None }
}

/// What laboratories say for a screening, besides what files of units say.
fn outcome(text: &str) -> Option<TestOutcome> {
    TestOutcome::parse(text).or_else(|| match folded(text).as_str() {
        "non-reactive" | "notdetected" | "nogrowth" | "阴" | "未检出" | "无菌生长" | "无生长" | "(-)"
        | "nr" => Some(TestOutcome::Negative),
        "detected" | "growth" | "阳" | "检出" | "有菌生长" | "(+)" => Some(TestOutcome::Positive),
        "greyzone" | "grayzone" | "灰区" | "可疑" => Some(TestOutcome::Indeterminate),
        _ => None,
    })
}

/// `12.5` or `1.2E+09` as an integer of `10^-decimals`, after `power` more powers of ten; further places are rounded to
/// nearest, halves away from zero.
pub(crate) fn scaled(text: &str, decimals: u32, power: i32) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 25 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i128 = digits.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let scale =
        exponent.checked_add(power)?.checked_add(i32::try_from(decimals).ok()?)?.checked_sub(places)?;
    let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
    let amount = match scale >= 0 {
        true => number.checked_mul(factor)?,
        false => (number + factor / 2) / factor,
    };
    i64::try_from(sign * amount).ok()
}
