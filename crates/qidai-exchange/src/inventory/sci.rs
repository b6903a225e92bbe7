//! Numbers as the inventory writes them.

/// A count in at most seven characters: `9.99E8`, `1.234E9`, `0`. Rounded to four digits, half to even; the exact count stays in the
/// bank.
pub fn scientific(count: u64) -> String {
    if count == 0 {
        return "0".to_owned();
    }
    let (mut digits, mut power) = (count, count.ilog10());
    if power > 3 {
        digits = half_even(count, 10_u64.pow(power - 3));
        if digits == 10_000 {
            (digits, power) = (1_000, power + 1);
        }
    } else {
        digits *= 10_u64.pow(3 - power);
    }
    let fraction = format!("{:03}", digits % 1_000);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}E{power}", digits / 1_000)
}

/// Thousandths as a number with one decimal, half to even: 24,850 µl are `24.8` ml, 24,950 µl are `25.0` ml.
pub fn tenths(thousandths: i64) -> String {
    let tenths = half_even(thousandths.unsigned_abs(), 100);
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

fn half_even(value: u64, by: u64) -> u64 {
    let (whole, rest) = (value / by, value % by);
    let up = rest * 2 > by || (rest * 2 == by && whole % 2 == 1);
    whole + u64::from(up)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_characters_hold_any_count_of_cells() {
        for (count, written) in [
            (0, "0"),
            (7, "7E0"),
            (999_000_000, "9.99E8"),
            (1_234_000_000, "1.234E9"),
            (1_234_500_000, "1.234E9"),
            (1_235_500_000, "1.236E9"),
            (1_234_500_001, "1.235E9"),
            (9_999_500_000, "1E10"),
            (1_500, "1.5E3"),
            (99_995, "1E5"),
        ] {
            assert_eq!(scientific(count), written, "{count}");
            assert!(written.len() <= 7);
        }
        for (thousandths, written) in
            [(24_950, "25.0"), (24_850, "24.8"), (24_949, "24.9"), (0, "0.0"), (105_000, "105.0")]
        {
            assert_eq!(tenths(thousandths), written);
        }
    }
}
