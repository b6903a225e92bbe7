//! One line of a logger: a time and a temperature, or something that stands before them.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Characters of a line that a sentence quotes.
const QUOTED_CHARS_MAX: usize = 60;
/// Forms of local times that can be read in one way only.
const FORMS: [&str; 8] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
];

/// What a line is.
pub(super) enum Line {
    /// `has_unit`: °C stands behind the number.
    Reading { at: Timestamp, tenths: i64, has_unit: bool },
    /// It begins with no time: a name, a setting, the heads of columns.
    Head { has_unit: bool },
}

/// Why a line is refused.
pub(super) enum Wrong {
    Unit(&'static str),
    Line(&'static str),
}

/// The first characters of a line: one without an end must not become a sentence without one.
pub(super) fn quoted(line: &str) -> String {
    match line.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

pub(super) fn read(
    line: &str,
    zone: &TimeZone,
    plausible_tenths: &RangeInclusive<i64>,
) -> Result<Line, Wrong> {
    let cells = cells(line.trim());
    let (time, rest) = time_of(&cells);
    if !looks_like_time(&time) {
        return head(line.trim());
    }
    let value = match &rest[..] {
        [] => return Err(Wrong::Line("it has no two columns")),
        [value] => value.as_str(),
        [whole, part] if is_digits(whole) && is_digits(part) && line.contains(',') => {
            return Err(Wrong::Line("a decimal comma between commas cannot be told from a column"));
        }
        _ => return Err(Wrong::Line("it has more than two columns: keep the time and the temperature")),
    };
    let (tenths, has_unit) = temperature(value, plausible_tenths)?;
    Ok(Line::Reading { at: moment(&time, zone)?, tenths, has_unit })
}

/// Between quotes a separator is a letter like others. Semicolons and tabs divide before commas, commas before blanks.
fn cells(line: &str) -> Vec<String> {
    let divided = |by: &dyn Fn(char) -> bool| {
        let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        for letter in line.chars() {
            match letter {
                '"' => is_quoted = !is_quoted,
                letter if by(letter) && !is_quoted => cells.push(std::mem::take(&mut cell)),
                letter => cell.push(letter),
            }
        }
        cells.push(cell);
        cells.into_iter().map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty()).collect()
    };
    if line.contains([';', '\t']) {
        return divided(&|letter| matches!(letter, ';' | '\t'));
    }
    // A comma is a separator where a time stands before it; else it is the decimal sign of a number between blanks.
    let by_comma: Vec<String> = divided(&|letter| letter == ',');
    match by_comma.first() {
        Some(first) if by_comma.len() > 1 && looks_like_time(first) && is_moment(first) => by_comma,
        _ => divided(&char::is_whitespace),
    }
}

/// The time in the first cell, or in the first two, and the cells behind it; a unit in a cell of its own joins its number.
fn time_of(cells: &[String]) -> (String, Vec<String>) {
    let mut cells: Vec<String> = cells.to_vec();
    if cells.len() > 1 && looks_like_time(&cells[0]) && !cells[0].contains(':') && cells[1].contains(':') {
        let clock = cells.remove(1);
        cells[0] = format!("{} {clock}", cells[0]);
    }
    if cells.len() > 2
        && cells.last().is_some_and(|last| unit_of(last).is_some_and(|(number, _)| number.is_empty()))
    {
        let unit = cells.pop().unwrap_or_default();
        if let Some(last) = cells.last_mut() {
            last.push_str(&unit);
        }
    }
    if cells.is_empty() {
        return (String::new(), cells);
    }
    let time = cells.remove(0);
    (time, cells)
}

fn head(line: &str) -> Result<Line, Wrong> {
    if line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '−' | '"')) {
        return Err(Wrong::Line("it begins with no time that can be read: were the columns swapped?"));
    }
    let small = line.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
    if has(&["°f", "℉", "(f)", "[f]", "fahrenheit", "华氏"]) {
        return Err(Wrong::Unit("the logger writes °F: set it to °C, or convert"));
    }
    if has(&["(k)", "[k]", "kelvin", "开尔文"]) {
        return Err(Wrong::Unit("the logger writes kelvin: set it to °C, or convert"));
    }
    Ok(Line::Head { has_unit: has(&["°c", "℃", "(c)", "[c]", "celsius", "摄氏"]) })
}

fn looks_like_time(text: &str) -> bool {
    let mut letters = text.chars();
    let begins =
        letters.next().is_some_and(|first| first.is_ascii_digit()) && letters.any(|c| c.is_ascii_digit());
    begins && (text.matches(['-', '/']).count() >= 2 || text.matches('.').count() >= 2 || text.contains(':'))
}

fn is_moment(text: &str) -> bool {
    text.contains(':') && moment(text, &TimeZone::UTC).is_ok()
}

/// A moment, with its offset or in the zone; a day alone is none.
fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, Wrong> {
    if !text.contains(':') {
        return Err(Wrong::Line("the time of the day is missing"));
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local = FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok());
    let local = local.ok_or(Wrong::Line("the time cannot be read"))?;
    let found = zone.to_ambiguous_timestamp(local).unambiguous();
    found.map_err(|_| Wrong::Line("the clock was set at this time: write it with its offset, such as +02:00"))
}

/// Number and unit of a value; the unit in its plain letter.
fn unit_of(text: &str) -> Option<(&str, char)> {
    let named =
        [("°C", 'C'), ("℃", 'C'), ("degC", 'C'), ("C", 'C'), ("°F", 'F'), ("℉", 'F'), ("F", 'F'), ("K", 'K')];
    named.iter().find_map(|(unit, letter)| Some((text.strip_suffix(unit)?.trim(), *letter)))
}

/// Tenths of a degree Celsius, and whether the unit was written.
fn temperature(text: &str, plausible_tenths: &RangeInclusive<i64>) -> Result<(i64, bool), Wrong> {
    let (number, unit) = unit_of(text).unwrap_or((text, ' '));
    match unit {
        'F' => return Err(Wrong::Unit("this is °F, expected °C")),
        'K' => return Err(Wrong::Unit("this is kelvin, expected °C")),
        _ => {}
    }
    let plain = number.replace(['−', '–'], "-").replace(',', ".");
    let is_plain = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    let degrees: Option<f64> = plain.parse().ok().filter(|_| is_plain);
    let degrees = degrees.ok_or(Wrong::Line("the temperature is no number in °C"))?;
    let tenths = (degrees * 10.0).round();
    if !tenths.is_finite() || !plausible_tenths.contains(&(tenths as i64)) {
        let reason = "no fresh blood is as cold or as warm: were the columns swapped, or is it °F or kelvin?";
        return Err(Wrong::Line(reason));
    }
    Ok((tenths as i64, unit == 'C'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit())
}
