//! The board: figures that prove themselves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use qidai_bank::{FigureAnswer, Figures, Part, Permission, Status};
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::auth::Desk;
use crate::error::Failure;
use crate::words::Words;

/// Answers that are kept: a figure of a day and a number of the history is the same for ever.
const KEPT_MAX: usize = 24;

/// Figures computed before.
#[derive(Default)]
pub(crate) struct FigureShelf {
    kept: Mutex<Vec<Kept>>,
    /// Held by who computes: many who ask at once wait for one.
    computing: tokio::sync::Mutex<()>,
    /// Set when a background task computes those of today whenever the bank has changed.
    is_kept: AtomicBool,
}

type Kept = (Date, u64, Arc<Figures>);

impl FigureShelf {
    /// True while a background task keeps what is shown at most seconds old.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Relaxed)
    }

    /// Computes the figures of today, unless nothing has happened since; for the background task.
    pub(crate) async fn refresh(&self, desk: &Desk) -> Result<(), Failure> {
        self.figures(desk, today(desk)).await?;
        self.is_kept.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn find(&self, is_wanted: impl Fn(&Kept) -> bool) -> Option<Arc<Figures>> {
        let shelf = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.iter().rev().find(|kept| is_wanted(kept)).map(|(.., figures)| Arc::clone(figures))
    }

    /// The figures of a day for a page: as known now, or seconds ago where a background task keeps them.
    async fn figures_shown(&self, desk: &Desk, as_of: Date) -> Result<Arc<Figures>, Failure> {
        let may_be_older = self.is_kept() && as_of == today(desk);
        let known = may_be_older.then(|| self.find(|(day, ..)| *day == as_of)).flatten();
        match known {
            Some(figures) => Ok(figures),
            None => self.figures(desk, as_of).await,
        }
    }

    /// The figures of a day, as known now or, computed for somebody else meanwhile, a little later.
    pub(crate) async fn figures(&self, desk: &Desk, as_of: Date) -> Result<Arc<Figures>, Failure> {
        let generation = desk.store.generation().await?;
        let known = || self.find(|(day, known_at, _)| *day == as_of && *known_at >= generation);
        if let Some(figures) = known() {
            return Ok(figures);
        }
        let _turn = self.computing.lock().await;
        if let Some(figures) = known() {
            return Ok(figures);
        }
        let figures = Arc::new(desk.store.figures(as_of, None).await?);
        let mut shelf = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if shelf.len() >= KEPT_MAX {
            shelf.remove(0);
        }
        shelf.push((as_of, figures.moment.known_at, Arc::clone(&figures)));
        Ok(figures)
    }
}

fn today(desk: &Desk) -> Date {
    Timestamp::now().to_zoned_datetime(desk.zone.clone()).date()
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    frame: Frame,
    as_of: String,
    today: String,
    /// What was typed is no day.
    day_refused: Option<String>,
    known_at: String,
    zone: String,
    cards: Vec<Card>,
}

/// One figure.
struct Card {
    number: &'static str,
    name: String,
    value: Option<String>,
    unit: String,
    missing: Option<String>,
    /// Name and value of what is read beside it.
    beside: Vec<(String, String)>,
    parts: Vec<PartView>,
    query: String,
    rows: String,
    hash: String,
    short_hash: String,
    /// What late entries changed.
    late: Option<String>,
}

struct PartView {
    name: String,
    value: String,
    /// Of 100, for its bar.
    percent: String,
    /// The rows, for whoever may see units.
    address: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    as_of: Option<String>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let (desk, w) = (state.desk(), reader.lang.words());
    let today = today(desk);
    let asked = wishes.as_of.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let parsed = asked.map(|text| text.parse::<Date>().map_err(|_| text.to_owned()));
    let (as_of, wrong) = match parsed {
        None => (today, None),
        Some(Ok(day)) => (day, None),
        Some(Err(text)) => (today, Some(text)),
    };
    let figures = state.figure_shelf().figures_shown(desk, as_of).await?;
    render(&BoardPage {
        frame: Frame::new(&reader),
        as_of: as_of.to_string(),
        today: today.to_string(),
        day_refused: wrong.map(|text| w.t1("board-day-wrong", "value", text)),
        known_at: shown::count(figures.moment.known_at),
        zone: figures.moment.zone.clone(),
        cards: figures
            .answers
            .iter()
            .map(|answer| card(answer, reader.visitor.may(Permission::UnitView), w))
            .collect(),
    })
}

fn card(answer: &FigureAnswer, may_see_units: bool, w: &Words) -> Card {
    let late = answer.late.as_ref().filter(|late| !late.is_empty()).map(|late| {
        let values = [
            ("added", (late.added as f64).into()),
            ("removed", (late.removed as f64).into()),
            ("changed", (late.changed as f64).into()),
        ];
        w.say("figure-late", &values)
    });
    let key = |front: &str| format!("figure-{front}-{}", answer.number);
    Card {
        number: answer.number,
        name: w.find(&key("name"), &[]).unwrap_or_else(|| answer.query.to_owned()),
        value: answer.value.map(shown::count),
        unit: w.find(&key("unit"), &[]).unwrap_or_default(),
        missing: answer.missing.map(|missing| match missing {
            "issued_units" => w.t("figure-missing-issued"),
            setting => w.t1("figure-missing", "setting", setting),
        }),
        beside: answer
            .beside
            .iter()
            .map(|(code, value)| (w.t(&format!("figure-beside-{code}")), shown::count(*value)))
            .collect(),
        parts: parts(&answer.parts, answer.value.unwrap_or_default(), may_see_units, w),
        query: format!("{}@{}", answer.query, answer.version),
        rows: shown::count(answer.rows),
        hash: answer.hash.clone(),
        short_hash: answer.hash.chars().take(8).collect(),
        late,
    }
}

fn parts(parts: &[Part], whole: i64, may_see_units: bool, w: &Words) -> Vec<PartView> {
    let view = |part: &Part| PartView {
        name: format!(
            "{} · {}",
            w.t(&format!("bank-{}", part.bank_type.code())),
            status_word(part.status, w)
        ),
        value: shown::count(part.value),
        percent: format!("{:.1}%", part.value as f64 * 100.0 / whole.max(1) as f64),
        address: may_see_units
            .then(|| format!("/units?bank={}&status={}", part.bank_type.code(), part.status.code())),
    };
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|part| std::cmp::Reverse(part.value));
    sorted.into_iter().map(view).collect()
}

fn status_word(status: Status, w: &Words) -> String {
    w.t(&format!("status-{}", status.code()))
}
