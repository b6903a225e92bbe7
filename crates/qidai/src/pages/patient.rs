//! A patient: what is known for a search, everything that was asked and answered, and what to do next.

mod act;
mod family;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use qidai_bank::{Permission, Record, SearchRun, workflow};

pub(crate) use act::{note, search};
pub(crate) use family::show as show_family;

use super::badge::Badge;
use super::history::EventView;
use super::records::{badge, event_view, field, record_address, said};
use super::requests::{urgency_family, word_of};
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::typed_fields::one_line;
use crate::words::{Lang, thousands};

/// Events of one record on the timeline, and of all.
const EVENTS_OF_ONE: u32 = 20;
const EVENTS_SHOWN: usize = 60;
/// The newest alerts; their own page has all.
const ALERTS_SHOWN: usize = 5;
/// Antibodies from here on keep a unit out where the request says nothing else.
const MFI_LIMIT: i64 = 1_000;

#[derive(Template)]
#[template(path = "patient.html")]
struct PatientPage {
    frame: Frame,
    number: String,
    pseudonym: String,
    /// For forms that begin here.
    site: String,
    centre: String,
    address: String,
    badge: Badge,
    urgency: (&'static str, String),
    context: Vec<(String, String)>,
    facts: Vec<(String, field::Shown)>,
    typings: Vec<TypingRow>,
    antibodies: Vec<AntibodyRow>,
    limit_at: String,
    requests: Vec<RequestRow>,
    runs: Vec<RunRow>,
    /// Searches that go on by themselves, and what became of them.
    watches: Vec<WatchRow>,
    alerts: Vec<WatchRow>,
    notes: Vec<NoteRow>,
    events: Vec<EventView>,
    /// What the button would do.
    may_search: bool,
    may_enter: bool,
    may_see_family: bool,
    refused: Option<(String, &'static str)>,
    note: String,
}

struct TypingRow {
    number: String,
    address: String,
    subject: String,
    badge: Badge,
    typed_on: String,
    method: String,
    written: String,
    is_old: bool,
}

/// One specificity with its course, the newest first.
struct AntibodyRow {
    against: String,
    mfi: String,
    /// Of 100, for its bar.
    percent: String,
    is_strong: bool,
    tested_on: String,
    before: Vec<String>,
}

struct RequestRow {
    number: String,
    address: String,
    badge: Badge,
    kind: String,
    requester: String,
    asked_on: String,
    due_on: String,
    has_priority: bool,
}

struct RunRow {
    request: String,
    serial: u64,
    address: String,
    at: String,
    listed: String,
    best: String,
    release: String,
}

/// A watched search or an alert.
struct WatchRow {
    number: String,
    address: String,
    badge: Badge,
    said: String,
}

struct NoteRow {
    text: String,
    about: String,
    who: String,
    is_withdrawn: bool,
    address: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    page(&state, &reader, &number, None).await
}

/// Why the page comes back, and the note that was typed.
type Refused = Option<((String, &'static str), String)>;

async fn page(
    state: &AppState,
    reader: &Reader,
    number: &str,
    refused: Refused,
) -> Result<Response, Failure> {
    let (desk, principal, lang) = (state.desk(), reader.visitor.principal()?, reader.lang);
    let store = &desk.store;
    let patient = store.record(workflow::known("patient")?, number, principal).await?;
    let number = patient.number.clone();
    let rows = async |concept: &str| store.patient_rows(concept, &number, None).await;
    let (typings, antibodies) = (rows("patient_typing").await?, rows("patient_antibody").await?);
    let (requests, notes) = (rows("search_request").await?, rows("search_note").await?);
    let may_watch = workflow::known("search_alert")?.may_view(principal);
    let (watches, alerts) = match may_watch {
        true => (rows("watched_search").await?, rows("search_alert").await?),
        false => (Vec::new(), Vec::new()),
    };
    let mut runs = Vec::new();
    for request in &requests {
        runs.extend(store.search_runs(&request.number, principal).await?);
    }
    let all = [&patient].into_iter().chain(&typings).chain(&antibodies).chain(&requests).chain(&notes);
    let all = all.chain(&watches).chain(&alerts);
    let events = events(state, all, lang).await?;
    let site = patient.site.as_deref();
    let may_enter = principal.may(Permission::SearchRun, site).is_ok() && patient.state.code != "closed";
    let (refused, note) = refused.map_or((None, String::new()), |(said, note)| (Some(said), note));
    let may_manage = principal.may(Permission::OrderManage, site).is_ok();
    let address = format!("/patients/{number}");
    render(&PatientPage {
        pseudonym: patient.field("pseudonym").unwrap_or_default().to_owned(),
        site: site.unwrap_or_default().to_owned(),
        centre: patient.field("centre").unwrap_or_default().to_owned(),
        badge: badge(patient.state, lang),
        urgency: (urgency_family(patient.field("urgency")), word(&patient, "urgency", lang)),
        context: context(&patient, &desk.zone, lang),
        facts: facts(&patient, &desk.zone, lang),
        typings: typings.iter().map(|typing| typing_row(typing, lang)).collect(),
        antibodies: antibody_rows(&antibodies),
        limit_at: percent(MFI_LIMIT, strongest(&antibodies)),
        requests: requests.iter().map(|request| request_row(request, lang)).collect(),
        runs: runs.iter().map(|run| run_row(run, &desk.zone)).collect(),
        watches: watches.iter().map(|watch| watch_row(watch, lang)).collect(),
        alerts: alerts.iter().take(ALERTS_SHOWN).map(|alert| alert_row(alert, lang)).collect(),
        notes: notes.iter().map(|note| note_row(note, &desk.zone)).collect(),
        events,
        may_search: may_manage && patient.state.code == "active",
        may_enter,
        may_see_family: may_manage,
        refused,
        note,
        frame: Frame::new(&Reader { address: format!("{address}?"), ..reader.clone() }),
        address,
        number,
    })
}

fn word(record: &Record, field: &str, lang: Lang) -> String {
    word_of(record.concept, field, record.field(field), lang)
}

fn context(patient: &Record, zone: &TimeZone, lang: Lang) -> Vec<(String, String)> {
    let label =
        |code: &str| patient.concept.field(code).map(|field| said(field.label, lang)).unwrap_or_default();
    let site = patient.site.clone().map(|site| (lang.words().t("site"), site));
    let since = (lang.words().t("record-since"), shown::minute(patient.entered_at, zone));
    let weight = patient.field("weight_g").and_then(|grams| grams.parse::<f64>().ok());
    let weight = weight.map(|grams| (label("weight_g"), format!("{} kg", grams / 1_000.0)));
    site.into_iter().chain([since]).chain(weight).collect()
}

fn facts(patient: &Record, zone: &TimeZone, lang: Lang) -> Vec<(String, field::Shown)> {
    let shown = |field: &'static workflow::Field| {
        let value = patient.field(field.code)?;
        Some((said(field.label, lang), field::shown(field, value, zone, lang)))
    };
    patient.concept.open_fields().filter_map(shown).collect()
}

fn typing_row(typing: &Record, lang: Lang) -> TypingRow {
    let subject = word(typing, "subject", lang);
    TypingRow {
        number: typing.number.clone(),
        address: record_address("patient_typing", &typing.number),
        subject: typing
            .field("member")
            .map_or_else(|| subject.clone(), |member| format!("{subject} {member}")),
        badge: badge(typing.state, lang),
        typed_on: typing.field("typed_on").unwrap_or_default().to_owned(),
        method: word(typing, "method", lang),
        written: one_line(typing.field("typing").unwrap_or_default()),
        is_old: !matches!(typing.state.code, "entered" | "confirmed"),
    }
}

fn mfi(antibody: &Record) -> Option<i64> {
    antibody.field("mfi").and_then(|mfi| mfi.parse().ok())
}

/// Of those in force; never below the limit, so that its line is on the chart.
fn strongest(antibodies: &[Record]) -> i64 {
    let current = antibodies.iter().filter(|one| one.state.code == "current");
    current.filter_map(mfi).max().unwrap_or(0).max(MFI_LIMIT * 3 / 2)
}

fn percent(mfi: i64, most: i64) -> String {
    format!("{:.1}%", mfi as f64 * 100.0 / most as f64)
}

/// The strongest first; what is superseded is told as the course before.
fn antibody_rows(antibodies: &[Record]) -> Vec<AntibodyRow> {
    let most = strongest(antibodies);
    let mut current: Vec<&Record> = antibodies.iter().filter(|one| one.state.code == "current").collect();
    current.sort_by_key(|one| std::cmp::Reverse(mfi(one)));
    let same = |a: &Record, b: &Record| {
        let plain = |one: &Record| one.field("against").unwrap_or_default().to_uppercase();
        plain(a) == plain(b) && b.state.code == "superseded"
    };
    let shown =
        |strength: Option<i64>| strength.map_or_else(|| "–".to_owned(), |mfi| thousands(&mfi.to_string()));
    let of = |one: &&Record, field: &str| one.field(field).unwrap_or_default().to_owned();
    let row = |one: &&Record| AntibodyRow {
        against: of(one, "against"),
        mfi: shown(mfi(one)),
        percent: percent(mfi(one).unwrap_or(0), most),
        is_strong: mfi(one).is_some_and(|mfi| mfi >= MFI_LIMIT),
        tested_on: of(one, "tested_on"),
        before: antibodies
            .iter()
            .filter(|other| same(one, other))
            .map(|other| format!("{} {}", of(&other, "tested_on"), shown(mfi(other))))
            .collect(),
    };
    current.iter().map(row).collect()
}

fn watch_row(watch: &Record, lang: Lang) -> WatchRow {
    WatchRow {
        number: watch.number.clone(),
        address: record_address("watched_search", &watch.number),
        badge: badge(watch.state, lang),
        said: watch.field("label").unwrap_or_default().to_owned(),
    }
}

fn alert_row(alert: &Record, lang: Lang) -> WatchRow {
    let count = |field: &'static str| alert.field(field).unwrap_or("0").to_owned();
    let values = [
        ("new", count("new_units").into()),
        ("changed", count("changed_units").into()),
        ("gone", count("gone_units").into()),
    ];
    WatchRow {
        number: alert.number.clone(),
        address: record_address("search_alert", &alert.number),
        badge: badge(alert.state, lang),
        said: lang.words().say("alerts-said", &values),
    }
}

fn request_row(request: &Record, lang: Lang) -> RequestRow {
    let own = |field: &str| request.field(field).unwrap_or_default().to_owned();
    RequestRow {
        number: request.number.clone(),
        address: record_address("search_request", &request.number),
        badge: badge(request.state, lang),
        kind: word(request, "kind", lang),
        requester: own("requester"),
        asked_on: own("asked_on"),
        due_on: own("due_on"),
        has_priority: request.field("priority") == Some("donor_family"),
    }
}

fn run_row(run: &SearchRun, zone: &TimeZone) -> RunRow {
    let class =
        |class: Option<u8>, most: u8| class.map_or_else(|| "–".to_owned(), |best| format!("{best}/{most}"));
    RunRow {
        request: run.request.clone(),
        serial: run.serial,
        address: format!("/requests/{}/searches/{}", run.request, run.serial),
        at: shown::minute(run.run_at, zone),
        listed: shown::count(run.listed),
        best: format!("{} · {}", class(run.best_x8, 8), class(run.best_x6, 6)),
        release: run.release.clone(),
    }
}

fn note_row(note: &Record, zone: &TimeZone) -> NoteRow {
    NoteRow {
        text: note.field("text").unwrap_or_default().to_owned(),
        about: note.field("request").unwrap_or_default().to_owned(),
        who: shown::minute(note.created_at, zone),
        is_withdrawn: note.state.code != "written",
        address: record_address("search_note", &note.number),
    }
}

/// What happened to all of these, the newest first.
async fn events(
    state: &AppState,
    records: impl Iterator<Item = &Record>,
    lang: Lang,
) -> Result<Vec<EventView>, Failure> {
    let desk = state.desk();
    let mut all = Vec::new();
    for record in records {
        for event in desk.store.record_history(record, None, EVENTS_OF_ONE).await? {
            let address = record_address(record.concept.code, &record.number);
            all.push(EventView {
                subject_address: Some(address),
                ..event_view(&event, record, &desk.zone, lang)
            });
        }
    }
    all.sort_by_key(|event| std::cmp::Reverse(event.number));
    all.truncate(EVENTS_SHOWN);
    Ok(all)
}
