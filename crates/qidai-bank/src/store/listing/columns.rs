//! An entry of an external list as a row, and back.

use sea_orm::Value;

use crate::store::row::RowReader;
use crate::store::{StoreError, count_columns};
use crate::{Abo, ListedRecord, RhD, Sex, Typing};

const BEFORE_COUNTS: [&str; 12] = [
    "listed_key",
    "list_key",
    "id",
    "hla_written",
    "hla_method",
    "hla_release",
    "hla_typed_on",
    "collection_date",
    "birth_date",
    "sex",
    "abo",
    "rhd",
];
const AFTER_COUNTS: [&str; 6] = [
    "mother_hla_written",
    "mother_hla_method",
    "mother_hla_release",
    "mother_hla_typed_on",
    "record_digest",
    "recorded_in",
];

pub(super) fn names() -> Vec<&'static str> {
    let names = BEFORE_COUNTS.into_iter().chain(count_columns::names());
    names.chain(AFTER_COUNTS).collect()
}

pub(super) fn row_of(
    record: &ListedRecord,
    (listed_key, list_key): (i64, i64),
    digest: &[u8],
    sequence: i64,
) -> Vec<Value> {
    let code = |code: Option<&'static str>| Value::String(code.map(str::to_owned));
    let mut row = vec![Value::from(listed_key), Value::from(list_key), Value::from(record.id.as_str())];
    row.extend(typing_values(Some(&record.typing)));
    row.extend([
        Value::String(record.collection_date.map(|day| day.to_string())),
        Value::String(record.birth_date.map(|day| day.to_string())),
        code(record.sex.map(Sex::code)),
        code(record.abo.map(Abo::code)),
        code(record.rhd.map(RhD::code)),
    ]);
    row.extend(count_columns::values(&record.counts));
    row.extend(typing_values(record.mother_typing.as_ref()));
    row.extend([Value::Bytes(Some(digest.to_vec())), Value::from(sequence)]);
    row
}

fn typing_values(typing: Option<&Typing>) -> [Value; 4] {
    [
        Value::String(typing.map(|typing| typing.written.clone())),
        Value::String(typing.and_then(|typing| typing.method.clone())),
        Value::String(typing.and_then(|typing| typing.release.clone())),
        Value::String(typing.and_then(|typing| typing.typed_on).map(|day| day.to_string())),
    ]
}

pub(super) fn read(row: &mut RowReader<'_>) -> Result<ListedRecord, StoreError> {
    row.key()?;
    row.key()?;
    Ok(ListedRecord {
        id: row.text()?,
        typing: read_typing(row)?.unwrap_or_default(),
        collection_date: row.date("collection_date")?,
        birth_date: row.date("birth_date")?,
        sex: row.optional_code("sex", Sex::parse)?,
        abo: row.optional_code("abo", Abo::parse)?,
        rhd: row.optional_code("rhd", RhD::parse)?,
        counts: count_columns::read(row)?,
        mother_typing: read_typing(row)?,
    })
}

fn read_typing(row: &mut RowReader<'_>) -> Result<Option<Typing>, StoreError> {
    let written = row.optional_text()?;
    let (method, release) = (row.optional_text()?, row.optional_text()?);
    let typed_on = row.date("typed_on")?;
    Ok(written.map(|written| Typing { written, method, release, typed_on }))
}
