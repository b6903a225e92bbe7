//! Rules of registers that compute, or look at two things at once: code of their concepts, called before and after the
//! gate (`docs/decisions/0006-workflows-as-data.md`). One file for each concept, one line for each in the three lists.

mod collection;
mod consent;
mod family_link;
mod hgr_case;
mod institution;
mod kit;
mod part;
mod patient;
mod patient_row;
mod processing_run;
mod proficiency_round;
mod questionnaire;
mod search_request;
mod temperature_trace;

use jiff::civil::Date;

use super::values::Kept;
use crate::store::StoreError;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::dossier::Beside;
use crate::workflow::{self, Concept, Step};
use crate::{Acting, BankError, Record, Refusal, WriteContext};

/// What a rule looks at.
pub(super) struct Case<'a> {
    pub(super) reader: Reader<'a>,
    /// Before the change; `None` for a new one.
    pub(super) record: Option<&'a Record>,
    pub(super) kept: &'a Kept,
    /// Site of the record, or of the one that is made.
    pub(super) site: Option<&'a str>,
    pub(super) today: Date,
    /// Records that are told from memory, where many are carried over at once.
    pub(super) beside: Option<&'a Beside>,
}

impl<'a> Case<'a> {
    /// The value that a field will have.
    pub(super) fn value(&self, code: &str) -> Option<&'a str> {
        self.kept.value(code, self.record)
    }

    /// The record of a concept that a field names.
    pub(super) async fn named(&self, concept: &str, field: &str) -> Result<Option<Record>, StoreError> {
        let (Some(declared), Some(number)) = (workflow::concept(concept), self.value(field)) else {
            return Ok(None);
        };
        match self.beside.and_then(|beside| beside.known(concept, number)) {
            Some(known) => Ok(Some(known.clone())),
            None => super::read::by_number(self.reader, declared, number).await,
        }
    }
}

/// Values that follow from others.
type Computed = Vec<(&'static str, Option<String>)>;

/// Adds what is computed to what was written; refuses what cannot be computed.
pub(super) async fn compute(
    reader: Reader<'_>,
    concept: &Concept,
    record: Option<&Record>,
    kept: &mut Kept,
    (site, today): (Option<&str>, Date),
) -> Result<(), BankError> {
    let case = Case { reader, record, kept, site, today, beside: None };
    let computed: Computed = match concept.code {
        "family_link" => family_link::compute(&case).await?,
        "hgr_case" => hgr_case::compute(&case).await?,
        "institution" => institution::compute(&case)?,
        "kit" => kit::compute(&case)?,
        "part" => part::compute(&case)?,
        "patient" => patient::compute(&case).await?,
        "patient_antibody" | "patient_typing" | "search_note" => patient_row::compute(&case).await?,
        "search_request" => search_request::compute(&case).await?,
        "proficiency_round" => proficiency_round::compute(&case)?,
        "questionnaire" => questionnaire::compute(&case)?,
        "temperature_trace" => temperature_trace::compute(&case).await?,
        _ => Vec::new(),
    };
    for (code, value) in computed {
        kept.open.retain(|(known, _)| *known != code);
        kept.open.push((code, value));
    }
    Ok(())
}

/// What stands in the way of a move besides what its declaration says.
pub(super) async fn obstacle(
    concept: &Concept,
    step: &Step,
    case: &Case<'_>,
) -> Result<Option<Refusal>, StoreError> {
    match (concept.code, step.code) {
        ("kit", "issue") => kit::issue(case).await,
        ("consent", "give") => consent::give(case).await,
        ("collection", "match") => collection::labels_match(case).await,
        ("processing_run", "finish" | "close") => processing_run::usable(case).await,
        ("processing_run", "resume") => processing_run::settled(case).await,
        ("patient", "close") => patient::close(case).await,
        ("search_request", "submit") => search_request::submit(case).await,
        ("search_request", "accept") => search_request::accept(case).await,
        ("search_request", "report" | "report_formal") => search_request::report(case).await,
        _ => Ok(None),
    }
}

/// What follows from something that was done, in the same transaction.
pub(super) async fn follow(
    write: &WriteTransaction<'_>,
    record: &Record,
    step: &str,
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<(), BankError> {
    match (record.concept.code, step) {
        ("temperature_trace", super::CREATE | super::AMEND) => {
            temperature_trace::raise(write, record, (context, acting, today)).await
        }
        ("consent", "withdraw") => consent::hold_unit(write, record, (context, acting)).await,
        ("patient_typing" | "patient_antibody", super::CREATE) => {
            patient_row::take_place(write, record, (context, acting)).await
        }
        _ => Ok(()),
    }
}

/// Refusals of these rules that are written down as attempts.
pub(super) const WRITTEN_DOWN: [&str; 19] = [
    "labels_do_not_match",
    "kit_expired",
    "kit_of_other_unit",
    "collector_not_certified",
    "site_not_contracted",
    "consent_form_not_in_force",
    "consent_scope_not_offered",
    "consent_scope_missing",
    "consent_already_given",
    "lot_expired",
    "lot_not_released",
    "equipment_not_usable",
    "deviation_open",
    "patient_has_open_requests",
    "patient_not_active",
    "patient_not_typed",
    "requester_not_eligible",
    "typing_not_confirmed",
    "hgr_case_missing",
];

/// A refusal about a record.
fn refusal(code: &'static str, name: &str, sentence: String) -> Refusal {
    Refusal::new(code, sentence).with("record", name)
}

/// What sentences call the record: its number, or that it is new.
fn name<'c>(case: &Case<'c>) -> &'c str {
    case.record.map_or("the new record", |record| record.number.as_str())
}

/// A label as it is compared: a DIN without flags and check, any other text without blanks.
fn label(text: &str) -> String {
    crate::Identity::din(text).map_or_else(
        |_| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase(),
        |din| din.value,
    )
}
