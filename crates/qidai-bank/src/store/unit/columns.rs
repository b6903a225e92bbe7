//! A unit's record as a row, and back: the three lists below keep the same order.

use sea_orm::Value;

use crate::store::row::RowReader;
use crate::store::{StoreError, count_columns};
use crate::{Abo, BankType, Identity, RhD, Sex, Status, TestOutcome, UnitRecord};

const BEFORE_COUNTS: [&str; 11] = [
    "unit_key",
    "scheme",
    "identity",
    "bank_type",
    "status",
    "collection_date",
    "birth_date",
    "expiry_date",
    "sex",
    "abo",
    "rhd",
];
const AFTER_COUNTS: [&str; 14] = [
    "cryovolume_ul",
    "rbc_depleted",
    "processing_method",
    "attached_segments",
    "identity_confirmed",
    "fact_accredited",
    "aabb_accredited",
    "wmda_qualified",
    "idm",
    "cmv",
    "haemoglobinopathy",
    "microbial_growth",
    "record_digest",
    "recorded_in",
];

pub(super) fn names() -> Vec<&'static str> {
    let names = BEFORE_COUNTS.into_iter().chain(count_columns::names());
    names.chain(AFTER_COUNTS).collect()
}

pub(super) fn row_of(record: &UnitRecord, key: i64, digest: &[u8], sequence: i64) -> Vec<Value> {
    let code = |code: Option<&'static str>| Value::String(code.map(str::to_owned));
    let outcome = |outcome: Option<TestOutcome>| code(outcome.map(TestOutcome::code));
    let mut row = vec![
        Value::from(key),
        Value::from(record.identity.scheme.as_str()),
        Value::from(record.identity.value.as_str()),
        Value::from(record.bank_type.code()),
        Value::from(record.status.code()),
        Value::String(record.collection_date.map(|day| day.to_string())),
        Value::String(record.birth_date.map(|day| day.to_string())),
        Value::String(record.expiry_date.map(|day| day.to_string())),
        code(record.sex.map(Sex::code)),
        code(record.abo.map(Abo::code)),
        code(record.rhd.map(RhD::code)),
    ];
    row.extend(count_columns::values(&record.counts));
    row.extend([
        Value::BigInt(record.cryovolume_ul),
        Value::Bool(record.rbc_depleted),
        Value::String(record.processing_method.clone()),
        Value::BigInt(record.attached_segments),
        Value::Bool(record.identity_confirmed),
        Value::Bool(record.fact_accredited),
        Value::Bool(record.aabb_accredited),
        Value::Bool(record.wmda_qualified),
        outcome(record.idm),
        outcome(record.cmv),
        outcome(record.haemoglobinopathy),
        outcome(record.microbial_growth),
        Value::Bytes(Some(digest.to_vec())),
        Value::from(sequence),
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
