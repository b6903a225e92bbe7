//! The moves of a record as buttons: one next step, others, and what stands in the way of each.

use qidai_bank::workflow::{self, Amending, Concept, Field, FieldKind, Keeps};
use qidai_bank::{MoveOffer, Permission, Record, Refusal};

use super::field::{self, Control, text_of};
use super::{badge, said};
use crate::error::Failure;
use crate::pages::badge::Badge;
use crate::pages::{Reader, shown};

/// A move as a page offers it.
pub(in crate::pages) struct Offer {
    pub(in crate::pages) code: &'static str,
    pub(in crate::pages) label: String,
    pub(in crate::pages) to: Badge,
    /// It is the next step of the record.
    pub(in crate::pages) is_next: bool,
    pub(in crate::pages) needs_reason: bool,
    pub(in crate::pages) controls: Vec<Control>,
    pub(in crate::pages) obstacles: Vec<Obstacle>,
    /// What is missing is the signature of who looks at it.
    pub(in crate::pages) sign: Option<Sign>,
    /// What was typed before it was refused.
    pub(in crate::pages) reason: String,
    /// When it was done, as typed.
    pub(in crate::pages) done_at: String,
    pub(in crate::pages) was_refused: bool,
}

/// What stands in the way of a move.
pub(in crate::pages) struct Obstacle {
    pub(in crate::pages) sentence: String,
    pub(in crate::pages) code: &'static str,
    /// Where it is removed: address and words.
    pub(in crate::pages) way: Option<(String, String)>,
}

/// What is to be signed.
pub(in crate::pages) struct Sign {
    pub(in crate::pages) meaning: &'static str,
    pub(in crate::pages) word: String,
}

/// What was sent with a move that was refused.
pub(in crate::pages) struct Sent<'a> {
    pub(in crate::pages) pairs: &'a [(String, String)],
    pub(in crate::pages) refusal: Option<&'a Refusal>,
}

/// All moves from the present state, the next step first, those of other people last.
pub(in crate::pages) fn offers(
    found: &[MoveOffer],
    record: &Record,
    sent: Option<&Sent<'_>>,
    (sites, reader): (&[(String, String)], &Reader),
) -> Vec<Offer> {
    let is_theirs = |offer: &&MoveOffer| !offer.obstacles.iter().any(is_permission);
    // Stopping a unit, or giving it up, is no next step of its way: where nothing else is theirs, nothing is offered first.
    let stops = |offer: &&MoveOffer| {
        record.concept.code == "unit" && matches!(offer.to.badge.code(), "look" | "stop")
    };
    let next = found.iter().find(|offer| is_theirs(offer) && !stops(offer)).map(|offer| offer.step.code);
    let mut offers: Vec<(bool, Offer)> = found
        .iter()
        .map(|one| {
            let sent = sent.filter(|sent| text_of(sent.pairs, "step") == one.step.code);
            let is_next = next == Some(one.step.code);
            (!is_theirs(&one), offer(one, record, is_next, (sent, sites, reader)))
        })
        .collect();
    offers.sort_by_key(|(is_others, _)| *is_others);
    offers.into_iter().map(|(_, offer)| offer).collect()
}

fn is_permission(refusal: &Refusal) -> bool {
    refusal.code.starts_with("permission_missing")
}

fn offer(
    found: &MoveOffer,
    record: &Record,
    is_next: bool,
    (sent, sites, reader): (Option<&Sent<'_>>, &[(String, String)], &Reader),
) -> Offer {
    let (step, lang) = (found.step, reader.lang);
    // A signature covers the record as it is: what is missing is written first, then signed.
    let fills_in = step.needs_signature.is_none();
    let concept = record.concept;
    let is_computed =
        |problem: &qidai_bank::Problem| concept.field(&problem.field).is_some_and(|field| field.is_computed);
    let is_obstacle = |refusal: &&Refusal| match refusal.code {
        // What comes from another record cannot be written here.
        "record_field_missing" => !fills_in || refusal.problems.iter().any(is_computed),
        "signature_missing" => false,
        _ => true,
    };
    let obstacles: Vec<_> = found
        .obstacles
        .iter()
        .filter(is_obstacle)
        .flat_map(|one| sentences(one, record, (fills_in, reader)))
        .collect();
    let lacks_signature = found.obstacles.iter().any(|refusal| refusal.code == "signature_missing");
    let meaning = step.needs_signature.filter(|_| lacks_signature && obstacles.is_empty());
    let fields = asked_for(found, record.concept).filter(|_| fills_in);
    let problems =
        sent.and_then(|sent| sent.refusal).map(|refusal| refusal.problems.as_slice()).unwrap_or_default();
    let value_of = |field: &Field| match sent {
        Some(sent) => text_of(sent.pairs, &field::name_of(field)).to_owned(),
        None => record.field(field.code).unwrap_or_default().to_owned(),
    };
    let mut controls = field::controls(fields, value_of, (&record.sealed, problems), (sites, reader));
    for control in &mut controls {
        control.is_needed = true;
    }
    Offer {
        code: step.code,
        label: said(step.label, lang),
        to: badge(found.to, lang),
        is_next,
        needs_reason: step.needs_reason,
        controls,
        obstacles,
        sign: meaning
            .map(|one| Sign { meaning: one.code(), word: shown::label(lang, one.labels()).to_owned() }),
        reason: sent.map(|sent| text_of(sent.pairs, "reason").to_owned()).unwrap_or_default(),
        done_at: sent.map(|sent| text_of(sent.pairs, "done_at").to_owned()).unwrap_or_default(),
        was_refused: sent.is_some_and(|sent| sent.refusal.is_some()),
    }
}

/// The fields that a move writes: those it asks for, and those that its state needs and that are missing.
fn asked_for<'o>(
    found: &'o MoveOffer,
    concept: &'static Concept,
) -> impl Iterator<Item = &'static Field> + 'o {
    let missing = found.obstacles.iter().filter(|one| one.code == "record_field_missing");
    let missing: Vec<&str> =
        missing.flat_map(|one| &one.problems).map(|problem| problem.field.as_str()).collect();
    let is_asked = move |field: &&Field| {
        !field.is_computed && (found.step.needs_fields.contains(&field.code) || missing.contains(&field.code))
    };
    concept.fields.iter().filter(is_asked)
}

