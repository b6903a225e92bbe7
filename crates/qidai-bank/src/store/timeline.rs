//! The history as people read it: newest first, a page at a time.

use jiff::Timestamp;
use sea_orm::Value;
use serde_json::Value as Json;

use super::row::RowReader;
use super::{Store, StoreError, event_rows, history};
use crate::digest::hexadecimal;

/// One event of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEvent {
    pub sequence: u64,
    /// When it became so.
    pub effective_at: Timestamp,
    /// When the bank learned it.
    pub recorded_at: Timestamp,
    /// Such as `staff:S0012`.
    pub actor: String,
    /// Code of the role whose right was used.
    pub role: String,
    pub site: Option<String>,
    /// Such as `unit_added`.
    pub kind: String,
    /// Such as `unit/din/G123424000001`.
    pub subject: String,
    pub reason: Option<String>,
    pub changes: Vec<HistoryChange>,
    /// 64 hexadecimal digits.
    pub hash: String,
}

/// One column of one row that an event wrote; what was not known before or after is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryChange {
    pub table: String,
    pub column: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Columns that say where a row stands and not what it holds.
const BOOKKEEPING: [&str; 2] = ["recorded_in", "record_digest"];

impl Store {
    /// Events before a number (all, for `None`), of one subject or of all, newest first.
    pub async fn history_page(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<HistoryEvent>, StoreError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let (condition, values) = match subject {
            Some(subject) => {
                ("subject = $2 AND sequence < $1", vec![Value::from(before), Value::from(subject)])
            }
            None => ("sequence < $1", vec![Value::from(before)]),
        };
        let sql = format!(
            "SELECT sequence, effective_at_us, recorded_at_us, actor, role, site, kind, subject, reason, changes, \
             packed, hash FROM history WHERE {condition} ORDER BY sequence DESC LIMIT {limit}"
        );
        let rows = self.database.reader().all(&sql, values).await?;
        rows.iter().map(|row| event(&mut RowReader::new("history", row))).collect()
    }

    /// How many events a subject has.
    pub async fn history_count(&self, subject: &str) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM history WHERE subject = $1";
        match self.database.reader().first(sql, [Value::from(subject)]).await? {
            Some(row) => Ok(row.try_get_by_index::<i64>(0)?.unsigned_abs()),
            None => Ok(0),
        }
    }
}

pub(super) fn event(row: &mut RowReader<'_>) -> Result<HistoryEvent, StoreError> {
    Ok(HistoryEvent {
        sequence: row.key()?.unsigned_abs(),
        effective_at: row.time("effective_at_us")?,
        recorded_at: row.time("recorded_at_us")?,
        actor: row.text()?,
        role: row.text()?,
        site: row.optional_text()?,
        kind: row.text()?,
        subject: row.text()?,
        reason: row.optional_text()?,
        changes: changes(&history::changes_text(row)?),
        hash: hexadecimal(&row.bytes()?),
    })
}

/// A text that is no list of changes gives none: that it was changed is what a verification finds.
fn changes(text: &str) -> Vec<HistoryChange> {
    let rows: Vec<Json> = serde_json::from_str(text).unwrap_or_default();
    event_rows::one_by_one(rows).iter().flat_map(row_changes).collect()
}

fn row_changes(row: &Json) -> Vec<HistoryChange> {
    let table = row["table"].as_str().unwrap_or_default();
    let (old, new) = (&row["old"], &row["new"]);
    let columns = match (new.as_object(), old.as_object()) {
        (Some(columns), _) | (None, Some(columns)) => columns,
        (None, None) => return Vec::new(),
    };
    let told = columns.keys().filter(|column| !BOOKKEEPING.contains(&column.as_str()));
    let change = |column: &String| HistoryChange {
        table: table.to_owned(),
        column: column.clone(),
        old: shown(&old[column.as_str()]),
        new: shown(&new[column.as_str()]),
    };
    told.map(change).collect()
}

fn shown(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_column_by_column() {
        let text = r#"[{"table":"account","key":["a"],"old":{"state":"active","recorded_in":4},"new":{"state":"disabled","recorded_in":9}},
                       {"table":"account_role","key":["a","quality","*"],"old":{"role":"quality"},"new":null}]"#;
        let told: Vec<_> = changes(text).into_iter().map(|one| (one.column, one.old, one.new)).collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("state".to_owned(), some("active"), some("disabled")),
                ("role".to_owned(), some("quality"), None)
            ]
        );
        assert_eq!(changes("not json"), []);
    }
}
