//! Messages of analysers: what is known of each in an audited row, the bytes as they came in a row beside.
//!
//! A message is kept whatever is wrong with it, with the reason; only then it is acknowledged. So nothing that an
//! analyser sent is lost, and nothing is entered twice.

use sea_orm::{QueryResult, Value};
use sha2::{Digest as _, Sha256};

use super::content::{self, Sealed};
use super::enter::enter;
use crate::audit::{Finding, Verification};
use crate::digest::hexadecimal;
use crate::lab::Meant;
use crate::store::cell::{Cell, Row};
use crate::store::database::{Reader, WriteTransaction};
use crate::store::event::Event;
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{Store, StoreError};
use crate::{
    Acting, BankError, KeyRing, LabMessage, MessageOutcome, NewLabMessage, NewResult, Observation,
    Permission, Principal, Refusal, Remark, ResultSource, WriteContext,
};

pub(in crate::store) static TABLE: Table =
    Table { name: "lab_message", key: &["message_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("message_id"),
    Column::text("protocol"),
    Column::text("peer"),
    Column::text("sender_key"),
    Column::int("received_at_us"),
    Column::int("size_bytes"),
    Column::bytes("content_sha256"),
    Column::text("outcome"),
    Column::int("accepted"),
    Column::int("refused"),
    Column::text("remarks"),
];

/// Who sees that something was received, and what was wrong with it.
const MAY_LIST: [Permission; 3] =
    [Permission::TestRecord, Permission::TestReview, Permission::NonconformityManage];
/// What tanks, freezers, loggers of boxes and rack scanners said; who keeps the tanks sees that, and nothing else.
const OF_COLD: [&str; 4] = ["mqtt", "freezer", "logger", "scanner"];
/// Remarks that are kept with a message.
const REMARKS_KEPT: usize = 500;

impl Store {
    /// Keeps a message and enters its results, each on its own: what is refused stands in the remarks. When this
    /// returns the message is on the disk and may be acknowledged.
    ///
    /// # Errors
    /// `permission_missing`, and outages: then nothing was kept, and the sender must send again.
    pub async fn take_lab_message(
        &self,
        new: &NewLabMessage<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<LabMessage, BankError> {
        acting.allowed(Permission::TestRecord, None)?;
        let write = self.database.begin().await?;
        if let Some(before) = same(write.reader(), new.content, keys).await? {
            write.rollback().await?;
            return Ok(LabMessage { outcome: MessageOutcome::Repeated, ..before });
        }
        let mut message = received(new, acting);
        match namesake(write.reader(), new.sender_key.as_deref()).await? {
            Some(before) => conflict(&mut message, &before),
            None => {
                message.refused = new.refused.len() as u64;
                message.remarks.extend(new.refused.iter().cloned());
                for observation in &new.observations {
                    take(&write, (&mut message, new.protocol), observation, acting).await?;
                }
                message.outcome = outcome(&message);
            }
        }
        bounded(&mut message.remarks);
        keep(&write, &message, new.content, keys, acting).await?;
        write.commit().await?;
        Ok(message)
    }

    /// Keeps something that could not be read at all, with the reason; the very same thing is kept once. For what the
    /// program itself receives, such as readings of tanks.
    ///
    /// # Errors
    /// Outages only.
    pub async fn keep_unread(
        &self,
        new: &NewLabMessage<'_>,
        keys: &KeyRing,
        acting: &Acting<'_>,
    ) -> Result<(), BankError> {
        let write = self.database.begin().await?;
        if same(write.reader(), new.content, keys).await?.is_some() {
            return Ok(write.rollback().await?);
        }
        let mut message = received(new, acting);
        bounded(&mut message.remarks);
        write_down(&write, (&message, new.content), keys, (&acting.own(), acting)).await?;
        Ok(write.commit().await?)
    }

    /// Messages, the newest first.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn lab_messages(
        &self,
        limit: u32,
        principal: &Principal,
    ) -> Result<Vec<LabMessage>, BankError> {
        let of_tanks = match principal.may_any(&MAY_LIST, None) {
            Ok(_) => "",
            Err(refusal) if !principal.may_somewhere(Permission::StorageMove) => return Err(refusal.into()),
            Err(_) => "WHERE protocol IN ('mqtt', 'freezer', 'logger', 'scanner')",
        };
        let condition = format!("{of_tanks} ORDER BY received_at_us DESC, message_id DESC LIMIT {limit}");
        Ok(read(self.database.reader(), &condition, []).await?)
    }

    /// What is known of a message, without its bytes ([`Store::open_lab_message`]).
    ///
    /// # Errors
    /// `permission_missing`, `message_unknown`.
    pub async fn lab_message(&self, id: &str, principal: &Principal) -> Result<LabMessage, BankError> {
        let keeps_tanks = principal.may_somewhere(Permission::StorageMove);
        let may = |is_enough: bool| match principal.may_any(&MAY_LIST, None) {
            Err(refusal) if !is_enough => Err(refusal),
            _ => Ok(()),
        };
        may(keeps_tanks)?;
        let found = by_id(self.database.reader(), id).await?.ok_or_else(|| unknown(id))?;
        may(keeps_tanks && found.is_of_cold())?;
        Ok(found)
    }
}

impl LabMessage {
    /// Of a tank, a freezer, a logger or a scanner, and not of an analyser.
    pub fn is_of_cold(&self) -> bool {
        OF_COLD.contains(&self.protocol.as_str())
    }
}

fn received(new: &NewLabMessage<'_>, acting: &Acting<'_>) -> LabMessage {
    LabMessage {
        id: acting.ids.next_id(),
        protocol: new.protocol.to_owned(),
        peer: new.peer.to_owned(),
        sender_key: new.sender_key.clone(),
        received_at: acting.now,
        size_bytes: new.content.len() as u64,
        outcome: MessageOutcome::Refused,
        accepted: 0,
        refused: 0,
        remarks: new.remarks.clone(),
    }
}

/// Enters one result of a message, or says why not.
async fn take(
    write: &WriteTransaction<'_>,
    (message, protocol): (&mut LabMessage, &str),
    observation: &Observation,
    acting: &Acting<'_>,
) -> Result<(), BankError> {
    let entered = match observation.meant() {
        Ok(Meant { test, unit, phase, reason }) => {
            let id = message.id.clone();
            let new = NewResult {
                unit: &unit,
                test,
                phase,
                written: &observation.value,
                written_unit: (!test.unit.is_empty()).then_some(observation.unit.as_str()),
                method: Some(&message.peer),
                measured_at: observation.measured_at,
                source: if protocol == "astm" { ResultSource::Astm } else { ResultSource::Hl7 },
                message: Some(&id),
            };
            let acting = Acting { reason, ..*acting };
            let context = acting.allowed(Permission::TestRecord, None)?;
            enter(write, &new, &context, &acting).await.map(|_| ())
        }
        Err(refusal) => Err(refusal.into()),
    };
    match entered {
        Ok(()) => message.accepted += 1,
        Err(BankError::Refused(refusal)) => {
            message.refused += 1;
            let sentence = observation.told(refusal.sentence);
            message.remarks.push(Remark::new(&observation.place, refusal.code, sentence));
        }
        Err(outage) => return Err(outage),
    }
    Ok(())
}

/// A panel of ten thousand results that nobody knows has its first reasons; the others are told by reading it again.
fn bounded(remarks: &mut Vec<Remark>) {
    if let Some(more) = remarks.len().checked_sub(REMARKS_KEPT).filter(|more| *more > 0) {
        remarks.truncate(REMARKS_KEPT);
        let sentence = format!("{more} more remarks are told by reading the message again.");
        remarks.push(Remark::new("message", "remarks_cut", sentence));
    }
}

fn outcome(message: &LabMessage) -> MessageOutcome {
    match (message.accepted, message.refused) {
        (0, _) => MessageOutcome::Refused,
        (_, 0) => MessageOutcome::Taken,
        _ => MessageOutcome::Partly,
    }
}

fn conflict(message: &mut LabMessage, before: &str) {
    message.outcome = MessageOutcome::Conflict;
    let sentence = format!(
        "The sender gave this content the name of message {before}, whose content is another: nothing was entered. \
         Look at both, and at the sender's counter."
    );
    message.remarks.push(Remark::new("message", "message_conflict", sentence));
}

pub(super) async fn keep(
    write: &WriteTransaction<'_>,
    message: &LabMessage,
    content: &[u8],
    keys: &KeyRing,
    acting: &Acting<'_>,
) -> Result<(), BankError> {
    let context = acting.allowed(Permission::TestRecord, None)?;
    write_down(write, (message, content), keys, (&context, acting)).await
}

async fn write_down(
    write: &WriteTransaction<'_>,
    (message, content): (&LabMessage, &[u8]),
    keys: &KeyRing,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let sealed = Sealed::new(&message.id, content, keys, acting.random)?;
    let remarks = serde_json::to_string(&message.remarks)
        .map_err(|error| StoreError::Failed { source: sea_orm::DbErr::Custom(error.to_string()) })?;
    let count = |number: u64| Some(Cell::Int(i64::try_from(number).unwrap_or(i64::MAX)));
    let row: Row = vec![
        Some(message.id.as_str().into()),
        Some(message.protocol.as_str().into()),
        Some(message.peer.as_str().into()),
        message.sender_key.as_deref().map(Cell::from),
        Some(message.received_at.as_microsecond().into()),
        count(message.size_bytes),
        Some(sealed.sha256().as_slice().into()),
        Some(message.outcome.code().into()),
        count(message.accepted),
        count(message.refused),
        Some(Cell::Text(remarks)),
    ];
    let event = Event::new("lab_message_received", format!("lab_message/{}", message.id)).insert(&TABLE, row);
    write.record(context, vec![event]).await?;
    Ok(sealed.write(write, &message.id).await?)
}

async fn same(reader: Reader<'_>, plain: &[u8], keys: &KeyRing) -> Result<Option<LabMessage>, StoreError> {
    match content::namesakes(reader, plain, keys).await?.into_iter().next() {
        Some(id) => by_id(reader, &id).await,
        None => Ok(None),
    }
}

pub(super) async fn by_id(reader: Reader<'_>, id: &str) -> Result<Option<LabMessage>, StoreError> {
    Ok(read(reader, "WHERE message_id = $1", [Value::from(id)]).await?.pop())
}

pub(super) fn unknown(id: &str) -> Refusal {
    let sentence = format!("There is no message {id}: 'qidai lab messages' lists them.");
    Refusal::new("message_unknown", sentence).with("message", id)
}

/// The id of an earlier message that its sender called the same.
async fn namesake(reader: Reader<'_>, sender_key: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(key) = sender_key else { return Ok(None) };
    let condition = "WHERE sender_key = $1 ORDER BY received_at_us LIMIT 1";
    Ok(read(reader, condition, [Value::from(key)]).await?.pop().map(|message| message.id))
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<LabMessage>, StoreError> {
    let sql = format!("SELECT {} FROM lab_message {condition}", TABLE.select_list());
    reader.all(&sql, values).await?.iter().map(message).collect()
}

fn message(row: &QueryResult) -> Result<LabMessage, StoreError> {
    let mut row = RowReader::new("lab_message", row);
    let (id, protocol, peer, sender_key) = (row.text()?, row.text()?, row.text()?, row.optional_text()?);
    let (received_at, size_bytes) = (row.time("received_at_us")?, row.key()?.unsigned_abs());
    let _sha256 = row.bytes()?;
    Ok(LabMessage {
        id,
        protocol,
        peer,
        sender_key,
        received_at,
        size_bytes,
        outcome: row.code("outcome", MessageOutcome::parse)?,
        accepted: row.key()?.unsigned_abs(),
        refused: row.key()?.unsigned_abs(),
        remarks: row.code("remarks", |text| serde_json::from_str(text).ok())?,
    })
}

/// Computes the hash of every message again, and names each that is changed, missing or nobody's.
pub(in crate::store) async fn check(reader: Reader<'_>, found: &mut Verification) -> Result<(), StoreError> {
    let mut after = String::new();
    let sql = "SELECT m.message_id, m.content_sha256, c.content FROM lab_message m \
               LEFT JOIN lab_message_content c ON c.message_id = m.message_id \
               WHERE m.message_id > $1 ORDER BY m.message_id LIMIT 1";
    while let Some(row) = reader.first(sql, [Value::from(after.as_str())]).await? {
        let mut row = RowReader::new("lab_message", &row);
        let (id, known, content) = (row.text()?, row.bytes()?, row.optional_bytes()?);
        match content.map(|content| Sha256::digest(&content)) {
            None => found.add(Finding::new("row_removed", "lab_message_content", &id)),
            Some(sha256) if sha256.as_slice() != known => {
                let finding = Finding::new("row_changed", "lab_message_content", &id).column("content");
                let (expected, is) = (hexadecimal(&known), hexadecimal(&sha256));
                found.add(finding.expected(format!("sha256 {expected}")).found(format!("sha256 {is}")));
            }
            Some(_) => {}
        }
        after = id;
    }
    let sql = "SELECT message_id FROM lab_message_content WHERE message_id NOT IN \
               (SELECT message_id FROM lab_message) ORDER BY message_id";
    for row in &reader.all(sql, []).await? {
        let id: String = row.try_get_by_index(0)?;
        found.add(Finding::new("row_inserted", "lab_message_content", id));
    }
    Ok(())
}
