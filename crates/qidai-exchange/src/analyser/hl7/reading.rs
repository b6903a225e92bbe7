//! What a message says: whose each result is, which test, which value.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Observation, ObservationStatus, discreet, specimen};

use super::super::text::decode;
use super::super::{Reading, time_of};
use super::{Head, head};

/// Characters of a control id (MSH-10): 199 since version 2.7, 20 before.
const CONTROL_ID_CHARS_MAX: usize = 199;

/// Reads a message. `zone` is that of the laboratory.
pub fn read(bytes: &[u8], zone: &TimeZone) -> Reading {
    let mut reading = Reading::default();
    let Some(head) = head(bytes) else {
        reading.remark(
            "message",
            "message_header_missing",
            "The message does not begin with MSH: nothing of it is read.",
        );
        return reading;
    };
    let text = decode(bytes, head.encoding.as_deref(), &mut reading);
    if head.control_id.is_empty() || head.control_id.chars().count() > CONTROL_ID_CHARS_MAX {
        reading.remark(
            "MSH",
            "message_without_name",
            "The message has no control id (MSH-10), or one that is longer than any: a repetition is known by its bytes alone.",
        );
    } else {
        let sender: String = head.sender.chars().take(CONTROL_ID_CHARS_MAX).collect();
        reading.sender_key = Some(format!("{sender}/{}", head.control_id));
    }
    let kind: Vec<&str> = head.kind.split(head.component).collect();
    let told: Vec<&str> = kind.iter().map(|part| discreet(part, true)).collect();
    if !matches!(kind[..], ["ORU", "R01", ..] | ["OUL", "R22", ..]) {
        reading.remark(
            "MSH",
            "message_type_unknown",
            format!("'{}' is no message with results: expected ORU^R01.", told.join("^")),
        );
        return reading;
    }
    let mut segments: Vec<&str> =
        text.split(['\r', '\n']).filter(|segment| !segment.trim().is_empty()).collect();
    if let Some(second) = segments.iter().skip(1).position(|segment| segment.starts_with("MSH")) {
        segments.truncate(second + 1);
        reading.remark(
            "message",
            "message_in_message",
            "Another message begins inside of this one: it is kept, and not read. Send them one by one.",
        );
    }
    let mut scene = Scene { head: &head, zone, specimen: Specimen::Missing, measured_at: None, results: 0 };
    for (at, segment) in segments.iter().enumerate() {
        scene.segment(segment, &segments[at + 1..], &mut reading);
    }
    if scene.results == 0 {
        reading.remark("message", "message_without_results", "The message has no result.");
    }
    reading
}

/// Whose the results are that follow.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Specimen {
    Missing,
    Named(String),
    /// Two segments name two units.
    Contradicts(String, String),
}

/// Where the reader is in a message.
struct Scene<'a> {
    head: &'a Head,
    zone: &'a TimeZone,
    specimen: Specimen,
    measured_at: Option<Timestamp>,
    results: u32,
}

