//! Amounts as files write them, and as the bank keeps them.

use super::{Measure, Phase};
use crate::Problem;

impl Measure {
    /// Reads an amount in the unit of files: cells, colonies, percent, millilitres.
    ///
    /// Spreadsheets write large counts as `1.2E+09`; that is accepted when it is a whole number of
    /// cells. Decimals beyond what a laboratory can measure are rounded to nearest.
    pub fn parse_amount(self, text: &str) -> Result<i64, AmountError> {
        let plain = without_grouping(text.trim())?;
        if plain.is_empty() {
            return Err(AmountError::Empty);
        }
        let (mantissa, exponent) = match plain.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()),
            None => (plain.as_str(), Some(0)),
        };
        let exponent: i32 = exponent.ok_or(AmountError::NotANumber)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let negative = whole.starts_with('-');
        let whole = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > 30 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AmountError::NotANumber);
        }
        let decimals = i32::try_from(self.decimals()).unwrap_or(0);
        let scale = exponent + decimals - i32::try_from(fraction.len()).unwrap_or(i32::MAX);
        let amount = scaled(&digits, scale, self.decimals() > 0)?;
        Ok(if negative { -amount } else { amount })
    }

    /// Writes an amount in the unit of files, without superfluous zeros: `97.5`.
    pub fn format_amount(self, amount: i64) -> String {
        let scale = 10_i64.pow(self.decimals());
        let sign = if amount < 0 { "-" } else { "" };
        let (whole, rest) =
            (amount.unsigned_abs() / scale.unsigned_abs(), amount.unsigned_abs() % scale.unsigned_abs());
        if rest == 0 {
            return format!("{sign}{whole}");
        }
        let width = self.decimals() as usize;
        let fraction = format!("{rest:0width$}");
        format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// Commas are accepted between groups of three digits only: `1,250,000`, but not the decimal comma
/// of `97,5`, which would become 975.
fn without_grouping(text: &str) -> Result<String, AmountError> {
    let whole = text.split(['.', 'e', 'E']).next().unwrap_or(text);
    let grouped = whole.split(',').skip(1).all(|group| group.len() == 3);
    if grouped { Ok(text.replace(',', "")) } else { Err(AmountError::NotANumber) }
}

/// `digits` × 10^`scale` as an integer; a remainder is rounded where that is allowed.
fn scaled(digits: &str, scale: i32, may_round: bool) -> Result<i64, AmountError> {
    let number: i128 = digits.parse().map_err(|_| AmountError::NotANumber)?;
    let power = 10_i128.checked_pow(scale.unsigned_abs()).ok_or(AmountError::TooLarge)?;
    if scale >= 0 {
        let product = number.checked_mul(power).ok_or(AmountError::TooLarge)?;
        return i64::try_from(product).map_err(|_| AmountError::TooLarge);
    }
    if number % power != 0 && !may_round {
        return Err(AmountError::NotWhole);
    }
    i64::try_from((number + power / 2) / power).map_err(|_| AmountError::TooLarge)
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("the amount is empty")]
    Empty,
    #[error("not a number")]
    NotANumber,
    #[error("cells are counted in whole numbers")]
    NotWhole,
    #[error("the number is too large to be an amount of this kind")]
    TooLarge,
}

impl AmountError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "amount_empty",
            Self::NotANumber => "amount_not_a_number",
            Self::NotWhole => "amount_not_whole",
            Self::TooLarge => "amount_too_large",
        }
    }
}

/// The field of a count in files: doses are of the processed phase, which needs no prefix.
pub fn count_field(phase: Phase, measure: Measure) -> String {
    match phase {
        Phase::Processed => measure.code().to_owned(),
        other => format!("{}_{}", other.code(), measure.code()),
    }
}

/// The phase and measure of a field such as `tnc_total` or `post_thaw_viability_percent`.
pub fn parse_count_field(field: &str) -> Option<(Phase, Measure)> {
    let with_phase = Phase::ALL.into_iter().find_map(|phase| {
        let rest = field.strip_prefix(phase.code())?.strip_prefix('_')?;
        Some((phase, Measure::parse(rest)?))
    });
    with_phase.or_else(|| Some((Phase::Processed, Measure::parse(field)?)))
}

/// All that is wrong with one amount: counts are not negative, volumes positive, viabilities at
/// most 100 %.
pub(crate) fn amount_problem(field: String, measure: Measure, amount: i64) -> Option<Problem> {
    let value = measure.format_amount(amount);
    if measure == Measure::Volume && amount <= 0 {
        let reason = format!("{field} is {value} ml, expected more than 0");
        return Some(Problem::new(field, value, "volume_not_positive", reason, LEAVE_EMPTY));
    }
    if let Some(max) = measure.max_amount()
        && !(0..=max).contains(&amount)
    {
        let reason = format!("{field} is {value} %, expected 0 to 100");
        let hint = "give the viability as a percentage, for example 97.5";
        return Some(Problem::new(field, value, "viability_out_of_range", reason, hint));
    }
    (amount < 0).then(|| {
        let reason = format!("{field} is {value}, expected 0 or more");
        Problem::new(field, value, "count_negative", reason, LEAVE_EMPTY)
    })
}

pub(crate) const LEAVE_EMPTY: &str = "correct the value, or leave it empty when it is not known";
