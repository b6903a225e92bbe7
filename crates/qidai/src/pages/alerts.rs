//! What became of searches that go on by themselves: units that are new, changed or gone, by patient and request. Whoever answers requests
//! takes note.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{Principal, RecordAt, RecordFilter, RecordLine, Store, workflow};
use serde::Deserialize;

use super::badge::Badge;
use super::records::{badge, record_address};
use super::{Frame, Reader, escaped, render, shown};
use crate::app::AppState;
use crate::error::Failure;

const CONCEPT: &str = "search_alert";
/// Alerts of one page.
const PAGE: u32 = 40;
/// Open alerts that are counted for the board.
const COUNTED_MAX: u32 = 1_000;

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    frame: Frame,
    cards: Vec<Card>,
    /// Of all that wait, with a `+` where there are more than are counted.
    open: String,
    is_all: bool,
    /// What the list is of: a patient or a request.
    about: Option<String>,
    wishes: Wishes,
    older: Option<String>,
}

struct Card {
    number: String,
    address: String,
    badge: Badge,
    is_open: bool,
    at: String,
    /// Address and pseudonym.
    patient: Option<(String, String)>,
    request: Option<(String, String)>,
    /// Address and label.
    watch: Option<(String, String)>,
    counts: [(&'static str, String); 3],
    lines: Vec<Unit>,
    /// Units that are counted and not named.
    more: usize,
}

/// One unit of an alert.
struct Unit {
    /// `new`, `changed`, `gone`.
    kind: &'static str,
    din: String,
    class: Option<String>,
    /// Fields that are others.
    fields: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wishes {
    /// `all`, or those that wait.
    state: String,
    patient: String,
    request: String,
    after: String,
}

impl Wishes {
    fn filter(&self) -> RecordFilter {
        let fields = [("patient", &self.patient), ("request", &self.request)];
        let named = fields.into_iter().filter(|(_, value)| !value.is_empty());
        RecordFilter {
            states: if self.state == "all" { Vec::new() } else { vec!["open".to_owned()] },
            fields: named.map(|(field, value)| (field.to_owned(), value.to_ascii_uppercase())).collect(),
            descending: true,
            ..RecordFilter::default()
        }
    }

    /// The list without its place, ready for more.
    fn address(&self) -> String {
        let fields = [("state", &self.state), ("patient", &self.patient), ("request", &self.request)];
        let named = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let query: String = named.map(|(name, value)| format!("{name}={}&", escaped(value))).collect();
        format!("/alerts?{query}")
    }
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let (store, principal) = (&state.desk().store, reader.visitor.principal()?);
    let concept = workflow::known(CONCEPT)?;
    let place = (Some(wishes.after.as_str()).filter(|after| !after.is_empty()), PAGE + 1);
    let lines = store.record_page(concept, &wishes.filter(), place, principal).await?;
    let shown = lines.get(..PAGE as usize).unwrap_or(&lines);
    let names = Names::of(store, shown).await?;
    let older = shown.last().filter(|_| lines.len() > shown.len());
    let card = |line: &RecordLine| card(line, &names, &state, &reader);
    let waiting: usize = open_by_request(store, principal).await?.values().sum();
    let about = [&wishes.request, &wishes.patient].into_iter().find(|number| !number.is_empty());
    render(&AlertsPage {
        cards: shown.iter().map(card).collect(),
        open: waiting.to_string(),
        is_all: wishes.state == "all",
        about: about.cloned(),
        older: older.map(|line| format!("{}after={}", wishes.address(), escaped(line.cursor()))),
        wishes,
        frame: Frame::new(&reader),
    })
}

/// `POST /alerts`: the alerts that were named are seen. One that a colleague was faster with stays as it is.
pub(crate) async fn see(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let concept = workflow::known(CONCEPT)?;
    let named = pairs.iter().filter(|(name, _)| name == "alert").map(|(_, number)| number);
    for number in named.take(PAGE as usize) {
        let record = desk.store.record(concept, number, principal).await?;
        if record.state.code == "open" {
            let at = RecordAt { concept, number, expected_version: None };
            desk.store.move_record(at, "see", &[], &desk.keys, &desk.acting(principal)).await?;
        }
    }
    let of = |wanted: &str| {
        let found = pairs.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let list =
        Wishes { state: of("state"), patient: of("patient"), request: of("request"), after: String::new() };
    Ok(Redirect::to(list.address().trim_end_matches(['?', '&'])).into_response())
}

/// How many alerts wait for each request; those of no request stand under an empty number. Empty for whoever may not see alerts.
pub(crate) async fn open_by_request(
    store: &Store,
    principal: &Principal,
) -> Result<HashMap<String, usize>, Failure> {
    let concept = workflow::known(CONCEPT)?;
    let mut counts = HashMap::new();
    if !concept.may_view(principal) {
        return Ok(counts);
    }
    let lines =
        store.record_page(concept, &Wishes::default().filter(), (None, COUNTED_MAX), principal).await?;
    for line in &lines {
        *counts.entry(line.field("request").unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    Ok(counts)
}

/// What the page calls patients and watched searches.
struct Names {
    pseudonyms: HashMap<String, String>,
    labels: HashMap<String, String>,
}

impl Names {
    async fn of(store: &Store, lines: &[RecordLine]) -> Result<Names, Failure> {
        let numbers = |field: &str| lines.iter().filter_map(|line| line.field(field)).collect::<Vec<_>>();
        let (patients, watches) = (numbers("patient"), numbers("search"));
        Ok(Names {
            pseudonyms: store.record_values(("patient", "pseudonym"), &patients).await?,
            labels: store.record_values(("watched_search", "label"), &watches).await?,
        })
    }
}

fn card(line: &RecordLine, names: &Names, state: &AppState, reader: &Reader) -> Card {
    let named = |field: &str, names: &HashMap<String, String>| {
        let number = line.field(field)?;
        Some((number.to_owned(), names.get(number).cloned().unwrap_or_else(|| number.to_owned())))
    };
    let counts = [("new", "new_units"), ("changed", "changed_units"), ("gone", "gone_units")];
    let count = |field: &str| line.field(field).unwrap_or("0").to_owned();
    let lines: Vec<Unit> = line.field("what").unwrap_or_default().lines().filter_map(unit).collect();
    let all: usize = counts.iter().filter_map(|(_, field)| count(field).parse::<usize>().ok()).sum();
    let patient = named("patient", &names.pseudonyms);
    let watch = named("search", &names.labels);
    Card {
        number: line.number.clone(),
        address: record_address(CONCEPT, &line.number),
        badge: badge(line.state, reader.lang),
        is_open: line.state.code == "open",
        at: shown::minute(line.entered_at, &state.desk().zone),
        patient: patient.map(|(number, name)| (format!("/patients/{number}"), name)),
        request: line
            .field("request")
            .map(|number| (record_address("search_request", number), number.to_owned())),
        watch: watch.map(|(number, label)| (record_address("watched_search", &number), label)),
        counts: counts.map(|(kind, field)| (kind, count(field))),
        more: all.saturating_sub(lines.len()),
        lines,
    }
}

/// `+ Z9D0021000001M 6-8/8`, `~ Z9D0021000001M 7-7/8 tnc_total`: as alerts are written.
fn unit(line: &str) -> Option<Unit> {
    let mut parts = line.split_whitespace();
    let kind = match parts.next()? {
        "+" => "new",
        "~" => "changed",
        _ => "gone",
    };
    let din = parts.next()?.to_owned();
    let class = parts.next().filter(|class| *class != "-").map(|class| match class.split_once('-') {
        Some((worst, best)) if best.split('/').next() == Some(worst) => best.to_owned(),
        _ => class.replace('-', "–"),
    });
    Some(Unit { kind, din, class, fields: parts.collect::<Vec<_>>().join(" ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_alert_are_read_as_they_are_written() {
        let cases = [
            ("+ U1 7-7/8", Some(("new", "U1", Some("7/8"), ""))),
            ("~ U2 6-8/8 tnc_total p", Some(("changed", "U2", Some("6–8/8"), "tnc_total p"))),
            ("- U3 -", Some(("gone", "U3", None, ""))),
            ("", None),
        ];
        for (line, expected) in cases {
            let read = unit(line);
            let told = read.as_ref().map(|u| (u.kind, u.din.as_str(), u.class.as_deref(), u.fields.as_str()));
            assert_eq!(told, expected, "{line}");
        }
    }

    #[test]
    fn a_list_keeps_what_it_is_of() {
        let wishes = Wishes { state: "all".to_owned(), patient: "PAT-1".to_owned(), ..Wishes::default() };
        assert_eq!(wishes.address(), "/alerts?state=all&patient=PAT-1&");
        assert!(wishes.filter().states.is_empty());
        assert_eq!(Wishes::default().filter().states, ["open"]);
    }
}
