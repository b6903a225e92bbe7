//! The board of search requests: who waits for an answer, since when, and what is late.

mod act;
mod search;

use std::collections::HashMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, Unit};
use qidai_bank::workflow::{self, Concept};
use qidai_bank::{Permission, RecordFilter, RecordLine, RecordOrder};
use serde::Deserialize;

pub(crate) use act::{run, run_search};
pub(crate) use search::{report, show as show_search};

use super::badge::Badge;
use super::records::{badge, record_address, said};
use super::{Frame, Reader, render};
use crate::app::AppState;
use crate::error::Failure;
use crate::requests::{Waiting, span, waiting};
use crate::words::{Lang, Words};

/// The states that somebody works on, in the order of the work.
const COLUMNS: [&str; 4] = ["submitted", "accepted", "searched", "reported"];
/// Cards of one column; the register has all.
const CARDS_MAX: u32 = 40;

#[derive(Template)]
#[template(path = "requests.html")]
struct BoardPage {
    frame: Frame,
    columns: Vec<Column>,
    filters: Vec<Filter>,
    times: Vec<TimeRow>,
    may_add: bool,
    late: usize,
    /// Alerts that wait, of all requests and watched searches; absent for whoever may not see them.
    alerts: Option<usize>,
}

struct Column {
    badge: Badge,
    /// With a `+` where there are more.
    count: String,
    cards: Vec<Card>,
    /// The register, where there are more.
    more: Option<String>,
}

