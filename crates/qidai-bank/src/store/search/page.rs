//! Searchable rows, a page of thousands at a time, each page as one JSON text.
//!
//! The SQLite driver hands rows over between threads one by one and copies each of their values;
//! for 26 columns that took three times as long as this (`bulk_insert`).

use std::collections::BTreeSet;

use futures::future::join;
use sea_orm::{DbBackend, Value};
use serde::{Deserialize, Deserializer};

use super::{SearchableKind, SearchableRow};
use crate::store::StoreError;
use crate::store::database::{Reader, placeholders};

/// Keys of one lookup.
const LOOKUP_MAX: usize = 1_000;
/// Keys of one page. Pages are ranges of keys, which every planner reads by the key.
const PAGE_KEYS: i64 = 4_000;

/// Columns in the order of the fields of [`SearchableRow`]. A family unit is never part of
/// anybody's search. What keys are meant is added at the end.
///
/// The status is compared as an expression, so that no planner takes an index over statuses for it: reading all
/// available units for each page of keys would be the square of the bank.
const OWN_UNITS: &str = "SELECT u.unit_key AS key, 'own_unit' AS kind, u.scheme AS scheme_or_list, \
     u.identity, t.written AS hla, m.written AS mother_hla, \
     u.collection_date, u.birth_date, u.sex, u.abo, u.rhd, \
     u.processed_tnc_total, u.processed_cd34_total, u.processed_viability_centipercent, \
     u.post_thaw_viability_centipercent, u.processed_volume_ul, u.cryovolume_ul, \
     u.attached_segments, u.rbc_depleted, u.identity_confirmed, u.fact_accredited, \
     u.aabb_accredited, u.wmda_qualified, u.idm, u.cmv, u.haemoglobinopathy \
     FROM unit u \
     LEFT JOIN typing t ON t.unit_key = u.unit_key AND t.subject = 'unit' AND t.in_force \
     LEFT JOIN typing m ON m.unit_key = u.unit_key AND m.subject = 'mother' AND m.in_force \
     WHERE u.bank_type = 'public' AND (u.status || '') = 'available' AND u.unit_key";

/// The same columns; what only the bank that holds a unit can know is not known.
const LISTED: &str = "SELECT e.listed_key AS key, 'listed' AS kind, l.name AS scheme_or_list, \
     e.id AS identity, e.hla_written AS hla, e.mother_hla_written AS mother_hla, \
     e.collection_date, e.birth_date, e.sex, e.abo, e.rhd, \
     e.processed_tnc_total, e.processed_cd34_total, e.processed_viability_centipercent, \
     e.post_thaw_viability_centipercent, e.processed_volume_ul, NULL AS cryovolume_ul, \
     NULL AS attached_segments, NULL AS rbc_depleted, NULL AS identity_confirmed, \
     NULL AS fact_accredited, NULL AS aabb_accredited, NULL AS wmda_qualified, \
     NULL AS idm, NULL AS cmv, NULL AS haemoglobinopathy \
     FROM listed e JOIN external_list l ON l.list_key = e.list_key \
     WHERE e.listed_key";

/// The page's columns as the elements of an array.
const ELEMENTS: &str = "key, kind, scheme_or_list, identity, hla, mother_hla, collection_date, \
     birth_date, sex, abo, rhd, processed_tnc_total, processed_cd34_total, \
     processed_viability_centipercent, post_thaw_viability_centipercent, processed_volume_ul, \
     cryovolume_ul, attached_segments, rbc_depleted, identity_confirmed, fact_accredited, \
     aabb_accredited, wmda_qualified, idm, cmv, haemoglobinopathy";

/// Gives all rows of one kind to `each`, by key. While one page is read here, the database
/// prepares the next.
pub(super) async fn read_all(
    snapshot: Reader<'_>,
    kind: SearchableKind,
    each: &mut (impl FnMut(SearchableRow) + Send),
) -> Result<(), StoreError> {
    let last_key = last_key(snapshot, kind).await?;
    let mut page = String::from("[]");
    let mut after_key = 0;
    while after_key < last_key {
        let (next, read) = join(fetch(snapshot, kind, after_key), async { parse(&page) }).await;
        read?.into_iter().for_each(&mut *each);
        page = next?;
        after_key += PAGE_KEYS;
    }
    parse(&page)?.into_iter().for_each(each);
    Ok(())
}

