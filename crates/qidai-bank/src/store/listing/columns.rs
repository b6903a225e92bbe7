//! An entry of an external list as a row, and back.

use std::sync::LazyLock;

use crate::store::cell::{Cell, Row};
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{StoreError, count_columns};
use crate::{Abo, ListedRecord, RhD, Sex, Typing};

pub(in crate::store) static LIST: Table =
    Table { name: "external_list", key: &["list_key"], counter: Some("list"), columns: || &LIST_COLUMNS };

const LIST_COLUMNS: [Column; 2] = [Column::int("list_key"), Column::text("name")];

pub(in crate::store) static ENTRY: Table =
    Table { name: "listed", key: &["listed_key"], counter: Some("listed"), columns: || &ENTRY_COLUMNS };

static ENTRY_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let columns = BEFORE_COUNTS.into_iter().chain(count_columns::columns());
    columns.chain(AFTER_COUNTS).collect()
});

const BEFORE_COUNTS: [Column; 12] = [
    Column::int("listed_key"),
    Column::int("list_key"),
    Column::text("id"),
    Column::text("hla_written"),
    Column::text("hla_method"),
    Column::text("hla_release"),
    Column::text("hla_typed_on"),
    Column::text("collection_date"),
    Column::text("birth_date"),
    Column::text("sex"),
    Column::text("abo"),
    Column::text("rhd"),
];
const AFTER_COUNTS: [Column; 5] = [
    Column::text("mother_hla_written"),
    Column::text("mother_hla_method"),
    Column::text("mother_hla_release"),
    Column::text("mother_hla_typed_on"),
    Column::bytes("record_digest"),
];

pub(super) fn row_of(record: &ListedRecord, (listed_key, list_key): (i64, i64), digest: &[u8]) -> Row {
    let code = |code: Option<&'static str>| code.map(Cell::from);
    let mut row = vec![Some(listed_key.into()), Some(list_key.into()), Some(record.id.as_str().into())];
    row.extend(typing_cells(Some(&record.typing)));
    row.extend([
        record.collection_date.map(Cell::shown),
        record.birth_date.map(Cell::shown),
        code(record.sex.map(Sex::code)),
        code(record.abo.map(Abo::code)),
        code(record.rhd.map(RhD::code)),
    ]);
    row.extend(count_columns::cells(&record.counts));
    row.extend(typing_cells(record.mother_typing.as_ref()));
    row.push(Some(digest.into()));
    row
}

fn typing_cells(typing: Option<&Typing>) -> [Option<Cell>; 4] {
    [
        typing.map(|typing| typing.written.as_str().into()),
        typing.and_then(|typing| typing.method.as_deref()).map(Cell::from),
        typing.and_then(|typing| typing.release.as_deref()).map(Cell::from),
        typing.and_then(|typing| typing.typed_on).map(Cell::shown),
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
