//! Doses: the number first, then a thin bar with a tick at the floor.

/// A dose per kilogram, or the heaviest patient served, as the template shows it.
pub(super) struct Dose {
    /// The number, or nothing when it was not recorded.
    pub(super) number: Option<String>,
    pub(super) bar: Option<Bar>,
}

/// Lengths in percent of the bar.
pub(super) struct Bar {
    pub(super) fill: String,
    pub(super) floor: Option<String>,
    /// Shorter than the floor.
    pub(super) is_below: bool,
}

/// The right ends of the bars: a little above the doses that guidelines aim at
/// (3 × 10⁷ TNC, 2 × 10⁵ CD34+ per kg), so that differences around them are seen.
pub(super) const TNC_SCALE: f64 = 10.0;
pub(super) const CD34_SCALE: f64 = 5.0;
/// kg.
pub(super) const WEIGHT_SCALE: f64 = 100.0;

impl Dose {
    /// `value` and `floor` in the unit of the column.
    pub(super) fn new(value: Option<f64>, decimals: usize, scale: f64, floor: Option<f64>) -> Dose {
        let bar = value.map(|value| Bar {
            fill: percent(value, scale),
            floor: floor.filter(|floor| *floor > 0.0).map(|floor| percent(floor, scale)),
            is_below: floor.is_some_and(|floor| value < floor),
        });
        Dose { number: value.map(|value| rounded_down(value, decimals)), bar }
    }
}

fn percent(value: f64, scale: f64) -> String {
    format!("{:.1}%", (value / scale * 100.0).clamp(0.0, 100.0))
}

/// Rounds towards zero, so that no dose looks as if it reached a threshold that it misses.
pub(super) fn rounded_down(value: f64, decimals: usize) -> String {
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    // A hair is added first: 2.5 may be stored as 2.4999999999999996.
    let down = (value * factor * (1.0 + 1e-12)).floor() / factor;
    format!("{down:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_never_hides_a_threshold() {
        for (value, decimals, text) in
            [(2.499, 2, "2.49"), (2.5, 2, "2.50"), (24.99, 0, "24"), (0.3 * 3.0, 1, "0.9")]
        {
            assert_eq!(rounded_down(value, decimals), text);
        }
        let dose = Dose::new(Some(2.499), 2, TNC_SCALE, Some(2.5));
        assert!(dose.bar.is_some_and(|bar| bar.is_below));
    }

    #[test]
    fn what_was_not_recorded_has_no_number_and_no_bar() {
        let dose = Dose::new(None, 2, TNC_SCALE, Some(2.5));
        assert!(dose.number.is_none() && dose.bar.is_none());
    }
}
