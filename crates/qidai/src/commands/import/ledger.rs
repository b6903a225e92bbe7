//! Who was seen in the file, what the bank took, and what is to be said about it.

use std::path::Path;
use std::time::Instant;

use qidai_bank::{AddOutcome, Difference};
use qidai_exchange::{Issue, RowOutcome};
use rustc_hash::FxHashMap;

use super::Header;
use super::pipeline::Ending;
use super::report::Report;
use super::stop::Stop;
use crate::error::Failure;

/// Differences named in one issue; the rest is counted.
const DIFFERENCES_SHOWN: usize = 4;

/// Takes chunks of rows, in their order, and keeps the account.
pub(super) struct Ledger<A> {
    identity_column: String,
    add: A,
    /// Identity → line of the row that had it first.
    seen: FxHashMap<String, u64>,
    report: Report,
}

/// A good row on its way into the bank.
struct Good {
    line: u64,
    identity: String,
}

impl<A> Ledger<A> {
    /// `add` writes records in one step and tells what became of each.
    pub(super) fn new(header: Header, add: A) -> Ledger<A> {
        let report = Report::of_columns_not_used(header.columns_not_used);
        Ledger { identity_column: header.identity_column, add, seen: FxHashMap::default(), report }
    }

    pub(super) fn take<R>(&mut self, rows: Vec<RowOutcome<R>>) -> Result<(), Failure>
    where
        A: Fn(&[R]) -> Result<Vec<AddOutcome>, Failure>,
    {
        let mut issues = Vec::new();
        let (mut good, mut records) = (Vec::new(), Vec::new());
        for row in rows {
            let duplicate = row.identity.as_deref().and_then(|identity| self.duplicate(row.line, identity));
            match (row.record, duplicate) {
                (Ok(record), None) => {
                    good.push(Good { line: row.line, identity: row.identity.unwrap_or_default() });
                    records.push(record);
                }
                (record, duplicate) => {
                    issues.extend(record.err().into_iter().flatten());
                    issues.extend(duplicate);
                }
            }
        }
        let start = Instant::now();
        let outcomes = (self.add)(&records)?;
        self.report.longest_write_ms = self.report.longest_write_ms.max(start.elapsed().as_millis());
        for (row, outcome) in good.iter().zip(&outcomes) {
            match outcome {
                AddOutcome::Accepted => self.report.accepted += 1,
                AddOutcome::Unchanged => self.report.unchanged += 1,
                AddOutcome::Conflict(differences) => issues.push(self.conflict(row, differences)),
            }
        }
        issues.sort_by_key(|issue| issue.row);
        self.report.add(issues);
        Ok(())
    }

    /// The rest of the file could not be read: an issue when the file is to blame.
    pub(super) fn note(&mut self, ending: Ending, file: &Path) -> Result<(), Stop> {
        let error = match ending {
            Ending::Stop(stop) => return Err(stop),
            Ending::Table(error) => error,
        };
        match Stop::table(&error, file) {
            Stop::Refused(issues) => {
                self.report.add(issues);
                Ok(())
            }
            failed => Err(failed),
        }
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }

    fn duplicate(&mut self, line: u64, identity: &str) -> Option<Issue> {
        let Some(earlier) = self.seen.get(identity) else {
            self.seen.insert(identity.to_owned(), line);
            return None;
        };
        let reason = format!("row {line} has the same identity as row {earlier}");
        let hint = "keep one of the two rows: a unit or donor comes once in a file";
        Some(Issue::cell(
            line,
            &self.identity_column,
            shown(identity),
            "identity_duplicate_in_file",
            reason,
            hint,
        ))
    }

    fn conflict(&self, row: &Good, differences: &[Difference]) -> Issue {
        let hint = "compare the row with the record: an import adds records, it does not change them";
        let code = "identity_known_with_other_content";
        Issue::cell(row.line, &self.identity_column, shown(&row.identity), code, explain(differences), hint)
    }
}

/// An identity without its scheme.
fn shown(identity: &str) -> &str {
    identity.rsplit(' ').next().unwrap_or(identity)
}

fn explain(differences: &[Difference]) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let named: Vec<String> = differences
        .iter()
        .take(DIFFERENCES_SHOWN)
        .map(|difference| {
            format!(
                "{} is {} in the bank, {} in the file",
                difference.field,
                text(&difference.stored),
                text(&difference.given)
            )
        })
        .collect();
    let rest = differences.len().saturating_sub(DIFFERENCES_SHOWN);
    let more = if rest > 0 { format!("; and {rest} more fields") } else { String::new() };
    format!("the identity is known with other content: {}{more}", named.join("; "))
}
