//! What a temperature logger wrote down: read line by line, judged against a window. Nothing is smoothed: a reading out
//! of the window counts, however short.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Problem;

/// No logger of fresh blood says less or more, in tenths of a degree Celsius.
const PLAUSIBLE_TENTHS: std::ops::RangeInclusive<i64> = -800..=800;

/// A reading: when, and tenths of a degree Celsius.
pub type Reading = (Timestamp, i64);

/// The window within which a trace must stay, and how long it may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub lowest_tenths: i64,
    pub highest_tenths: i64,
    pub gap_minutes: i64,
}

/// What a trace comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceJudged {
    pub lowest_tenths: i64,
    pub highest_tenths: i64,
    /// From each reading outside to the next reading; at least one for each.
    pub minutes_outside: i64,
    pub longest_gap_minutes: i64,
    /// `within`, `outside`, or `gap` where readings are missing.
    pub verdict: &'static str,
}

/// Reads lines `time temperature`, separated by blanks, a tab, a comma or a semicolon; a time without an offset is one of
/// `zone`; a decimal comma is read where the separator is another. A repeated reading counts once.
///
/// # Errors
/// `reading_invalid`, for every line that cannot be read, is implausible, or goes back in time. Nothing is guessed: a
/// temperature with another unit than °C is refused.
pub fn readings(text: &str, zone: &TimeZone) -> Result<Vec<Reading>, Vec<Problem>> {
    let (mut all, mut problems): (Vec<Reading>, Vec<Problem>) = Default::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match reading(line, zone) {
            Ok((at, _)) if all.last().is_some_and(|(last, _)| at < *last) => {
                problems.push(problem(line, number, "it is earlier than the line before"));
            }
            Ok(one) if all.last() == Some(&one) => {}
            Ok(one) => all.push(one),
            Err(reason) => problems.push(problem(line, number, reason)),
        }
    }
    if all.is_empty() && problems.is_empty() {
        problems.push(problem("", 1, "there is no reading"));
    }
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

fn problem(line: &str, number: usize, reason: &str) -> Problem {
    let reason = format!("line {number}, '{}': {reason}", line.trim());
    let hint = "write a time and a temperature in °C, such as 2026-03-31 08:15 18.4";
    Problem::new("readings", line.trim(), "reading_invalid", reason, hint)
}

fn reading(line: &str, zone: &TimeZone) -> Result<Reading, &'static str> {
    let line = line.trim();
    let at = line.rfind([' ', '\t', ';']).or_else(|| line.rfind(',')).ok_or("it has no two columns")?;
    let (time, value) = (line[..at].trim_end_matches([' ', '\t', ';', ',']), &line[at + 1..]);
    let value = value.trim().trim_end_matches('C').trim_end_matches('°').replace(',', ".");
    let degrees: f64 = value.parse().map_err(|_| "the temperature is no number in °C")?;
    let tenths = (degrees * 10.0).round();
    if !tenths.is_finite() || !PLAUSIBLE_TENTHS.contains(&(tenths as i64)) {
        return Err("no fresh blood is as cold or as warm: were the columns swapped, or is it °F?");
    }
    let moment = time.parse::<Timestamp>().ok().or_else(|| {
        let local = time.parse::<DateTime>().ok()?;
        zone.to_timestamp(local).ok()
    });
    Ok((moment.ok_or("the time cannot be read")?, tenths as i64))
}

/// Judges readings in the order of time; there is at least one.
pub fn judge(readings: &[Reading], window: Window) -> TraceJudged {
    let tenths = || readings.iter().map(|(_, tenths)| *tenths);
    let is_outside = |tenths: i64| !(window.lowest_tenths..=window.highest_tenths).contains(&tenths);
    let minutes = |span: SignedDuration| (span.as_secs() + 59) / 60;
    let (mut outside, mut gap) = (0, 0);
    for (at, (time, tenths)) in readings.iter().enumerate() {
        let until = readings.get(at + 1).map_or(*time, |(next, _)| *next);
        let lasted = minutes(until.duration_since(*time));
        gap = gap.max(lasted);
        outside += if is_outside(*tenths) { lasted.max(1) } else { 0 };
    }
    TraceJudged {
        lowest_tenths: tenths().min().unwrap_or_default(),
        highest_tenths: tenths().max().unwrap_or_default(),
        minutes_outside: outside,
        longest_gap_minutes: gap,
        verdict: match (outside > 0, gap > window.gap_minutes) {
            (true, _) => "outside",
            (false, true) => "gap",
            (false, false) => "within",
        },
    }
}
