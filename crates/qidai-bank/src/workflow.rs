//! Workflows as data: what a register holds, in which states its records are, who may move them, and what happens by
//! itself when time has passed.
//!
//! Each concept is one page of tables that people read, `workflows/*.md`; list, form, history, permissions, the runner
//! of clocks and the from × to test all come from there. `docs/workflows.md` says how to write one. Nothing here opens
//! a database: [`crate::Store`] keeps the records.

mod check;
mod clock;
mod concept;
mod condition;
mod declaration;
mod field;
mod gate;
mod moves;
mod sheet;
mod state;
mod value;

use std::sync::LazyLock;

use crate::Refusal;

pub(crate) use check::NONCONFORMANCE;
pub use clock::{Clock, Length, LengthUnit, ProfileValue, Reminder, Start, Then};
pub use concept::{Concept, DocumentType, Keeps, PersonOf, SiteRule};
pub use condition::Condition;
pub use field::{Choice, Field, FieldKind, Needed};
pub use gate::{DoneBy, Facts};
pub use moves::{Mover, Step, Target};
pub use sheet::Mistake;
pub use state::{Amending, Badge, Place, State};
pub(crate) use value::whole_second;

/// 中文 and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub zh: &'static str,
    pub en: &'static str,
}

/// The declarations, one line each: what becomes of a new page.
const PAGES: [(&str, &str); 43] = [
    ("unit.md", include_str!("../workflows/unit.md")),
    ("site_contract.md", include_str!("../workflows/site_contract.md")),
    ("collector.md", include_str!("../workflows/collector.md")),
    ("kit.md", include_str!("../workflows/kit.md")),
    ("kit_order.md", include_str!("../workflows/kit_order.md")),
    ("consent_form.md", include_str!("../workflows/consent_form.md")),
    ("consent.md", include_str!("../workflows/consent.md")),
    ("questionnaire.md", include_str!("../workflows/questionnaire.md")),
    ("collection.md", include_str!("../workflows/collection.md")),
    ("pickup.md", include_str!("../workflows/pickup.md")),
    ("temperature_trace.md", include_str!("../workflows/temperature_trace.md")),
    ("part.md", include_str!("../workflows/part.md")),
    ("processing_run.md", include_str!("../workflows/processing_run.md")),
    ("reagent_lot.md", include_str!("../workflows/reagent_lot.md")),
    ("equipment.md", include_str!("../workflows/equipment.md")),
    ("proficiency_round.md", include_str!("../workflows/proficiency_round.md")),
    ("patient.md", include_str!("../workflows/patient.md")),
    ("patient_typing.md", include_str!("../workflows/patient_typing.md")),
    ("patient_antibody.md", include_str!("../workflows/patient_antibody.md")),
    ("search_request.md", include_str!("../workflows/search_request.md")),
    ("watched_search.md", include_str!("../workflows/watched_search.md")),
    ("search_filter.md", include_str!("../workflows/search_filter.md")),
    ("search_profile.md", include_str!("../workflows/search_profile.md")),
    ("search_alert.md", include_str!("../workflows/search_alert.md")),
    ("family_link.md", include_str!("../workflows/family_link.md")),
    ("search_note.md", include_str!("../workflows/search_note.md")),
    ("hgr_case.md", include_str!("../workflows/hgr_case.md")),
    ("order.md", include_str!("../workflows/order.md")),
    ("recheck.md", include_str!("../workflows/recheck.md")),
    ("dry_shipper.md", include_str!("../workflows/dry_shipper.md")),
    ("shipment.md", include_str!("../workflows/shipment.md")),
    ("handover.md", include_str!("../workflows/handover.md")),
    ("infusion.md", include_str!("../workflows/infusion.md")),
    ("follow_up.md", include_str!("../workflows/follow_up.md")),
    ("adverse_reaction.md", include_str!("../workflows/adverse_reaction.md")),
    ("satisfaction.md", include_str!("../workflows/satisfaction.md")),
    ("recall.md", include_str!("../workflows/recall.md")),
    ("recall_notice.md", include_str!("../workflows/recall_notice.md")),
    ("institution.md", include_str!("../workflows/institution.md")),
    ("person.md", include_str!("../workflows/person.md")),
    ("authorisation.md", include_str!("../workflows/authorisation.md")),
    ("nonconformance.md", include_str!("../workflows/nonconformance.md")),
    ("licence.md", include_str!("../workflows/licence.md")),
];

static ALL: LazyLock<(Vec<Concept>, Vec<Mistake>)> = LazyLock::new(|| read_pages(&PAGES));

/// The concepts of the bank, in the order of menus.
pub fn concepts() -> &'static [Concept] {
    &ALL.0
}

/// The concept of a code, such as `licence`.
pub fn concept(code: &str) -> Option<&'static Concept> {
    concepts().iter().find(|concept| concept.code == code)
}

/// The same, or what to say where there is none.
///
/// # Errors
/// `record_kind_unknown`.
pub fn known(code: &str) -> Result<&'static Concept, Refusal> {
    let unknown = || {
        let known: Vec<&str> = concepts().iter().map(|concept| concept.code).collect();
        let sentence = format!("There is no kind of record '{code}': take one of {}.", known.join(", "));
        Refusal::new("record_kind_unknown", sentence).with("kind", code).with("possible", known.join(", "))
    };
    concept(code).ok_or_else(unknown)
}

/// What is wrong with the declarations that the program carries; a bank is opened only when this is empty.
pub fn mistakes() -> &'static [Mistake] {
    &ALL.1
}

/// Reads declarations: name of the page and its text. All that is wrong with them comes beside those that can be
/// read, so that a page can be corrected in one go.
pub fn read_pages(pages: &[(&'static str, &'static str)]) -> (Vec<Concept>, Vec<Mistake>) {
    let (mut concepts, mut mistakes) = (Vec::new(), Vec::new());
    for (page, text) in pages {
        let (concept, wrong) = declaration::read(page, text);
        mistakes.extend(wrong);
        concepts.extend(concept);
    }
    mistakes.extend(check::all(&concepts));
    (concepts, mistakes)
}
