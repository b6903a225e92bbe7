//! What analysers send, whole and broken, from a table that somebody of the laboratory can read.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::Remark;
use qidai_exchange::analyser::frame::{self, Signal, Transmission};
use qidai_exchange::analyser::{Reading, astm, hl7};

/// `<CR>` and its like, `\xNN`, and everything else as UTF-8.
fn bytes_of(text: &str) -> Vec<u8> {
    const NAMES: [(&str, u8); 9] = [
        ("<CR>", 13),
        ("<LF>", 10),
        ("<ENQ>", 5),
        ("<STX>", 2),
        ("<ETX>", 3),
        ("<ETB>", 23),
        ("<EOT>", 4),
        ("<VT>", 11),
        ("<FS>", 28),
    ];
    let (mut rest, mut bytes) = (text, Vec::new());
    while let Some(first) = rest.chars().next() {
        if let Some((name, byte)) = NAMES.iter().find(|(name, _)| rest.starts_with(name)) {
            bytes.push(*byte);
            rest = &rest[name.len()..];
        } else if let Some(hex) = rest.strip_prefix("\\x").and_then(|hex| hex.get(..2))
            && let Ok(byte) = u8::from_str_radix(hex, 16)
        {
            bytes.push(byte);
            rest = &rest[4..];
        } else {
            bytes.extend_from_slice(first.to_string().as_bytes());
            rest = &rest[first.len_utf8()..];
        }
    }
    bytes
}

/// The transmissions in some bytes, given to the receiver piece by piece.
fn received(bytes: &[u8], piece: usize) -> Vec<Transmission> {
    let mut receiver = frame::Receiver::default();
    let mut ended = Vec::new();
    for part in bytes.chunks(piece) {
        for signal in receiver.take(part) {
            if let Signal::Ended(transmission) = signal {
                ended.push(transmission);
            }
        }
    }
    ended.extend(receiver.cut_off());
    ended
}

fn remark_of(remark: &Remark) -> String {
    assert!(remark.sentence.ends_with('.') && remark.sentence.len() > 20, "{remark:?}");
    format!("{} {}", remark.place, remark.code)
}

/// What becomes of a reading, as far as no bank is asked.
fn told(reading: &Reading) -> Vec<String> {
    let mut told: Vec<String> = reading.remarks.iter().map(remark_of).collect();
    for one in &reading.observations {
        let what = one.meant().map_err(|refusal| refusal.code).and_then(|meant| {
            let unit = (!meant.test.unit.is_empty()).then_some(one.unit.as_str());
            let value = meant.test.read(&one.value, unit).map_err(|problem| problem.code)?.value;
            match (meant.phase, meant.test.phases.is_empty()) {
                (None, false) => Err("result_phase_missing"),
                (phase, _) => {
                    let phase = phase.map_or("-", qidai_bank::Phase::code);
                    Ok(format!("{} {phase} {value}", meant.test.code))
                }
            }
        });
        told.push(format!("{} {}", one.place, what.unwrap_or_else(str::to_owned)));
    }
    told
}

fn read_all(how: &str, message: &[u8], piece: usize) -> Vec<String> {
    let zone = TimeZone::get("Asia/Shanghai").expect("known");
    let mut all = Vec::new();
    if how.starts_with("astm") {
        let raw = if how == "astm" { frame::frames_of(message).concat() } else { message.to_vec() };
        for transmission in received(&raw, piece) {
            assert_eq!(transmission.raw, raw, "every byte is kept");
            all.extend(transmission.remarks.iter().map(remark_of));
            all.extend(told(&astm::read(&transmission.text, &zone)));
        }
        return all;
    }
    let raw = if how == "hl7" { hl7::framed(message) } else { message.to_vec() };
    let mut receiver = hl7::Receiver::default();
    let mut messages: Vec<_> = raw.chunks(piece).flat_map(|part| receiver.take(part)).collect();
    messages.extend(receiver.cut_off());
    for one in messages {
        all.extend(one.remarks.iter().map(remark_of));
        all.extend(told(&hl7::read(&one.bytes, &zone)));
    }
    all
}

#[test]
fn messages_of_analysers() {
    let table = include_str!("cases/analyser_messages.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with("# ")).skip(1).collect();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, how, message, expected, _source] = cells[..] else { panic!("row: {row}") };
        for piece in [1, 7, usize::MAX] {
            let found = read_all(how, &bytes_of(message), piece).join(";");
            if found != expected {
                wrong.push(format!(
                    "{how} {name}, in pieces of {piece}:\n  found    {found}\n  expected {expected}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The checksum of interop.md: frame text `1H|\^&` CR ETX has E5. A refused frame is answered with NAK, a good one with
/// ACK, and the text of a long record comes together from its frames.
#[test]
fn frames_are_answered_one_by_one() {
    let frames = frame::frames_of(b"H|\\^&\r");
    assert_eq!(frames[1], b"\x021H|\\^&\r\x03E5\r\n");
    let mut receiver = frame::Receiver::default();
    assert_eq!(receiver.take(&[frame::ENQ]), [Signal::Answer(frame::ACK)]);
    let mut broken = frames[1].clone();
    broken[3] ^= 1;
    assert_eq!(receiver.take(&broken), [Signal::Answer(frame::NAK)]);
    assert_eq!(receiver.take(&frames[1]), [Signal::Answer(frame::ACK)]);
    let long = format!("H|\\^&\rR|1|^^^HLA|{}\rL|1\r", "A*02:01+".repeat(100));
    let sent = frame::frames_of(long.as_bytes());
    assert!(sent.len() > 6);
    let ended = received(&sent.concat(), 13);
    assert_eq!((ended.len(), ended[0].text.as_slice()), (1, long.as_bytes()));
    assert_eq!(ended[0].remarks, []);
}

#[test]
fn an_answer_names_the_message_it_answers() {
    let message = b"MSH|^~\\&|AN|LAB|||20261124||ORU^R01|4711|P|2.3.1\r";
    let head = hl7::head(message).expect("a head");
    let answer = hl7::answer(Some(&head), "AE", "a | b", Timestamp::UNIX_EPOCH);
    let text = String::from_utf8(answer).expect("text");
    assert!(text.contains("|2.3.1|") && text.contains("\rMSA|AE|4711|a \\F\\ b\r"), "{text}");
    assert!(text.starts_with('\u{b}') && text.ends_with("\u{1c}\r"));
}

/// Bytes that nobody sends are no reason to fall over, and every one of them is kept or answered.
#[test]
fn noise_is_survived() {
    let mut state = 0x2545_f491_u32;
    for _ in 0..3_000 {
        let mut noise = Vec::new();
        for _ in 0..60 {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let special = [5, 2, 3, 23, 4, 13, 10, 11, 28, b'|', b'H', b'R', b'^', b'&'];
            noise.push(if state & 1 == 0 {
                special[(state >> 8) as usize % special.len()]
            } else {
                (state >> 16) as u8
            });
        }
        for how in ["astm-raw", "hl7-raw"] {
            let zone = TimeZone::UTC;
            if how == "astm-raw" {
                for one in received(&noise, 7) {
                    let _ = astm::read(&one.text, &zone);
                }
            } else {
                let mut receiver = hl7::Receiver::default();
                let mut all = receiver.take(&noise);
                all.extend(receiver.cut_off());
                for one in all {
                    let _ = hl7::read(&one.bytes, &zone);
                }
            }
        }
        let _ = astm::read(&noise, &TimeZone::UTC);
        let _ = hl7::read(&[b"MSH".as_slice(), &noise].concat(), &TimeZone::UTC);
    }
}
