//! The history of a record in words: what was done, what was refused, what clocks did.

use jiff::tz::TimeZone;
use qidai_bank::workflow::Concept;
use qidai_bank::{DocumentClass, Meaning, Record, RecordDeed, RecordEvent, Role};

use super::field;
use super::said;
use crate::pages::history::{ChangeView, EventView};
use crate::pages::shown;
use crate::words::{Lang, Words};

pub(in crate::pages) fn view(event: &RecordEvent, record: &Record, zone: &TimeZone, lang: Lang) -> EventView {
    let role = Role::parse(&event.role).map(|role| shown::label(lang, role.labels()));
    let who = match role {
        Some(role) => format!("{role} · {}", event.actor),
        None => event.actor.clone(),
    };
    let concept = record.concept;
    let value = |code: &str, value: &Option<String>| {
        let field = concept.field(code)?;
        Some(field::shown(field, value.as_deref()?, zone, lang).text)
    };
    let changes = event.changes.iter().map(|change| ChangeView {
        field: concept
            .field(&change.field)
            .map_or_else(|| change.field.clone(), |field| said(field.label, lang)),
        old: value(&change.field, &change.old),
        new: value(&change.field, &change.new),
    });
    EventView {
        sequence: shown::count(event.sequence),
        number: event.sequence,
        at: shown::second(event.recorded_at, zone),
        effective_at: (event.effective_at != event.recorded_at)
            .then(|| shown::second(event.effective_at, zone)),
        headline: headline(&event.what, concept, lang),
        subject: record.number.clone(),
        subject_address: None,
        who,
        reason: event.reason.clone(),
        short_hash: format!(
            "{}…{}",
            event.hash.get(..4).unwrap_or_default(),
            event.hash.get(event.hash.len().saturating_sub(2)..).unwrap_or_default()
        ),
        hash: event.hash.clone(),
        is_refusal: matches!(event.what, RecordDeed::Refused { .. }),
        changes: changes.collect(),
        more_changes: 0,
    }
}

fn headline(what: &RecordDeed, concept: &Concept, lang: Lang) -> String {
    let w = lang.words();
    let state =
        |code: &str| concept.state(code).map_or_else(|| code.to_owned(), |state| said(state.label, lang));
    // What was tried is a move, the state that was wanted, or something beside both.
    let step = |code: &str| {
        let beside = || w.find(&format!("deed-beside-{code}"), &[]).unwrap_or_else(|| state(code));
        concept.step(code).map_or_else(beside, |step| said(step.label, lang))
    };
    let with = |key: &str, a: (&'static str, String), b: (&'static str, String)| {
        w.say(key, &[(a.0, a.1.into()), (b.0, b.1.into())])
    };
    match what {
        RecordDeed::Created { state: to } => w.t1("deed-created", "state", state(to)),
        RecordDeed::Amended => w.t("deed-amended"),
        RecordDeed::Moved { step: code, to, .. } => {
            with("deed-moved", ("move", step(code)), ("state", state(to)))
        }
        RecordDeed::DocumentAdded { class } => {
            w.t1("deed-document-added", "document", document(class, concept, lang))
        }
        RecordDeed::DocumentWithdrawn => w.t("event-document_withdrawn"),
        RecordDeed::Signed { meaning } => {
            let word = Meaning::parse(meaning).map_or("", |one| shown::label(lang, one.labels()));
            w.t1("deed-signed", "meaning", word)
        }
        RecordDeed::Refused { step: code, code: why, .. } => {
            with("deed-refused", ("move", step(code)), ("code", reason_of(why, w)))
        }
        RecordDeed::ClockRan { clock, outcome } => with(
            "deed-clock",
            ("clock", clock_label(clock, concept, lang)),
            ("outcome", outcome_of(outcome, w)),
        ),
        RecordDeed::Other { kind } => shown::word(w, "event", kind),
    }
}

fn document(class: &str, concept: &Concept, lang: Lang) -> String {
    let Some(class) = DocumentClass::parse(class) else { return class.to_owned() };
    let own = concept.document(class).map(|document| said(document.label, lang));
    own.unwrap_or_else(|| shown::label(lang, class.labels()).to_owned())
}

/// Why a move was refused, shortly.
fn reason_of(code: &str, w: &Words) -> String {
    w.find(&format!("refused-{code}"), &[]).unwrap_or_else(|| code.replace('_', " "))
}

/// `expiry:90` is a reminder, ninety days before.
fn clock_label(code: &str, concept: &Concept, lang: Lang) -> String {
    let own = code.split(':').next().unwrap_or(code);
    let clock = concept.clocks.iter().find(|clock| clock.code == own).map(|clock| clock.label);
    let reminder = || concept.reminders.iter().find(|reminder| reminder.code == own).map(|one| one.label);
    clock.or_else(reminder).map_or_else(|| code.to_owned(), |label| said(label, lang))
}

fn outcome_of(outcome: &str, w: &Words) -> String {
    match outcome.split_once(' ') {
        Some(("raised", number)) => w.t1("outcome-raised", "number", number),
        _ => w.find(&format!("outcome-{outcome}"), &[]).unwrap_or_else(|| reason_of(outcome, w)),
    }
}
