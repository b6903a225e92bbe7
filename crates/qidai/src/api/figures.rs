//! Figures: what the board shows, at whatever moment, and the rows behind each.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use jiff::civil::Date;
use qidai_bank::{Figure, FigureAnswer, Figures, Late, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::number_of;
use super::{Asked, InPath, List, Page, parameter_wrong};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::words::Words;

/// The moment of a question.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Moment {
    /// A day, at its end in the bank's zone; today when left out.
    #[param(format = Date, example = "2026-06-30")]
    as_of: Option<String>,
    /// As known after this event of the history; as known now when left out.
    known_at: Option<u64>,
}

/// Figures of one moment.
#[derive(Serialize, ToSchema)]
pub(crate) struct FiguresAnswer {
    #[schema(format = Date)]
    as_of: String,
    /// Number of the last event that was known: with the day, it gives the same answer for ever.
    known_at: u64,
    zone: String,
    figures: Vec<FigureView>,
}

/// One figure, in the words of `qidai figures --json`.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureView {
    #[schema(example = "n1")]
    figure: &'static str,
    /// In the language of the reader.
    name: String,
    unit: Option<String>,
    #[schema(example = "inventory.stored_units")]
    query: &'static str,
    version: u32,
    /// Null where it does not follow from what is known.
    value: Option<i64>,
    /// Without this there is no value: a setting, or `issued_units` to be a share of.
    missing: Option<&'static str>,
    /// Numbers to be read beside the value: what it is a share of, what it leaves out.
    beside: std::collections::BTreeMap<&'static str, i64>,
    rows: u64,
    /// SHA-256 of the rows.
    hash: String,
    parts: Vec<FigurePart>,
    /// What was recorded after the day; null with `known_at`.
    late: Option<FigureLate>,
}

/// Units of one bank type in one state.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigurePart {
    bank_type: &'static str,
    status: &'static str,
    value: i64,
}

/// The difference that late entries make.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureLate {
    value_without: Option<i64>,
    added: u64,
    removed: u64,
    changed: u64,
    first: Vec<LateRow>,
}

/// A row that late entries changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct LateRow {
    /// `added`, `removed` or `changed`.
    change: &'static str,
    row: Vec<String>,
}

/// Figures
///
/// All figures of the board at one moment, each with its parts, the hash of its rows, and what late entries changed.
#[utoipa::path(get, path = "/api/figures", operation_id = "get_figures", tag = "figures and traces", params(Moment),
    responses((status = 200, description = "The figures", body = FiguresAnswer),
        (status = 422, description = "A moment that is not reached, or has no end", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(moment): Asked<Moment>,
) -> Result<Response, Failure> {
    let as_of = day(&state, moment.as_of.as_deref())?;
    let figures = match moment.known_at {
        None => state.figure_shelf().figures(state.desk(), as_of).await?,
        known_at => std::sync::Arc::new(state.desk().store.figures(as_of, known_at).await?),
    };
    Ok(Json(shown(&figures, reader.lang.words())).into_response())
}

/// The day asked for, or today in the bank's zone.
fn day(state: &AppState, text: Option<&str>) -> Result<Date, Failure> {
    match text {
        None => Ok(Timestamp::now().to_zoned_datetime(state.desk().zone.clone()).date()),
        Some(text) => text.parse().map_err(|_| {
            parameter_wrong(format!("as_of: found '{text}', expected a day such as 2026-06-30"))
        }),
    }
}

fn shown(figures: &Figures, w: &Words) -> FiguresAnswer {
    FiguresAnswer {
        as_of: figures.moment.as_of.to_string(),
        known_at: figures.moment.known_at,
        zone: figures.moment.zone.clone(),
        figures: figures.answers.iter().map(|answer| figure(answer, w)).collect(),
    }
}

fn figure(answer: &FigureAnswer, w: &Words) -> FigureView {
    let word = |front: &str| w.find(&format!("figure-{front}-{}", answer.number), &[]);
    let part = |part: &qidai_bank::Part| FigurePart {
        bank_type: part.bank_type.code(),
        status: part.status.code(),
        value: part.value,
    };
    FigureView {
        figure: answer.number,
        name: word("name").unwrap_or_else(|| answer.query.to_owned()),
        unit: word("unit"),
        query: answer.query,
        version: answer.version,
        value: answer.value,
        missing: answer.missing,
        beside: answer.beside.iter().copied().collect(),
        rows: answer.rows,
        hash: answer.hash.clone(),
        parts: answer.parts.iter().map(part).collect(),
        late: answer.late.as_ref().map(late),
    }
}

fn late(late: &Late) -> FigureLate {
    let first = late.first.iter().map(|row| LateRow { change: row.change.code(), row: row.cells.clone() });
    FigureLate {
        value_without: late.value_without,
        added: late.added,
        removed: late.removed,
        changed: late.changed,
        first: first.collect(),
    }
}

/// Rows of a figure, and their moment.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowWishes {
    /// A day, at its end in the bank's zone; today when left out.
    #[param(format = Date, example = "2026-06-30")]
    as_of: Option<String>,
    /// As known after this event of the history; as known now when left out. Needed for a next page, so that all pages
    /// are of one moment.
    known_at: Option<u64>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// A row: its cells by the names of their columns.
#[derive(Serialize, ToSchema)]
pub(crate) struct FigureRow(std::collections::BTreeMap<&'static str, String>);

/// Rows of a figure
///
/// The rows that a figure is computed of, in the order in which they are hashed. The pages of one list are of one
/// moment: give `as_of` and `known_at` of the figure. Rows of units need the permission to see units.
#[utoipa::path(get, path = "/api/figures/{figure}/rows", operation_id = "list_figure_rows",
    tag = "figures and traces", params(("figure" = String, Path, description = "Its number", example = "n1"), RowWishes),
    responses((status = 200, description = "A page of rows", body = Page<FigureRow>),
        (status = 422, description = "A moment that is not reached, or has no end", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn rows(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(name): InPath<String>,
    Asked(wishes): Asked<RowWishes>,
) -> Result<Response, Failure> {
    let figure = Figure::find(&name)?;
    let is_of_units = |column: &&str| matches!(*column, "identity" | "order");
    if figure.columns().iter().any(is_of_units) && !reader.visitor.may(Permission::UnitView) {
        reader.visitor.principal()?.may(Permission::UnitView, None)?;
    }
    if figure.columns().contains(&"request") {
        reader.visitor.principal()?.may(Permission::PatientView, None)?;
    }
    let (desk, as_of) = (state.desk(), day(&state, wishes.as_of.as_deref())?);
    let known_at = match wishes.known_at {
        Some(known_at) => known_at,
        None => desk.store.generation().await?,
    };
    let path = format!("/api/figures/{}/rows", figure.number);
    let filters = [("as_of", Some(as_of.to_string())), ("known_at", Some(known_at.to_string()))];
    let list = List::new(&desk.keys, path, filters, wishes.limit)?;
    let from = list.place(wishes.cursor.as_deref())?.map(|place| number_of(&place)).transpose()?.unwrap_or(0);
    let (mut at, mut page) = (0_u64, Vec::new());
    let mut each = |_, cells: &[String]| {
        if at >= from && page.len() < list.limit() {
            let cells = figure.columns().iter().copied().zip(cells.iter().cloned());
            page.push(FigureRow(cells.collect()));
        }
        at += 1;
    };
    desk.store.figure_rows(figure, as_of, Some(known_at), &mut each).await?;
    let end = from + page.len() as u64;
    let next = (at > end).then(|| end.to_string());
    Ok(list.answer(page, next))
}
