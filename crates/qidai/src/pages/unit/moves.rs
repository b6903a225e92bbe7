//! What can be done with a unit, what it hangs together with, and who signed it.

use jiff::tz::TimeZone;
use qidai_bank::{Coverage, Record, Signature, Trace, Way, workflow};

use crate::app::AppState;
use crate::pages::records::field::{Shown, label_of, shown as shown_field};
use crate::pages::records::offer::Sent;
use crate::pages::{Reader, place_address, run_address, shown};
use crate::words::Lang;

/// Lines of a trace on the page; the API and `qidai unit trace` have them all.
const LINES_SHOWN: usize = 100;

/// What a page shows beside the unit itself.
#[derive(Default)]
pub(super) struct Beside<'a> {
    pub(super) sent: Option<Sent<'a>>,
    pub(super) refused: Option<(String, &'static str)>,
}

/// Something that the unit is connected with.
pub(super) struct Around {
    pub(super) subject: String,
    pub(super) address: Option<String>,
    /// The field that makes the connection.
    pub(super) by: String,
    pub(super) is_back: bool,
    /// How many steps away.
    pub(super) depth: String,
}

pub(super) struct SignatureView {
    pub(super) meaning: &'static str,
    pub(super) who: String,
    pub(super) at: String,
    pub(super) covers: bool,
}

/// Open fields of the declaration, without those that the page tells elsewhere.
pub(super) fn own_fields(record: &Record, zone: &TimeZone, lang: Lang) -> Vec<(String, Option<Shown>)> {
    let told = |code: &str| !matches!(code, "bank_type" | "attached_segments");
    let fields = record.concept.open_fields().filter(|field| told(field.code));
    let value = |field| {
        let value = record.field(field_code(field))?;
        let shown = shown_field(field, value, zone, lang);
        // Its run and its place have pages of their own.
        let address = match field_code(field) {
            "freeze_run" => Some(run_address(value)),
            "place" => qidai_bank::Position::parse(value).ok().as_ref().map(place_address),
            _ => None,
        };
        Some(Shown { address: address.or(shown.address), ..shown })
    };
    fields.map(|field| (label_of(field, lang), value(field))).collect()
}

fn field_code(field: &qidai_bank::workflow::Field) -> &'static str {
    field.code
}

/// `processing_run/PR-2026-0006` is the batch record PR-2026-0006.
fn subject_of(subject: &str, lang: Lang) -> String {
    let (kind, number) = subject.split_once('/').unwrap_or(("", subject));
    let w = lang.words();
    match (kind, workflow::concept(kind)) {
        ("unit", _) => subject.to_owned(),
        (_, Some(concept)) => {
            format!("{} {number}", shown::label(lang, (concept.label.zh, concept.label.en)))
        }
        ("actor" | "account", None) => {
            w.t1("trace-staff", "who", number.strip_prefix("staff:").unwrap_or(number))
        }
        _ => subject.to_owned(),
    }
}

/// The move or the field that makes a connection, in words.
fn connection_of(code: &str, lang: Lang) -> String {
    let unit = workflow::concept("unit");
    let step = unit.and_then(|unit| unit.step(code)).map(|step| step.label);
    let field = || workflow::concepts().iter().find_map(|one| one.field(code)).map(|field| field.label);
    let label = step.or_else(field);
    label.map_or_else(|| code.to_owned(), |label| shown::label(lang, (label.zh, label.en)).to_owned())
}

pub(super) fn around(trace: &Trace, reader: &Reader) -> Vec<Around> {
    let (lang, w) = (reader.lang, reader.lang.words());
    let line = |line: &qidai_bank::TraceLine| Around {
        address: shown::subject_address(&line.subject, &reader.visitor),
        subject: subject_of(&line.subject, lang),
        by: connection_of(&line.by, lang),
        is_back: line.way == Way::Back,
        depth: w.t1("trace-depth", "depth", f64::from(line.depth)),
    };
    trace.lines.iter().take(LINES_SHOWN).map(line).collect()
}

pub(super) fn signatures(
    all: &[Signature],
    record: &Record,
    state: &AppState,
    lang: Lang,
) -> Vec<SignatureView> {
    let canonical = record.canonical();
    let view = |one: &Signature| {
        let role = qidai_bank::Role::parse(&one.role).map_or("", |role| shown::label(lang, role.labels()));
        SignatureView {
            meaning: shown::label(lang, one.meaning.labels()),
            who: format!("{role} {}", one.staff_number).trim().to_owned(),
            at: shown::second(one.signed_at, &state.desk().zone),
            covers: one.coverage(&canonical) == Coverage::Covers,
        }
    };
    all.iter().map(view).collect()
}
