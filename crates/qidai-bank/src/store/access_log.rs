//! Who opened whose data, when and what for: a chain of its own, in the form of the history.

use sea_orm::Value;

use super::cell::write_text;
use super::database::{Reader, WriteTransaction};
use super::row::RowReader;
use super::{Store, StoreError, history};
use crate::chain::{self, BEFORE_FIRST, Content, Hash};
use crate::digest::hexadecimal;
use crate::{Acting, Actor, BankError, Permission};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub sequence: i64,
    pub at: jiff::Timestamp,
    pub actor: String,
    pub role: String,
    /// `person_opened`, `person_searched`, `person_open_refused`, `document_opened`, `document_open_refused`.
    pub kind: String,
    /// `person/ID`, or the field that was searched by.
    pub subject: String,
    pub purpose: String,
}

/// What a check of the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLogCheck {
    pub entries: u64,
    /// Hash of the last entry, for a checkpoint; of nothing, 64 zeros.
    pub head: String,
    /// The first entry that does not follow from the one before: changed, put in, or after one that is missing.
    pub broken_at: Option<i64>,
}

/// What is written down of an access.
pub(super) struct Opening<'a> {
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) purpose: &'a str,
    /// The document that was opened, where it was one.
    pub(super) document: Option<&'a str>,
}

/// Adds a line. Called with the writer's turn, so numbers have no gap.
pub(super) async fn append(
    write: &WriteTransaction<'_>,
    opening: &Opening<'_>,
    actor: Actor<'_>,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let (last, before) = last(write.reader()).await?;
    let event_id = acting.ids.next_id();
    let mut changes = String::from("{\"purpose\":");
    write_text(opening.purpose, &mut changes);
    if let Some(document) = opening.document {
        changes.push_str(",\"document\":");
        write_text(document, &mut changes);
    }
    changes.push('}');
    let now = acting.now.as_microsecond();
    let content = Content {
        sequence: last + 1,
        event_id: &event_id,
        effective_at_us: now,
        recorded_at_us: now,
        actor: actor.name,
        role: actor.role,
        site: actor.site,
        kind: opening.kind,
        subject: &opening.subject,
        reason: acting.reason,
        changes: &changes,
    };
    let hash = chain::link(&before, &chain::digest_of(content.canonical().as_bytes()));
    let sql = "INSERT INTO access_log (sequence, event_id, effective_at_us, recorded_at_us, actor, role, site, kind, \
               subject, reason, changes, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = history::row_of(&content, &hash).into_iter().zip(history::COLUMNS);
    let values = values.map(|(cell, column)| super::cell::parameter(cell, column.kind));
    write.change_unaudited(sql, values).await.map(|_| ())
}

async fn last(reader: Reader<'_>) -> Result<(i64, Hash), StoreError> {
    let sql = "SELECT sequence, hash FROM access_log ORDER BY sequence DESC LIMIT 1";
    let Some(row) = reader.first(sql, []).await? else { return Ok((0, BEFORE_FIRST)) };
    let mut row = RowReader::new("access_log", &row);
    let (sequence, hash) = (row.key()?, row.bytes()?);
    let broken = StoreError::Unreadable {
        table: "access_log",
        row: sequence.to_string(),
        column: "hash".to_owned(),
        value: hexadecimal(&hash),
    };
    Ok((sequence, hash.try_into().map_err(|_| broken)?))
}

impl Store {
    /// The log of one person (`person/ID`), or of all; newest first, at most `limit` lines before a number.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn accesses(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: u32,
        acting: &Acting<'_>,
    ) -> Result<Vec<Access>, BankError> {
        acting.allowed(Permission::AccessLogView, None)?;
        let condition = if subject.is_some() { "AND subject = $2" } else { "" };
        let sql = format!(
            "SELECT sequence, recorded_at_us, actor, role, kind, subject, changes FROM access_log \
             WHERE sequence < $1 {condition} ORDER BY sequence DESC LIMIT {limit}"
        );
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let values = std::iter::once(Value::from(before)).chain(subject.map(Value::from));
        let rows = self.database.reader().all(&sql, values).await?;
        let access = |row| {
            let mut row = RowReader::new("access_log", row);
            Ok(Access {
                sequence: row.key()?,
                at: row.time("recorded_at_us")?,
                actor: row.text()?,
                role: row.text()?,
                kind: row.text()?,
                subject: row.text()?,
                purpose: purpose_of(&row.text()?),
            })
        };
        rows.iter().map(access).collect::<Result<_, StoreError>>().map_err(BankError::from)
    }

    /// Computes the chain of the access log again, page by page.
    pub async fn check_access_log(&self) -> Result<AccessLogCheck, StoreError> {
        const PAGE: i64 = 1_000;
        let snapshot = self.database.snapshot().await?;
        let mut check = AccessLogCheck { entries: 0, head: String::new(), broken_at: None };
        let (mut before, mut after) = (BEFORE_FIRST, 0);
        loop {
            let names: Vec<&str> = history::COLUMNS.iter().map(|column| column.name).collect();
            let sql = format!(
                "SELECT {} FROM access_log WHERE sequence > $1 ORDER BY sequence LIMIT {PAGE}",
                names.join(", ")
            );
            let rows = snapshot.reader().all(&sql, [Value::from(after)]).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let (sequence, stored, computed) = link_of(row, &before)?;
                if stored != computed || sequence != after + 1 {
                    check.broken_at = check.broken_at.or(Some(sequence));
                }
                (before, after) = (computed, sequence);
                check.entries += 1;
            }
        }
        snapshot.end().await?;
        check.head = hexadecimal(&before);
        Ok(check)
    }
}

/// Number, stored hash and computed hash of a row.
fn link_of(row: &sea_orm::QueryResult, before: &Hash) -> Result<(i64, Vec<u8>, Hash), StoreError> {
    let mut row = RowReader::new("access_log", row);
    let (sequence, event_id) = (row.key()?, row.text()?);
    let (effective_at_us, recorded_at_us) = (row.key()?, row.key()?);
    let (actor, role, site) = (row.text()?, row.text()?, row.optional_text()?);
    let (kind, subject, reason, changes) = (row.text()?, row.text()?, row.optional_text()?, row.text()?);
    let content = Content {
        sequence,
        event_id: &event_id,
        effective_at_us,
        recorded_at_us,
        actor: &actor,
        role: &role,
        site: site.as_deref(),
        kind: &kind,
        subject: &subject,
        reason: reason.as_deref(),
        changes: &changes,
    };
    let computed = chain::link(before, &chain::digest_of(content.canonical().as_bytes()));
    Ok((sequence, row.bytes()?, computed))
}

fn purpose_of(changes: &str) -> String {
    let json: Result<serde_json::Value, _> = serde_json::from_str(changes);
    let purpose = json.ok().and_then(|json| json.get("purpose")?.as_str().map(str::to_owned));
    purpose.unwrap_or_default()
}