/// One request.
struct Card {
    number: String,
    address: String,
    patient: String,
    patient_address: String,
    pseudonym: String,
    requester: String,
    urgency: (&'static str, String),
    kind: String,
    is_foreign: bool,
    has_priority: bool,
    /// Since when it is in its state.
    age: String,
    due: Option<String>,
    is_late: bool,
    /// Alerts that wait.
    alerts: usize,
}

/// A choice above the board.
struct Filter {
    name: &'static str,
    label: String,
    chosen: String,
    choices: Vec<(String, String)>,
}

struct TimeRow {
    origin: String,
    cells: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    urgency: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    priority: String,
}

impl Wishes {
    fn all(&self) -> [(&'static str, &str); 4] {
        [
            ("urgency", self.urgency.as_str()),
            ("kind", &self.kind),
            ("origin", &self.origin),
            ("priority", &self.priority),
        ]
    }
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let (desk, principal, lang) = (state.desk(), reader.visitor.principal()?, reader.lang);
    let concept = workflow::known("search_request")?;
    let mut lines = Vec::new();
    for column in COLUMNS {
        let filter = filter_of(column, concept, &wishes);
        lines.push(desk.store.record_page(concept, &filter, (None, CARDS_MAX + 1), principal).await?);
    }
    let names = Names::of(&state, lines.iter().flatten()).await?;
    let now = Timestamp::now();
    let today = now.to_zoned_datetime(desk.zone.clone()).date();
    let alerts = super::alerts::open_by_request(&desk.store, principal).await?;
    let mut columns: Vec<Column> = COLUMNS
        .iter()
        .zip(&lines)
        .filter_map(|(code, lines)| column(concept, code, lines, (&names, now, today, lang)))
        .collect();
    for card in columns.iter_mut().flat_map(|column| &mut column.cards) {
        card.alerts = alerts.get(&card.number).copied().unwrap_or_default();
    }
    let times = match reader.visitor.may(Permission::OrderManage) {
        true => desk.store.request_times(span(Date::MIN, Date::MAX, &desk.zone), principal).await?,
        false => Vec::new(),
    };
    let w = lang.words();
    render(&BoardPage {
        late: columns.iter().flat_map(|column| &column.cards).filter(|card| card.is_late).count(),
        columns,
        filters: wishes
            .all()
            .into_iter()
            .filter_map(|(name, chosen)| choice(concept, name, chosen, lang))
            .collect(),
        times: if times.is_empty() {
            Vec::new()
        } else {
            waiting(&times).iter().map(|one| time_row(one, w)).collect()
        },
        may_add: reader.visitor.may(Permission::SearchRun),
        alerts: reader.visitor.may(Permission::OrderManage).then(|| alerts.values().sum()),
        frame: Frame::new(&reader),
    })
}

fn filter_of(state: &str, concept: &Concept, wishes: &Wishes) -> RecordFilter {
    let known = |field: &str, value: &str| {
        concept.field(field).is_some_and(|field| field.choices().iter().any(|choice| choice.code == value))
    };
    let fields = wishes.all().into_iter().filter(|(field, value)| known(field, value));
    RecordFilter {
        states: vec![state.to_owned()],
        fields: fields.map(|(field, value)| (field.to_owned(), value.to_owned())).collect(),
        // What is due first stands first; of what is reported the newest.
        order: if state == "reported" {
            RecordOrder::Changed
        } else {
            RecordOrder::Field("due_on".to_owned())
        },
        descending: state == "reported",
        ..RecordFilter::default()
    }
}

/// What lists call the patients and institutions that requests name.
struct Names {
    pseudonyms: HashMap<String, String>,
    institutions: HashMap<String, String>,
}

impl Names {
    async fn of(
        state: &AppState,
        lines: impl Iterator<Item = &RecordLine> + Clone,
    ) -> Result<Names, Failure> {
        let store = &state.desk().store;
        let of = |field: &'static str| -> Vec<&str> {
            let mut all: Vec<&str> = lines.clone().filter_map(|line| line.field(field)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        Ok(Names {
            pseudonyms: store.record_values(("patient", "pseudonym"), &of("patient")).await?,
            institutions: store.record_values(("institution", "name"), &of("requester")).await?,
        })
    }
}

type Now<'a> = (&'a Names, Timestamp, Date, Lang);

fn column(concept: &'static Concept, code: &str, lines: &[RecordLine], now: Now<'_>) -> Option<Column> {
    let state = concept.state(code)?;
    let is_more = lines.len() > CARDS_MAX as usize;
    let cards: Vec<Card> =
        lines.iter().take(CARDS_MAX as usize).map(|line| card(concept, line, now)).collect();
    Some(Column {
        badge: badge(state, now.3),
        count: if is_more { format!("{}+", cards.len()) } else { cards.len().to_string() },
        cards,
        more: is_more.then(|| format!("/records/search_request?state={code}")),
    })
}

fn card(concept: &Concept, line: &RecordLine, (names, now, today, lang): Now<'_>) -> Card {
    let own = |field: &str| line.field(field).unwrap_or_default().to_owned();
    let word = |field: &str| word_of(concept, field, line.field(field), lang);
    let (patient, requester) = (own("patient"), own("requester"));
    let is_open = line.state.code != "reported";
    let late = |day: &str| is_open && day.parse::<Date>().is_ok_and(|day| day < today);
    Card {
        number: line.number.clone(),
        address: record_address("search_request", &line.number),
        patient_address: format!("/patients/{patient}"),
        pseudonym: names.pseudonyms.get(&patient).cloned().unwrap_or_default(),
        patient,
        requester: names.institutions.get(&requester).cloned().unwrap_or(requester),
        urgency: (urgency_family(line.field("urgency")), word("urgency")),
        kind: word("kind"),
        is_foreign: line.field("origin") == Some("foreign"),
        has_priority: line.field("priority") == Some("donor_family"),
        age: age(line.entered_at, now, lang.words()),
        is_late: line.field("due_on").is_some_and(late),
        due: line.field("due_on").map(str::to_owned),
        alerts: 0,
    }
}

/// The badge of an urgency.
pub(super) fn urgency_family(urgency: Option<&str>) -> &'static str {
    match urgency {
        Some("emergency") => "look",
        Some("urgent") => "wait",
        _ => "plan",
    }
}

/// The word of a choice.
pub(super) fn word_of(concept: &Concept, field: &str, value: Option<&str>, lang: Lang) -> String {
    let choices = concept.field(field).map(workflow::Field::choices).unwrap_or_default();
    let found = choices.iter().find(|choice| Some(choice.code) == value);
    found.map_or_else(|| value.unwrap_or_default().to_owned(), |choice| said(choice.label, lang))
}

/// How long ago, in whole hours or days.
fn age(since: Timestamp, now: Timestamp, w: &Words) -> String {
    let hours = now.duration_since(since).round(Unit::Hour).map_or(0, |span| span.as_hours()).max(0);
    match hours {
        0..=47 => w.t1("age-hours", "count", hours as f64),
        _ => w.t1("age-days", "count", (hours / 24) as f64),
    }
}

fn choice(concept: &Concept, name: &'static str, chosen: &str, lang: Lang) -> Option<Filter> {
    let field = concept.field(name)?;
    let choices = field.choices().iter().map(|one| (one.code.to_owned(), said(one.label, lang)));
    Some(Filter {
        name,
        label: said(field.label, lang),
        chosen: chosen.to_owned(),
        choices: choices.collect(),
    })
}

fn time_row(one: &Waiting, w: &Words) -> TimeRow {
    let hours = |hours: Option<f64>| hours.map_or_else(|| "–".to_owned(), |hours| format!("{hours:.1}"));
    let of = |count: u64| format!("{count} / {}", one.searched);
    TimeRow {
        origin: w.t(&format!("requests-of-{}", one.origin)),
        cells: vec![
            one.requests.to_string(),
            one.reported.to_string(),
            hours(one.median_hours),
            hours(one.p90_hours),
            of(one.with_4_of_6),
            of(one.with_5_of_6),
            of(one.with_6_of_6),
        ],
    }
}
