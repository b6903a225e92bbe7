//! Records of LIS2-A2 / ASTM E1394: H, P, O, R, C, L. Fields by `|`, repeats by `\`, components by `^`, escapes by `&`;
//! the header says which.

use jiff::tz::TimeZone;
use qidai_bank::{Observation, ObservationStatus, discreet};

use super::text::decode;
use super::{Reading, time_of};

/// Delimiters of a message.
#[derive(Debug, Clone, Copy)]
struct Delimiters {
    field: char,
    repeat: char,
    component: char,
    escape: char,
}

/// Reads the text of a transmission. `zone` is that of the laboratory: analysers tell local time.
pub fn read(text: &[u8], zone: &TimeZone) -> Reading {
    let mut reading = Reading::default();
    let text = decode(text, None, &mut reading);
    let records: Vec<&str> = text.split(['\r', '\n']).filter(|record| !record.trim().is_empty()).collect();
    let Some(delimiters) = records.first().and_then(|header| delimiters(header)) else {
        reading.remark(
            "message",
            "message_header_missing",
            "The message does not begin with a header record: nothing of it is read.",
        );
        return reading;
    };
    let (mut specimen, mut results, mut has_end) = (String::new(), 0, false);
    for (at, record) in records.iter().enumerate() {
        let fields: Vec<&str> = record.split(delimiters.field).collect();
        match record.chars().next() {
            Some('H') if at > 0 => {
                if !has_end {
                    reading.remark(
                        "message",
                        "message_in_message",
                        "A second header stands inside of a message that has no end: its last results may be missing.",
                    );
                }
                (has_end, specimen) = (false, String::new());
            }
            // A new patient has orders of their own: a result before the next order belongs to nobody.
            Some('P') => specimen.clear(),
            Some('H' | 'C' | 'M' | 'S') => {}
            Some('O') => specimen = specimen_of(&fields, delimiters),
            Some('R') => {
                results += 1;
                result(&mut reading, (&fields, delimiters), (&specimen, results), zone);
            }
            Some('Q') => reading.remark(
                "Q",
                "analyser_query",
                "The analyser asks for orders: it is not answered, let it measure by its own list.",
            ),
            Some('L') => has_end = true,
            other => {
                let letter = other.map(String::from).unwrap_or_default();
                reading.remark(
                    "message",
                    "record_type_unknown",
                    format!("A record of type '{letter}' is not known: it is kept, and not read."),
                );
            }
        }
    }
    if !has_end {
        reading.remark(
            "message",
            "message_end_missing",
            "The message has no end record: its last results may be missing.",
        );
    }
    if results == 0 {
        reading.remark("message", "message_without_results", "The message has no result.");
    }
    reading
}

/// `H|\^&|…`
fn delimiters(header: &str) -> Option<Delimiters> {
    let mut letters = header.chars();
    (letters.next()? == 'H').then_some(())?;
    let [field, repeat, component, escape] =
        [letters.next()?, letters.next()?, letters.next()?, letters.next()?];
    let all = [field, repeat, component, escape];
    let are_signs = all.iter().all(|sign| !sign.is_alphanumeric() && !sign.is_whitespace());
    let are_different = all.iter().enumerate().all(|(at, sign)| !all[..at].contains(sign));
    (are_signs && are_different).then_some(Delimiters { field, repeat, component, escape })
}

/// O.3, or O.4 where analysers write `rack^position^number^attribute`.
fn specimen_of(fields: &[&str], delimiters: Delimiters) -> String {
    for place in [2, 3] {
        let components = fields.get(place).unwrap_or(&"").split(delimiters.component);
        let longest = components.map(str::trim).max_by_key(|component| component.len()).unwrap_or_default();
        if !longest.is_empty() {
            return unescaped(longest, delimiters);
        }
    }
    String::new()
}

/// R.3 is the test (`^^^WBC^1`), R.4 the value, R.5 the unit, R.9 the status, R.13 the time.
fn result(
    reading: &mut Reading,
    (fields, delimiters): (&[&str], Delimiters),
    (specimen, number): (&str, u32),
    zone: &TimeZone,
) {
    let place = format!("R {number}");
    let field = |at: usize| fields.get(at - 1).copied().unwrap_or_default().trim();
    if specimen.is_empty() {
        reading.remark(
            &place,
            "specimen_missing",
            format!("{place} belongs to no order: the specimen has no number."),
        );
        return;
    }
    let named = field(3).split(delimiters.component).map(str::trim).filter(|part| !part.is_empty());
    let test = named.clone().find(|part| part.parse::<u32>().is_err()).or(named.clone().next());
    let Some(test) = test else {
        reading.remark(&place, "analyser_test_missing", format!("{place} does not say which test it is."));
        return;
    };
    if field(4).contains(delimiters.repeat) {
        reading.remark(
            &place,
            "result_repeats",
            format!("{place} has several values: none of them is taken."),
        );
        return;
    }
    let status = match field(9) {
        "" | "F" | "V" => ObservationStatus::Final,
        "C" => ObservationStatus::Corrected,
        "X" => ObservationStatus::Cancelled,
        _ => ObservationStatus::Preliminary,
    };
    let time = field(13);
    let measured_at = time_of(time, zone);
    if measured_at.is_none() && !time.is_empty() {
        reading.remark(
            &place,
            "result_time_unreadable",
            format!("{place}: '{}' is no time: the result is taken without.", discreet(time, false)),
        );
    }
    reading.observations.push(Observation {
        place,
        specimen: specimen.to_owned(),
        test: unescaped(test, delimiters),
        value: unescaped(field(4), delimiters),
        unit: unescaped(field(5), delimiters),
        status,
        measured_at,
    });
}

/// `&F&` field, `&S&` component, `&R&` repeat, `&E&` escape.
fn unescaped(text: &str, delimiters: Delimiters) -> String {
    let mut parts = text.split(delimiters.escape);
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        let sign = match part {
            "F" => delimiters.field,
            "S" => delimiters.component,
            "R" => delimiters.repeat,
            "E" => delimiters.escape,
            other => {
                // No escape: the sign stands for itself.
                out.push(delimiters.escape);
                out.push_str(other);
                continue;
            }
        };
        out.push(sign);
        out.push_str(parts.next().unwrap_or_default());
    }
    out
}