/// What stands in the way, in the words of the reader; missing fields are named by their labels.
fn sentences(refusal: &Refusal, record: &Record, (fills_in, reader): (bool, &Reader)) -> Vec<Obstacle> {
    let w = reader.lang.words();
    let named =
        |name: &str| refusal.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let concept = record.concept;
    if refusal.code == "record_field_missing" {
        let label = |code: &str| {
            concept.field(code).map_or_else(|| code.to_owned(), |field| said(field.label, reader.lang))
        };
        let computed = |code: &str| concept.field(code).is_some_and(|field| field.is_computed);
        let told = refusal.problems.iter().filter(|problem| !fills_in || computed(&problem.field));
        let said = |problem: &qidai_bank::Problem| {
            let key = if computed(&problem.field) { "record-not-found" } else { "record-fill-in" };
            let way = match computed(&problem.field) {
                true => way_to(&problem.field, record, reader),
                false => may_amend(record, reader)
                    .then(|| (format!("{}/amend", own_address(record)), w.t("record-amend"))),
            };
            Obstacle { sentence: w.t1(key, "field", label(&problem.field)), code: refusal.code, way }
        };
        return told.map(said).collect();
    }
    if refusal.code == "document_missing" {
        let class = named("document").and_then(qidai_bank::DocumentClass::parse);
        let label = class.and_then(|class| Some(said(concept.document(class)?.label, reader.lang)));
        let label = label.unwrap_or_default();
        let sentence = w.t1("record-add-document", "document", label);
        let way = Some(("#documents".to_owned(), w.t("document-add")));
        return vec![Obstacle { sentence, code: refusal.code, way }];
    }
    let way = match refusal.code {
        "decision_missing" | "decision_forbids" => {
            Some((format!("{}/decision", own_address(record)), w.t("decision-to")))
        }
        "batch_not_closed" => {
            named("batch").map(|batch| (super::record_address("processing_run", batch), w.t("record-open")))
        }
        _ => None,
    };
    vec![Obstacle { sentence: Failure::from(refusal.clone()).sentence(reader.lang), code: refusal.code, way }]
}

/// Has it a form for what is missing, that the reader may send? A unit has none: its moves ask.
fn may_amend(record: &Record, reader: &Reader) -> bool {
    let may =
        |one: &qidai_bank::Principal| one.may_any(&record.concept.amend, record.site.as_deref()).is_ok();
    record.concept.keeps == Keeps::Records
        && record.state.amending != Amending::Never
        && reader.visitor.principal().is_ok_and(may)
}

/// The page of a record or a unit.
fn own_address(record: &Record) -> String {
    if record.concept.keeps == Keeps::Records {
        return super::record_address(record.concept.code, &record.number);
    }
    let own = record.number.split_once('/').unwrap_or_default();
    shown::unit_address(&qidai_bank::Identity { scheme: own.0.to_owned(), value: own.1.to_owned() })
}

/// Where what a unit lacks is entered: the form of that register, with the number of the unit in it.
fn way_to(field: &str, record: &Record, reader: &Reader) -> Option<(String, String)> {
    let (w, number) = (reader.lang.words(), record.number.rsplit('/').next()?);
    let field = record.concept.field(field)?;
    if let FieldKind::Reference(concept) = &field.kind {
        let concept = workflow::concept(concept)?;
        let address = format!("{}/new?f-unit={}", super::address_of(concept), shown::escaped(number));
        return super::may_create(concept, reader).then(|| (address, w.t("record-begin")));
    }
    match field.code {
        "freeze_run" if reader.visitor.may(Permission::ProcessingRecord) => {
            Some((format!("/storage/runs?bag={}#add", shown::escaped(number)), w.t("run-add")))
        }
        "place" if reader.visitor.may(Permission::StorageMove) => {
            Some((format!("/storage?number={}", shown::escaped(number)), w.t("record-find-place")))
        }
        _ => None,
    }
}
