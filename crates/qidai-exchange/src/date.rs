//! Dates as files write them.

use jiff::civil::Date;

use crate::half_width::half_width;

/// Day 1 of Excel's calendar is 1900-01-01, and it believes in a 29 February 1900; so from March 1900 on, day
/// numbers count from here. (ECMA-376 part 1, 18.17.4.1, the 1900 date base.)
const SERIAL_ZERO: Date = jiff::civil::date(1899, 12, 30);
/// Day numbers that are taken for a date: 1950-01-01 to 2149-12-31. Five digits, like no other way to write a date.
const SERIALS: std::ops::RangeInclusive<i32> = 18_264..=91_313;

/// Reads `2023-01-05`, `2023/1/5`, `2023.1.5`, `2023年1月5日`, `20230105` and Excel's day number `44931`; a time of
/// day behind it is left out. None for anything else: `05/01/2023` is two different days to two readers.
pub(crate) fn parse(text: &str) -> Option<Date> {
    let text = half_width(text.trim());
    let day = without_time(&text);
    if day.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_digits(day);
    }
    let day = day.replace(['年', '月'], "-").replace('日', "");
    let separator = day.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = day.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn from_digits(digits: &str) -> Option<Date> {
    match digits.len() {
        8 => Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok(),
        5 => {
            let serial = digits.parse().ok().filter(|serial| SERIALS.contains(serial))?;
            SERIAL_ZERO.checked_add(jiff::Span::new().days(serial)).ok()
        }
        _ => None,
    }
}

/// Cuts ` 10:30`, `T10:30:00` and the fraction of Excel's day number.
fn without_time(text: &str) -> &str {
    if let Some((day, time)) = text.split_once([' ', 'T']) {
        let looks_like_time =
            time.contains(':') && time.chars().all(|c| c.is_ascii_digit() || ":.Z+".contains(c));
        return if looks_like_time { day } else { text };
    }
    match text.split_once('.') {
        Some((serial, fraction))
            if serial.len() == 5 && fraction.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            serial
        }
        _ => text,
    }
}
