//! Days of the bank: they begin and end in its own zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The first instant after a day, or `None` for the last day of the calendar.
pub(crate) fn after_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_timestamp(day.tomorrow().ok()?.at(0, 0, 0, 0)).ok()
}

/// The last microsecond of a day: what is so only since then still belongs to the day.
pub(crate) fn end_of_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let after = after_day(day, zone)?;
    Timestamp::from_microsecond(after.as_microsecond() - 1).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_ends_in_the_zone_of_the_bank() {
        for (zone, day, after) in [
            ("Asia/Shanghai", date(2021, 12, 31), "2021-12-31T16:00:00Z"),
            // Shanghai had summer time then.
            ("Asia/Shanghai", date(1990, 7, 1), "1990-07-01T15:00:00Z"),
            ("UTC", date(2021, 12, 31), "2022-01-01T00:00:00Z"),
            // The day has 23 hours.
            ("Europe/Berlin", date(2021, 3, 28), "2021-03-28T22:00:00Z"),
        ] {
            let zone = TimeZone::get(zone).expect(zone);
            let after: Timestamp = after.parse().expect(after);
            assert_eq!(after_day(day, &zone), Some(after));
            let last = end_of_day(day, &zone).expect("a day");
            assert_eq!(after.as_microsecond() - last.as_microsecond(), 1);
        }
        assert_eq!(after_day(Date::MAX, &TimeZone::UTC), None);
    }
}
