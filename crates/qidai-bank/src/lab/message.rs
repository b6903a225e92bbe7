//! What an analyser said, as far as it was understood, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalogue::test_named;
use super::definition::TestDefinition;
use super::discreet::discreet;
use crate::{Identity, Phase, Refusal};

/// How far a result is, as the analyser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservationStatus {
    Final,
    /// There will be another.
    Preliminary,
    /// Takes the place of one that was sent before.
    Corrected,
    /// There will be none.
    Cancelled,
}

/// One result in a message, as it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Where it stands, such as `R 2` or `OBX 3`.
    pub place: String,
    /// Number of the specimen: of a unit, with `-C`, `-P` or `-T` for the phase.
    pub specimen: String,
    /// What the analyser calls the test.
    pub test: String,
    pub value: String,
    /// Empty when there is none.
    pub unit: String,
    pub status: ObservationStatus,
    pub measured_at: Option<Timestamp>,
}

/// Something about a message that somebody may have to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Where, such as `R 2`; `message` for the whole.
    pub place: String,
    pub code: String,
    pub sentence: String,
}

impl Remark {
    /// A sentence that quotes a line without an end is cut in its middle: remarks are kept for ever.
    pub fn new(place: impl Into<String>, code: &str, sentence: impl Into<String>) -> Self {
        Self { place: place.into(), code: code.to_owned(), sentence: cut(sentence.into()) }
    }
}

/// Characters of a remark.
const SENTENCE_CHARS_MAX: usize = 800;

fn cut(sentence: String) -> String {
    let count = sentence.chars().count();
    if count <= SENTENCE_CHARS_MAX {
        return sentence;
    }
    let half = SENTENCE_CHARS_MAX / 2;
    let begin: String = sentence.chars().take(half).collect();
    let end: String = sentence.chars().skip(count - half).collect();
    format!("{begin} … {end}")
}

/// A message on its way into the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLabMessage<'a> {
    /// `astm` or `hl7`.
    pub protocol: &'static str,
    /// Address from which it came.
    pub peer: &'a str,
    /// Every byte, frames and all.
    pub content: &'a [u8],
    /// What its sender calls it, where it has a name: HL7 MSH-3 with MSH-10.
    pub sender_key: Option<String>,
    pub observations: Vec<Observation>,
    /// Results that whoever reads it has refused already: typings that the release in force does not know.
    pub refused: Vec<Remark>,
    /// What was wrong with its form.
    pub remarks: Vec<Remark>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageOutcome {
    /// Every result was entered.
    Taken,
    /// Some results were entered.
    Partly,
    /// None was.
    Refused,
    /// The very same message was there already; nothing was entered again.
    Repeated,
    /// The sender gave the name of an earlier message to another content; nothing was entered.
    Conflict,
}

impl MessageOutcome {
    const ALL: [Self; 5] = [Self::Taken, Self::Partly, Self::Refused, Self::Repeated, Self::Conflict];

    pub fn code(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::Repeated => "repeated",
            Self::Conflict => "conflict",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// A message as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabMessage {
    pub id: String,
    pub protocol: String,
    pub peer: String,
    pub sender_key: Option<String>,
    pub received_at: Timestamp,
    pub size_bytes: u64,
    pub outcome: MessageOutcome,
    pub accepted: u64,
    pub refused: u64,
    pub remarks: Vec<Remark>,
}

/// Which result of which unit an observation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub test: &'static TestDefinition,
    pub unit: Identity,
    /// Of tests that have phases.
    pub phase: Option<Phase>,
    /// Why it takes the place of an earlier result, where the analyser says so.
    pub reason: Option<&'static str>,
}

impl Observation {
    /// A sentence about it, without what may be a name.
    pub(crate) fn told(&self, sentence: String) -> String {
        let parts = [(&self.test, true), (&self.specimen, false), (&self.value, false), (&self.unit, true)];
        let hides = |(part, is_word): &(&String, bool)| discreet(part, *is_word) != part.as_str();
        let hidden = parts.into_iter().filter(hides);
        hidden.fold(sentence, |sentence, (part, _)| sentence.replace(part.trim(), "…"))
    }

    /// What is meant, as far as it can be said without looking into a bank.
    ///
    /// # Errors
    /// `result_preliminary`, `result_cancelled`, `analyser_test_unknown`, `specimen_unknown`.
    pub fn meant(&self) -> Result<Meant, Refusal> {
        let place = &self.place;
        let reason = match self.status {
            ObservationStatus::Final => None,
            ObservationStatus::Corrected => Some("corrected by the analyser"),
            ObservationStatus::Preliminary => {
                let sentence = format!("{place} is preliminary: the final result is waited for.");
                return Err(Refusal::new("result_preliminary", sentence));
            }
            ObservationStatus::Cancelled => {
                let sentence = format!("{place} was cancelled by the analyser: measure again.");
                return Err(Refusal::new("result_cancelled", sentence));
            }
        };
        let test = test_named(&self.test).ok_or_else(|| {
            let sentence =
                format!("{place}: no test is called '{}' here: add the name to the catalogue.", self.test);
            Refusal::new("analyser_test_unknown", sentence).with("value", self.test.as_str())
        })?;
        let (unit, phase) = specimen(&self.specimen);
        let unit = unit.ok_or_else(|| {
            let sentence = format!(
                "{place}: '{}' is no number of a unit: expected a DIN, with -C, -P or -T for the phase.",
                self.specimen
            );
            Refusal::new("specimen_unknown", sentence).with("value", self.specimen.as_str())
        })?;
        Ok(Meant { test, unit, phase: phase.filter(|_| !test.phases.is_empty()), reason })
    }
}

/// The unit and the phase that a specimen's number names: the number as on the tube, then `-C` collected, `-P` processed
/// or `-T` post-thaw, or nothing.
pub fn specimen(text: &str) -> (Option<Identity>, Option<Phase>) {
    let text = text.trim();
    let (number, phase) = match text.rsplit_once('-') {
        Some((number, "C" | "c")) => (number, Some(Phase::Collected)),
        Some((number, "P" | "p")) => (number, Some(Phase::Processed)),
        Some((number, "T" | "t")) => (number, Some(Phase::PostThaw)),
        _ => (text, None),
    };
    (Identity::din(number).ok(), phase)
}
