//! `qidai lab messages` and `lab message`: what analysers sent, and what became of it.

use std::io::Write as _;

use qidai_bank::LabMessage;
use serde_json::{Value, json};

use super::{Desk, tell};
use crate::commands::{Outcome, stream};
use crate::error::Failure;

/// A message as JSON, without its bytes.
pub(super) fn told(message: &LabMessage) -> Value {
    json!({
        "message": message.id,
        "protocol": message.protocol,
        "peer": message.peer,
        "sender_key": message.sender_key,
        "received_at": message.received_at.to_string(),
        "size_bytes": message.size_bytes,
        "outcome": message.outcome.code(),
        "accepted": message.accepted,
        "refused": message.refused,
        "remarks": message.remarks,
    })
}

pub(super) async fn list(desk: &Desk, limit: u32) -> Result<Outcome, Failure> {
    for message in desk.people.store.lab_messages(limit, &desk.principal).await? {
        tell(&told(&message))?;
    }
    Ok(Outcome::Done)
}

/// Prints the bytes as they came.
pub(super) async fn raw(desk: &Desk, id: &str) -> Result<Outcome, Failure> {
    let (_, content) = desk.people.store.lab_message(id, &desk.principal).await?;
    let mut out = std::io::stdout();
    out.write_all(&content).and_then(|()| out.flush()).map_err(|error| stream::not_written(&error))?;
    Ok(Outcome::Done)
}
