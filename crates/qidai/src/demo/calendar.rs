//! When the units of the demonstration bank were collected.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Thousands of units stored by the end of a day: a bank that opened in 1999 and grew with the province.
/// Shape of process data §6 (press figures for 2014 and 2021, smooth between).
const STORED: [(Date, f64); 6] = [
    (date(1999, 1, 1), 0.0),
    (date(2008, 1, 1), 15.0),
    (date(2014, 1, 1), 130.0),
    (date(2015, 1, 1), 150.0),
    (date(2019, 1, 1), 480.0),
    (date(2021, 12, 31), 720.0),
];

/// A released unit is at least so old: tests and paperwork take their time.
const DAYS_TO_RELEASE: i32 = 60;

/// Days of collection up to a given today. Before 2021-12-31 the growth is compressed into the time there is.
pub(crate) struct Calendar {
    today: Date,
    /// Days since the opening, and the share of all units collected until then.
    points: Vec<(f64, f64)>,
}

impl Calendar {
    /// `today` must be after 1999; the demonstration has a fixed one, so that it is the same on every day.
    pub(crate) fn new(today: Date) -> Self {
        let opening = STORED[0].0;
        let last = days_between(opening, today) - f64::from(DAYS_TO_RELEASE);
        let mut points: Vec<(f64, f64)> =
            STORED.iter().map(|(day, stored)| (days_between(opening, *day), *stored)).collect();
        points.retain(|(day, _)| *day < last);
        points.push((last, STORED[STORED.len() - 1].1));
        let total = STORED[STORED.len() - 1].1;
        points.iter_mut().for_each(|(_, stored)| *stored /= total);
        Self { today, points }
    }

    /// The day on which this share (0 to 1) of all released units was collected.
    pub(crate) fn released(&self, share: f64) -> Date {
        let after = self.points.partition_point(|(_, until)| *until <= share);
        let after = after.clamp(1, self.points.len() - 1);
        let ((day_before, before), (day_after, until)) = (self.points[after - 1], self.points[after]);
        let part = ((share - before) / (until - before)).clamp(0.0, 1.0);
        self.plus(STORED[0].0, (day_before + part * (day_after - day_before)) as i32)
    }

    /// A day so many days before today.
    pub(crate) fn ago(&self, days: i32) -> Date {
        self.plus(self.today, -days)
    }

    /// A later day, but never after today.
    pub(crate) fn plus(&self, day: Date, days: i32) -> Date {
        day.saturating_add(days.days()).min(self.today)
    }
}

fn days_between(from: Date, to: Date) -> f64 {
    from.duration_until(to).as_hours() as f64 / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bank_grows_as_the_province_did() {
        let calendar = Calendar::new(date(2021, 12, 31));
        // share of units and the year in which it was reached
        for (share, year) in [(0.0, 1999), (0.01, 2003), (0.1, 2010), (0.19, 2014), (0.5, 2017), (0.99, 2021)]
        {
            assert_eq!(calendar.released(share).year(), year, "{share}");
        }
        assert_eq!(calendar.released(1.0), date(2021, 11, 1));
    }

    #[test]
    fn an_earlier_today_still_has_the_whole_history_behind_it() {
        let calendar = Calendar::new(date(2010, 6, 1));
        assert_eq!(calendar.released(0.0), date(1999, 1, 1));
        assert!(calendar.released(1.0) < date(2010, 6, 1));
        assert_eq!(calendar.plus(date(2010, 5, 30), 30), date(2010, 6, 1));
    }
}
