//! Papers other than the resident identity card, and what two entries say about the same thing
//! (a passport, a birth certificate 出生医学证明, another paper or none with the reason).

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::{DocumentKind, Person, PersonField};
use crate::{CnId, Problem};

/// Characters of such a number; ICAO 9303 has up to 9, papers of some countries more.
const NUMBER_MIN: usize = 5;
const NUMBER_MAX: usize = 20;

/// Brings the number of a passport or birth certificate into its stored form: NFKC, no blanks, capital letters.
/// Everything that is wrong is told without the value, which is somebody's.
pub(super) fn check(mut person: Person, today: Date) -> (Person, Vec<Problem>) {
    let mut problems = Vec::new();
    let number = person.get(PersonField::DocumentNumber).unwrap_or_default().to_owned();
    match person.get(PersonField::DocumentKind).and_then(DocumentKind::parse) {
        Some(DocumentKind::Passport | DocumentKind::BirthCertificate) => {
            let plain: String = number.nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
            let plain = plain.to_ascii_uppercase();
            let fits = (NUMBER_MIN..=NUMBER_MAX).contains(&plain.len());
            if fits && plain.chars().all(|c| c.is_ascii_alphanumeric()) {
                person = person.with(PersonField::DocumentNumber, plain);
            } else {
                let hint = format!("{NUMBER_MIN} to {NUMBER_MAX} letters and digits, as on the document");
                let reason = "not the number of a passport or birth certificate";
                problems.push(problem(PersonField::DocumentNumber, "document_number_wrong", reason, &hint));
            }
        }
        Some(DocumentKind::Other | DocumentKind::None) if person.get(PersonField::Note).is_none() => {
            let reason = "another document, or none, needs a word why";
            problems.push(problem(
                PersonField::Note,
                "document_note_missing",
                reason,
                "write it in the note",
            ));
        }
        _ => {}
    }
    problems.extend(birth_date_problem(&person, &number, today));
    (person, problems)
}

fn birth_date_problem(person: &Person, number: &str, today: Date) -> Option<Problem> {
    let text = person.get(PersonField::BirthDate)?;
    let wrong = |code, reason| {
        Some(problem(PersonField::BirthDate, code, reason, "write it as 1990-03-07, as on the document"))
    };
    let Some(date) = text.parse::<Date>().ok().filter(|date| *date <= today) else {
        return wrong("birth_date_wrong", "not a day up to today");
    };
    let is_card = person.get(PersonField::DocumentKind) == Some(DocumentKind::CnId.code());
    match CnId::parse(number, today) {
        Ok(card) if is_card && card.birth_date() != date => {
            wrong("birth_date_differs", "the identity number has another date of birth")
        }
        _ => None,
    }
}

fn problem(field: PersonField, code: &'static str, reason: &str, hint: &str) -> Problem {
    Problem::new(field.code(), "", code, reason, hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PersonKind;

    /// Kind, number, date of birth, note; the codes that are told.
    const CASES: [(&str, &str, &str, &str, &[&str]); 11] = [
        ("passport", "e1234567", "", "", &[]),
        ("passport", "Ｅ 123-4567", "1990-03-07", "", &[]),
        ("passport", "E12", "", "", &["document_number_wrong"]),
        ("passport", "E1234567号", "", "", &["document_number_wrong"]),
        ("birth_certificate", "P370123456", "2025-12-31", "", &[]),
        ("birth_certificate", "", "", "", &["document_number_wrong"]),
        ("none", "", "", "", &["document_note_missing"]),
        ("none", "", "", "foundling, police report 12", &[]),
        ("other", "X", "2026-01-02", "", &["document_note_missing", "birth_date_wrong"]),
        ("cn_id", "370102199003072150", "1990-03-08", "", &["birth_date_differs"]),
        ("cn_id", "370102199003072150", "1990-03-07", "", &[]),
    ];

    #[test]
    fn papers_are_checked_each_in_its_way() {
        for (kind, number, birth, note, codes) in CASES {
            let person = Person::new(PersonKind::Patient)
                .with(PersonField::DocumentKind, kind)
                .with(PersonField::DocumentNumber, number)
                .with(PersonField::BirthDate, birth)
                .with(PersonField::Note, note);
            let (person, problems) = check(person, Date::constant(2026, 1, 1));
            let told: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            assert_eq!(told, codes, "{kind} {number}");
            if kind == "passport" && codes.is_empty() {
                assert_eq!(person.get(PersonField::DocumentNumber), Some("E1234567"));
            }
            assert!(number.is_empty() || !format!("{problems:?}").contains(number), "nothing is repeated");
        }
    }
}
