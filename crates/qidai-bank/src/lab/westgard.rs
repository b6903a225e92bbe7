//! Is a measurement of control material as it should be? The rules of Westgard, over deviations from the mean.

/// What a measurement is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    InControl,
    /// Beyond two deviations: look, and go on.
    Warning12s,
    Reject13s,
    Reject22s,
    RejectR4s,
    Reject41s,
    Reject10x,
}

/// Verdict, code as laboratories write it.
const VERDICTS: [(Verdict, &str); 7] = [
    (Verdict::InControl, "in_control"),
    (Verdict::Warning12s, "1-2s"),
    (Verdict::Reject13s, "1-3s"),
    (Verdict::Reject22s, "2-2s"),
    (Verdict::RejectR4s, "R-4s"),
    (Verdict::Reject41s, "4-1s"),
    (Verdict::Reject10x, "10x"),
];

impl Verdict {
    pub fn code(self) -> &'static str {
        VERDICTS.iter().find(|(verdict, _)| *verdict == self).map_or("", |(_, code)| code)
    }

    pub fn parse(code: &str) -> Option<Self> {
        VERDICTS.iter().find(|(_, known)| *known == code).map(|(verdict, _)| *verdict)
    }

    /// Results of the same run are not reported.
    pub fn is_rejection(self) -> bool {
        self > Self::Warning12s
    }
}

const SD: i64 = 1_000;

/// The verdict on the last of some measurements of one control, oldest first, each as thousandths of a standard deviation
/// from the mean. `same_run` are those of the other levels in the same run.
///
/// 1-2s only warns and opens the way to the others; R-4s is told within a run: one level above +2 s and another below
/// −2 s, or two of one level in a row so far apart.
pub fn verdict(series: &[i64], same_run: &[i64]) -> Verdict {
    let Some((last, before)) = series.split_last() else { return Verdict::InControl };
    let last = *last;
    let tail = |count: usize| series.len().checked_sub(count).map(|from| &series[from..]);
    let beyond = |z: i64, limit: i64| (z > limit && last > 0) || (z < -limit && last < 0);
    let all_beyond =
        |count: usize, limit: i64| tail(count).is_some_and(|part| part.iter().all(|z| beyond(*z, limit)));
    let opposite = |z: i64| (last > 2 * SD && z < -2 * SD) || (last < -2 * SD && z > 2 * SD);
    match () {
        () if last.abs() > 3 * SD => Verdict::Reject13s,
        () if all_beyond(2, 2 * SD) => Verdict::Reject22s,
        () if last.abs() > 2 * SD && same_run.iter().any(|z| beyond(*z, 2 * SD)) => Verdict::Reject22s,
        () if same_run.iter().any(|z| opposite(*z)) || before.last().is_some_and(|z| opposite(*z)) => {
            Verdict::RejectR4s
        }
        () if all_beyond(4, SD) => Verdict::Reject41s,
        () if all_beyond(10, 0) => Verdict::Reject10x,
        () if last.abs() > 2 * SD => Verdict::Warning12s,
        () => Verdict::InControl,
    }
}

/// Thousandths of a standard deviation from the mean; mean and deviation are thousandths of the amount's unit.
pub fn deviation(amount: i64, mean_milli: i64, sd_milli: i64) -> i64 {
    let distance = (i128::from(amount) * 1_000 - i128::from(mean_milli)) * i128::from(SD);
    let z = distance / i128::from(sd_milli.max(1));
    i64::try_from(z).unwrap_or(if z > 0 { i64::MAX } else { i64::MIN + 1 })
}
