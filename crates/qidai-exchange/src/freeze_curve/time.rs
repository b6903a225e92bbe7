//! Times of points: of a clock, or counted from the beginning.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::CurveError;

/// What a bare number in the column of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    Seconds,
    Minutes,
}

impl TimeUnit {
    /// By the head of the column; minutes where it says nothing, as freezers do.
    pub(super) fn of_head(head: &str) -> Self {
        let seconds = ["(s)", "[s]", "sec", "秒"];
        if seconds.iter().any(|word| head.contains(word)) { Self::Seconds } else { Self::Minutes }
    }
}

/// Reads times in their order.
pub(super) struct Clock {
    unit: TimeUnit,
    first: Option<Timestamp>,
    last_s: Option<i64>,
}

impl Clock {
    pub(super) fn new(unit: TimeUnit) -> Self {
        Self { unit, first: None, last_s: None }
    }

    /// Of the first point, where the file tells the time of a clock.
    pub(super) fn started_at(&self) -> Option<Timestamp> {
        self.first
    }

    /// Seconds since the first point.
    pub(super) fn read(&mut self, line: usize, text: &str, zone: &TimeZone) -> Result<i64, CurveError> {
        let at_s = match moment(text, zone) {
            Some(moment) => moment.duration_since(*self.first.get_or_insert(moment)).as_secs(),
            None => elapsed(text, self.unit).ok_or_else(|| {
                let sentence =
                    format!("found '{text}', expected a time such as 2026-03-01 10:00:00, 00:10:30 or 10.5.");
                CurveError::at("curve_time_unreadable", line, sentence)
            })?,
        };
        if let Some(last) = self.last_s.filter(|last| at_s <= *last) {
            let sentence = format!(
                "the time '{text}' is not after the one before ({last} s from the beginning): a clock was set, or lines are \
                 out of order."
            );
            return Err(CurveError::at("curve_time_not_rising", line, sentence));
        }
        self.last_s = Some(at_s);
        Ok(at_s)
    }
}

/// A date with a time, in one of the forms that software writes. A day of the clock's change has its own rules, which
/// the zone knows.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    const FORMS: [&str; 6] = [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
    ];
    let read = |form: &&str| DateTime::strptime(form, text).ok();
    let local = FORMS.iter().find_map(read)?;
    zone.to_timestamp(local).ok()
}

/// `hh:mm:ss`, `mm:ss`, or a number.
fn elapsed(text: &str, unit: TimeUnit) -> Option<i64> {
    if text.contains(':') {
        let parts: Vec<i64> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        return match parts[..] {
            [hours, minutes, seconds] => Some(hours * 3_600 + minutes * 60 + seconds),
            [minutes, seconds] => Some(minutes * 60 + seconds),
            _ => None,
        };
    }
    let number: f64 = text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())?;
    let seconds = match unit {
        TimeUnit::Seconds => number,
        TimeUnit::Minutes => number * 60.0,
    };
    (0.0..=604_800.0).contains(&seconds).then(|| seconds.round() as i64)
}