impl Scene<'_> {
    fn segment(&mut self, segment: &str, following: &[&str], reading: &mut Reading) {
        let fields: Vec<&str> = segment.split(self.head.field).collect();
        let of = |at: usize| fields.get(at).map_or("", |field| field.trim());
        match fields[0] {
            // A new patient, or a new specimen: what follows is theirs.
            "PID" => self.specimen = Specimen::Missing,
            "SPM" => self.specimen = self.specimen_of(&[of(2)]),
            "OBR" => {
                let own = [of(3), of(2)];
                self.specimen = self.ordered(own, following);
                self.measured_at = self.time(of(7), "OBR", reading);
            }
            "OBX" => {
                self.results += 1;
                self.result(&fields, reading);
            }
            _ => {}
        }
    }

    /// Whose an order is: OBR-3 is the number of who fills it, OBR-2 of who placed it; a specimen of its own stands behind
    /// its results (ORU) or stood before it (OUL).
    fn ordered(&self, own: [&str; 2], following: &[&str]) -> Specimen {
        let behind = following.iter().take_while(|segment| !segment.starts_with("OBR"));
        let behind = behind.filter_map(|segment| {
            let mut fields = segment.split(self.head.field);
            (fields.next() == Some("SPM")).then(|| fields.nth(1).unwrap_or_default())
        });
        let is_oru = self.head.kind.starts_with("ORU");
        let behind: Vec<&str> = behind.filter(|_| is_oru).collect();
        let named: Vec<&str> = own.into_iter().chain(behind).collect();
        match (self.specimen_of(&named), &self.specimen) {
            (Specimen::Missing, Specimen::Named(before)) if !is_oru => Specimen::Named(before.clone()),
            (Specimen::Named(own), Specimen::Named(before)) if !is_oru => {
                self.specimen_of(&[own.as_str(), before.as_str()])
            }
            (found, _) => found,
        }
    }

    /// The one unit that some numbers name; else the first number, which names none.
    fn specimen_of(&self, fields: &[&str]) -> Specimen {
        let texts: Vec<String> =
            fields.iter().map(|field| self.first(field)).filter(|text| !text.is_empty()).collect();
        let units = texts.iter().filter_map(|text| match specimen(text) {
            (Some(unit), phase) => Some((text, unit, phase)),
            (None, _) => None,
        });
        let units: Vec<_> = units.collect();
        let Some((first, unit, phase)) = units.first() else {
            return texts.first().cloned().map_or(Specimen::Missing, Specimen::Named);
        };
        for (text, other, other_phase) in &units {
            if other != unit || phase.zip(*other_phase).is_some_and(|(one, other)| one != other) {
                return Specimen::Contradicts((*first).clone(), (*text).clone());
            }
        }
        // A number that tells the phase tells more.
        let best = units.iter().find(|(_, _, phase)| phase.is_some()).map_or(*first, |(text, ..)| *text);
        Specimen::Named(best.clone())
    }

    /// A time, or a remark where it is none.
    fn time(&self, text: &str, place: &str, reading: &mut Reading) -> Option<Timestamp> {
        let found = time_of(text, self.zone);
        // A day alone is no mistake, and no moment either.
        let is_day = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        if found.is_none() && !text.is_empty() && !is_day {
            let told = discreet(text, false);
            reading.remark(
                place,
                "result_time_unreadable",
                format!("{place}: '{told}' is no time: the result is taken without."),
            );
        }
        found
    }

    fn result(&self, fields: &[&str], reading: &mut Reading) {
        let place = format!("OBX {}", self.results);
        let of = |at: usize| fields.get(at).map_or("", |field| field.trim());
        let specimen = match &self.specimen {
            Specimen::Named(number) => number.clone(),
            Specimen::Missing => {
                let sentence = format!("{place} belongs to no order: the specimen has no number.");
                return reading.remark(&place, "specimen_missing", sentence);
            }
            Specimen::Contradicts(one, other) => {
                let sentence = format!(
                    "{place}: its order names the units {} and {}: nothing is entered before somebody says whose it is.",
                    discreet(one, false),
                    discreet(other, false)
                );
                return reading.remark(&place, "specimen_contradicts", sentence);
            }
        };
        if matches!(of(2), "ED" | "RP") {
            reading.remark(
                &place,
                "result_attachment",
                format!("{place} is a file inside of the message: it is kept with it, and is no result."),
            );
            return;
        }
        let components: Vec<&str> = of(3).split(self.head.component).collect();
        let test = self.test(&components);
        if test.is_empty() {
            reading.remark(
                &place,
                "analyser_test_missing",
                format!("{place} does not say which test it is."),
            );
            return;
        }
        if of(5).contains(self.head.repeat) {
            reading.remark(
                &place,
                "result_repeats",
                format!("{place} has several values: none of them is taken."),
            );
            return;
        }
        let status = match of(11) {
            "" | "F" => ObservationStatus::Final,
            "C" => ObservationStatus::Corrected,
            "X" | "D" | "W" => ObservationStatus::Cancelled,
            _ => ObservationStatus::Preliminary,
        };
        let measured_at = self.time(of(14), &place, reading).or(self.measured_at);
        reading.observations.push(Observation {
            place,
            specimen,
            test,
            value: self.value(of(2), of(5)),
            unit: self.first(of(6)),
            status,
            measured_at,
        });
    }

    /// The first name that the catalogue knows: code, text, and the same of the other coding system.
    fn test(&self, components: &[&str]) -> String {
        let names = [0, 1, 3, 4]
            .into_iter()
            .filter_map(|at| components.get(at))
            .map(|name| self.unescaped(name.trim()));
        let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        let known = names.iter().find(|name| qidai_bank::test_named(name).is_some());
        known.or(names.first()).cloned().unwrap_or_default()
    }

    /// A structured number, `>^99`, is written as one.
    fn value(&self, kind: &str, field: &str) -> String {
        match kind {
            "SN" => {
                let parts: Vec<&str> = field.split(self.head.component).collect();
                self.unescaped(&parts[..parts.len().min(2)].concat())
            }
            "CE" | "CWE" => self.first(field),
            _ => self.unescaped(field),
        }
    }

    fn first(&self, field: &str) -> String {
        self.unescaped(field.split(self.head.component).next().unwrap_or_default().trim())
    }

    /// `\F\ \S\ \T\ \R\ \E\ \X0D\`
    fn unescaped(&self, text: &str) -> String {
        let mut parts = text.split(self.head.escape);
        let mut out = parts.next().unwrap_or_default().to_owned();
        while let Some(part) = parts.next() {
            match part {
                "F" => out.push(self.head.field),
                "S" => out.push(self.head.component),
                "T" => out.push('&'),
                "R" => out.push(self.head.repeat),
                "E" => out.push(self.head.escape),
                // Letters of another set and line breaks say nothing that a value needs.
                hex if hex.starts_with('X') || hex.starts_with('.') => {}
                other => {
                    out.push(self.head.escape);
                    out.push_str(other);
                    continue;
                }
            }
            out.push_str(parts.next().unwrap_or_default());
        }
        out
    }
}
