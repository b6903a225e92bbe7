//! Records, their declarations and what was refused, as JSON: the same for the command line and the API.

use qidai_bank::workflow::{
    Amending, Clock, Concept, Field, Label, Length, Mover, Needed, Place, Reminder, SiteRule, Start, State,
    Step, Target, Then,
};
use qidai_bank::{BankError, MoveOffer, Record, RecordDeed, RecordEvent, RecordLine, Refusal};
use serde_json::{Map, Value, json};

use crate::error::Failure;
use crate::words::Lang;

/// A label in the language of the reader.
pub(crate) fn said(label: Label, lang: Lang) -> &'static str {
    if lang == Lang::ZhCn { label.zh } else { label.en }
}

/// `{"zh":…,"en":…}`
fn both(label: Label) -> Value {
    json!({ "zh": label.zh, "en": label.en })
}

/// A record as it is. Personal fields are named in `sealed` and never told.
pub(crate) fn of_record(record: &Record, lang: Lang) -> Value {
    let documents = record.documents.iter().map(|document| {
        json!({
            "id": document.id,
            "class": document.class.code(),
            "file_name": document.file_name,
            "size_bytes": document.size_bytes,
        })
    });
    json!({
        "kind": record.concept.code,
        "number": record.number,
        "title": record.title(),
        "state": record.state.code,
        "state_label": said(record.state.label, lang),
        "state_before": record.before.map(|state| state.code),
        "version": record.version,
        "site": record.site,
        "person": record.person_id,
        "fields": fields(&record.fields),
        "sealed": record.sealed,
        "documents": documents.collect::<Vec<_>>(),
        "created_at": record.created_at.to_string(),
        "entered_at": record.entered_at.to_string(),
        "changed_at": record.changed_at.to_string(),
    })
}

/// One line of a list.
pub(crate) fn of_line(line: &RecordLine, lang: Lang) -> Value {
    json!({
        "number": line.number,
        "state": line.state.code,
        "state_label": said(line.state.label, lang),
        "version": line.version,
        "site": line.site,
        "fields": fields(&line.fields),
        "entered_at": line.entered_at.to_string(),
        "changed_at": line.changed_at.to_string(),
    })
}

