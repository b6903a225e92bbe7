//! Amounts as people write them, read exactly: no floating point between the file and the integer we keep.

use crate::half_width::half_width;

/// Longest run of digits; no laboratory reports more, and it keeps the arithmetic inside 128 bits.
const DIGITS_MAX: usize = 24;
/// Largest power of ten, either way.
const POWER_MAX: i32 = 18;
/// From here on the fraction of a whole (a cell, a colony) is noise of a calculation and is rounded away;
/// below, it says that the number is in another unit.
const ROUNDED_FROM: i128 = 1_000_000;

/// An exact decimal number: `digits × 10^power`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    power: i32,
}

/// Why a text or number is not the amount that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberProblem {
    /// Not a number in one of the forms that can be read in one way only.
    Unclear,
    /// A part of something that only comes whole.
    NotWhole,
    /// Beyond what can be kept.
    TooLarge,
}

impl Decimal {
    /// Reads `1200000000`, `1,200,000,000`, `1 200 000 000`, `1.2e9`, `1.2E+09`, `12×10^8`, `12.3亿`, `12000万`.
    ///
    /// A comma separates groups of three and nothing else: `12,3` is refused, because it is 123 to one reader
    /// and 12.3 to another.
    pub(crate) fn parse(text: &str) -> Result<Decimal, NumberProblem> {
        let text = half_width(text.trim());
        let (negative, unsigned) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (mantissa, power) = split_power(unsigned)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = ungrouped(whole)?;
        if mantissa.ends_with('.') || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberProblem::Unclear);
        }
        let fraction = fraction.trim_end_matches('0');
        digits.push_str(fraction);
        if digits.len() > DIGITS_MAX || power.abs() > POWER_MAX {
            return Err(NumberProblem::TooLarge);
        }
        let value: i128 = digits.parse().map_err(|_| NumberProblem::Unclear)?;
        Ok(Decimal { digits: if negative { -value } else { value }, power: power - fraction.len() as i32 })
    }

    /// Below zero?
    pub(crate) fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// The product, when it fits.
    pub(crate) fn times(self, factor: Decimal) -> Result<Decimal, NumberProblem> {
        let digits = self.digits.checked_mul(factor.digits).ok_or(NumberProblem::TooLarge)?;
        Ok(Decimal { digits, power: self.power + factor.power })
    }

    /// The number in units of `10^-decimals`, such as 25.5 ml with 3 decimals = 25,500 µl.
    ///
    /// Measured amounts (`decimals` > 0) are rounded half away from zero; of things that come whole
    /// only a large calculated amount is rounded.
    pub(crate) fn scaled(self, decimals: u32) -> Result<i64, NumberProblem> {
        let power = self.power + decimals as i32;
        let ten = |power: i32| 10_i128.checked_pow(power.unsigned_abs()).ok_or(NumberProblem::TooLarge);
        if power >= 0 {
            let value = self.digits.checked_mul(ten(power)?).ok_or(NumberProblem::TooLarge)?;
            return i64::try_from(value).map_err(|_| NumberProblem::TooLarge);
        }
        let divisor = ten(power)?;
        let (whole, rest) = (self.digits / divisor, self.digits % divisor);
        if rest != 0 && decimals == 0 && whole.abs() < ROUNDED_FROM {
            return Err(NumberProblem::NotWhole);
        }
        let up = if rest.abs() * 2 >= divisor { rest.signum() } else { 0 };
        i64::try_from(whole + up).map_err(|_| NumberProblem::TooLarge)
    }
}

/// Separates a power of ten from the number before it.
fn split_power(text: &str) -> Result<(&str, i32), NumberProblem> {
    if let Some(mantissa) = text.strip_suffix('亿') {
        return Ok((mantissa.trim_end(), 8));
    }
    if let Some(mantissa) = text.strip_suffix('万') {
        return Ok((mantissa.trim_end(), 4));
    }
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let power = exponent.strip_prefix('+').unwrap_or(exponent);
        return Ok((mantissa, power.parse().map_err(|_| NumberProblem::Unclear)?));
    }
    if let Some((mantissa, exponent)) = text.split_once("10^") {
        let mantissa =
            mantissa.trim_end().strip_suffix(['×', 'x', 'X', '*']).ok_or(NumberProblem::Unclear)?;
        return Ok((mantissa.trim_end(), exponent.trim().parse().map_err(|_| NumberProblem::Unclear)?));
    }
    Ok((text, 0))
}

/// The digits before the point, their groups of three joined.
fn ungrouped(whole: &str) -> Result<String, NumberProblem> {
    let separator = if whole.contains(',') { ',' } else { ' ' };
    let groups: Vec<&str> = whole.split(separator).collect();
    let digits_only =
        groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let grouped_by_three =
        groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if digits_only && grouped_by_three { Ok(groups.concat()) } else { Err(NumberProblem::Unclear) }
}
