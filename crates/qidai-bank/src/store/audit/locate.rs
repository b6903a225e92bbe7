//! Which rows differ: the rows of the differing parts, computed again from the history, beside those of the tables.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::json::{Change, Value};
use super::row_page::{self, Page};
use super::sums::{PARTS, Sums};
use super::{OnProgress, derived, event_page};
use crate::audit::{Finding, Progress, Stage, Verification};
use crate::store::StoreError;
use crate::store::database::Reader;
use crate::store::table::{self, AUDITED};

/// Rows that are computed again at once: bounds the memory.
const ROWS_MAX: u64 = 200_000;

/// A row by table and key, with its columns.
type Rows = BTreeMap<(usize, String), BTreeMap<String, Value<'static>>>;

/// Names every row that differs, in as many parts as memory allows; what lies in others is counted by part.
pub(super) async fn rows(
    reader: Reader<'_>,
    sums: &Sums,
    mut differing: Vec<(usize, usize)>,
    found: &mut Verification,
    progress: &mut OnProgress<'_>,
) -> Result<(), StoreError> {
    let rows_per_part = found.rows / PARTS as u64 + 1;
    let parts_max = usize::try_from(ROWS_MAX / rows_per_part).unwrap_or(1).max(1);
    let left_out = differing.len().saturating_sub(parts_max);
    differing.truncate(parts_max);
    let parts: HashSet<(usize, usize)> = differing.into_iter().collect();
    let mut expected = from_history(reader, sums, &parts, found.events, progress).await?;
    let tables: BTreeSet<usize> = parts.iter().map(|(at, _)| *at).collect();
    for at in tables {
        let mut each = |page: Page<'_>| compare(at, sums, &parts, &page, &mut expected, found);
        row_page::read_all(reader, AUDITED[at], &mut each).await?;
    }
    for (at, key) in expected.keys() {
        found.add(Finding::new("row_removed", AUDITED[*at].name, key));
    }
    found.more += left_out as u64;
    Ok(())
}

/// The rows of the parts as the history leaves them.
async fn from_history(
    reader: Reader<'_>,
    sums: &Sums,
    parts: &HashSet<(usize, usize)>,
    total: u64,
    progress: &mut OnProgress<'_>,
) -> Result<Rows, StoreError> {
    let (mut rows, mut done) = (Rows::new(), 0);
    let mut page = event_page::fetch(reader, None).await?;
    while let Some(current) = page {
        let events = current.events();
        for event in &events {
            // What cannot be read was told when the chain was walked.
            let Ok(whole) = event.whole() else { continue };
            for change in derived::all_changes(event, &whole.changes).unwrap_or_default() {
                apply(change, sums, parts, &mut rows);
            }
        }
        done += events.len() as u64;
        progress(Progress { stage: Stage::Search, done, total });
        page = event_page::fetch(reader, Some(current.last)).await?;
    }
    Ok(rows)
}

fn apply(change: Change<'_>, sums: &Sums, parts: &HashSet<(usize, usize)>, rows: &mut Rows) {
    let Some((at, _)) = table::audited(&change.table) else { return };
    if !parts.contains(&sums.place(at, &change.key)) {
        return;
    }
    let key = (at, shown(&change.key));
    let Some(new) = change.new else {
        rows.remove(&key);
        return;
    };
    let row = rows.entry(key).or_default();
    for (name, value) in new.0 {
        row.insert(name.into_owned(), value.into_owned());
    }
}

/// Compares the rows of a page and takes them off the expected ones.
fn compare(
    at: usize,
    sums: &Sums,
    parts: &HashSet<(usize, usize)>,
    page: &Page<'_>,
    expected: &mut Rows,
    found: &mut Verification,
) {
    for values in &page.rows {
        let key = page.key_of(values);
        if !parts.contains(&sums.place(at, &key)) {
            continue;
        }
        let key = shown(&key);
        let Some(mut row) = expected.remove(&(at, key.clone())) else {
            found.add(Finding::new("row_inserted", AUDITED[at].name, &key));
            continue;
        };
        let mut differs = |column: &str, expected: &Value<'_>, there: &Value<'_>| {
            let finding = Finding::new("row_changed", AUDITED[at].name, &key).column(column);
            found.add(finding.expected(expected.shown()).found(there.shown()));
        };
        for (column, value) in page.columns.iter().zip(values) {
            let known = row.remove(*column).unwrap_or(Value::Unknown);
            if known != *value {
                differs(column, &known, value);
            }
        }
        for (column, known) in row.iter().filter(|(_, known)| **known != Value::Unknown) {
            differs(column, known, &Value::Unknown);
        }
    }
}

fn shown(key: &[Value<'_>]) -> String {
    let parts: Vec<String> = key.iter().map(|value| value.shown().unwrap_or_default()).collect();
    parts.join(", ")
}
