//! One record: what it holds, where it stands, what can be done next, and what happened to it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use qidai_bank::workflow::{Amending, Field, Place, Then};
use qidai_bank::{Coverage, Person, PersonField, Purpose, Record, RunningClock, Signature};

use super::field::{self, Input, Shown};
use super::offer::{self, Offer, Sent};
use super::{address_of, badge, concept_of, name_of, questions, record_address, said, timeline};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::badge::Badge;
use crate::pages::history::EventView;
use crate::pages::{Frame, Reader, documents, people, render, shown};
use crate::words::Lang;

/// Events on the page; the history page tells all.
const EVENTS_SHOWN: u32 = 30;

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    register: String,
    register_address: String,
    address: String,
    title: String,
    number: String,
    badge: Badge,
    /// Site, and since when it is in its state.
    context: Vec<(String, String)>,
    /// The states of a usual life, where they form a line.
    steps: Vec<Step>,
    version: String,
    digest: String,
    facts: Vec<(String, Option<Shown>)>,
    facts_missing: Option<String>,
    /// What is ticked, point by point.
    checks: Vec<(String, bool)>,
    personal: Option<Personal>,
    offers: Vec<Offer>,
    has_session: bool,
    may_amend: bool,
    clocks: Vec<ClockView>,
    signatures: Vec<SignatureView>,
    documents: documents::Panel,
    events: Vec<EventView>,
    all_events: Option<String>,
    refused: Option<(String, &'static str)>,
}

/// A state on the line.
struct Step {
    word: String,
    /// `past`, `now` or `ahead`.
    look: &'static str,
}

/// The sealed fields.
struct Personal {
    /// Label and, once opened, the value; `None` where there is none.
    fields: Vec<(String, bool, Option<String>)>,
    is_open: bool,
    purposes: Vec<(&'static str, &'static str)>,
}

struct ClockView {
    label: String,
    due: String,
    is_over: bool,
    then: String,
}

struct SignatureView {
    meaning: &'static str,
    who: String,
    at: String,
    covers: bool,
}

/// What a page shows beside the record itself.
#[derive(Default)]
pub(super) struct Beside<'a> {
    pub(super) opened: Option<Person>,
    pub(super) sent: Option<Sent<'a>>,
    pub(super) refused: Option<(String, &'static str)>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((kind, number)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let concept = concept_of(&kind)?;
    let record = state.desk().store.record(concept, &number, reader.visitor.principal()?).await?;
    page(&state, &reader, &record, Beside::default()).await
}

pub(super) async fn page(
    state: &AppState,
    reader: &Reader,
    record: &Record,
    beside: Beside<'_>,
) -> Result<Response, Failure> {
    let (desk, principal, lang) = (state.desk(), reader.visitor.principal()?, reader.lang);
    let concept = record.concept;
    let found = desk.store.record_moves(record, principal).await?;
    let sites = people::sites(desk).await?;
    let events = desk.store.record_history(record, None, EVENTS_SHOWN).await?;
    let clocks = desk.store.record_clocks(record, jiff::Timestamp::now()).await?;
    let canonical = record.canonical();
    let signatures = desk.store.signatures(&canonical).await?;
    let address = record_address(concept.code, &record.number);
    let subject = record.subject();
    let may_see_history = reader.visitor.may(qidai_bank::Permission::HistoryView);
    let facts: Vec<_> = concept
        .open_fields()
        .filter(|one| !field::is_check(one))
        .map(|field| fact(field, record, &desk.zone, lang))
        .collect();
    let page = RecordPage {
        register: name_of(concept, lang),
        register_address: address_of(concept),
        title: record.title().to_owned(),
        number: record.number.clone(),
        badge: badge(record.state, lang),
        context: context(record, &desk.zone, lang),
        steps: steps(record, lang),
        version: record.version.to_string(),
        digest: canonical.digest().iter().map(|byte| format!("{byte:02x}")).collect(),
        facts_missing: field::missing(&facts, lang),
        facts,
        personal: personal(record, beside.opened.as_ref(), &desk.zone, reader),
        checks: concept
            .open_fields()
            .filter(|one| field::is_check(one))
            .map(|field| (field::label_of(field, lang), record.field(field.code).is_some()))
            .collect(),
        offers: offer::offers(&found, record, beside.sent.as_ref(), (&sites, reader)),
        has_session: !reader.visitor.is_demo(),
        may_amend: record.state.amending != Amending::Never
            && principal.may_any(&concept.amend, record.site.as_deref()).is_ok(),
        clocks: clocks.iter().map(|clock| clock_view(clock, record, &desk.zone, lang)).collect(),
        signatures: signatures.iter().map(|one| signature_view(one, &canonical, &desk.zone, lang)).collect(),
        documents: documents::panel(state, reader, &subject).await?,
        events: events.iter().map(|event| timeline::view(event, record, &desk.zone, lang)).collect(),
        all_events: may_see_history.then(|| format!("/history?subject={}", shown::escaped(&subject))),
        refused: beside.refused,
        frame: Frame::new(&Reader { address: format!("{address}?"), ..reader.clone() }),
        address,
    };
    render(&page)
}

