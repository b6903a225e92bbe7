//! Orders and what was done for them, as they were known at a moment.
//!
//! Steps of records are only added, each with the event that wrote it; so what is known is what was recorded until then and was
//! so before the day ended. Fields are read as they are: a figure looks only at those that can no longer be amended.

use std::collections::BTreeMap;

use sea_orm::Value;

use crate::csv_line::Hashed;
use crate::figure::{
    Counted, Figure, FigureAnswer, KnownRecord, Late, LateChange, Moment, OnRow, READ_CONCEPTS, READ_FIELDS,
};
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::row::RowReader;

/// Records with and without what was recorded after the day.
#[derive(Default)]
pub(super) struct Records {
    now: Vec<KnownRecord>,
    when_day_ended: Vec<KnownRecord>,
}

/// By concept and number.
type Found = BTreeMap<(String, String), KnownRecord>;

pub(super) async fn read_all(reader: Reader<'_>, moment: &Moment) -> Result<Records, StoreError> {
    let sql = format!(
        "SELECT r.concept, r.number, s.to_state, h.recorded_at_us FROM record r \
         JOIN record_step s ON s.record_id = r.record_id JOIN history h ON h.sequence = s.recorded_in \
         WHERE r.concept IN ({}) AND s.recorded_in <= $1 AND h.effective_at_us < $2",
        listed(&READ_CONCEPTS)
    );
    let (known_at, ends_at) =
        (i64::try_from(moment.known_at).unwrap_or(i64::MAX), moment.ends_at.as_microsecond());
    let (mut now, mut then) = (Found::new(), Found::new());
    for row in reader.all(&sql, [known_at, ends_at].map(Value::from)).await? {
        let mut row = RowReader::new("record_step", &row);
        let (concept, number, state, recorded) = (row.text()?, row.text()?, row.text()?, row.key()?);
        if recorded < ends_at {
            add(&mut then, &concept, &number, &state);
        }
        add(&mut now, &concept, &number, &state);
    }
    for ((concept, number), (field, value)) in fields(reader).await? {
        let key = (concept, number);
        for found in [&mut now, &mut then] {
            if let Some(record) = found.get_mut(&key) {
                record.fields.insert(field.clone(), value.clone());
            }
        }
    }
    Ok(Records { now: now.into_values().collect(), when_day_ended: then.into_values().collect() })
}

fn listed(codes: &[&str]) -> String {
    codes.iter().map(|code| format!("'{code}'")).collect::<Vec<_>>().join(", ")
}

fn add(found: &mut Found, concept: &str, number: &str, state: &str) {
    let key = (concept.to_owned(), number.to_owned());
    let (concept, number) = key.clone();
    let record =
        found.entry(key).or_insert_with(|| KnownRecord { concept, number, ..KnownRecord::default() });
    record.reached.insert(state.to_owned());
}

type FieldOf = ((String, String), (String, String));

async fn fields(reader: Reader<'_>) -> Result<Vec<FieldOf>, StoreError> {
    let sql = format!(
        "SELECT r.concept, r.number, f.field, f.value FROM record r \
         JOIN record_field f ON f.record_id = r.record_id WHERE r.concept IN ({}) AND f.field IN ({})",
        listed(&READ_CONCEPTS),
        listed(&READ_FIELDS)
    );
    let read = |row| {
        let mut row = RowReader::new("record_field", row);
        Ok(((row.text()?, row.text()?), (row.text()?, row.text()?)))
    };
    reader.all(&sql, []).await?.iter().map(read).collect()
}

/// Rows by their first two cells.
fn keyed(rows: Vec<Vec<String>>) -> BTreeMap<(String, String), Vec<String>> {
    let key = |row: &Vec<String>| {
        let cell = |at: usize| row.get(at).cloned().unwrap_or_default();
        (cell(0), cell(1))
    };
    rows.into_iter().map(|row| (key(&row), row)).collect()
}

/// Counts them, with and without late entries.
pub(super) fn answer(
    figure: &Figure,
    count: fn(&[KnownRecord]) -> Counted,
    records: &Records,
    is_pinned: bool,
    mut each: Option<&mut OnRow<'_>>,
) -> FigureAnswer {
    let (now, before) = (count(&records.now), count(&records.when_day_ended));
    let (rows, rows_before) = (keyed(now.rows), keyed(before.rows));
    let mut late = Late { value_without: before.value, ..Late::default() };
    let mut hashed = Hashed::new(figure.columns());
    let gone = rows_before.keys().filter(|key| !rows.contains_key(*key));
    let mut keys: Vec<_> = rows.keys().chain(gone).collect();
    keys.sort();
    for key in keys {
        let (with, without) = (rows.get(key), rows_before.get(key));
        if let Some(cells) = with {
            hashed.add(cells);
        }
        let change = LateChange::between(without, with).filter(|_| !is_pinned);
        // Of a row that is gone its key is told.
        let cells = with.cloned().unwrap_or_else(|| gone_row(figure, key));
        if let Some(change) = change {
            late.add(change, || cells.clone());
        }
        if let Some(each) = each.as_mut().filter(|_| with.is_some() || change.is_some()) {
            each(change, &cells);
        }
    }
    FigureAnswer {
        number: figure.number,
        query: figure.query,
        version: figure.version,
        value: now.value,
        missing: now.missing,
        parts: Vec::new(),
        beside: now.beside,
        rows: rows.len() as u64,
        hash: hashed.end(),
        late: if is_pinned { None } else { Some(late) },
    }
}

fn gone_row(figure: &Figure, (first, second): &(String, String)) -> Vec<String> {
    let mut cells = vec![String::new(); figure.columns().len()];
    for (cell, key) in cells.iter_mut().zip([first, second]) {
        cell.clone_from(key);
    }
    cells
}
