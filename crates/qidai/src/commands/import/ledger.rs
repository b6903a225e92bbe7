//! Who was seen in the file, what the bank took, and what is to be said about it.

use std::path::Path;

use qidai_bank::{AddOutcome, Difference};
use qidai_exchange::{Issue, RowOutcome};
use rustc_hash::{FxHashMap, FxHashSet};

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
    /// Identity → the row that had it first.
    seen: FxHashMap<String, First>,
    /// Lines of rows that the bank holds with other content.
    conflicts: FxHashSet<u64>,
    report: Report,
}

/// A row that had an identity first.
#[derive(Clone, Copy)]
struct First {
    line: u64,
    fingerprint: u64,
}

/// What a row is beside the rows before it.
enum Standing {
    New,
    /// The same cells again.
    Repeat(First),
    /// Other cells about the same unit or donor.
    Duplicate(Issue),
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
        Ledger {
            identity_column: header.identity_column,
            add,
            seen: FxHashMap::default(),
            conflicts: FxHashSet::default(),
            report,
        }
    }

    pub(super) fn take<R>(&mut self, rows: Vec<RowOutcome<R>>) -> Result<(), Failure>
    where
        A: Fn(&[R]) -> Result<Vec<AddOutcome>, Failure>,
    {
        let mut issues = Vec::new();
        let (mut good, mut records, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let standing = self.standing(&row);
            let identity = row.identity.unwrap_or_default();
            match (row.record, standing) {
                (Ok(record), Standing::New) => {
                    good.push(Good { line: row.line, identity });
                    records.push(record);
                }
                (Ok(_), Standing::Repeat(first)) => repeats.push((Good { line: row.line, identity }, first)),
                (record, standing) => {
                    issues.extend(record.err().into_iter().flatten());
                    if let Standing::Duplicate(issue) = standing {
                        issues.push(issue);
                    }
                }
            }
        }
        let outcomes = (self.add)(&records)?;
        for (row, outcome) in good.iter().zip(&outcomes) {
            match outcome {
                AddOutcome::Accepted => self.report.accepted += 1,
                AddOutcome::Unchanged => self.report.unchanged += 1,
                AddOutcome::Conflict(differences) => {
                    self.conflicts.insert(row.line);
                    issues.push(self.conflict(row, differences));
                }
            }
        }
        for (row, first) in repeats {
            if self.conflicts.contains(&first.line) {
                issues.push(self.duplicate(row.line, &row.identity, first));
            } else {
                self.report.unchanged += 1;
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

    fn standing<R>(&mut self, row: &RowOutcome<R>) -> Standing {
        let Some(identity) = row.identity.as_deref() else { return Standing::New };
        let this = First { line: row.line, fingerprint: row.fingerprint };
        match self.seen.get(identity).copied() {
            None => {
                self.seen.insert(identity.to_owned(), this);
                Standing::New
            }
            Some(first) if first.fingerprint == this.fingerprint => Standing::Repeat(first),
            Some(first) => Standing::Duplicate(self.duplicate(row.line, identity, first)),
        }
    }

    fn duplicate(&self, line: u64, identity: &str, first: First) -> Issue {
        let earlier = first.line;
        let reason = format!("row {line} has the same identity as row {earlier}");
        let hint = "keep one of the two rows: a unit or donor comes once in a file";
        let code = "identity_duplicate_in_file";
        Issue::cell(line, &self.identity_column, shown(identity), code, reason, hint)
            .with("earlier", earlier.to_string())
    }

    fn conflict(&self, row: &Good, differences: &[Difference]) -> Issue {
        let hint = "compare the row with the record: an import adds records, it does not change them";
        let code = "identity_known_with_other_content";
        Issue::cell(row.line, &self.identity_column, shown(&row.identity), code, explain(differences), hint)
            .with("differences", in_short(differences))
    }
}

/// An identity without its scheme.
fn shown(identity: &str) -> &str {
    identity.rsplit(' ').next().unwrap_or(identity)
}

/// `viability_percent 95.5 ≠ 91`: the bank's value, then the file's.
fn in_short(differences: &[Difference]) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let one = |d: &Difference| format!("{} {} ≠ {}", d.field, text(&d.stored), text(&d.given));
    let named: Vec<String> = differences.iter().take(DIFFERENCES_SHOWN).map(one).collect();
    let more = if differences.len() > DIFFERENCES_SHOWN { " …" } else { "" };
    format!("{}{more}", named.join(", "))
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
