//! `qidai lab messages` and `lab message`: what analysers sent, and what became of it.

use std::io::Write as _;

use qidai_bank::{LabMessage, MessageOutcome};
use qidai_hla::Nomenclature;
use serde_json::{Value, json};

use super::{BankArgs, Desk, tell};
use crate::catalogue::{ReferenceArgs, release_of};
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

/// Prints the bytes as they came; that they were opened stands in the access log.
pub(super) async fn raw(desk: &Desk, id: &str, purpose: &str) -> Result<Outcome, Failure> {
    let (store, keys) = (&desk.people.store, &desk.people.keys);
    let (_, content) =
        store.open_lab_message(id, crate::lab::purpose_of(purpose)?, keys, &desk.acting(None)).await?;
    let mut out = std::io::stdout();
    out.write_all(&content).and_then(|()| out.flush()).map_err(|error| stream::not_written(&error))?;
    Ok(Outcome::Done)
}

/// Takes a message from a file.
pub(super) async fn bring(file: &std::path::Path, desk: &Desk) -> Result<Outcome, Failure> {
    let people = &desk.people;
    let content = super::import::read(file)?;
    let release = release_of(&people.store, &ReferenceArgs::default()).await?;
    let (bank, nomenclature) = ((&people.store, &people.keys), Nomenclature::new(&release, None));
    let kept = crate::lab::message::take(bank, &nomenclature, &content, &desk.acting(None)).await?;
    tell(&told(&kept))?;
    let is_taken = matches!(kept.outcome, MessageOutcome::Taken | MessageOutcome::Repeated);
    Ok(if is_taken { Outcome::Done } else { Outcome::SomeRefused })
}

#[derive(clap::Args)]
pub(super) struct AssignArgs {
    #[command(flatten)]
    pub(super) bank: BankArgs,
    /// Id of the message.
    message: String,
    /// The line, such as 'OBX 3' or 'R 2'.
    #[arg(long)]
    place: String,
    /// DIN of the unit, with or without its check character, or the bank's own number.
    #[arg(long)]
    unit: String,
    /// collected, processed or post_thaw, where the test has phases.
    #[arg(long, default_value = "", hide_default_value = true)]
    phase: String,
    /// How it is known whose it is; at least eight characters.
    #[arg(long)]
    reason: String,
}

/// Opens the message for laboratory work and enters one of its lines.
pub(super) async fn assign(args: &AssignArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let (store, keys) = (&desk.people.store, &desk.people.keys);
    let unit = crate::storage::unit_of(store, &args.unit).await?;
    let phase = crate::lab::phase_of(&args.phase)?;
    let acting = desk.acting(Some(&args.reason));
    let purpose = qidai_bank::Purpose::LaboratoryWork;
    let (message, content) = store.open_lab_message(&args.message, purpose, keys, &acting).await?;
    let (place, to) = (args.place.as_str(), (&unit, phase));
    let release = release_of(store, &ReferenceArgs::default()).await?;
    let by = (store, &Nomenclature::new(&release, None));
    let result = crate::lab::message::assign(by, (&message, &content), place, to, &acting).await?;
    tell(&crate::lab::ResultView::from(&result))?;
    Ok(Outcome::Done)
}
