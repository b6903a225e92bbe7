//! Typings in records: fields of the kinds `hla` and `hla_specificity` are read by the release in force before they are written.
//!
//! The bank keeps texts; what they say only a release knows. So each door that takes a record in asks here: command, page and API.

use qidai_bank::workflow::{Concept, FieldKind};
use qidai_bank::{BankError, Problem, Refusal, Store};
use qidai_hla::{Nomenclature, PersonTyping, TypingError};

use crate::catalogue::{ReferenceArgs, release_of};
use crate::error::Failure;

/// A typing over several lines is one line for the reader.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All typings that cannot be read, as problems of their fields.
///
/// # Errors
/// `record_typing_unreadable`, `record_specificity_unreadable`.
pub(crate) fn check(
    concept: &Concept,
    fields: &[(String, String)],
    nomenclature: &Nomenclature<'_>,
) -> Result<(), BankError> {
    crate::profiles::check(concept, fields)?;
    let problems: Vec<Problem> =
        fields.iter().filter_map(|(code, text)| problem(concept, code, text, nomenclature)).collect();
    Ok(Refusal::if_any(problems)?)
}

/// The same at a console, which loads the release only where a field asks for it.
///
/// # Errors
/// As [`check`], and where the release of the bank cannot be read.
pub(crate) async fn check_at_console(
    store: &Store,
    concept: &Concept,
    fields: &[(String, String)],
) -> Result<Result<(), BankError>, Failure> {
    let is_typed = |(code, text): &(String, String)| {
        let field = concept.field(code);
        field.is_some_and(|field| is_hla(&field.kind)) && !text.trim().is_empty()
    };
    if !fields.iter().any(is_typed) {
        return Ok(crate::profiles::check(concept, fields));
    }
    let release = release_of(store, &ReferenceArgs::default()).await?;
    Ok(check(concept, fields, &Nomenclature::new(&release, None)))
}

fn is_hla(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Hla | FieldKind::HlaSpecificity)
}

fn problem(concept: &Concept, code: &str, text: &str, n: &Nomenclature<'_>) -> Option<Problem> {
    let field = concept.field(code)?;
    let text = one_line(text);
    if text.is_empty() {
        return None;
    }
    match field.kind {
        FieldKind::Hla => {
            let errors = PersonTyping::read_line(&text, n).err()?;
            let hint = "write it as on the report, or as a GL String, by the release in force";
            Some(Problem::new(code, &text, "record_typing_unreadable", told(&errors), hint))
        }
        FieldKind::HlaSpecificity => {
            let error = n.read(&text).err()?;
            let hint = "write an antigen or an allele, such as A2, DR4 or A*02:01";
            Some(Problem::new(code, &text, "record_specificity_unreadable", told(&[error]), hint))
        }
        _ => None,
    }
}

fn told(errors: &[TypingError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
