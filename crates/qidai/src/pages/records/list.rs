//! The list of one register: filtered, ordered, page by page.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use qidai_bank::workflow::{Concept, Field, FieldKind};
use qidai_bank::{RecordFilter, RecordLine, RecordOrder};

use super::field::{self, Shown, text_of};
use super::{address_of, badge, concept_of, may_create, name_of, record_address, said};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::badge::Badge;
use crate::pages::{Frame, Reader, people, render, shown};
use crate::words::Lang;

/// Lines of a page.
const PAGE_LINES: u32 = 50;

#[derive(Template)]
#[template(path = "records.html")]
struct ListPage {
    frame: Frame,
    name: String,
    context: String,
    address: String,
    new: Option<String>,
    text: String,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    first: Option<String>,
    next: Option<String>,
    csv: String,
    xlsx: String,
    is_filtered: bool,
}

/// A list of values to filter by.
struct Filter {
    name: String,
    label: String,
    choices: Vec<(String, String)>,
    chosen: String,
}

/// A column, with the address that orders by it.
struct Column {
    label: String,
    address: String,
    /// `ascending` or `descending`, where the list is ordered by it.
    sorted: Option<&'static str>,
}

struct Line {
    address: String,
    number: String,
    badge: Badge,
    cells: Vec<(String, Option<Shown>)>,
    changed: String,
}

/// What the address asks for, understood. Words that mean nothing are left aside: a list is shown all the same.
pub(super) struct Wishes {
    pub(super) filter: RecordFilter,
    after: Option<String>,
}

impl Wishes {
    pub(super) fn of(concept: &'static Concept, pairs: &[(String, String)]) -> Wishes {
        let some = |name: &str| Some(text_of(pairs, name).to_owned()).filter(|text| !text.is_empty());
        let fields =
            choice_fields(concept).filter_map(|one| Some((one.code.to_owned(), some(&field::name_of(one))?)));
        let (order, descending) = match text_of(pairs, "order") {
            "" => (RecordOrder::Number, true),
            text => {
                let field = text.trim_start_matches('-');
                (RecordOrder::read(field, concept).unwrap_or_default(), text.starts_with('-'))
            }
        };
        let filter = RecordFilter {
            states: some("state").filter(|code| concept.state(code).is_some()).into_iter().collect(),
            site: some("site"),
            fields: fields.collect(),
            text: some("q"),
            order,
            descending,
        };
        Wishes { filter, after: some("after") }
    }

    fn order_text(&self) -> String {
        let field = match &self.filter.order {
            RecordOrder::Number => "number",
            RecordOrder::Changed => "changed",
            RecordOrder::Field(code) => code,
        };
        format!("{}{field}", if self.filter.descending { "-" } else { "" })
    }

