//! What is connected with what, both ways: from a unit to mother, kit, people, boxes and whoever got it, and from any of
//! those to all units.
//!
//! An edge is a field that names something (`refers_to`), or somebody who made a step. A table of another kind gets its
//! own functions beside [`named_by`] and [`naming`].

use std::collections::BTreeSet;

use sea_orm::Value;

use super::database::Reader;
use super::row::RowReader;
use super::{Store, StoreError};

/// Lines of one trace, at most; what hangs on a lot or a person is listed with a note that there is more.
pub const TRACE_MAX: usize = 1_000;
/// Steps away from where it begins: unit – record – kit, collector, box – what those came from.
const DEPTH_MAX: u8 = 4;

/// A trace, the nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    pub lines: Vec<TraceLine>,
    /// There is more than is listed.
    pub has_more: bool,
}

/// Something that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// As in the history: `kit/KIT-2026-0001`, `unit/din/G123424000001`, `account/S0012`, `actor/staff:S0012`.
    pub subject: String,
    /// Code of the field that makes the connection; `step` for somebody who made a step.
    pub by: String,
    /// What it was reached from.
    pub from: String,
    pub way: Way,
    /// 1 for what is connected directly.
    pub depth: u8,
}

/// In which direction a connection was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// To what it came from: mother, kit, lot, equipment, person.
    Back,
    /// To what came of it or was written about it: records, units, recipients.
    Forth,
}

impl Way {
    /// As in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Back => "back",
            Self::Forth => "forth",
        }
    }
}

/// A connection: subject and field.
type Edge = (String, String);

impl Store {
    /// Everything connected with a subject such as `unit/din/G123424000001` or `kit/KIT-2026-0001`. What it came from is
    /// followed to the end; what refers to it is followed one step, and from there to what that refers to.
    ///
    /// # Errors
    /// Outages only.
    pub async fn trace(&self, subject: &str) -> Result<Trace, StoreError> {
        let reader = self.database.reader();
        let mut walk = Walk { seen: BTreeSet::from([subject.to_owned()]), trace: Trace::default() };
        walk.add(naming(reader, subject, TRACE_MAX + 1).await?, (subject, Way::Forth, 1));
        walk.add(named_by(reader, subject).await?, (subject, Way::Back, 1));
        let mut at = 0;
        while let Some(line) = walk.trace.lines.get(at).cloned() {
            at += 1;
            if line.depth < DEPTH_MAX && !walk.trace.has_more {
                let named = named_by(reader, &line.subject).await?;
                // From a lot or a person the records lead on to the units.
                let way = if line.way == Way::Forth && !subject.starts_with("unit/") {
                    Way::Forth
                } else {
                    Way::Back
                };
                walk.add(named, (&line.subject, way, line.depth + 1));
            }
        }
        walk.trace.lines.sort_by_key(|line| (line.depth, line.way));
        Ok(walk.trace)
    }
}

struct Walk {
    seen: BTreeSet<String>,
    trace: Trace,
}

impl Walk {
    fn add(&mut self, edges: Vec<Edge>, (from, way, depth): (&str, Way, u8)) {
        for (subject, by) in edges {
            if self.trace.lines.len() == TRACE_MAX {
                self.trace.has_more = true;
                return;
            }
            if self.seen.insert(subject.clone()) {
                let from = from.to_owned();
                self.trace.lines.push(TraceLine { subject, by, from, way, depth });
            }
        }
    }
}

/// Subjects around a unit whose events belong to its page: the records that name it, and those that it names.
pub(super) async fn around(reader: Reader<'_>, subject: &str, max: usize) -> Result<Vec<String>, StoreError> {
    let forth = naming(reader, subject, max).await?;
    let back = named_by(reader, subject).await?;
    let told = |subject: &String| !subject.starts_with("actor/") && !subject.starts_with("account/");
    // Of people only their own page tells.
    let told = |subject: &String| told(subject) && !subject.starts_with("person/");
    Ok(forth.into_iter().chain(back).map(|(subject, _)| subject).filter(told).take(max).collect())
}

/// What a subject names.
async fn named_by(reader: Reader<'_>, subject: &str) -> Result<Vec<Edge>, StoreError> {
    let Some((kind, key)) = subject.split_once('/') else { return Ok(Vec::new()) };
    if kind == "actor" || kind == "account" {
        return Ok(Vec::new());
    }
    let Some((scheme, value)) = key.split_once('/').filter(|_| kind == "unit") else {
        let sql = "SELECT f.refers_to, f.field FROM record r JOIN record_field f ON f.record_id = r.record_id \
                   WHERE r.concept = $1 AND r.number = $2 AND f.refers_to IS NOT NULL ORDER BY f.field";
        return edges(reader, sql, vec![Value::from(kind), Value::from(key)]).await;
    };
    let sql = "SELECT f.refers_to, f.field FROM unit u JOIN unit_field f ON f.unit_key = u.unit_key \
               WHERE u.scheme = $1 AND u.identity = $2 AND f.refers_to IS NOT NULL ORDER BY f.field";
    let values = vec![Value::from(scheme), Value::from(value)];
    let mut all = edges(reader, sql, values.clone()).await?;
    let sql = "SELECT 'actor/' || s.actor, MIN(s.step) FROM unit u JOIN unit_step s ON s.unit_key = u.unit_key \
               WHERE u.scheme = $1 AND u.identity = $2 GROUP BY s.actor ORDER BY s.actor";
    all.extend(edges(reader, sql, values).await?);
    Ok(all)
}

/// What names a subject: records, and units. Of somebody who acts, the units whose steps they made.
async fn naming(reader: Reader<'_>, subject: &str, max: usize) -> Result<Vec<Edge>, StoreError> {
    let sql = format!(
        "SELECT r.concept || '/' || r.number, f.field FROM record_field f \
         JOIN record r ON r.record_id = f.record_id WHERE f.refers_to = $1 ORDER BY r.created_at_us LIMIT {max}"
    );
    let mut all = edges(reader, &sql, vec![Value::from(subject)]).await?;
    let sql = format!(
        "SELECT 'unit/' || u.scheme || '/' || u.identity, f.field FROM unit_field f \
         JOIN unit u ON u.unit_key = f.unit_key WHERE f.refers_to = $1 ORDER BY u.unit_key LIMIT {max}"
    );
    all.extend(edges(reader, &sql, vec![Value::from(subject)]).await?);
    let actor = match subject.split_once('/') {
        Some(("actor", name)) => name.to_owned(),
        Some(("account", number)) => format!("staff:{number}"),
        _ => return Ok(all),
    };
    let sql = format!(
        "SELECT 'unit/' || u.scheme || '/' || u.identity, MIN(s.step) FROM unit_step s \
         JOIN unit u ON u.unit_key = s.unit_key WHERE s.actor = $1 \
         GROUP BY u.unit_key, u.scheme, u.identity ORDER BY u.unit_key LIMIT {max}"
    );
    all.extend(edges(reader, &sql, vec![Value::from(actor)]).await?);
    Ok(all)
}

async fn edges(reader: Reader<'_>, sql: &str, values: Vec<Value>) -> Result<Vec<Edge>, StoreError> {
    let rows = reader.all(sql, values).await?;
    let edge = |row| {
        let mut row = RowReader::new("record_field", row);
        Ok((row.text()?, row.text()?))
    };
    rows.iter().map(edge).collect()
}
