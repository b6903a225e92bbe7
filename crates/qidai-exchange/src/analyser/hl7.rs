//! HL7 v2 over MLLP: `<VT> message <FS><CR>`; ORU^R01 in, an acknowledgement out.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Observation, ObservationStatus, Remark, discreet};

use super::text::decode;
use super::{Reading, time_of};

const VT: u8 = 0x0b;
const FS: u8 = 0x1c;
const CR: u8 = 0x0d;
/// Bytes of one message; a report with a picture has a few megabytes.
const MESSAGE_BYTES_MAX: usize = 16_000_000;

/// The receiving end of one connection.
#[derive(Debug, Default)]
pub struct Receiver {
    buffer: Vec<u8>,
    in_message: bool,
}

/// A message as it came, without its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    pub bytes: Vec<u8>,
    pub remarks: Vec<Remark>,
}

impl Receiver {
    /// Takes bytes as they arrive; gives the messages that are complete.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Framed> {
        let mut done = Vec::new();
        for byte in bytes {
            match (self.in_message, *byte) {
                (false, VT) => self.in_message = true,
                // Line ends between messages, and noise.
                (false, _) => {}
                (true, VT) => done
                    .extend(self.end("frame_cut_off", "A message has no end: another began inside of it.")),
                (true, CR) if self.buffer.last() == Some(&FS) => {
                    self.buffer.pop();
                    done.extend(self.end("", ""));
                    self.in_message = false;
                }
                (true, byte) => {
                    self.buffer.push(byte);
                    if self.buffer.len() >= MESSAGE_BYTES_MAX {
                        done.extend(
                            self.end("message_too_long", "The message is longer than any: it was cut here."),
                        );
                        self.in_message = false;
                    }
                }
            }
        }
        done
    }

    /// The connection is gone: what was under way ends here, cut off.
    pub fn cut_off(&mut self) -> Option<Framed> {
        self.in_message = false;
        self.end(
            "frame_cut_off",
            "The message ended before its end was sent: the sender sends it again, or must be asked to.",
        )
    }

    fn end(&mut self, code: &str, sentence: &str) -> Option<Framed> {
        let bytes = std::mem::take(&mut self.buffer);
        let remarks = match code {
            "" => Vec::new(),
            code => vec![Remark::new("message", code, sentence)],
        };
        (!bytes.is_empty()).then_some(Framed { bytes, remarks })
    }
}

/// A message in its frame.
pub fn framed(message: &[u8]) -> Vec<u8> {
    [&[VT], message, &[FS, CR]].concat()
}

/// Delimiters and names of a message: what its answer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    field: char,
    component: char,
    repeat: char,
    escape: char,
    sender: String,
    facility: String,
    /// MSH-10.
    pub control_id: String,
    kind: String,
    version: String,
    encoding: Option<String>,
}

/// Reads the head of a message; `None` when it has none.
pub fn head(bytes: &[u8]) -> Option<Head> {
    // The head is written in letters that all encodings share.
    let text =
        String::from_utf8_lossy(bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next()?).into_owned();
    let mut letters = text.strip_prefix("MSH")?.chars();
    let [field, component, repeat, escape] =
        [letters.next()?, letters.next()?, letters.next()?, letters.next()?];
    let fields: Vec<&str> = text.split(field).collect();
    let of = |at: usize| fields.get(at - 1).map_or("", |field| field.trim()).to_owned();
    Some(Head {
        field,
        component,
        repeat,
        escape,
        sender: of(3),
        facility: of(4),
        control_id: of(10),
        kind: of(9),
        version: of(12),
        encoding: Some(of(18)).filter(|name| !name.is_empty()),
    })
}

/// The answer to a message: `AA` taken, `AE` kept with what is wrong, `AR` not read. `said` is the first sentence.
pub fn answer(head: Option<&Head>, code: &str, said: &str, now: Timestamp) -> Vec<u8> {
    let time = now.strftime("%Y%m%d%H%M%S").to_string();
    let control = head.map_or("", |head| head.control_id.as_str());
    let version = head.map_or("2.5.1", |head| if head.version.is_empty() { "2.5.1" } else { &head.version });
    let (to, facility) = head.map_or(("", ""), |head| (head.sender.as_str(), head.facility.as_str()));
    let said = said
        .replace('\\', "\\E\\")
        .replace('|', "\\F\\")
        .replace('^', "\\S\\")
        .replace('&', "\\T\\")
        .replace('~', "\\R\\");
    let said = said.replace(['\r', '\n'], " ");
    let text = format!(
        "MSH|^~\\&|qidai||{to}|{facility}|{time}+0000||ACK^R01|{control}-{time}|P|{version}||||||UNICODE UTF-8\r\
         MSA|{code}|{control}|{said}\r"
    );
    framed(text.as_bytes())
}

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
    if head.control_id.is_empty() {
        reading.remark(
            "MSH",
            "message_without_name",
            "The message has no control id (MSH-10): a repetition is known by its bytes alone.",
        );
    } else {
        reading.sender_key = Some(format!("{}/{}", head.sender, head.control_id));
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
    let mut scene = Scene { head: &head, zone, specimen: String::new(), measured_at: None, results: 0 };
    for segment in text.split(['\r', '\n']).filter(|segment| !segment.trim().is_empty()) {
        scene.segment(segment, &mut reading);
    }
    if scene.results == 0 {
        reading.remark("message", "message_without_results", "The message has no result.");
    }
    reading
}

/// Where the reader is in a message.
struct Scene<'a> {
    head: &'a Head,
    zone: &'a TimeZone,
    specimen: String,
    measured_at: Option<Timestamp>,
    results: u32,
}

impl Scene<'_> {
    fn segment(&mut self, segment: &str, reading: &mut Reading) {
        let fields: Vec<&str> = segment.split(self.head.field).collect();
        let of = |at: usize| fields.get(at).map_or("", |field| field.trim());
        match fields[0] {
            "SPM" => self.specimen = self.first(of(2)),
            "OBR" => {
                // OBR-3 is the number of who fills the order, OBR-2 of who placed it.
                let number =
                    [of(3), of(2)].into_iter().map(|field| self.first(field)).find(|text| !text.is_empty());
                self.specimen = number.unwrap_or_else(|| std::mem::take(&mut self.specimen));
                self.measured_at = time_of(of(7), self.zone);
            }
            "OBX" => {
                self.results += 1;
                self.result(&fields, reading);
            }
            _ => {}
        }
    }

    fn result(&self, fields: &[&str], reading: &mut Reading) {
        let place = format!("OBX {}", self.results);
        let of = |at: usize| fields.get(at).map_or("", |field| field.trim());
        if self.specimen.is_empty() {
            reading.remark(
                &place,
                "specimen_missing",
                format!("{place} belongs to no order: the specimen has no number."),
            );
            return;
        }
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
        let time = of(14);
        let measured_at = time_of(time, self.zone).or(self.measured_at);
        if !time.is_empty() && time_of(time, self.zone).is_none() {
            reading.remark(
                &place,
                "result_time_unreadable",
                format!("{place}: '{}' is no time: the result is taken without.", discreet(time, false)),
            );
        }
        reading.observations.push(Observation {
            place,
            specimen: self.specimen.clone(),
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