    /// The address of a list like this one, with another order or a cursor.
    fn address(&self, path: &str, order: Option<&str>, after: Option<&str>) -> String {
        let filter = &self.filter;
        let own = self.order_text();
        let order = order.unwrap_or(&own);
        let mut parts: Vec<(String, String)> = Vec::new();
        parts.extend(filter.states.iter().map(|state| ("state".to_owned(), state.clone())));
        parts.extend(filter.site.iter().map(|site| ("site".to_owned(), site.clone())));
        parts.extend(filter.text.iter().map(|text| ("q".to_owned(), text.clone())));
        parts.extend(filter.fields.iter().map(|(code, value)| (format!("f-{code}"), value.clone())));
        parts.extend((order != "-number").then(|| ("order".to_owned(), order.to_owned())));
        parts.extend(after.map(|after| ("after".to_owned(), after.to_owned())));
        let query: Vec<String> =
            parts.iter().map(|(name, value)| format!("{name}={}", shown::escaped(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

/// Fields that a list is filtered by.
fn choice_fields(concept: &'static Concept) -> impl Iterator<Item = &'static Field> {
    concept.open_fields().filter(|field| field.is_listed && matches!(field.kind, FieldKind::Choice(_)))
}

/// Fields that are columns.
pub(super) fn listed(concept: &'static Concept) -> impl Iterator<Item = &'static Field> {
    concept.open_fields().filter(|field| field.is_listed)
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(kind): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let concept = concept_of(&kind)?;
    let wishes = Wishes::of(concept, &pairs);
    let page = (wishes.after.as_deref(), PAGE_LINES + 1);
    let found = desk.store.record_page(concept, &wishes.filter, page, principal).await?;
    let counts = desk.store.record_counts(concept, &wishes.filter, principal).await?;
    let lines = found.get(..PAGE_LINES as usize).unwrap_or(&found);
    let path = address_of(concept);
    let last = lines.last().filter(|_| found.len() > lines.len());
    let filter = &wishes.filter;
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    render(&ListPage {
        name: name_of(concept, reader.lang),
        context: reader.lang.words().t1("records-context", "count", total as f64),
        new: may_create(concept, &reader).then(|| format!("{path}/new")),
        text: filter.text.clone().unwrap_or_default(),
        filters: filters(concept, filter, &people::sites(desk).await?, reader.lang),
        columns: columns(concept, &wishes, &path, reader.lang),
        lines: lines.iter().map(|one| line(concept, one, &reader, &desk.zone)).collect(),
        first: wishes.after.is_some().then(|| wishes.address(&path, None, None)),
        next: last.map(|last| wishes.address(&path, None, Some(last.cursor()))),
        csv: wishes.address(&format!("{path}/csv"), None, None),
        xlsx: wishes.address(&format!("{path}/xlsx"), None, None),
        is_filtered: !filter.states.is_empty()
            || filter.site.is_some()
            || filter.text.is_some()
            || !filter.fields.is_empty(),
        address: path,
        frame: Frame::new(&reader),
    })
}

fn filters(
    concept: &'static Concept,
    filter: &RecordFilter,
    sites: &[(String, String)],
    lang: Lang,
) -> Vec<Filter> {
    let w = lang.words();
    let states = concept.states.iter().map(|state| (state.code.to_owned(), said(state.label, lang)));
    let mut filters = vec![Filter {
        name: "state".to_owned(),
        label: w.t("record-state"),
        choices: states.collect(),
        chosen: filter.states.first().cloned().unwrap_or_default(),
    }];
    for field in choice_fields(concept) {
        let FieldKind::Choice(choices) = &field.kind else { continue };
        filters.push(Filter {
            name: field::name_of(field),
            label: said(field.label, lang),
            choices: choices.iter().map(|one| (one.code.to_owned(), said(one.label, lang))).collect(),
            chosen: filter
                .fields
                .iter()
                .find(|(code, _)| code == field.code)
                .map(|(_, v)| v.clone())
                .unwrap_or_default(),
        });
    }
    if concept.site != qidai_bank::workflow::SiteRule::Never && !sites.is_empty() {
        filters.push(Filter {
            name: "site".to_owned(),
            label: w.t("site"),
            choices: sites.to_vec(),
            chosen: filter.site.clone().unwrap_or_default(),
        });
    }
    filters
}

fn columns(concept: &'static Concept, wishes: &Wishes, path: &str, lang: Lang) -> Vec<Column> {
    let w = lang.words();
    let own = wishes.order_text();
    let column = |code: &str, label: String| {
        let is_own = own.trim_start_matches('-') == code;
        let descending = own.starts_with('-');
        let order = if is_own && !descending { format!("-{code}") } else { code.to_owned() };
        Column {
            label,
            address: wishes.address(path, Some(&order), None),
            sorted: is_own.then_some(if descending { "descending" } else { "ascending" }),
        }
    };
    let mut columns = vec![column("number", w.t("record-number"))];
    columns.extend(listed(concept).map(|field| column(field.code, said(field.label, lang))));
    columns.push(column("changed", w.t("record-changed")));
    columns
}

fn line(concept: &'static Concept, one: &RecordLine, reader: &Reader, zone: &jiff::tz::TimeZone) -> Line {
    let cell = |field: &Field| {
        let value = one.field(field.code).map(|value| field::shown(field, value, zone, reader.lang));
        (said(field.label, reader.lang), value)
    };
    Line {
        address: record_address(concept.code, &one.number),
        number: one.number.clone(),
        badge: badge(one.state, reader.lang),
        cells: listed(concept).map(cell).collect(),
        changed: shown::minute(one.changed_at, zone),
    }
}
