//! Numbers of records: prefix, year, running number of the year. None is given twice.

use sea_orm::Value;

use crate::store::StoreError;
use crate::store::database::WriteTransaction;
use crate::workflow::Concept;

/// Records of one concept in one year, at most; far more than a bank has.
const YEAR: i64 = 100_000_000;

/// The next number with its place in the order of all. Inside of a write nobody else takes the same.
pub(in crate::store) async fn next(
    write: &WriteTransaction<'_>,
    concept: &Concept,
    year: i16,
) -> Result<(String, i64), StoreError> {
    let first = i64::from(year) * YEAR;
    let sql = "SELECT MAX(serial) FROM record WHERE concept = $1 AND serial >= $2 AND serial < $3";
    let values = [Value::from(concept.code), Value::from(first), Value::from(first + YEAR)];
    let last: Option<i64> = match write.reader().first(sql, values).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    Ok(after(concept, year, last.unwrap_or(first)))
}

/// The number after a place in the order of all.
pub(in crate::store) fn after(concept: &Concept, year: i16, last: i64) -> (String, i64) {
    let serial = last + 1;
    (format!("{}-{year}-{:04}", concept.prefix, serial - i64::from(year) * YEAR), serial)
}
