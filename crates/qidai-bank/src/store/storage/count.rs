//! Reconciliation: what was found in a rack or a tank, beside what the books say.

use std::collections::HashMap;

use sea_orm::Value;
use serde::Serialize;

use super::{find, place};
use crate::store::Store;
use crate::store::event::Event;
use crate::store::table::{Column, Table};
use crate::{Acting, BankError, Permission, Position, Refusal, Stored};

pub(in crate::store) static TABLE: Table =
    Table { name: "storage_count", key: &["count_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 9] = [
    Column::text("count_id"),
    Column::text("tank"),
    Column::int("sector"),
    Column::int("rack"),
    Column::int("counted_at_us"),
    Column::text("counted_by"),
    Column::int("expected"),
    Column::int("matched"),
    Column::text("findings"),
];

/// One thing that was found, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub position: Position,
    pub stored: Stored,
}

/// Something that is not as the books say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountFinding {
    /// `missing`: in the books, not found. `unexpected`: found, in no books. `elsewhere`: found, but the books have it
    /// in another place. `twice`: found in two places.
    pub kind: &'static str,
    pub number: String,
    /// Where it was found.
    pub found: Option<String>,
    /// Where the books have it.
    pub expected: Option<String>,
}

/// What a count found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountResult {
    pub expected: i64,
    pub matched: i64,
    pub findings: Vec<CountFinding>,
}

impl Store {
    /// Compares what was found in a tank, or in one rack of it, with the books, and writes the result down. It changes
    /// no place: what differs is looked at and moved by hand.
    ///
    /// # Errors
    /// `permission_missing`, `tank_unknown`, `count_outside`: something was scanned in another tank or rack.
    pub async fn count_storage(
        &self,
        code: &str,
        rack: Option<(i64, i64)>,
        counted: &[Counted],
        acting: &Acting<'_>,
    ) -> Result<CountResult, BankError> {
        let write = self.database.begin().await?;
        let found = find(write.reader(), code).await?;
        let context = acting.allowed(Permission::StorageMove, found.site.as_deref())?;
        refuse_outside(code, rack, counted)?;
        let condition = "tank = $1 AND taken_at_us IS NULL ORDER BY sector, rack, level, slot";
        let books = place::select(write.reader(), condition, [Value::from(code)]).await?;
        let is_inside =
            |position: &Position| rack.is_none_or(|rack| rack == (position.sector, position.rack));
        let books = books.into_iter().filter(|(_, placed)| is_inside(&placed.position));
        let books: Vec<Counted> =
            books.map(|(_, placed)| Counted { position: placed.position, stored: placed.stored }).collect();
        let mut result = compare(&books, counted);
        for finding in result.findings.iter_mut().filter(|finding| finding.kind == "unexpected") {
            let thing = counted.iter().find(|one| one.stored.written() == finding.number);
            let Some(thing) = thing else { continue };
            if let Some(open) = place::open_of(write.reader(), &thing.stored).await? {
                (finding.kind, finding.expected) = ("elsewhere", Some(open.position.to_string()));
            }
        }
        let findings = serde_json::to_string(&result.findings).unwrap_or_default();
        let event = Event::new("storage_counted", format!("tank/{code}")).insert(
            &TABLE,
            vec![
                Some(acting.ids.next_id().as_str().into()),
                Some(code.into()),
                rack.map(|(sector, _)| sector.into()),
                rack.map(|(_, rack)| rack.into()),
                Some(acting.now.as_microsecond().into()),
                Some(acting.principal.name().into()),
                Some(result.expected.into()),
                Some(result.matched.into()),
                Some(findings.as_str().into()),
            ],
        );
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        Ok(result)
    }
}

fn refuse_outside(code: &str, rack: Option<(i64, i64)>, counted: &[Counted]) -> Result<(), Refusal> {
    let is_outside = |position: &Position| {
        position.tank != code || rack.is_some_and(|rack| rack != (position.sector, position.rack))
    };
    let Some(outside) = counted.iter().find(|one| is_outside(&one.position)) else { return Ok(()) };
    let position = outside.position.to_string();
    let sentence =
        format!("{position} is no place of what is counted: count one tank or one rack at a time.");
    Err(Refusal::new("count_outside", sentence).with("position", position))
}

/// Books beside hands. What both have at the same place matches.
fn compare(books: &[Counted], counted: &[Counted]) -> CountResult {
    let expected_at: HashMap<&Stored, &Position> =
        books.iter().map(|one| (&one.stored, &one.position)).collect();
    let mut found_at: HashMap<&Stored, &Position> = HashMap::new();
    let (mut findings, mut matched) = (Vec::new(), 0);
    let finding =
        |kind, stored: &Stored, found: Option<&Position>, expected: Option<&Position>| CountFinding {
            kind,
            number: stored.written(),
            found: found.map(ToString::to_string),
            expected: expected.map(ToString::to_string),
        };
    for one in counted {
        let expected = expected_at.get(&one.stored).copied();
        if found_at.insert(&one.stored, &one.position).is_some() {
            findings.push(finding("twice", &one.stored, Some(&one.position), expected));
            continue;
        }
        match expected {
            Some(expected) if *expected == one.position => matched += 1,
            Some(expected) => {
                findings.push(finding("elsewhere", &one.stored, Some(&one.position), Some(expected)));
            }
            None => findings.push(finding("unexpected", &one.stored, Some(&one.position), None)),
        }
    }
    for one in books.iter().filter(|one| !found_at.contains_key(&one.stored)) {
        findings.push(finding("missing", &one.stored, None, Some(&one.position)));
    }
    CountResult { expected: i64::try_from(books.len()).unwrap_or(i64::MAX), matched, findings }
}
