//! A unit's record as a row, and back: the three lists below keep the same order.

use std::sync::LazyLock;

use crate::store::cell::{Cell, Row};
use crate::store::row::RowReader;
use crate::store::table::{Column, Table};
use crate::store::{StoreError, count_columns};
use crate::{Abo, BankType, Identity, RhD, Sex, Status, TestOutcome, UnitRecord};

pub(in crate::store) static TABLE: Table =
    Table { name: "unit", key: &["unit_key"], counter: Some("unit"), columns: || &COLUMNS };

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let columns = BEFORE_COUNTS.into_iter().chain(count_columns::columns());
    columns.chain(AFTER_COUNTS).collect()
});

const BEFORE_COUNTS: [Column; 11] = [
    Column::int("unit_key"),
    Column::text("scheme"),
    Column::text("identity"),
    Column::text("bank_type"),
    Column::text("status"),
    Column::text("collection_date"),
    Column::text("birth_date"),
    Column::text("expiry_date"),
    Column::text("sex"),
    Column::text("abo"),
    Column::text("rhd"),
];
const AFTER_COUNTS: [Column; 13] = [
    Column::int("cryovolume_ul"),
    Column::flag("rbc_depleted"),
    Column::text("processing_method"),
    Column::int("attached_segments"),
    Column::flag("identity_confirmed"),
    Column::flag("fact_accredited"),
    Column::flag("aabb_accredited"),
    Column::flag("wmda_qualified"),
    Column::text("idm"),
    Column::text("cmv"),
    Column::text("haemoglobinopathy"),
    Column::text("microbial_growth"),
    Column::bytes("record_digest"),
];

pub(super) fn row_of(record: &UnitRecord, key: i64, digest: &[u8]) -> Row {
    let code = |code: Option<&'static str>| code.map(Cell::from);
    let outcome = |outcome: Option<TestOutcome>| code(outcome.map(TestOutcome::code));
    let mut row = vec![
        Some(key.into()),
        Some(record.identity.scheme.as_str().into()),
        Some(record.identity.value.as_str().into()),
        Some(record.bank_type.code().into()),
        Some(record.status.code().into()),
        record.collection_date.map(Cell::shown),
        record.birth_date.map(Cell::shown),
        record.expiry_date.map(Cell::shown),
        code(record.sex.map(Sex::code)),
        code(record.abo.map(Abo::code)),
        code(record.rhd.map(RhD::code)),
    ];
    row.extend(count_columns::cells(&record.counts));
    row.extend([
        record.cryovolume_ul.map(Cell::Int),
        record.rbc_depleted.map(Cell::Flag),
        record.processing_method.as_deref().map(Cell::from),
        record.attached_segments.map(Cell::Int),
        record.identity_confirmed.map(Cell::Flag),
        record.fact_accredited.map(Cell::Flag),
        record.aabb_accredited.map(Cell::Flag),
        record.wmda_qualified.map(Cell::Flag),
        outcome(record.idm),
        outcome(record.cmv),
        outcome(record.haemoglobinopathy),
        outcome(record.microbial_growth),
        Some(digest.into()),
    ]);
    row
}

/// The key and the record without its typings.
pub(super) fn read(row: &mut RowReader<'_>) -> Result<(i64, UnitRecord), StoreError> {
    let key = row.key()?;
    let record = UnitRecord {
        identity: Identity { scheme: row.text()?, value: row.text()? },
        bank_type: row.code("bank_type", BankType::parse)?,
        status: row.code("status", Status::parse)?,
        collection_date: row.date("collection_date")?,
        birth_date: row.date("birth_date")?,
        expiry_date: row.date("expiry_date")?,
        sex: row.optional_code("sex", Sex::parse)?,
        abo: row.optional_code("abo", Abo::parse)?,
        rhd: row.optional_code("rhd", RhD::parse)?,
        counts: count_columns::read(row)?,
        cryovolume_ul: row.int()?,
        rbc_depleted: row.flag()?,
        processing_method: row.optional_text()?,
        attached_segments: row.int()?,
        identity_confirmed: row.flag()?,
        fact_accredited: row.flag()?,
        aabb_accredited: row.flag()?,
        wmda_qualified: row.flag()?,
        idm: row.optional_code("idm", TestOutcome::parse)?,
        cmv: row.optional_code("cmv", TestOutcome::parse)?,
        haemoglobinopathy: row.optional_code("haemoglobinopathy", TestOutcome::parse)?,
        microbial_growth: row.optional_code("microbial_growth", TestOutcome::parse)?,
        typings: Vec::new(),
        mother_typings: Vec::new(),
    };
    Ok((key, record))
}
