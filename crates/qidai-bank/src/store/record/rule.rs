//! Rules of registers that compute, or look at two things at once: code of their concepts, called before and after the
//! gate (`docs/decisions/0006-workflows-as-data.md`). One file for each concept, one line for each in the three lists.

mod collection;
mod consent;
mod family_link;
mod handover;
mod hgr_case;
mod infusion;
mod institution;
mod kit;
mod kit_order;
mod order;
mod part;
mod patient;
mod patient_row;
mod processing_run;
mod proficiency_round;
mod questionnaire;
pub(in crate::store) mod recall;
mod recheck;
mod search_request;
mod shipment;
mod temperature_trace;

use jiff::Timestamp;
use jiff::civil::Date;

use super::values::Kept;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::dossier::Beside;
use crate::store::{StoreError, setting};
use crate::workflow::{self, Concept, Label, Step};
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
        "recall" => recall::compute(&case).await?,
        "search_request" => search_request::compute(&case).await?,
        "shipment" => shipment::compute(&case).await?,
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
        ("kit", "hand_over") => kit_order::agreed(case).await,
        ("kit_order", "send") => kit_order::complete(case).await,
        ("consent", "give") => consent::give(case).await,
        ("collection", "match") => collection::labels_match(case).await,
        ("processing_run", "finish" | "close") => processing_run::usable(case).await,
        ("processing_run", "resume") => processing_run::settled(case).await,
        ("patient", "close") => patient::close(case).await,
        ("search_request", "submit") => search_request::submit(case).await,
        ("search_request", "accept") => search_request::accept(case).await,
        ("search_request", "report" | "report_formal") => search_request::report(case).await,
        ("order", "submit" | "take_up" | "schedule" | "schedule_other") => order::served(case).await,
        ("order", "reserve") => order::reservable(case).await,
        ("order", "cancel_tested") => order::still_here(case).await,
        ("recheck", "identify") => recheck::identifiable(case).await,
        ("recheck", "release_medical" | "release_quality") => recheck::accepted(case).await,
        ("recheck", "except_medical" | "except_quality") => recheck::excepted(case).await,
        ("recall", "close") => recall::may_close(case).await,
        ("shipment", "identify" | "witness") => shipment::identified(case).await,
        ("shipment", "depart") => shipment::may_depart(case).await,
        ("shipment", "deliver") => shipment::may_arrive(case).await,
        ("handover", "receive") => Ok(handover::same_seal(case)),
        ("infusion", "infuse") => infusion::may_infuse(case).await,
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
        ("order", "reserve") => order::keep(write, record, (context, acting)).await,
        ("order", "cancel" | "cancel_tested") => order::give_back(write, record, (context, acting)).await,
        ("shipment", "depart") => shipment::follow(write, record, "ship", (context, acting)).await,
        ("shipment", "deliver") => {
            handover::look_back(write, record, (context, acting, today)).await?;
            shipment::follow(write, record, "arrive", (context, acting)).await
        }
        ("shipment", "lose") => shipment::follow(write, record, "lose", (context, acting)).await,
        ("infusion", "infuse") => infusion::infused(write, record, (context, acting)).await,
        ("recall", "open") => recall::tell(write, record, (context, acting)).await,
        ("handover", "break") => raise(write, record, BROKEN, (context, acting, today)).await,
        ("handover", "receive") if record.field("upright") == Some("no") => {
            raise(write, record, NOT_UPRIGHT, (context, acting, today)).await
        }
        ("adverse_reaction", super::CREATE) if record.field("serious") == Some("yes") => {
            raise(write, record, SERIOUS, (context, acting, today)).await
        }
        _ => Ok(()),
    }
}

/// What a record raises by itself: code, words, severity.
type Raised = (&'static str, Label, &'static str);
const BROKEN: Raised =
    ("custody", Label { zh: "运输监管链中断", en: "the chain of custody was broken" }, "critical");
const NOT_UPRIGHT: Raised =
    ("upright", Label { zh: "运输罐倾倒或破损", en: "the vessel was tilted or damaged" }, "major");
const SERIOUS: Raised =
    ("serious", Label { zh: "严重不良反应", en: "a serious adverse reaction was reported" }, "critical");

/// Raises a nonconformance about a record.
async fn raise(
    write: &WriteTransaction<'_>,
    record: &Record,
    (code, label, severity): Raised,
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<(), BankError> {
    let mut new = crate::store::clock::nonconformance((code, label), record, today)?;
    new.fields.retain(|(field, _)| field != "severity" && field != "description");
    let described = format!("{}: {}.", record.number, label.en);
    new.fields.extend(
        [("severity", severity.to_owned()), ("description", described)].map(|(f, v)| (f.to_owned(), v)),
    );
    super::raise(write, &new, context, acting).await.map(|_| ())
}

/// Refusals of these rules that are written down as attempts.
pub(super) const WRITTEN_DOWN: [&str; 43] = [
    "labels_do_not_match",
    "kit_expired",
    "kit_of_other_unit",
    "kit_order_not_agreed",
    "kit_order_incomplete",
    "collector_not_certified",
    "site_not_contracted",
    "licence_not_in_force",
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
    "centre_not_eligible",
    "hgr_case_needed",
    "order_purpose_wrong",
    "order_not_of_family",
    "unit_already_reserved",
    "unit_not_available",
    "unit_left_tank",
    "excursion_open",
    "recheck_order_wrong",
    "recheck_segment_wrong",
    "recheck_typing_missing",
    "decision_missing",
    "decision_forbids",
    "investigation_open",
    "shipment_order_wrong",
    "shipper_hold_too_short",
    "seal_differs",
    "custody_open",
    "handover_missing",
    "recall_not_settled",
    "infusion_order_wrong",
];

/// A refusal about a record.
fn refusal(code: &'static str, name: &str, sentence: String) -> Refusal {
    Refusal::new(code, sentence).with("record", name)
}

/// What sentences call the record: its number, or that it is new.
fn name<'c>(case: &Case<'c>) -> &'c str {
    case.record.map_or("the new record", |record| record.number.as_str())
}

/// The day of a time in the bank's zone, or the present day where no time is written: what is in date is in date there.
async fn day(case: &Case<'_>, field: &str) -> Result<String, StoreError> {
    let zone = match case.beside.and_then(Beside::zone) {
        Some(zone) => zone.clone(),
        None => setting::time_zone(case.reader).await?,
    };
    let at = case.value(field).and_then(|at| at.parse::<Timestamp>().ok());
    Ok(at.map_or(case.today, |at| zone.to_datetime(at).date()).to_string())
}

/// A label as it is compared: a DIN without flags and check, any other text without blanks.
fn label(text: &str) -> String {
    crate::Identity::din(text).map_or_else(
        |_| text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase(),
        |din| din.value,
    )
}
