//! A search of a request as it was answered, and the report that is made of it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use qidai_bank::{Record, workflow};
use serde_json::Value;

use super::word_of;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::badge::Badge;
use crate::pages::records::{badge, record_address};
use crate::pages::{Frame, Reader, render, shown};
use crate::requests::{Purpose, Told, told};
use crate::words::Words;

#[derive(Template)]
#[template(path = "request_search.html")]
struct SearchPage {
    frame: Frame,
    /// False: a search as staff sees it; true: the report that is sent.
    is_report: bool,
    told: Told,
    badge: Badge,
    address: String,
    facts: Vec<(String, String)>,
    units: Vec<UnitRow>,
    excluded: Vec<(String, String)>,
    listed: String,
    receipt: Vec<(String, String)>,
    other_searches: Vec<u64>,
}

/// One candidate, as it was told that day.
struct UnitRow {
    rank: String,
    din: String,
    classes: [String; 3],
    likely: String,
    tnc_per_kg: String,
    cd34_per_kg: String,
    abo: String,
    typing: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((number, search)): Path<(String, u64)>,
) -> Result<Response, Failure> {
    page(&state, &reader, (&number, Some(search)), Purpose::Look).await
}

pub(crate) async fn report(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    page(&state, &reader, (&number, None), Purpose::Report).await
}

async fn page(
    state: &AppState,
    reader: &Reader,
    (number, search): (&str, Option<u64>),
    purpose: Purpose,
) -> Result<Response, Failure> {
    let (desk, principal, w) = (state.desk(), reader.visitor.principal()?, reader.lang.words());
    let request = desk.store.record(workflow::known("search_request")?, number, principal).await?;
    let told = told(&desk.store, (number, search), (purpose, &desk.acting(principal))).await?;
    let runs = desk.store.search_runs(number, principal).await?;
    let names = desk.store.record_values(("institution", "name"), &[told.requester.as_str()]).await?;
    let requester = names.get(&told.requester).map(|name| format!("{name} ({})", told.requester));
    let answer = &told.answer;
    render(&SearchPage {
        is_report: purpose == Purpose::Report,
        badge: badge(request.state, reader.lang),
        address: record_address("search_request", number),
        facts: facts(&told, requester, &request, (state, reader)),
        units: items(answer, "units").iter().map(unit_row).collect(),
        excluded: items(answer, "excluded").iter().map(|one| exclusion(one, w)).collect(),
        listed: text(answer.get("total_listed")),
        receipt: receipt(answer, w),
        other_searches: runs.iter().map(|run| run.serial).filter(|serial| *serial != told.search).collect(),
        frame: Frame::new(reader),
        told,
    })
}

fn facts(
    told: &Told,
    requester: Option<String>,
    request: &Record,
    (state, reader): (&AppState, &Reader),
) -> Vec<(String, String)> {
    let (w, lang, zone) = (reader.lang.words(), reader.lang, &state.desk().zone);
    let word = |field: &str, value: &str| word_of(request.concept, field, Some(value), lang);
    let minute = |at| shown::minute(at, zone);
    let rows = [
        ("request-pseudonym", Some(format!("{} ({})", told.pseudonym, told.patient))),
        ("request-requester", requester.or_else(|| Some(told.requester.clone()))),
        ("request-kind", Some(word("kind", &told.kind))),
        ("request-asked-on", Some(told.asked_on.clone())),
        ("request-due-on", told.due_on.clone()),
        ("request-run-at", Some(minute(told.run_at))),
        ("request-reported-at", told.reported_at.map(minute)),
        ("request-origin", Some(word("origin", &told.origin))),
        ("request-priority", Some(word("priority", &told.priority))),
        (
            "request-hgr",
            told.hgr_approval
                .as_ref()
                .map(|approval| format!("{approval} ({})", told.hgr_case.as_deref().unwrap_or_default())),
        ),
    ];
    rows.into_iter().filter_map(|(key, value)| Some((w.t(key), value?))).collect()
}

fn items<'v>(answer: &'v Value, name: &str) -> &'v [Value] {
    answer.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn unit_row(unit: &Value) -> UnitRow {
    let of = |name: &str| text(unit.get(name));
    let class = |name: &str, most: u8| {
        let range = unit.get(name).filter(|range| !range.is_null());
        let number = |end: &str| range.and_then(|range| range.get(end)).and_then(Value::as_u64);
        match (number("worst"), number("best")) {
            (Some(worst), Some(best)) if worst == best => format!("{best}/{most}"),
            (Some(worst), Some(best)) => format!("{worst}–{best}/{most}"),
            _ => "–".to_owned(),
        }
    };
    let per_kg = |name: &str, power: f64| {
        unit.get(name)
            .and_then(Value::as_f64)
            .map_or_else(|| "–".to_owned(), |dose| format!("{:.2}", dose / power))
    };
    UnitRow {
        rank: of("rank"),
        din: of("din"),
        classes: [class("x6", 6), class("x8", 8), class("x10", 10)],
        likely: likely(unit),
        tnc_per_kg: per_kg("tnc_per_kg", 1e7),
        cd34_per_kg: per_kg("cd34_per_kg", 1e5),
        abo: of("abo"),
        typing: of("typing"),
    }
}

/// The most likely number of mismatches and its probability.
fn likely(unit: &Value) -> String {
    let p = unit.get("p").and_then(Value::as_array);
    let numbers = p.into_iter().flatten().filter_map(Value::as_f64).enumerate();
    let best = numbers.max_by(|(_, a), (_, b)| a.total_cmp(b));
    match best {
        Some((count, p)) if p > 0.999 && p < 1.0 => format!("P{count} > 99.9%"),
        // Rounding makes no certainty.
        Some((count, p)) if p < 1.0 => format!("P{count} {:.0}%", (p * 100.0).min(99.0)),
        Some((count, _)) => format!("P{count} 100%"),
        None => "–".to_owned(),
    }
}

fn exclusion(one: &Value, w: &Words) -> (String, String) {
    let rule = text(one.get("rule"));
    (w.find(&format!("rule-{rule}"), &[]).unwrap_or(rule), text(one.get("count")))
}

fn receipt(answer: &Value, w: &Words) -> Vec<(String, String)> {
    let receipt = answer.get("receipt");
    let of = |name: &str| text(receipt.and_then(|receipt| receipt.get(name)));
    let rows =
        ["engine", "generation", "release", "frequency_set", "profile_version", "order_version", "digest"];
    rows.into_iter().map(|name| (w.t(&format!("request-receipt-{name}")), of(name))).collect()
}