fn fact(field: &Field, record: &Record, zone: &jiff::tz::TimeZone, lang: Lang) -> (String, Option<Shown>) {
    let value = record.field(field.code).map(|value| {
        let told = questions::told(record, field.code, lang);
        told.map_or_else(|| field::shown(field, value, zone, lang), Shown::text)
    });
    (field::label_of(field, lang), value)
}

fn context(record: &Record, zone: &jiff::tz::TimeZone, lang: Lang) -> Vec<(String, String)> {
    let w = lang.words();
    let site = record.site.iter().map(|site| (w.t("site"), site.clone()));
    site.chain([(w.t("record-since"), shown::minute(record.entered_at, zone))]).collect()
}

/// The line of states is drawn where each leads to the next: what ends otherwise is only said by the badge.
fn steps(record: &Record, lang: Lang) -> Vec<Step> {
    let usual: Vec<_> = record
        .concept
        .states
        .iter()
        .filter(|state| !matches!(state.badge.code(), "stop" | "look") || state.place == Place::First)
        .collect();
    let Some(now) = usual.iter().position(|state| state.code == record.state.code) else { return Vec::new() };
    let look = |at: usize| match at.cmp(&now) {
        std::cmp::Ordering::Less => "past",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "ahead",
    };
    usual
        .iter()
        .enumerate()
        .map(|(at, state)| Step { word: said(state.label, lang), look: look(at) })
        .collect()
}

fn personal(
    record: &Record,
    opened: Option<&Person>,
    zone: &jiff::tz::TimeZone,
    reader: &Reader,
) -> Option<Personal> {
    let mut fields = record.concept.personal_fields().peekable();
    fields.peek()?;
    let value = |field: &Field| opened?.get(PersonField::parse(field.code)?).map(str::to_owned);
    let line = |field: &Field| {
        let has = record.sealed.contains(&field.code);
        let choice = value(field).map(|text| field::shown(field, &text, zone, reader.lang).text);
        (said(field.label, reader.lang), has, choice)
    };
    let roles = || reader.visitor.principal().into_iter().flat_map(|one| one.grants());
    let theirs = Purpose::for_persons().filter(|one| roles().any(|grant| one.roles().contains(&grant.role)));
    Some(Personal {
        fields: fields.map(line).collect(),
        is_open: opened.is_some(),
        purposes: theirs.map(|one| (one.code(), shown::label(reader.lang, one.labels()))).collect(),
    })
}

fn clock_view(clock: &RunningClock, record: &Record, zone: &jiff::tz::TimeZone, lang: Lang) -> ClockView {
    let w = lang.words();
    let roles = |roles: &[qidai_bank::Role]| {
        let words: Vec<&str> = roles.iter().map(|role| shown::label(lang, role.labels())).collect();
        words.join(if lang == Lang::En { ", " } else { "、" })
    };
    let then = match clock.then {
        None => w.t("clock-reminds"),
        Some(Then::Notify(to)) => w.t1("clock-notifies", "roles", roles(to)),
        Some(Then::Move(step)) => {
            let step = record.concept.step(step).map(|step| said(step.label, lang)).unwrap_or_default();
            w.t1("clock-moves", "move", step)
        }
        Some(Then::Raise) => w.t("clock-raises"),
    };
    ClockView { label: said(clock.label, lang), due: due(clock.due_at, zone), is_over: clock.is_over, then }
}

/// A clock that runs to the end of a day is told by that day.
fn due(at: jiff::Timestamp, zone: &jiff::tz::TimeZone) -> String {
    let civil = zone.to_datetime(at);
    if civil.time() != jiff::civil::Time::midnight() {
        return shown::minute(at, zone);
    }
    civil.date().yesterday().map_or_else(|_| shown::minute(at, zone), |day| day.to_string())
}

fn signature_view(
    one: &Signature,
    canonical: &qidai_bank::CanonicalRecord,
    zone: &jiff::tz::TimeZone,
    lang: Lang,
) -> SignatureView {
    let role = qidai_bank::Role::parse(&one.role).map_or("", |role| shown::label(lang, role.labels()));
    SignatureView {
        meaning: shown::label(lang, one.meaning.labels()),
        who: format!("{role} {}", one.staff_number).trim().to_owned(),
        at: shown::second(one.signed_at, zone),
        covers: one.coverage(canonical) == Coverage::Covers,
    }
}
