//! Times of points: of a clock, or counted from the beginning. A file has one of both, and what its numbers are its head
//! says: minutes that are read as seconds, or hours as minutes, make every rate wrong.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::CurveError;
use crate::plain_text::quoted;

/// What stands in a column of counted time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeForm {
    /// Numbers, so many milliseconds each.
    Number(i64),
    /// `mm:ss`.
    MinutesSeconds,
    /// `hh:mm`.
    HoursMinutes,
}

/// A run that is counted begins within so many milliseconds; what begins later is the time of a clock without its day.
const FIRST_MS_MAX: i64 = 3_600_000;
/// The longest run, milliseconds: a week.
const LAST_MS_MAX: i64 = 604_800_000;

impl TimeForm {
    /// By the words in the head, small letters; nothing where it does not say.
    pub(super) fn of_head(head: &str) -> Option<Self> {
        let plain: String = head.chars().filter(|c| !c.is_whitespace()).collect();
        let has = |words: &[&str]| words.iter().any(|word| plain.contains(word));
        if has(&["hh:mm:ss", "h:mm:ss"]) {
            return None;
        }
        if has(&["mm:ss", "m:ss", "min:s", "分:秒"]) {
            return Some(Self::MinutesSeconds);
        }
        if has(&["hh:mm", "h:mm", "时:分"]) {
            return Some(Self::HoursMinutes);
        }
        let words: Vec<&str> = head.split(|c: char| !c.is_alphanumeric()).collect();
        let is = |units: &[&str]| words.iter().any(|word| units.contains(word));
        if is(&["ms", "msec", "milliseconds"]) || has(&["毫秒"]) {
            return Some(Self::Number(1));
        }
        if is(&["s", "sec", "secs", "second", "seconds", "sek", "sekunden"]) || has(&["秒"]) {
            return Some(Self::Number(1_000));
        }
        if is(&["min", "mins", "minute", "minutes", "minuten"]) || has(&["分"]) {
            return Some(Self::Number(60_000));
        }
        let is_hours = is(&["h", "hr", "hrs", "hour", "hours", "std", "stunden"]) || has(&["小时"]);
        is_hours.then_some(Self::Number(3_600_000))
    }
}

/// Reads times in their order.
pub(super) struct Clock {
    form: Option<TimeForm>,
    /// Of the first point, where the file tells the time of a clock.
    first: Option<Timestamp>,
    last_ms: Option<i64>,
}

impl Clock {
    pub(super) fn new(form: Option<TimeForm>) -> Self {
        Self { form, first: None, last_ms: None }
    }

    /// Of the first point, where the file tells the time of a clock.
    pub(super) fn started_at(&self) -> Option<Timestamp> {
        self.first
    }

    /// Milliseconds since the first point, or since the beginning where they are counted.
    pub(super) fn read(&mut self, line: usize, text: &str, zone: &TimeZone) -> Result<i64, CurveError> {
        let at_ms = match (moment(text, zone), self.first, self.last_ms) {
            (Some(moment), Some(first), _) => moment.duration_since(first).as_millis() as i64,
            (Some(moment), None, None) => {
                self.first = Some(moment);
                0
            }
            (None, None, _) => self.counted(line, text)?,
            _ => return Err(unreadable(line, text, "a time of the same form as in the lines before")),
        };
        if let Some(last) = self.last_ms.filter(|last| at_ms <= *last) {
            let sentence = format!(
                "the time '{}' is not after the one before ({} s from the beginning): a clock was set, or lines are out of \
                 order.",
                quoted(text),
                last / 1_000
            );
            return Err(CurveError::at("curve_time_not_rising", line, sentence));
        }
        self.last_ms = Some(at_ms);
        Ok(at_ms)
    }

    fn counted(&self, line: usize, text: &str) -> Result<i64, CurveError> {
        let is_counted = text.contains(':') || number(text).is_some();
        let three_parts = text.matches(':').count() == 2;
        if is_counted && self.form.is_none() && !three_parts {
            let sentence = format!(
                "found the time '{}', and the head does not say what it is: write it there, such as 'Time (min)', 'Time (s)' or \
                 'Time (mm:ss)'.",
                quoted(text)
            );
            return Err(CurveError::at("curve_time_unit_missing", line, sentence));
        }
        let at_ms = elapsed(text, self.form)
            .filter(|ms| (0..=LAST_MS_MAX).contains(ms))
            .ok_or_else(|| unreadable(line, text, "a time such as 2026-03-01 10:00:00, 00:10:30 or 10.5"))?;
        if self.last_ms.is_none() && at_ms > FIRST_MS_MAX {
            let sentence = format!(
                "the run begins at '{}', more than an hour from its own beginning: export the day with the time of the clock, \
                 or a time that is counted from 0.",
                quoted(text)
            );
            return Err(CurveError::at("curve_time_not_from_zero", line, sentence));
        }
        Ok(at_ms)
    }
}

fn unreadable(line: usize, text: &str, expected: &str) -> CurveError {
    let sentence = format!("found '{}', expected {expected}.", quoted(text));
    CurveError::at("curve_time_unreadable", line, sentence)
}

/// A date with a time, in one of the forms that software writes. A day of the clock's change has its own rules, which
/// the zone knows.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    const FORMS: [&str; 8] = [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
    ];
    let read = |form: &&str| DateTime::strptime(form, text).ok();
    let local = FORMS.iter().find_map(read)?;
    zone.to_timestamp(local).ok()
}

/// `hh:mm:ss`, `mm:ss` or `hh:mm`, or a number, in milliseconds.
fn elapsed(text: &str, form: Option<TimeForm>) -> Option<i64> {
    if text.contains(':') {
        let of = |part: &str| part.trim().parse::<u32>().ok().map(i64::from);
        let parts: Vec<i64> = text.split(':').map(of).collect::<Option<_>>()?;
        let is_sixty = |part: &i64| *part < 60;
        return match (&parts[..], form) {
            ([hours, minutes, seconds], _) if is_sixty(minutes) && is_sixty(seconds) => {
                Some((hours * 3_600 + minutes * 60 + seconds) * 1_000)
            }
            ([minutes, seconds], Some(TimeForm::MinutesSeconds)) if is_sixty(seconds) => {
                Some((minutes * 60 + seconds) * 1_000)
            }
            ([hours, minutes], Some(TimeForm::HoursMinutes)) if is_sixty(minutes) => {
                Some((hours * 60 + minutes) * 60_000)
            }
            _ => None,
        };
    }
    let Some(TimeForm::Number(ms)) = form else { return None };
    let all = number(text)? * ms as f64;
    (0.0..=LAST_MS_MAX as f64).contains(&all).then(|| all.round() as i64)
}

fn number(text: &str) -> Option<f64> {
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}
