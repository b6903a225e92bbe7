//! A row as observations, or all that is wrong with it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use qidai_bank::{Observation, ObservationStatus, Phase, TestDefinition, discreet, test_named};

use super::LabOptions;
use super::decimal::with_point;
use super::heads::{Column, Role, phase_of};
use crate::Issue;
use crate::table::{CellKind, Row};

/// What a laboratory writes where it has not measured.
const NOTHING: [&str; 8] = ["", "-", "--", "/", "n/a", "na", "未做", "未检"];

pub(super) fn read(
    row: &Row,
    columns: &[Column],
    options: &LabOptions,
) -> Result<Vec<Observation>, Vec<Issue>> {
    let mut reader = Reader { row, columns, options, issues: Vec::new() };
    let observations = reader.observations();
    if reader.issues.is_empty() {
        reader.contradictions(&observations);
    }
    if reader.issues.is_empty() { Ok(observations) } else { Err(reader.issues) }
}

struct Reader<'a> {
    row: &'a Row,
    columns: &'a [Column],
    options: &'a LabOptions,
    issues: Vec<Issue>,
}

impl Reader<'_> {
    fn observations(&mut self) -> Vec<Observation> {
        let specimen = self.text(&Role::Specimen).unwrap_or_default().to_owned();
        let measured_at = self.time();
        let said = self.phase();
        let mut found = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            let (name, text) = match &column.role {
                Role::Test(test) => (test.code.to_owned(), self.row.cell(at).text),
                Role::Value if self.has(&Role::TestName) => {
                    (self.text(&Role::TestName).unwrap_or_default().to_owned(), self.row.cell(at).text)
                }
                _ => continue,
            };
            let is_wide = matches!(column.role, Role::Test(_));
            if is_wide && NOTHING.contains(&text.to_lowercase().as_str()) {
                continue;
            }
            let phase = column.phase.or(said).or(self.options.mapping.phase).or(self.options.phase);
            if let Some(one) = self.observation((at, column), (&specimen, &name, text), phase, measured_at) {
                found.push(one);
            }
        }
        found
    }

    fn observation(
        &mut self,
        (at, column): (usize, &Column),
        (specimen, name, text): (&str, &str, &str),
        phase: Option<Phase>,
        measured_at: Option<Timestamp>,
    ) -> Option<Observation> {
        let cell = self.row.cell(at);
        if cell.kind == CellKind::Error {
            let reason = format!("the cell holds {text}, an error of a formula");
            return self.issue(column, text, "result_value_missing", reason, "compute the sheet again");
        }
        if let Some(other) = &column.swapped_with {
            let reason =
                format!("the values of '{}' and '{other}' seem to stand in each other's column", column.name);
            return self.issue(
                column,
                text,
                "columns_swapped",
                reason,
                "put each under its own head and import again",
            );
        }
        let Some(test) = test_named(name) else {
            let reason = format!("no test is called '{}' here", discreet(name, true));
            return self.issue(
                column,
                name,
                "analyser_test_unknown",
                reason,
                "write a name of the catalogue",
            );
        };
        let value = with_point(text, column);
        let unit = column.unit.clone().or_else(|| self.text(&Role::Unit).map(str::to_owned));
        let unit = if test.unit.is_empty() { None } else { Some(unit.unwrap_or_default()) };
        if let Err(problem) = test.read(&value, unit.as_deref()) {
            return self.issue(column, text, problem.code, problem.reason, &problem.hint);
        }
        Some(Observation {
            place: format!("row {}, {}", self.row.line, column.name),
            specimen: tube(specimen, phase, test),
            test: test.code.to_owned(),
            value,
            unit: unit.unwrap_or_default(),
            status: ObservationStatus::Final,
            measured_at,
        })
    }

    /// A part is not more than the whole: a mistaken row, unit or column.
    fn contradictions(&mut self, found: &[Observation]) {
        const PARTS: [(&str, &str); 5] = [
            ("mnc_total", "tnc_total"),
            ("cd34_total", "tnc_total"),
            ("cd34_total", "mnc_total"),
            ("nrbc_total", "tnc_total"),
            ("wbc_corrected", "wbc_raw"),
        ];
        let amount = |code: &str| {
            let one = found.iter().find(|one| one.test == code)?;
            let measured = test_named(code)?.read(&one.value, Some(&one.unit)).ok()?;
            measured.amount.map(|amount| (one, amount))
        };
        for (part, whole) in PARTS {
            let (Some((small, less)), Some((large, more))) = (amount(part), amount(whole)) else { continue };
            if less > more && small.specimen == large.specimen {
                let reason = format!(
                    "{part} of {} {} is more than {whole} of {} {}",
                    small.value, small.unit, large.value, large.unit
                );
                let hint = "check the columns and the units of both";
                self.issues.push(Issue::cell(
                    self.row.line,
                    "",
                    &small.value,
                    "results_contradict",
                    reason,
                    hint,
                ));
            }
        }
    }

    fn phase(&mut self) -> Option<Phase> {
        let text = self.text(&Role::Phase).filter(|text| !text.is_empty())?.to_owned();
        let phase = phase_of(&text);
        if phase.is_none() {
            let reason = format!("'{}' is no phase", discreet(&text, true));
            let hint = "expected collected, processed or post_thaw";
            self.role_issue(&Role::Phase, &text, "phase_unknown", reason, hint);
        }
        phase
    }

    fn time(&mut self) -> Option<Timestamp> {
        let text = self.text(&Role::Time).filter(|text| !text.is_empty())?.to_owned();
        let at = time_of(&text, &self.options.zone);
        if at.is_none() {
            let reason = format!("'{}' is no time", discreet(&text, false));
            let hint = "expected such as 2026-11-24 08:30, as text";
            self.role_issue(&Role::Time, &text, "result_time_unreadable", reason, hint);
        }
        at
    }

    fn has(&self, role: &Role) -> bool {
        self.columns.iter().any(|column| column.role == *role)
    }

    fn text(&self, role: &Role) -> Option<&str> {
        let at = self.columns.iter().position(|column| column.role == *role)?;
        Some(self.row.cell(at).text)
    }

    fn role_issue(&mut self, role: &Role, text: &str, code: &'static str, reason: String, hint: &str) {
        let columns = self.columns;
        if let Some(column) = columns.iter().find(|column| column.role == *role) {
            self.issue(column, text, code, reason, hint);
        }
    }

    fn issue(
        &mut self,
        column: &Column,
        value: &str,
        code: &'static str,
        reason: String,
        hint: &str,
    ) -> Option<Observation> {
        self.issues.push(Issue::cell(self.row.line, &column.name, value, code, reason, hint));
        None
    }
}

/// The number as a tube bears it, with the letter of its phase.
fn tube(specimen: &str, phase: Option<Phase>, test: &TestDefinition) -> String {
    let has_letter =
        specimen.rsplit_once('-').is_some_and(|(_, letter)| phase_of(letter).is_some() && letter.len() == 1);
    match phase.filter(|_| !has_letter && !test.phases.is_empty()) {
        Some(Phase::Collected) => format!("{specimen}-C"),
        Some(Phase::Processed) => format!("{specimen}-P"),
        Some(Phase::PostThaw) => format!("{specimen}-T"),
        _ => specimen.to_owned(),
    }
}

/// A time with its zone, or in the zone of the laboratory; a day alone says no time.
fn time_of(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let text = text.replace(['/', '.'], "-");
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let at = forms.iter().find_map(|form| DateTime::strptime(form, text.trim()).ok())?;
    zone.to_timestamp(at).ok()
}
