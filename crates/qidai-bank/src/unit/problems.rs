//! What can be wrong with the record of a unit, all at once.

use jiff::civil::{Date, date};

use super::UnitRecord;
use crate::counts::{LEAVE_EMPTY, amount_problem, count_field};
use crate::{BankType, Measure, Problem, Status, Typing};

/// No unit is older than the first transplantation of cord blood (Gluckman, NEJM 1989;321:1174,
/// performed in October 1988); older dates are a spreadsheet's zero.
const FIRST_COLLECTION: Date = date(1988, 1, 1);

impl UnitRecord {
    /// Every problem of this record; empty when there is none. `today` is the bank's day.
    /// HLA text is judged elsewhere, by the release in force.
    pub fn problems(&self, today: Date) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.count_problems(&mut problems);
        self.date_problems(today, &mut problems);
        self.status_problem(&mut problems);
        typing_problems("hla", &self.typings, today, &mut problems);
        typing_problems("mother_hla", &self.mother_typings, today, &mut problems);
        problems
    }

    fn count_problems(&self, problems: &mut Vec<Problem>) {
        for count in self.counts.iter() {
            let field = count_field(count.phase, count.measure);
            problems.extend(amount_problem(field, count.measure, count.amount));
        }
        for phase in crate::Phase::ALL {
            let tnc = self.counts.get(phase, Measure::TncTotal);
            let cd34 = self.counts.get(phase, Measure::Cd34Total);
            if let (Some(tnc), Some(cd34)) = (tnc, cd34)
                && cd34 > tnc
                && tnc >= 0
            {
                let field = count_field(phase, Measure::Cd34Total);
                let reason = format!("{field} is {cd34}, more than all nucleated cells, {tnc}");
                let hint = "CD34+ cells are part of the TNC: were the two columns swapped?";
                problems.push(Problem::new(field, cd34, "cd34_exceeds_tnc", reason, hint));
            }
        }
        if let Some(amount) = self.cryovolume_ul {
            problems.extend(amount_problem("cryovolume_ml".to_owned(), Measure::Volume, amount));
        }
        if let Some(segments) = self.attached_segments.filter(|segments| *segments < 0) {
            let reason = format!("attached_segments is {segments}, expected 0 or more");
            problems.push(Problem::new("attached_segments", segments, "count_negative", reason, LEAVE_EMPTY));
        }
    }

    fn date_problems(&self, today: Date, problems: &mut Vec<Problem>) {
        for (field, day) in [("collection_date", self.collection_date), ("birth_date", self.birth_date)] {
            problems.extend(day.and_then(|day| past_date_problem(field, day, today)));
        }
        let Some(collected) = self.collection_date else { return };
        if let Some(born) = self.birth_date.filter(|born| *born > collected) {
            let reason = format!("collection_date is {collected}, before the birth on {born}");
            let hint = "cord blood is collected at birth: compare both dates with the record";
            problems.push(Problem::new(
                "collection_date",
                collected,
                "collection_before_birth",
                reason,
                hint,
            ));
        }
        if let Some(expiry) = self.expiry_date.filter(|expiry| *expiry <= collected) {
            let reason = format!("expiry_date is {expiry}, not after the collection on {collected}");
            problems.push(Problem::new(
                "expiry_date",
                expiry,
                "expiry_before_collection",
                reason,
                LEAVE_EMPTY,
            ));
        }
    }

    fn status_problem(&self, problems: &mut Vec<Problem>) {
        let hint = match (self.bank_type, self.status) {
            (BankType::Family, Status::Available) => "a family unit is family_held",
            (BankType::Public, Status::FamilyHeld) => "a public unit is available",
            _ => return,
        };
        let (status, bank) = (self.status.code(), self.bank_type.code());
        let reason = format!("status '{status}' does not exist for a {bank} unit");
        problems.push(Problem::new("status", status, "status_not_for_bank_type", reason, hint));
    }
}

fn past_date_problem(field: &str, day: Date, today: Date) -> Option<Problem> {
    if day > today {
        let reason = format!("{field} is {day}, after today, {today}");
        let hint = "dates are written year-month-day; compare with the record";
        return Some(Problem::new(field, day, "date_in_future", reason, hint));
    }
    (day < FIRST_COLLECTION).then(|| {
        let reason = format!("{field} is {day}, before any cord blood was banked");
        let hint = "1900-01-01 and alike are an empty cell of a spreadsheet: leave it empty";
        Problem::new(field, day, "date_too_early", reason, hint)
    })
}

fn typing_problems(field: &str, typings: &[Typing], today: Date, problems: &mut Vec<Problem>) {
    for typing in typings {
        if typing.written.trim().is_empty() {
            let reason = format!("{field} has a typing without text");
            let hint = "leave the typing out when there is none";
            problems.push(Problem::new(field, "", "typing_empty", reason, hint));
        }
        if let Some(day) = typing.typed_on {
            problems.extend(past_date_problem(&format!("{field}_typed_on"), day, today));
        }
    }
}
