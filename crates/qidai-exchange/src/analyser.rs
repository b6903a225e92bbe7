//! What analysers of a laboratory say: ASTM LIS2-A2 over its own frames, and HL7 v2 ORU^R01 over MLLP.
//!
//! Bytes go in, observations and remarks come out. Nothing is guessed and nothing is dropped in silence: whatever is not
//! understood is a [`Remark`] with its place, and whoever receives keeps the bytes. No clock is read and nothing is sent
//! here: answers are returned as bytes.

pub mod astm;
pub mod frame;
pub mod hl7;
mod text;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use qidai_bank::{Observation, Remark};

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What its sender calls it; HL7 MSH-3 and MSH-10.
    pub sender_key: Option<String>,
    pub observations: Vec<Observation>,
    pub remarks: Vec<Remark>,
}

impl Reading {
    fn remark(&mut self, place: impl Into<String>, code: &str, sentence: impl Into<String>) {
        self.remarks.push(Remark::new(place, code, sentence));
    }
}

/// A time as analysers write it, `YYYYMMDD[HHMM[SS]]` with an offset or in the zone of the laboratory; `None` when it is
/// none, or does not say the minute.
fn time_of(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (digits, offset) = match text.find(['+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let digits = digits.split('.').next().unwrap_or_default();
    if !matches!(digits.len(), 12 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i8>().ok());
    let year = digits.get(..4)?.parse().ok()?;
    let second = if digits.len() == 14 { part(12, 14)? } else { 0 };
    let at = DateTime::new(year, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, second, 0).ok()?;
    if offset.is_empty() {
        return zone.to_timestamp(at).ok();
    }
    let hours: i32 = offset.get(..3)?.parse().ok()?;
    let minutes: i32 = offset.get(3..5)?.parse().ok()?;
    let seconds = hours * 3_600 + if offset.starts_with('-') { -minutes } else { minutes } * 60;
    let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
    TimeZone::fixed(offset).to_timestamp(at).ok()
}
