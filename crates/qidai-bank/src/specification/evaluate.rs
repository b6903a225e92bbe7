//! Rule by rule: met, not met, or not known. What is not known is never a pass.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::profile::{Comparator, Profile, Rule, Severity};

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    Pass,
    Fail,
    /// The fact is not known, or not exactly enough.
    Missing,
}

impl RuleOutcome {
    pub fn code(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Missing => "missing",
        }
    }
}

/// What follows for the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitOutcome {
    /// Every blocking rule is met.
    Accepted,
    /// A blocking rule is not met.
    Rejected,
    /// Nothing speaks against it, but something that must be known is not.
    Incomplete,
}

impl UnitOutcome {
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Rejected, Self::Incomplete];

    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Incomplete => "incomplete",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// One rule with its outcome, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleResult {
    pub rule: String,
    pub outcome: RuleOutcome,
    /// What the rule saw; nothing where it is not known.
    pub found: Option<String>,
}

/// A profile held against the facts of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub outcome: UnitOutcome,
    /// One for each rule of the profile, in its order.
    pub rules: Vec<RuleResult>,
    /// The first blocking rule that is not met: the reason by which rejects are counted.
    pub reject_reason: Option<String>,
}

impl Profile {
    /// Holds all rules against the facts.
    pub fn evaluate(&self, facts: &Facts) -> Evaluation {
        let result = |rule: &Rule| {
            let found = facts.get(rule.quantity).map(|fact| fact.value.clone());
            RuleResult { rule: rule.id.to_owned(), outcome: judge(rule, found.as_deref()), found }
        };
        let rules: Vec<RuleResult> = self.rules.iter().map(result).collect();
        let blocking = || self.rules.iter().zip(&rules).filter(|(rule, _)| rule.severity == Severity::Block);
        let failed = blocking().find(|(_, result)| result.outcome == RuleOutcome::Fail);
        let reject_reason = failed.map(|(rule, _)| rule.id.to_owned());
        let is_missing = blocking().any(|(_, result)| result.outcome == RuleOutcome::Missing);
        let outcome = match (&reject_reason, is_missing) {
            (Some(_), _) => UnitOutcome::Rejected,
            (None, true) => UnitOutcome::Incomplete,
            (None, false) => UnitOutcome::Accepted,
        };
        Evaluation { outcome, rules, reject_reason }
    }
}

fn judge(rule: &Rule, found: Option<&str>) -> RuleOutcome {
    let Some(found) = found.filter(|found| !found.is_empty()) else { return RuleOutcome::Missing };
    let met = match rule.comparator {
        Comparator::Known => Some(true),
        Comparator::Is => Some(found == rule.value),
        Comparator::Has => {
            Some(rule.value.split(',').all(|wanted| found.split(',').any(|one| one == wanted)))
        }
        numeric => compare(numeric, found, rule.value),
    };
    match met {
        Some(true) => RuleOutcome::Pass,
        Some(false) => RuleOutcome::Fail,
        None => RuleOutcome::Missing,
    }
}

/// `None` when it cannot be said: no number, or one that is only known to be on one side of the limit.
fn compare(comparator: Comparator, found: &str, limit: &str) -> Option<bool> {
    let limit = number(limit)?;
    let (side, digits) = match found.split_at_checked(1) {
        Some(("<", rest)) => (-1, rest),
        Some((">", rest)) => (1, rest),
        _ => (0, found),
    };
    let value = number(digits)?;
    let met = match comparator {
        Comparator::AtLeast => value >= limit,
        Comparator::AtMost => value <= limit,
        Comparator::MoreThan => value > limit || side == 1 && value == limit,
        _ => value < limit || side == -1 && value == limit,
    };
    let wants_more = matches!(comparator, Comparator::AtLeast | Comparator::MoreThan);
    match (side, wants_more) {
        // Below a number that is already too low is too low; below one that would do says nothing.
        (-1, true) => (!met || value == limit).then_some(false),
        (-1, false) | (1, true) => met.then_some(true),
        (1, false) => (!met || value == limit).then_some(false),
        _ => Some(met),
    }
}

/// A decimal number as millionths, exactly.
pub(crate) fn number(text: &str) -> Option<i128> {
    const PLACES: i32 = 6;
    let (mantissa, exponent) = match text.trim().split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.trim(), 0),
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or((1, mantissa), |rest| (-1, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 25 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = exponent.checked_add(PLACES)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
    let digits: i128 = digits.parse().ok()?;
    let scaled = if scale >= 0 { digits.checked_mul(factor)? } else { digits / factor };
    Some(sign * scaled)
}
