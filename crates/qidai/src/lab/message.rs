//! Messages of analysers that a person brings: pasted, uploaded, opened again, placed by hand.

use jiff::tz::TimeZone;
use qidai_bank::{
    Acting, BankError, Identity, KeyRing, LabMessage, NewLabMessage, Observation, Phase, Remark, Store,
    TestResult, ValueKind, discreet, test_named,
};
use qidai_exchange::analyser::frame::{ENQ, Receiver, STX, Signal};
use qidai_exchange::analyser::{Reading, astm, hl7};
use qidai_hla::Nomenclature;

use crate::error::Failure;

/// Longer messages come over the wire.
pub(crate) const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Where a message comes from that a person brought.
const BY_HAND: &str = "by hand";
const VT: u8 = 0x0b;

/// What cannot be read at all.
const UNREAD: &str = "unread";

/// Which language a message speaks, by its first characters; frames around it do not matter, and neither does its encoding.
///
/// # Errors
/// `message_empty`, `message_too_long`, `message_protocol_unknown`.
fn protocol_of(content: &[u8]) -> Result<&'static str, Failure> {
    let read = qidai_exchange::text_of(content);
    let content = read.as_bytes();
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

/// Keeps a message and enters its results, as if the analyser had sent it. What is no message is kept too, and then refused.
///
/// # Errors
/// Those of [`protocol_of`], and `permission_missing`.
pub(crate) async fn take(
    (store, keys): (&Store, &KeyRing),
    nomenclature: &Nomenclature<'_>,
    content: &[u8],
    acting: &Acting<'_>,
) -> Result<LabMessage, Failure> {
    let protocol = match protocol_of(content) {
        Ok(protocol) => protocol,
        Err(failure) if failure.code() == "message_protocol_unknown" => {
            crate::unread::keep((store, keys), (UNREAD, BY_HAND), content, &failure, acting).await?;
            return Err(failure);
        }
        Err(failure) => return Err(failure),
    };
    let reading = read(store, protocol, content).await?;
    let new = message_of(reading, (protocol, BY_HAND), content, nomenclature);
    Ok(store.take_lab_message(&new, keys, acting).await?)
}

/// A message on its way into the bank, by whichever door it came. Its typings must be understood under the release in force,
/// as typed ones must: what is not stands among its refusals.
pub(crate) fn message_of<'a>(
    reading: Reading,
    (protocol, peer): (&'static str, &'a str),
    content: &'a [u8],
    nomenclature: &Nomenclature<'_>,
) -> NewLabMessage<'a> {
    let (mut observations, mut refused) = (Vec::new(), Vec::new());
    for one in reading.observations {
        match typing_refused(&one, nomenclature) {
            Some(remark) => refused.push(remark),
            None => observations.push(one),
        }
    }
    let (sender_key, remarks) = (reading.sender_key, reading.remarks);
    NewLabMessage { protocol, peer, content, sender_key, observations, refused, remarks }
}

/// Why a typing of a message is not taken; nothing where it is, or where the result is refused for another reason.
fn typing_refused(one: &Observation, nomenclature: &Nomenclature<'_>) -> Option<Remark> {
    let test = test_named(&one.test).filter(|test| test.kind == ValueKind::Typing)?;
    one.meant().ok()?;
    let problem = super::typing_problem(nomenclature, test, &one.value)?;
    let mut sentence = format!("{}: {}: {}.", one.place, problem.reason, problem.hint);
    // A name that slid into the field of a typing is quoted nowhere.
    for part in [one.value.trim(), problem.value.trim()] {
        if !part.is_empty() && discreet(part, false) != part {
            sentence = sentence.replace(part, "…");
        }
    }
    Some(Remark::new(one.place.as_str(), problem.code, sentence))
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
    // Frames that were saved without the beginning of their line are read all the same.
    if !content.contains(&ENQ) {
        receiver.take(&[ENQ]);
    }
    let signals = receiver.take(content).into_iter();
    let ended = signals.filter_map(|signal| match signal {
        Signal::Ended(transmission) => Some(transmission),
        Signal::Answer(_) => None,
    });
    let mut ended: Vec<_> = ended.collect();
    ended.extend(receiver.cut_off());
    let mut reading = ended.first().map_or_else(Reading::default, |first| astm::read(&first.text, zone));
    let before = ended.first().map(|first| first.remarks.clone()).unwrap_or_default();
    reading.remarks = before.into_iter().chain(more(ended.len())).chain(reading.remarks).collect();
    reading
}

fn of_hl7(content: &[u8], zone: &TimeZone) -> Reading {
    if !content.contains(&VT) {
        return hl7::read(content.trim_ascii_start(), zone);
    }
    let mut receiver = hl7::Receiver::default();
    let mut framed = receiver.take(content);
    framed.extend(receiver.cut_off());
    let Some(first) = framed.first() else { return hl7::read(content, zone) };
    let mut reading = hl7::read(&first.bytes, zone);
    let before = first.remarks.iter().cloned();
    reading.remarks = before.chain(more(framed.len())).chain(reading.remarks).collect();
    reading
}

/// Only the first message of a file is read: what somebody places by hand must have one place.
fn more(count: usize) -> Option<Remark> {
    (count > 1).then(|| {
        let sentence = format!(
            "{count} messages stand in this file, and only the first is read: bring them one by one."
        );
        Remark::new("message", "message_not_alone", sentence)
    })
}

/// Enters a line of a message as a result of a unit that a person names.
///
/// # Errors
/// `message_place_unknown`, the code of a typing that is not understood, and those of [`Store::assign_observation`].
pub(crate) async fn assign(
    (store, nomenclature): (&Store, &Nomenclature<'_>),
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
    if let Some(test) = test_named(&observation.test).filter(|test| test.kind == ValueKind::Typing)
        && let Some(problem) = super::typing_problem(nomenclature, test, &observation.value)
    {
        return Err(BankError::from(problem).into());
    }
    Ok(store.assign_observation(&message.id, observation, (unit, phase), acting).await?)
}
