//! `qidai lab listen`: analysers send, results wait for review, every message is kept.

use std::net::SocketAddr;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{LabMessage, MessageOutcome};
use qidai_exchange::analyser::frame::{Receiver, Signal, Transmission};
use qidai_exchange::analyser::{astm, hl7};
use qidai_hla::Nomenclature;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Desk, tell};
use crate::catalogue::{ReferenceArgs, release_of};
use crate::commands::Outcome;
use crate::error::Failure;
use crate::lab::message::message_of;

/// Analysers at one time; one more waits until another has gone.
const CONNECTIONS_MAX: usize = 64;
/// Without a byte for so long a transmission that has begun is over (LIS1-A: 30 s for the receiver).
const SILENCE: Duration = Duration::from_secs(30);
/// The bank is asked again after so long when it cannot be written.
const RETRY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Astm,
    Hl7,
}

/// What messages are read by.
struct By<'a> {
    zone: TimeZone,
    nomenclature: Nomenclature<'a>,
}

/// Listens until it is interrupted.
pub(super) async fn listen(desk: &Desk, astm: Option<&str>, hl7: Option<&str>) -> Result<Outcome, Failure> {
    if astm.is_none() && hl7.is_none() {
        let sentence = "Nothing to listen on: give --astm ADDR, --hl7 ADDR, or both.";
        return Err(Failure::refused("listen_nothing", sentence));
    }
    let zone = desk.people.store.bank_zone().await?;
    let release = release_of(&desk.people.store, &ReferenceArgs::default()).await?;
    let by = &By {
        zone: TimeZone::get(&zone).unwrap_or(TimeZone::UTC),
        nomenclature: Nomenclature::new(&release, None),
    };
    let (astm, hl7) = (bound(astm).await?, bound(hl7).await?);
    let shown = |listener: &Option<TcpListener>| {
        listener.as_ref().and_then(|one| one.local_addr().ok()).map(|at| at.to_string())
    };
    tell(&json!({ "listening": { "astm": shown(&astm), "hl7": shown(&hl7) } }))?;
    let mut connections = FuturesUnordered::new();
    let stop = tokio::signal::ctrl_c();
    tokio::pin!(stop);
    loop {
        let has_room = connections.len() < CONNECTIONS_MAX;
        tokio::select! {
            Some((stream, peer)) = accepted(astm.as_ref()), if has_room => {
                connections.push(connection(desk, by, (stream, peer), Protocol::Astm));
            }
            Some((stream, peer)) = accepted(hl7.as_ref()), if has_room => {
                connections.push(connection(desk, by, (stream, peer), Protocol::Hl7));
            }
            Some(ended) = connections.next() => ended?,
            _ = &mut stop => return Ok(Outcome::Done),
        }
    }
}

/// A port alone is one of this machine.
async fn bound(address: Option<&str>) -> Result<Option<TcpListener>, Failure> {
    let Some(text) = address else { return Ok(None) };
    let full = if text.contains(':') { text.to_owned() } else { format!("127.0.0.1:{text}") };
    let address: SocketAddr = full.parse().map_err(|_| {
        let sentence = format!("'{text}' is no address: expected a port, or such as 127.0.0.1:12000.");
        Failure::refused("listen_address_invalid", sentence).with("value", text)
    })?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let sentence = format!("Nothing can be received at {address}.");
        Failure::outage("listen_failed", sentence).because(&error)
    })?;
    Ok(Some(listener))
}

async fn accepted(listener: Option<&TcpListener>) -> Option<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await.ok(),
        None => std::future::pending().await,
    }
}

/// One analyser, until it goes. A broken connection is no failure of ours.
async fn connection(
    desk: &Desk,
    by: &By<'_>,
    (mut stream, peer): (TcpStream, SocketAddr),
    protocol: Protocol,
) -> Result<(), Failure> {
    let peer = peer.ip().to_string();
    match protocol {
        Protocol::Astm => astm_line(desk, by, &mut stream, &peer).await,
        Protocol::Hl7 => hl7_line(desk, by, &mut stream, &peer).await,
    }
}

