//! What a temperature logger wrote down: read line by line, judged against a window. Nothing is smoothed: a reading out
//! of the window counts, however short.

mod line;

use std::ops::RangeInclusive;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Problem;
use line::{Line, Wrong};

/// No logger of fresh blood says less or more, in tenths of a degree Celsius.
const FRESH_TENTHS: RangeInclusive<i64> = -800..=800;
/// No logger of a dry shipper says less (liquid nitrogen boils at −196 °C) or more.
const FROZEN_TENTHS: RangeInclusive<i64> = -2100..=800;
/// 4 to 24 °C are 39 to 75 °F: a trace of which most is warmer than this, and which names no °C, is in another unit.
const MEDIAN_TENTHS_MAX: i64 = 450;
/// Lines that are told one by one; the others are counted.
const PROBLEMS_TOLD: usize = 20;
/// Lines before the first reading in which a logger tells its number, its settings and its units.
const HEAD_LINES_MAX: usize = 30;

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
/// `zone`; a decimal comma is read where the separator is another. A repeated reading counts once. Lines of the logger
/// before the first reading are passed over, but for the unit that they name.
///
/// # Errors
/// `reading_unit_wrong` where a unit other than °C is named or must be suspected, and `reading_invalid` for every line that
/// cannot be read, is implausible, or goes back in time. Nothing is guessed, and no line is left out: a gap in a trace
/// would hide what happened in it.
pub fn readings(text: &str, zone: &TimeZone) -> Result<Vec<Reading>, Vec<Problem>> {
    read(text, zone, &FRESH_TENTHS)
}

/// The same of a dry shipper, which is as cold as no fresh blood.
///
/// # Errors
/// As [`readings`].
pub fn frozen_readings(text: &str, zone: &TimeZone) -> Result<Vec<Reading>, Vec<Problem>> {
    read(text, zone, &FROZEN_TENTHS)
}

fn read(
    text: &str,
    zone: &TimeZone,
    plausible_tenths: &RangeInclusive<i64>,
) -> Result<Vec<Reading>, Vec<Problem>> {
    let (mut all, mut problems): (Vec<Reading>, Vec<Problem>) = Default::default();
    let (mut names_celsius, mut head_lines) = (false, 0);
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match line::read(line, zone, plausible_tenths) {
            Ok(Line::Reading { at, .. }) if all.last().is_some_and(|(last, _)| at < *last) => {
                problems.push(invalid(line, number, "it is earlier than the line before"));
            }
            Ok(Line::Reading { at, tenths, has_unit }) => {
                names_celsius |= has_unit;
                if all.last() != Some(&(at, tenths)) {
                    all.push((at, tenths));
                }
            }
            Ok(Line::Head { has_unit })
                if all.is_empty() && problems.is_empty() && head_lines < HEAD_LINES_MAX =>
            {
                names_celsius |= has_unit;
                head_lines += 1;
            }
            Ok(Line::Head { .. }) => {
                problems.push(invalid(line, number, "it begins with no time that can be read"));
            }
            Err(Wrong::Unit(reason)) => problems.push(problem(line, number, "reading_unit_wrong", reason)),
            Err(Wrong::Line(reason)) => problems.push(invalid(line, number, reason)),
        }
    }
    if all.is_empty() && problems.is_empty() {
        problems.push(invalid("", 1, "there is no reading"));
    }
    problems.extend(other_unit(&all).filter(|_| !names_celsius && problems.is_empty()));
    match problems.len() {
        0 => Ok(all),
        _ => Err(first_of(problems)),
    }
}

/// A whole trace that is as warm as no box of blood.
fn other_unit(all: &[Reading]) -> Option<Problem> {
    let mut tenths: Vec<i64> = all.iter().map(|(_, tenths)| *tenths).collect();
    tenths.sort_unstable();
    let median = tenths.get(tenths.len() / 2).filter(|median| **median > MEDIAN_TENTHS_MAX)?;
    let value = format!("{:.1}", *median as f64 / 10.0);
    let reason = format!("most readings are about {value}, and no line names °C: are they °F?");
    let hint = "convert them to °C, or write °C behind them where that is what they are";
    Some(Problem::new("readings", value, "reading_unit_wrong", reason, hint))
}

fn first_of(mut problems: Vec<Problem>) -> Vec<Problem> {
    let more = problems.len().saturating_sub(PROBLEMS_TOLD);
    problems.truncate(PROBLEMS_TOLD);
    if let Some(last) = problems.last_mut().filter(|_| more > 0) {
        last.reason = format!("{} (and {more} more lines)", last.reason);
    }
    problems
}

fn invalid(line: &str, number: usize, reason: &str) -> Problem {
    problem(line, number, "reading_invalid", reason)
}

fn problem(line: &str, number: usize, code: &'static str, reason: &str) -> Problem {
    let told = line::quoted(line.trim());
    let reason = format!("line {number}, '{told}': {reason}");
    let hint = "write a time and a temperature in °C, such as 2026-03-31 08:15 18.4";
    Problem::new("readings", told, code, reason, hint)
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

/// Judges what was read from one moment to another, each where it is known: what is silent at either end is a gap, and what was read
/// before or after says nothing.
pub fn judge_between(
    readings: &[Reading],
    window: Window,
    (from, until): (Option<Timestamp>, Option<Timestamp>),
) -> TraceJudged {
    let is_within =
        |at: &Timestamp| from.is_none_or(|from| *at >= from) && until.is_none_or(|end| *at <= end);
    let own: Vec<Reading> = readings.iter().filter(|(at, _)| is_within(at)).copied().collect();
    let mut judged = judge(&own, window);
    let minutes = |from: Timestamp, until: Timestamp| (until.duration_since(from).as_secs() + 59) / 60;
    let ends = match (own.first(), own.last()) {
        (Some((first, _)), Some((last, _))) => {
            [from.map(|from| minutes(from, *first)), until.map(|until| minutes(*last, until))]
        }
        _ => [from.zip(until).map(|(from, until)| minutes(from, until)), Some(window.gap_minutes + 1)],
    };
    judged.longest_gap_minutes =
        ends.into_iter().flatten().fold(judged.longest_gap_minutes, |longest, gap| longest.max(gap));
    if judged.verdict == "within" && judged.longest_gap_minutes > window.gap_minutes {
        judged.verdict = "gap";
    }
    judged
}
