//! Searchable rows as they were at an event of the history: what was written since is undone, last event first.
//!
//! Each event says how a row was before it. So any state that a search ever saw can be had again, without copies being kept.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{DbBackend, Value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{SearchableKind, SearchableRow};
use crate::store::database::{Reader, placeholders};
use crate::store::{Store, StoreError, history, listing, typing, unit};

/// Beyond so many events nothing is rebuilt.
const EVENTS_MAX: i64 = 500_000;
/// Events of one page.
const PAGE_EVENTS: i64 = 2_000;
/// Keys of one lookup.
const LOOKUP_MAX: usize = 1_000;

/// Rows that were touched since an event, as they were then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchableThen {
    /// Kind and key of every row that was touched since.
    pub touched: BTreeSet<(SearchableKind, i64)>,
    /// Those of them that were searchable then.
    pub rows: Vec<SearchableRow>,
}

/// Columns of own units and of listed entries in the order of the fields of [`SearchableRow`], from the identity on, with `hla` and
/// `mother_hla` left out; an empty name is what a list does not say.
const SHARED: [(&str, &str); 22] = [
    ("collection_date", "collection_date"),
    ("birth_date", "birth_date"),
    ("sex", "sex"),
    ("abo", "abo"),
    ("rhd", "rhd"),
    ("processed_tnc_total", "processed_tnc_total"),
    ("processed_cd34_total", "processed_cd34_total"),
    ("processed_viability_centipercent", "processed_viability_centipercent"),
    ("post_thaw_viability_centipercent", "post_thaw_viability_centipercent"),
    ("processed_volume_ul", "processed_volume_ul"),
    ("cryovolume_ul", ""),
    ("attached_segments", ""),
    ("rbc_depleted", ""),
    ("identity_confirmed", ""),
    ("fact_accredited", ""),
    ("aabb_accredited", ""),
    ("wmda_qualified", ""),
    ("idm", ""),
    ("cmv", ""),
    ("haemoglobinopathy", ""),
    ("scheme", ""),
    ("status", ""),
];
/// How many of them are fields of a row; the others say whether it is searchable.
const FIELDS: usize = 20;

/// A row of a table, by its columns.
type Columns = Map<String, Json>;

/// Rows of the three tables by table and key.
type Rows = HashMap<(&'static str, String), Columns>;

/// One change of an event.
#[derive(Deserialize)]
struct Change {
    table: String,
    /// Absent where rows are told together, which searchable ones never are.
    #[serde(default)]
    key: Vec<Json>,
    old: Option<Columns>,
    new: Option<Columns>,
}

impl Store {
    /// The rows that were touched since an event of this bank's history, as they were at that event. `None`: the event is not of this
    /// history, lies ahead, too much happened since, a list has another name, or events cannot be read.
    ///
    /// # Errors
    /// Outages only.
    pub async fn searchable_then(
        &self,
        generation: u64,
        hash: [u8; 32],
    ) -> Result<Option<SearchableThen>, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let then = read(snapshot.reader(), i64::try_from(generation).unwrap_or(i64::MAX), hash).await?;
        snapshot.end().await?;
        Ok(then)
    }
}

async fn read(reader: Reader<'_>, then: i64, hash: [u8; 32]) -> Result<Option<SearchableThen>, StoreError> {
    let last = history::generation(reader).await?;
    let is_ours = history::hash_of(reader, then).await?.unwrap_or_default() == hash;
    if !is_ours || last < then || last - then > EVENTS_MAX {
        return Ok(None);
    }
    let Some(changes) = changes(reader, then, last).await? else { return Ok(None) };
    let touched: BTreeSet<(SearchableKind, i64)> = changes.iter().filter_map(touched).collect();
    let mut rows = current(reader, &touched).await?;
    changes.into_iter().rev().for_each(|change| undo(&mut rows, change));
    let lists = list_names(reader).await?;
    let rows = touched.iter().filter_map(|(kind, key)| searchable(&rows, &lists, *kind, *key));
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(Some(SearchableThen { touched, rows }))
}

/// The changes of searchable rows, in their order; `None` where they cannot be undone row by row.
async fn changes(reader: Reader<'_>, then: i64, last: i64) -> Result<Option<Vec<Change>>, StoreError> {
    let mut all = Vec::new();
    let mut after = then;
    while after < last {
        let next = last.min(after + PAGE_EVENTS);
        let sql = "SELECT changes FROM history WHERE sequence > $1 AND sequence <= $2 AND packed IS NULL ORDER BY sequence";
        for row in reader.all(sql, [Value::from(after), Value::from(next)]).await? {
            let text: String = row.try_get_by_index(0)?;
            let Ok(changes) = serde_json::from_str::<Vec<Change>>(&text) else { return Ok(None) };
            let renamed = |change: &Change| change.table == listing::LIST.name && change.old.is_some();
            if changes.iter().any(renamed) {
                return Ok(None);
            }
            all.extend(changes.into_iter().filter(|change| touched(change).is_some()));
        }
        after = next;
    }
    Ok(Some(all))
}

/// The table by its own name, and whose row it is; `None` for tables that are not searched.
fn table_of(change: &Change) -> Option<(&'static str, SearchableKind)> {
    let of = [
        (unit::TABLE.name, SearchableKind::OwnUnit),
        (typing::TABLE.name, SearchableKind::OwnUnit),
        (listing::ENTRY.name, SearchableKind::Listed),
    ];
    of.into_iter().find(|(name, _)| *name == change.table)
}

fn touched(change: &Change) -> Option<(SearchableKind, i64)> {
    let (_, kind) = table_of(change)?;
    Some((kind, change.key.first()?.as_i64()?))
}

