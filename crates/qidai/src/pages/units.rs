//! The list of units: filter, order, page, export; and the way from a scanned number to its unit.

use askama::Template;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use futures::stream;
use qidai_bank::{BankType, Identity, Status, UnitFilter, UnitLine, UnitOrder};
use serde::Deserialize;

use super::badge::Badge;
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::csv_row::csv_row;
use crate::demo::export_failure;
use crate::error::{Failure, Kind};
use crate::scan::{self, SCANNED_CHARS_MAX};
use crate::words::Words;

/// Lines of a page.
const PAGE_LINES: u32 = 50;
/// Lines that an export reads at once.
const EXPORT_LINES: u32 = 2_000;

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    frame: Frame,
    /// What is counted, by state; the whole where nothing is filtered.
    context: String,
    form: Form,
    lines: Vec<Line>,
    /// Addresses: from the beginning, the next page, the same list as CSV.
    first: Option<String>,
    next: Option<String>,
    csv: String,
    is_filtered: bool,
    may_register: bool,
}

struct Form {
    number: String,
    banks: Vec<Choice>,
    statuses: Vec<Choice>,
    orders: Vec<Choice>,
}

struct Choice {
    value: &'static str,
    word: String,
    is_on: bool,
}

/// One unit of the list.
struct Line {
    address: String,
    number: Vec<String>,
    bank: String,
    badge: Badge,
    collected: Option<String>,
    blood_group: Option<String>,
    sex: Option<String>,
    tnc: Option<String>,
    cd34: Option<String>,
}

/// What the address asks for. Words that mean nothing are left aside: a list is shown all the same.
#[derive(Deserialize, Default)]
pub(crate) struct Wishes {
    #[serde(default)]
    bank: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    order: String,
    after: Option<String>,
}

impl Wishes {
    fn filter(&self) -> UnitFilter {
        let number: String = self.number.chars().filter(|c| !c.is_whitespace()).collect();
        // A DIN with its check character is its thirteen characters in the store.
        let number = Identity::din(&number).map_or(number, |din| din.value);
        UnitFilter {
            bank_type: BankType::parse(&self.bank),
            status: Status::parse(&self.status),
            number: Some(number).filter(|number| !number.is_empty()),
            order: UnitOrder::parse(&self.order).unwrap_or_default(),
        }
    }
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let (filter, w) = (wishes.filter(), reader.lang.words());
    let found = state.desk().store.unit_page(&filter, wishes.after.as_deref(), PAGE_LINES + 1).await?;
    let lines = found.get(..PAGE_LINES as usize).unwrap_or(&found);
    let has_more = found.len() > lines.len();
    let next = lines
        .last()
        .filter(|_| has_more)
        .map(|last| address("/units", &filter, Some(&last.cursor(filter.order))));
    render(&UnitsPage {
        frame: Frame::new(&reader),
        context: context(&state, &filter, w).await?,
        form: form(&filter, wishes.number.clone(), w),
        lines: lines.iter().map(|unit| line(unit, w)).collect(),
        first: wishes.after.is_some().then(|| address("/units", &filter, None)),
        next,
        csv: address("/units.csv", &filter, None),
        may_register: reader.visitor.may(qidai_bank::Permission::UnitEnter),
        is_filtered: filter.status.is_some() || filter.bank_type.is_some() || filter.number.is_some(),
    })
}

/// The whole list as CSV, read and sent piece by piece.
pub(crate) async fn export(
    State(state): State<AppState>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let filter = wishes.filter();
    let head = csv_row(CSV_COLUMNS).map(Bytes::from).map_err(|error| export_failure(&error))?;
    let pages = stream::unfold(Some((state, filter, None::<String>)), |rest| async move {
        let (state, filter, after) = rest?;
        let found = state.desk().store.unit_page(&filter, after.as_deref(), EXPORT_LINES).await;
        let (piece, next) = match found {
            Ok(lines) => {
                let is_last = lines.len() < EXPORT_LINES as usize;
                let after = lines.last().filter(|_| !is_last).map(|last| last.cursor(filter.order));
                (csv_of(&lines), after)
            }
            // The connection breaks off: half a file must not look like a whole one.
            Err(error) => (Err(std::io::Error::other(error.to_string())), None),
        };
        Some((piece, next.map(|after| (state, filter, Some(after)))))
    });
    let body = stream::StreamExt::chain(stream::iter([Ok(head)]), pages);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"units.csv\""),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Scanned {
    #[serde(default)]
    number: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    frame: Frame,
    number: String,
    found: Vec<Hit>,
    list: String,
}

/// Something that has the scanned label.
struct Hit {
    kind: String,
    number: String,
    address: String,
    badge: Option<Badge>,
    /// The field that has it, where it is not its own number.
    by: Option<String>,
    /// What can be done with it next, by whoever looks.
    next: Vec<String>,
}

/// Leads from whatever was scanned or typed to what it is.
pub(crate) async fn find(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(scanned): Query<Scanned>,
) -> Result<Response, Failure> {
    let typed: String = scanned.number.trim().chars().take(SCANNED_CHARS_MAX).collect();
    let found = scan::hits(&state.desk().store, reader.visitor.principal()?, &typed).await?;
    // A label that is a unit's number is asked for the unit, whatever else bears it.
    let units = found.iter().filter(|one| one.unit.is_some()).count();
    if (units == 1 || found.len() == 1)
        && let Some(first) = found.first()
    {
        return Ok(Redirect::to(&first.address).into_response());
    }
    let hits: Vec<Hit> = found.into_iter().map(|one| hit(one, &reader)).collect();
    let status = if hits.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    // The first characters are seldom the wrong ones.
    let front: String = typed.chars().take(7).collect();
    let list = format!("/units?number={}", shown::escaped(&front));
    let page = FindPage { found: hits, number: typed, list, frame: Frame::new(&reader) };
    Ok((status, render(&page)?).into_response())
}