/// Bytes that arrived; `None` when the other side has gone or is silent.
async fn arrived(stream: &mut TcpStream, buffer: &mut [u8], is_under_way: bool) -> Option<usize> {
    let read = stream.read(buffer);
    let count = match is_under_way {
        true => tokio::time::timeout(SILENCE, read).await.ok()?,
        false => read.await,
    };
    count.ok().filter(|count| *count > 0)
}

async fn astm_line(desk: &Desk, by: &By<'_>, stream: &mut TcpStream, peer: &str) -> Result<(), Failure> {
    let (mut receiver, mut buffer, mut is_under_way) = (Receiver::default(), [0; 4096], false);
    while let Some(count) = arrived(stream, &mut buffer, is_under_way).await {
        for signal in receiver.take(&buffer[..count]) {
            match signal {
                Signal::Answer(byte) => {
                    is_under_way = true;
                    if stream.write_all(&[byte]).await.is_err() {
                        break;
                    }
                }
                Signal::Ended(transmission) => {
                    is_under_way = false;
                    keep_astm(desk, by, peer, &transmission).await?;
                }
            }
        }
    }
    match receiver.cut_off() {
        Some(transmission) => keep_astm(desk, by, peer, &transmission).await,
        None => Ok(()),
    }
}

/// Its frames were acknowledged as they came: while the bank cannot be written the line is held, and nothing is lost.
async fn keep_astm(desk: &Desk, by: &By<'_>, peer: &str, sent: &Transmission) -> Result<(), Failure> {
    let mut reading = astm::read(&sent.text, &by.zone);
    reading.remarks = sent.remarks.iter().cloned().chain(reading.remarks).collect();
    let message = message_of(reading, ("astm", peer), &sent.raw, &by.nomenclature);
    loop {
        match desk.people.store.take_lab_message(&message, &desk.people.keys, &desk.acting(None)).await {
            Ok(kept) => return say(&kept),
            Err(error) if error.is_refusal() => return Err(error.into()),
            Err(error) => {
                Failure::from(error).write_log("lab listen");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

async fn hl7_line(desk: &Desk, by: &By<'_>, stream: &mut TcpStream, peer: &str) -> Result<(), Failure> {
    let (mut receiver, mut buffer) = (hl7::Receiver::default(), vec![0; 65_536]);
    while let Some(count) = arrived(stream, &mut buffer, false).await {
        for framed in receiver.take(&buffer[..count]) {
            let answer = keep_hl7(desk, by, peer, &framed).await?;
            if framed.is_framed && stream.write_all(&answer).await.is_err() {
                break;
            }
        }
    }
    if let Some(framed) = receiver.cut_off() {
        keep_hl7(desk, by, peer, &framed).await?;
    }
    Ok(())
}

/// Keeps a message; gives its acknowledgement, which is sent after that.
async fn keep_hl7(desk: &Desk, by: &By<'_>, peer: &str, framed: &hl7::Framed) -> Result<Vec<u8>, Failure> {
    let (head, mut reading) = (hl7::head(&framed.bytes), hl7::read(&framed.bytes, &by.zone));
    reading.remarks = framed.remarks.iter().cloned().chain(reading.remarks).collect();
    let message = message_of(reading, ("hl7", peer), &framed.bytes, &by.nomenclature);
    let now = Timestamp::now();
    match desk.people.store.take_lab_message(&message, &desk.people.keys, &desk.acting(None)).await {
        Ok(kept) => {
            say(&kept)?;
            let is_taken = matches!(kept.outcome, MessageOutcome::Taken | MessageOutcome::Repeated);
            let code = match (is_taken, &head) {
                (_, None) => "AR",
                (true, _) => "AA",
                (false, _) => "AE",
            };
            let said =
                if is_taken { "" } else { kept.remarks.first().map_or("", |one| one.sentence.as_str()) };
            Ok(hl7::answer(head.as_ref(), code, said, now))
        }
        Err(error) if error.is_refusal() => Err(error.into()),
        Err(error) => {
            Failure::from(error).write_log("lab listen");
            Ok(hl7::answer(head.as_ref(), "AE", "The bank cannot be written now: send again.", now))
        }
    }
}

fn say(message: &LabMessage) -> Result<(), Failure> {
    tell(&super::messages::told(message))
}
