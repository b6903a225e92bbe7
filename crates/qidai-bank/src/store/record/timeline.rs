//! The history of one record, newest first: what was done, what was refused, what clocks did.

use sea_orm::Value;
use serde_json::Value as Json;

use super::{AMEND, CREATE, FIELD, REFUSAL, STEP};
use crate::digest::hexadecimal;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError, clock, document, event_rows, history, signature};
use crate::{FieldChange, Record, RecordDeed, RecordEvent};

impl Store {
    /// Events of a record before a number of the history (all, for `None`), newest first. Personal fields are not
    /// told: that they changed is an event of their person.
    ///
    /// # Errors
    /// Outages only; who may see the record was asked when it was read.
    pub async fn record_history(
        &self,
        record: &Record,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<RecordEvent>, StoreError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT sequence, effective_at_us, recorded_at_us, actor, role, kind, reason, changes, packed, hash \
             FROM history WHERE subject = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT {limit}"
        );
        let values = [Value::from(record.subject()), Value::from(before)];
        let rows = self.database.reader().all(&sql, values).await?;
        rows.iter().map(|row| event(&mut RowReader::new("history", row))).collect()
    }
}

fn event(row: &mut RowReader<'_>) -> Result<RecordEvent, StoreError> {
    let sequence = row.key()?.unsigned_abs();
    let (effective_at, recorded_at) = (row.time("effective_at_us")?, row.time("recorded_at_us")?);
    let (actor, role, kind) = (row.text()?, row.text()?, row.text()?);
    let reason = row.optional_text()?;
    let rows = event_rows::one_by_one(serde_json::from_str(&history::changes_text(row)?).unwrap_or_default());
    let hash = hexadecimal(&row.bytes()?);
    let (what, changes) = (deed(&kind, &rows), rows.iter().filter_map(field_change).collect());
    Ok(RecordEvent { sequence, effective_at, recorded_at, actor, role, reason, what, changes, hash })
}

/// What an event says about the record, read from the rows that it wrote.
fn deed(kind: &str, rows: &[Json]) -> RecordDeed {
    let of = |table: &str| rows.iter().find(|row| row["table"] == table);
    if let Some(refused) = of(REFUSAL.name) {
        let new = &refused["new"];
        return RecordDeed::Refused {
            step: text(&new["step"]),
            from: text(&new["from_state"]),
            code: text(&new["code"]),
        };
    }
    if let Some(ran) = of(clock::RUN.name) {
        return RecordDeed::ClockRan {
            clock: text(&ran["new"]["clock"]),
            outcome: text(&ran["new"]["outcome"]),
        };
    }
    if let Some(step) = of(STEP.name) {
        return done(&step["new"]);
    }
    if let Some(document) = of(document::TABLE.name) {
        return match document["old"].is_null() {
            true => RecordDeed::DocumentAdded { class: text(&document["new"]["class"]) },
            false => RecordDeed::DocumentWithdrawn,
        };
    }
    match of(signature::TABLE.name) {
        Some(signed) => RecordDeed::Signed { meaning: text(&signed["new"]["meaning"]) },
        None => RecordDeed::Other { kind: kind.to_owned() },
    }
}

fn done(new: &Json) -> RecordDeed {
    let step = text(&new["step"]);
    match step.as_str() {
        CREATE => RecordDeed::Created { state: text(&new["to_state"]) },
        AMEND => RecordDeed::Amended,
        _ => RecordDeed::Moved { from: text(&new["from_state"]), to: text(&new["to_state"]), step },
    }
}

fn field_change(row: &Json) -> Option<FieldChange> {
    let optional = |value: &Json| value.as_str().map(str::to_owned);
    (row["table"] == FIELD.name).then(|| FieldChange {
        field: text(&row["key"][1]),
        old: optional(&row["old"]["value"]),
        new: optional(&row["new"]["value"]),
    })
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