fn hit(one: scan::Hit, reader: &Reader) -> Hit {
    let said = |label| super::records::said(label, reader.lang);
    let concept = one.declared.map(|(concept, _)| concept);
    let kind = || reader.lang.words().t(&format!("found-{}", one.kind));
    Hit {
        kind: concept.map_or_else(kind, |concept| said(concept.label)),
        badge: one.declared.map(|(_, state)| super::records::badge(state, reader.lang)),
        by: one.by.and_then(|code| concept?.field(code)).map(|field| said(field.label)),
        next: one.next.iter().map(|step| said(step.label)).collect(),
        number: one.number,
        address: one.address,
    }
}

pub(crate) fn not_found(number: &str) -> Failure {
    let sentence = format!("The bank has no unit {number}: check the number.");
    Failure::new(Kind::NotFound, "unit_unknown", sentence).with("number", number)
}

/// How many units the filter leaves; a beginning of a number is not counted, the page shows it.
async fn context(state: &AppState, filter: &UnitFilter, w: &Words) -> Result<String, Failure> {
    let counts = state.unit_counts().await?;
    let fits = |count: &&qidai_bank::UnitCount| {
        filter.status.is_none_or(|status| status == count.status)
            && filter.bank_type.is_none_or(|bank| bank == count.bank_type)
    };
    let units: u64 = counts.iter().filter(fits).map(|count| count.units).sum();
    let key = if filter.number.is_some() { "units-context-number" } else { "units-context" };
    Ok(w.t1(key, "units", units as f64))
}

fn form(filter: &UnitFilter, number: String, w: &Words) -> Form {
    let any = |is_on| Choice { value: "", word: w.t("any"), is_on };
    let banks = [BankType::Public, BankType::Family].map(|bank| Choice {
        value: bank.code(),
        word: w.t(&format!("bank-{}", bank.code())),
        is_on: filter.bank_type == Some(bank),
    });
    let statuses = Status::all().map(|status| Choice {
        value: status.code(),
        word: w.t(&format!("status-{}", status.code())),
        is_on: filter.status == Some(status),
    });
    let orders = [UnitOrder::Number, UnitOrder::Newest].map(|order| Choice {
        value: order.code(),
        word: w.t(&format!("unit-order-{}", order.code())),
        is_on: filter.order == order,
    });
    Form {
        number,
        banks: std::iter::once(any(filter.bank_type.is_none())).chain(banks).collect(),
        statuses: std::iter::once(any(filter.status.is_none())).chain(statuses).collect(),
        orders: orders.into(),
    }
}

fn line(unit: &UnitLine, w: &Words) -> Line {
    Line {
        address: shown::unit_address(&unit.identity),
        number: shown::number_parts(&unit.identity),
        bank: w.t(&format!("bank-{}", unit.bank_type.code())),
        badge: Badge::of_status(unit.status, w),
        collected: unit.collection_date.map(|day| day.to_string()),
        blood_group: blood_group(unit.abo, unit.rhd),
        sex: unit.sex.map(|sex| w.t(&format!("sex-{}", sex.code()))),
        tnc: unit.tnc_total.map(|cells| shown::in_powers(cells, 8)),
        cd34: unit.cd34_total.map(|cells| shown::in_powers(cells, 6)),
    }
}

/// `B+`; what is not known of it is left out.
pub(crate) fn blood_group(abo: Option<qidai_bank::Abo>, rhd: Option<qidai_bank::RhD>) -> Option<String> {
    abo.map(|abo| format!("{}{}", abo.code(), rhd.map_or("", |rhd| rhd.code())))
}

/// The address of a list.
fn address(path: &str, filter: &UnitFilter, after: Option<&str>) -> String {
    let parts = [
        ("bank", filter.bank_type.map(|bank| bank.code().to_owned())),
        ("status", filter.status.map(|status| status.code().to_owned())),
        ("number", filter.number.clone()),
        ("order", (filter.order != UnitOrder::Number).then(|| filter.order.code().to_owned())),
        ("after", after.map(str::to_owned)),
    ];
    let parts =
        parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", shown::escaped(&value?))));
    let query: Vec<String> = parts.collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Names as in the files that `qidai import units` reads.
const CSV_COLUMNS: [&str; 10] = [
    "scheme",
    "identity",
    "bank_type",
    "status",
    "collection_date",
    "sex",
    "abo",
    "rhd",
    "tnc_total",
    "cd34_total",
];

fn csv_of(lines: &[UnitLine]) -> std::io::Result<Bytes> {
    let mut text = Vec::new();
    for unit in lines {
        let number = |cells: Option<i64>| cells.map(|cells| cells.to_string()).unwrap_or_default();
        text.extend(csv_row([
            unit.identity.scheme.clone(),
            unit.identity.written(),
            unit.bank_type.code().to_owned(),
            unit.status.code().to_owned(),
            unit.collection_date.map(|day| day.to_string()).unwrap_or_default(),
            unit.sex.map_or("", |sex| sex.code()).to_owned(),
            unit.abo.map_or("", |abo| abo.code()).to_owned(),
            unit.rhd.map_or("", |rhd| rhd.code()).to_owned(),
            number(unit.tnc_total),
            number(unit.cd34_total),
        ])?);
    }
    Ok(Bytes::from(text))
}