async fn last_key(reader: Reader<'_>, kind: SearchableKind) -> Result<i64, StoreError> {
    let sql = match kind {
        SearchableKind::OwnUnit => "SELECT COALESCE(MAX(unit_key), 0) FROM unit",
        SearchableKind::Listed => "SELECT COALESCE(MAX(listed_key), 0) FROM listed",
    };
    match reader.first(sql, []).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(0),
    }
}

/// The rows whose keys are in the page after a key.
async fn fetch(snapshot: Reader<'_>, kind: SearchableKind, after_key: i64) -> Result<String, StoreError> {
    let keys = "BETWEEN $1 AND $2";
    let values = [Value::from(after_key + 1), Value::from(after_key + PAGE_KEYS)];
    fetch_where(snapshot, kind, keys, values).await
}

/// Those of some rows that are searchable.
pub(super) async fn read_some(
    snapshot: Reader<'_>,
    touched: &BTreeSet<(SearchableKind, i64)>,
) -> Result<Vec<SearchableRow>, StoreError> {
    let mut rows = Vec::new();
    for kind in [SearchableKind::OwnUnit, SearchableKind::Listed] {
        let keys: Vec<i64> = touched.iter().filter(|(of, _)| *of == kind).map(|(_, key)| *key).collect();
        for part in keys.chunks(LOOKUP_MAX) {
            let list = format!("IN ({})", placeholders(1, part.len()));
            let values = part.iter().map(|key| Value::from(*key));
            rows.extend(parse(&fetch_where(snapshot, kind, &list, values).await?)?);
        }
    }
    Ok(rows)
}

/// The searchable rows of a kind with certain keys, as one JSON text.
async fn fetch_where(
    snapshot: Reader<'_>,
    kind: SearchableKind,
    keys: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<String, StoreError> {
    let rows = match kind {
        SearchableKind::OwnUnit => OWN_UNITS,
        SearchableKind::Listed => LISTED,
    };
    let array = match snapshot.backend() {
        DbBackend::Postgres => {
            format!("COALESCE(json_agg(json_build_array({ELEMENTS})), '[]')::text")
        }
        _ => format!("json_group_array(json_array({ELEMENTS}))"),
    };
    let sql = format!("SELECT {array} FROM ({rows} {keys}) AS page");
    match snapshot.first(&sql, values).await? {
        Some(row) => Ok(row.try_get_by_index(0)?),
        None => Ok(String::from("[]")),
    }
}

/// An array built from rows has no promised order: it is sorted here.
fn parse(text: &str) -> Result<Vec<SearchableRow>, StoreError> {
    match serde_json::from_str::<Vec<SearchableRow>>(text) {
        Ok(mut rows) => {
            rows.sort_by_key(|row| row.key);
            Ok(rows)
        }
        Err(error) => Err(first_unreadable(text, &error)),
    }
}

/// Finds the row of a page that cannot be read.
fn first_unreadable(text: &str, error: &serde_json::Error) -> StoreError {
    let rows: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let unreadable = rows
        .into_iter()
        .find(|row| serde_json::from_value::<SearchableRow>(row.clone()).is_err())
        .unwrap_or_default();
    StoreError::Unreadable {
        table: "unit or listed",
        row: unreadable.get(0).map_or_else(|| "?".to_owned(), ToString::to_string),
        column: "value of a searchable row".to_owned(),
        value: error.to_string(),
    }
}

/// A flag in JSON: SQLite has 0 and 1, PostgreSQL false and true.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Word(bool),
        Number(u8),
    }
    let flag = Option::<Flag>::deserialize(deserializer)?;
    Ok(flag.map(|flag| match flag {
        Flag::Word(word) => word,
        Flag::Number(number) => number != 0,
    }))
}
