//! A row of a file becomes a unit of the bank.

use qidai_bank::{BankType, Identity, Status, Typing, UnitRecord};

use crate::field::Reading;
use crate::mapping::Mapping;
use crate::plan::{Plan, PlanError, RowOutcome};
use crate::table::{Header, Row};
use crate::{Issue, unit_fields};

/// Reads the rows of one file of units.
pub struct UnitRows(Plan<UnitRecord>);

impl UnitRows {
    /// Finds out which column means which field.
    ///
    /// # Errors
    /// [`PlanError`] when the mapping is wrong, or a required column (`din`, `bank_type`, `hla`) is missing.
    pub fn bind(header: &Header, mapping: &Mapping) -> Result<UnitRows, PlanError> {
        Ok(UnitRows(Plan::bind(unit_fields::TARGET, header, mapping)?))
    }

    /// Names of columns that mean nothing to us; their cells are not read.
    pub fn columns_not_used(&self) -> &[String] {
        self.0.not_used()
    }

    /// The column that carries the identifier, as the file names it.
    pub fn identity_column(&self) -> &str {
        self.0.header_of("din")
    }

    /// Reads a row.
    pub fn read(&self, row: &Row, reading: &Reading<'_>) -> RowOutcome<UnitRecord> {
        let nobody = Identity { scheme: String::new(), value: String::new() };
        let mut unit = UnitRecord::new(nobody, BankType::Public);
        let mut issues = self.0.read(row, &mut unit, reading);
        if !self.0.gives("status", row) {
            unit.status = Status::when_not_stated(unit.bank_type);
        }
        if issues.is_empty() {
            issues.extend(self.contradictions(row, &unit));
        }
        let is_known = !unit.identity.value.is_empty();
        let identity = is_known.then(|| format!("{} {}", unit.identity.scheme, unit.identity.value));
        RowOutcome {
            line: row.line,
            identity,
            record: if issues.is_empty() { Ok(unit) } else { Err(issues) },
        }
    }

    /// Values that are fine one by one but not together.
    fn contradictions(&self, row: &Row, unit: &UnitRecord) -> Vec<Issue> {
        let issue = |field: &'static str, code, reason: String, hint: &str| {
            Issue::cell(row.line, self.0.header_of(field), self.0.text(field, row), code, reason, hint)
        };
        let mut issues = Vec::new();
        match (unit.bank_type, unit.status) {
            (BankType::Family, Status::Available) => issues.push(issue(
                "status",
                "status_contradicts_bank_type",
                "a family unit is not available to others".to_owned(),
                "use family_held, or bank type public when the family has given the unit to the public bank",
            )),
            (BankType::Public, Status::FamilyHeld) => issues.push(issue(
                "status",
                "status_contradicts_bank_type",
                "a public unit is not held for a family".to_owned(),
                "use available, or bank type family",
            )),
            _ => {}
        }
        if unit.status.is_searchable() && unit.typings.is_empty() {
            let hint = "fill in the typing, or give the unit a state in which it is not searched, such as quarantine";
            issues.push(issue("hla", "hla_missing", "an available unit needs a typing".to_owned(), hint));
        }
        for (field, typings) in [("hla", &unit.typings), ("mother_hla", &unit.mother_typings)] {
            if typings.iter().any(without_text) {
                let reason = "the row tells how or when was typed, but not the typing".to_owned();
                issues.push(issue(field, "typing_text_missing", reason, "fill in the typing"));
            }
        }
        issues
    }
}

pub(crate) fn without_text(typing: &Typing) -> bool {
    typing.written.is_empty()
}