fn fields(fields: &[(&'static str, String)]) -> Value {
    fields.iter().map(|(code, value)| ((*code).to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

/// One line of the history of a record.
pub(crate) fn of_event(event: &RecordEvent) -> Value {
    let mut told = json!({
        "sequence": event.sequence,
        "effective_at": event.effective_at.to_string(),
        "recorded_at": event.recorded_at.to_string(),
        "actor": event.actor,
        "role": event.role,
        "reason": event.reason,
    });
    let changes = event.changes.iter();
    let changes = changes.map(|one| json!({ "field": one.field, "old": one.old, "new": one.new }));
    if let (Some(told), Value::Object(deed)) = (told.as_object_mut(), of_deed(&event.what)) {
        told.extend(deed);
        told.insert("changes".to_owned(), changes.collect());
        told.insert("hash".to_owned(), json!(event.hash));
    }
    told
}

fn of_deed(deed: &RecordDeed) -> Value {
    match deed {
        RecordDeed::Created { state } => json!({ "what": "created", "to": state }),
        RecordDeed::Amended => json!({ "what": "amended" }),
        RecordDeed::Moved { step, from, to } => {
            json!({ "what": "moved", "move": step, "from": from, "to": to })
        }
        RecordDeed::DocumentAdded { class } => json!({ "what": "document_added", "class": class }),
        RecordDeed::DocumentWithdrawn => json!({ "what": "document_withdrawn" }),
        RecordDeed::Signed { meaning } => json!({ "what": "signed", "meaning": meaning }),
        RecordDeed::Refused { step, from, code } => {
            json!({ "what": "refused", "move": step, "from": from, "code": code })
        }
        RecordDeed::ClockRan { clock, outcome } => {
            json!({ "what": "clock_ran", "clock": clock, "outcome": outcome })
        }
        RecordDeed::Other { kind } => json!({ "what": kind }),
    }
}

/// A move that begins in the present state of a record.
pub(crate) fn of_offer(offer: &MoveOffer, lang: Lang) -> Value {
    let obstacles = offer.obstacles.iter().map(|refusal| of_refusal(refusal.clone(), lang));
    json!({
        "move": offer.step.code,
        "label": said(offer.step.label, lang),
        "to": offer.to.code,
        "needs_reason": offer.step.needs_reason,
        "fields": offer.step.needs_fields,
        "possible": offer.obstacles.is_empty(),
        "obstacles": obstacles.collect::<Vec<_>>(),
    })
}

/// A refusal: code, sentence, and each field that is wrong. Outages are none.
pub(crate) fn of_refusal(refusal: Refusal, lang: Lang) -> Value {
    let problems: Vec<Value> = refusal
        .problems
        .iter()
        .map(|problem| {
            let failure = Failure::from(Refusal::from(problem.clone()));
            json!({ "field": problem.field, "code": problem.code, "sentence": failure.sentence(lang) })
        })
        .collect();
    let failure = Failure::from(refusal);
    json!({ "code": failure.code(), "sentence": failure.sentence(lang), "problems": problems })
}

/// What was refused, as an answer of its own.
pub(crate) fn of_failure(failure: &Failure, lang: Lang) -> Value {
    json!({ "error": { "code": failure.code(), "sentence": failure.sentence(lang), "problems": [] } })
}

/// The answer to one record of a batch, or to a single request: what became of it, or why nothing did.
///
/// # Errors
/// An outage.
pub(crate) fn of_answer(answer: Result<Record, BankError>, lang: Lang) -> Result<(bool, Value), Failure> {
    match answer {
        Ok(record) => Ok((true, of_record(&record, lang))),
        Err(BankError::Refused(refusal)) => Ok((false, json!({ "error": of_refusal(refusal, lang) }))),
        Err(error) => Err(error.into()),
    }
}

/// All that is declared of a concept, in both languages.
pub(crate) fn of_concept(concept: &Concept) -> Value {
    let codes = |permissions: &[qidai_bank::Permission]| -> Vec<&str> {
        permissions.iter().map(|permission| permission.code()).collect()
    };
    let documents = concept.documents.iter();
    let profile = concept.profile.iter();
    json!({
        "kind": concept.code,
        "label": both(concept.label),
        "number": concept.prefix,
        "view": codes(&concept.view),
        "create": codes(&concept.create),
        "amend": codes(&concept.amend),
        "site": match concept.site {
            SiteRule::Never => "never",
            SiteRule::May => "may",
            SiteRule::Must => "must",
        },
        "fields": concept.fields.iter().map(of_field).collect::<Vec<_>>(),
        "states": concept.states.iter().map(of_state).collect::<Vec<_>>(),
        "moves": concept.steps.iter().map(of_step).collect::<Vec<_>>(),
        "documents": documents.map(|one| json!({ "class": one.class.code(), "label": both(one.label) })).collect::<Vec<_>>(),
        "profile": profile.map(|one| json!({
            "code": one.code, "label": both(one.label), "value": one.value, "unit": one.unit.code(), "source": one.source
        })).collect::<Vec<_>>(),
        "clocks": concept.clocks.iter().map(of_clock).collect::<Vec<_>>(),
        "reminders": concept.reminders.iter().map(of_reminder).collect::<Vec<_>>(),
    })
}

fn of_field(field: &Field) -> Value {
    let choices = field.choices().iter();
    let needed = match &field.needed {
        Needed::Never => json!(null),
        Needed::Always => json!("always"),
        Needed::In(states) => json!({ "in": states }),
        Needed::When(condition) => json!({ "when": { "field": condition.field, "is": condition.values } }),
        Needed::Unless(condition) => {
            json!({ "unless": { "field": condition.field, "is": condition.values } })
        }
    };
    json!({
        "code": field.code,
        "label": both(field.label),
        "kind": field.kind.code(),
        "refers_to": match field.kind {
            qidai_bank::workflow::FieldKind::Reference(concept) => Some(concept),
            _ => None,
        },
        "unit": field.unit,
        "needed": needed,
        "personal": field.is_personal,
        "unique": field.is_unique,
        "computed": field.is_computed,
        "choices": choices.map(|one| json!({ "code": one.code, "label": both(one.label) })).collect::<Vec<_>>(),
        "help": both(field.help),
    })
}

fn of_state(state: &State) -> Value {
    json!({
        "code": state.code,
        "label": both(state.label),
        "badge": state.badge.code(),
        "place": match state.place {
            Place::First => "first",
            Place::Middle => "middle",
            Place::Last => "last",
        },
        "amending": match state.amending {
            Amending::Free => "free",
            Amending::WithReason => "with_reason",
            Amending::Never => "never",
        },
    })
}

fn of_step(step: &Step) -> Value {
    json!({
        "code": step.code,
        "label": both(step.label),
        "from": step.from,
        "to": match step.to {
            Target::State(state) => state,
            Target::Back => "back",
        },
        "by": match &step.mover {
            Mover::System => vec!["system"],
            Mover::With(permissions) => permissions.iter().map(|permission| permission.code()).collect(),
        },
        "when": step.when.as_ref().map(|one| json!({ "field": one.field, "is": one.values })),
        "needs_reason": step.needs_reason,
        "needs_fields": step.needs_fields,
        "needs_documents": step.needs_documents.iter().map(|class| class.code()).collect::<Vec<_>>(),
        "needs_signature": step.needs_signature.map(qidai_bank::Meaning::code),
        "not_by": step.not_by,
    })
}

fn of_clock(clock: &Clock) -> Value {
    json!({
        "code": clock.code,
        "label": both(clock.label),
        "runs_in": clock.runs_in,
        "from": match clock.start {
            Start::Entering => "entering",
            Start::Field(field) => field,
        },
        "length": match clock.length {
            Length::Zero => None,
            Length::Profile(value) => Some(value),
        },
        "then": match &clock.then {
            Then::Notify(roles) => json!({ "notify": roles.iter().map(|role| role.code()).collect::<Vec<_>>() }),
            Then::Move(step) => json!({ "move": step }),
            Then::Raise => json!({ "raise": "nonconformance" }),
        },
    })
}

fn of_reminder(reminder: &Reminder) -> Value {
    json!({
        "code": reminder.code,
        "label": both(reminder.label),
        "runs_in": reminder.runs_in,
        "before": reminder.field,
        "days": reminder.days_before,
        "to": reminder.to.iter().map(|role| role.code()).collect::<Vec<_>>(),
    })
}