fn undo(rows: &mut Rows, change: Change) {
    let Some((table, _)) = table_of(&change) else { return };
    let place = (table, Json::from(change.key).to_string());
    match (change.old, change.new) {
        (None, _) => _ = rows.remove(&place),
        (Some(old), None) => _ = rows.insert(place, old),
        (Some(old), Some(_)) => rows.entry(place).or_default().extend(old),
    }
}

/// All of the touched rows that there are now.
async fn current(reader: Reader<'_>, touched: &BTreeSet<(SearchableKind, i64)>) -> Result<Rows, StoreError> {
    let own: Vec<&str> = SHARED.iter().map(|(own, _)| *own).collect();
    let listed: Vec<&str> =
        SHARED.iter().map(|(_, listed)| *listed).filter(|name| !name.is_empty()).collect();
    let unit = [&["unit_key", "identity", "bank_type"], &own[..]].concat();
    let entry =
        [&["listed_key", "list_key", "id", "hla_written", "mother_hla_written"], &listed[..]].concat();
    let typing = ["unit_key", "subject", "ordinal", "in_force", "written"];
    let keys =
        |kind| touched.iter().filter(move |(of, _)| *of == kind).map(|(_, key)| *key).collect::<Vec<i64>>();
    let (units, entries) = (keys(SearchableKind::OwnUnit), keys(SearchableKind::Listed));
    let mut rows = Rows::new();
    take(reader, (unit::TABLE.name, &unit, 1), &units, &mut rows).await?;
    take(reader, (typing::TABLE.name, &typing, 3), &units, &mut rows).await?;
    take(reader, (listing::ENTRY.name, &entry, 1), &entries, &mut rows).await?;
    Ok(rows)
}

/// Rows of a table, whose first columns are its key, by the first column of the key.
async fn take(
    reader: Reader<'_>,
    (table, columns, key_len): (&'static str, &[&str], usize),
    keys: &[i64],
    rows: &mut Rows,
) -> Result<(), StoreError> {
    let object = match reader.backend() {
        DbBackend::Postgres => "json_build_object",
        _ => "json_object",
    };
    let pairs: Vec<String> = columns.iter().map(|column| format!("'{column}', {column}")).collect();
    let cast = if reader.backend() == DbBackend::Postgres { "::text" } else { "" };
    for part in keys.chunks(LOOKUP_MAX) {
        let (first, list) = (columns[0], placeholders(1, part.len()));
        let sql =
            format!("SELECT {object}({}){cast} FROM {table} WHERE {first} IN ({list})", pairs.join(", "));
        for row in reader.all(&sql, part.iter().map(|key| Value::from(*key))).await? {
            let text: String = row.try_get_by_index(0)?;
            let columns_of: Columns =
                serde_json::from_str(&text).map_err(|error| unreadable(&text, &error))?;
            let cell = |column: &&str| columns_of.get(*column).cloned().unwrap_or_default();
            let key: Vec<Json> = columns[..key_len].iter().map(cell).collect();
            rows.insert((table, Json::from(key).to_string()), columns_of);
        }
    }
    Ok(())
}

async fn list_names(reader: Reader<'_>) -> Result<HashMap<i64, String>, StoreError> {
    let rows = reader.all("SELECT list_key, name FROM external_list", []).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

/// A row as a search reads it; `None` where there was none, or nobody could ask for it.
fn searchable(
    rows: &Rows,
    lists: &HashMap<i64, String>,
    kind: SearchableKind,
    key: i64,
) -> Option<Result<SearchableRow, StoreError>> {
    let table = if kind == SearchableKind::OwnUnit { unit::TABLE.name } else { listing::ENTRY.name };
    let row = rows.get(&(table, Json::from(vec![key]).to_string()))?;
    let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
    let mut fields = match kind {
        SearchableKind::OwnUnit => {
            if cell("bank_type") != "public" || cell("status") != "available" {
                return None;
            }
            let hla = |subject| typing_in_force(rows, key, subject);
            vec![key.into(), "own_unit".into(), cell("scheme"), cell("identity"), hla("unit"), hla("mother")]
        }
        SearchableKind::Listed => {
            let list = lists.get(&cell("list_key").as_i64()?)?.as_str();
            let hla = [cell("hla_written"), cell("mother_hla_written")];
            [vec![key.into(), "listed".into(), list.into(), cell("id")], hla.to_vec()].concat()
        }
    };
    let is_own = kind == SearchableKind::OwnUnit;
    fields.extend(SHARED[..FIELDS].iter().map(|(own, listed)| cell(if is_own { own } else { listed })));
    let text = Json::from(fields);
    Some(SearchableRow::deserialize(&text).map_err(|error| unreadable(&text.to_string(), &error)))
}

fn typing_in_force(rows: &Rows, unit_key: i64, subject: &str) -> Json {
    // A unit was typed a few times at most; ordinals begin with 1 and have no gaps.
    let of = |ordinal: i64| {
        let key = Json::from(vec![Json::from(unit_key), Json::from(subject), Json::from(ordinal)]);
        rows.get(&(typing::TABLE.name, key.to_string()))
    };
    let typings = (1..).map_while(of);
    let is_in_force = |row: &&Columns| {
        row.get("in_force").is_some_and(|flag| *flag == Json::Bool(true) || flag.as_i64() == Some(1))
    };
    typings.filter(is_in_force).last().and_then(|row| row.get("written").cloned()).unwrap_or_default()
}

fn unreadable(text: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable {
        table: "unit or listed",
        row: text.chars().take(60).collect(),
        column: "value of a searchable row as it was".to_owned(),
        value: error.to_string(),
    }
}
