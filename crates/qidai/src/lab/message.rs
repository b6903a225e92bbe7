//! Messages of analysers that a person brings: pasted, uploaded, opened again, placed by hand.

use jiff::tz::TimeZone;
use qidai_bank::{
    Acting, Identity, KeyRing, LabMessage, NewLabMessage, Observation, Phase, Remark, Store, TestResult,
};
use qidai_exchange::analyser::frame::{Receiver, Signal, Transmission};
use qidai_exchange::analyser::{Reading, astm, hl7};

use crate::error::Failure;

/// Longer messages come over the wire.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Where a message comes from that a person brought.
const BY_HAND: &str = "by hand";
const ENQ: u8 = 5;
const STX: u8 = 2;
const VT: u8 = 0x0b;

/// Which language a message speaks, by its first characters; frames around it do not matter.
///
/// # Errors
/// `message_empty`, `message_too_long`, `message_protocol_unknown`.
pub(crate) fn protocol_of(content: &[u8]) -> Result<&'static str, Failure> {
    let start = content.iter().position(|byte| !byte.is_ascii_whitespace() || *byte == VT);
    let Some(text) = start.and_then(|at| content.get(at..)) else {
        return Err(Failure::refused("message_empty", "There is no message: paste one, or choose a file."));
    };
    if content.len() > MESSAGE_BYTES_MAX {
        let sentence = format!(
            "The message has {} bytes: expected at most {MESSAGE_BYTES_MAX}. Files of results are imported.",
            content.len()
        );
        return Err(Failure::refused("message_too_long", sentence));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match text {
        [ENQ | STX, ..] => Ok("astm"),
        [b'H', delimiter, ..] if !delimiter.is_ascii_alphanumeric() => Ok("astm"),
        [VT, ..] => Ok("hl7"),
        text if text.starts_with(b"MSH") => Ok("hl7"),
        _ => {
            let sentence = "This is no message that is known here: ASTM begins with H|, HL7 with MSH|. Files of results are imported.";
            Err(Failure::refused("message_protocol_unknown", sentence))
        }
    }
}

/// Keeps a message and enters its results, as if the analyser had sent it.
///
/// # Errors
/// Those of [`protocol_of`], and `permission_missing`.
pub(crate) async fn take(
    (store, keys): (&Store, &KeyRing),
    content: &[u8],
    acting: &Acting<'_>,
) -> Result<LabMessage, Failure> {
    let protocol = protocol_of(content)?;
    let reading = read(store, protocol, content).await?;
    let new = NewLabMessage {
        protocol,
        peer: BY_HAND,
        content,
        sender_key: reading.sender_key,
        observations: reading.observations,
        remarks: reading.remarks,
    };
    Ok(store.take_lab_message(&new, keys, acting).await?)
}

/// What a message says, read from its bytes.
///
/// # Errors
/// Outages only.
pub(crate) async fn read(store: &Store, protocol: &str, content: &[u8]) -> Result<Reading, Failure> {
    let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
    Ok(match protocol {
        "astm" => of_astm(content, &zone),
        "hl7" => of_hl7(content, &zone),
        _ => Reading::default(),
    })
}

fn of_astm(content: &[u8], zone: &TimeZone) -> Reading {
    if !content.contains(&STX) {
        return astm::read(content.trim_ascii_start(), zone);
    }
    let mut receiver = Receiver::default();
    let ended = receiver.take(content).into_iter().find_map(|signal| match signal {
        Signal::Ended(transmission) => Some(transmission),
        Signal::Answer(_) => None,
    });
    let Transmission { text, remarks, .. } = ended.or_else(|| receiver.cut_off()).unwrap_or_default();
    let mut reading = astm::read(&text, zone);
    reading.remarks = remarks.into_iter().chain(reading.remarks).collect();
    reading
}

fn of_hl7(content: &[u8], zone: &TimeZone) -> Reading {
    if !content.contains(&VT) {
        return hl7::read(content.trim_ascii_start(), zone);
    }
    let mut receiver = hl7::Receiver::default();
    let framed = receiver.take(content).into_iter().next().or_else(|| receiver.cut_off());
    let Some(framed) = framed else { return hl7::read(content, zone) };
    let mut reading = hl7::read(&framed.bytes, zone);
    let remarks: Vec<Remark> = framed.remarks;
    reading.remarks = remarks.into_iter().chain(reading.remarks).collect();
    reading
}

/// Enters a line of a message as a result of a unit that a person names.
///
/// # Errors
/// `message_place_unknown`, and those of [`Store::assign_observation`].
pub(crate) async fn assign(
    store: &Store,
    (message, content): (&LabMessage, &[u8]),
    place: &str,
    (unit, phase): (&Identity, Option<Phase>),
    acting: &Acting<'_>,
) -> Result<TestResult, Failure> {
    let reading = read(store, &message.protocol, content).await?;
    let found = reading.observations.iter().find(|one: &&Observation| one.place == place);
    let observation = found.ok_or_else(|| {
        let known: Vec<&str> = reading.observations.iter().map(|one| one.place.as_str()).collect();
        let sentence =
            format!("The message has no result at '{place}': expected one of {}.", known.join(", "));
        Failure::refused("message_place_unknown", sentence).with("value", place)
    })?;
    Ok(store.assign_observation(&message.id, observation, (unit, phase), acting).await?)
}
