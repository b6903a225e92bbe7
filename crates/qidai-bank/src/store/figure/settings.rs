//! Settings as they were known. A setting says something about the bank, not about a moment: what counts is when
//! it was recorded.

use jiff::civil::Date;
use sea_orm::Value;
use serde::Deserialize;

use crate::csv_line::Hashed;
use crate::figure::{Figure, FigureAnswer, Late, LateChange, Moment, OnRow};
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;
use crate::store::setting::TABLE;
use crate::{BankError, Refusal};

/// A setting, with and without what was recorded after the day.
pub(super) struct SettingKnown {
    pub(super) name: &'static str,
    now: Option<String>,
    when_day_ended: Option<String>,
}

/// The value of a setting up to a number of the history.
pub(super) async fn value_at(
    reader: Reader<'_>,
    name: &str,
    known_at: u64,
) -> Result<Option<String>, StoreError> {
    let said = said(reader, name, known_at).await?;
    Ok(said.into_iter().next_back().and_then(|(_, value)| value))
}

pub(super) async fn known(
    reader: Reader<'_>,
    name: &'static str,
    moment: &Moment,
) -> Result<SettingKnown, StoreError> {
    let mut setting = SettingKnown { name, now: None, when_day_ended: None };
    for (recorded_at_us, value) in said(reader, name, moment.known_at).await? {
        if recorded_at_us < moment.ends_at.as_microsecond() {
            setting.when_day_ended.clone_from(&value);
        }
        setting.now = value;
    }
    Ok(setting)
}

/// Everything that was said about a setting, in the order of the history: when it was recorded, and the value.
async fn said(
    reader: Reader<'_>,
    name: &str,
    known_at: u64,
) -> Result<Vec<(i64, Option<String>)>, StoreError> {
    let sql = "SELECT sequence, recorded_at_us, changes FROM history \
               WHERE subject = $1 AND sequence <= $2 ORDER BY sequence";
    let known_at = i64::try_from(known_at).unwrap_or(i64::MAX);
    let values = [Value::from(format!("setting/{name}")), Value::from(known_at)];
    let mut said = Vec::new();
    for row in reader.all(sql, values).await? {
        let mut row = RowReader::new("history", &row);
        let (sequence, recorded_at_us, changes) = (row.key()?, row.key()?, row.text()?);
        let changes: Vec<Change> =
            serde_json::from_str(&changes).map_err(|error| StoreError::Unreadable {
                table: "history",
                row: sequence.to_string(),
                column: "changes".to_owned(),
                value: error.to_string(),
            })?;
        let of_settings = changes.into_iter().filter(|change| change.table == TABLE.name);
        said.extend(of_settings.map(|change| (recorded_at_us, change.new.and_then(|new| new.value))));
    }
    Ok(said)
}

/// What is read of a change of a setting.
#[derive(Deserialize)]
struct Change {
    table: String,
    new: Option<New>,
}

#[derive(Deserialize)]
struct New {
    value: Option<String>,
}

/// A figure that follows from one setting. Its only row is the setting.
pub(super) fn answer(
    figure: &Figure,
    name: &'static str,
    value: fn(&str, Date) -> Result<Option<i64>, Refusal>,
    known: Option<&SettingKnown>,
    moment: &Moment,
    each: Option<&mut OnRow<'_>>,
) -> Result<FigureAnswer, BankError> {
    let now = known.and_then(|known| known.now.as_deref());
    let before = known.and_then(|known| known.when_day_ended.as_deref());
    let value_of = |text: Option<&str>| match text {
        Some(text) => value(text, moment.as_of),
        None => Ok(None),
    };
    let change = LateChange::between(before, now);
    let cells = || vec![name.to_owned(), now.unwrap_or_default().to_owned()];
    let mut hashed = Hashed::new(figure.columns());
    if now.is_some() {
        hashed.add(&cells());
    }
    let change = if moment.is_pinned { None } else { change };
    if let Some(each) = each.filter(|_| now.is_some() || change.is_some()) {
        each(change, &cells());
    }
    let mut late = Late { value_without: value_of(before)?, ..Late::default() };
    if let Some(change) = change {
        late.add(change, cells);
    }
    Ok(FigureAnswer {
        number: figure.number,
        query: figure.query,
        version: figure.version,
        value: value_of(now)?,
        missing: if now.is_none() { Some(name) } else { None },
        parts: Vec::new(),
        beside: Vec::new(),
        rows: u64::from(now.is_some()),
        hash: hashed.end(),
        late: if moment.is_pinned { None } else { Some(late) },
    })
}
