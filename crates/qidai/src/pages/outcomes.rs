//! What became of patients: curves, and groups by dose (`outcomes.html`).

mod chart;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::outcomes::{DoseGroup, IncidenceStep, Outcomes, outcomes};
use crate::words::Words;
use chart::{Chart, Point};

#[derive(Template)]
#[template(path = "outcomes.html")]
struct OutcomesPage {
    frame: Frame,
    is_empty: bool,
    counts: Vec<(String, String)>,
    curves: Vec<Curve>,
    groups: Vec<[String; 4]>,
}

/// One curve with its table, for whoever does not see the picture.
struct Curve {
    title: String,
    about: String,
    /// For a wide and a narrow screen.
    charts: [(&'static str, Chart); 2],
    name: String,
    rows: Vec<[String; 4]>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let told = outcomes(&state.desk().store, reader.visitor.principal()?).await?;
    let w = reader.lang.words();
    render(&OutcomesPage {
        frame: Frame::new(&reader),
        is_empty: told.patients == 0,
        counts: counts(&told, w),
        curves: curves(&told, w),
        groups: told.by_dose.iter().map(|group| group_row(group, w)).collect(),
    })
}

fn counts(told: &Outcomes, w: &Words) -> Vec<(String, String)> {
    let median = told.median_survival_days;
    let median = median
        .map_or_else(|| w.t("outcomes-median-open"), |day| w.t1("outcomes-days", "days", f64::from(day)));
    vec![
        (w.t("outcomes-patients"), shown::count(told.patients as u64)),
        (w.t("outcomes-died"), shown::count(told.died as u64)),
        (w.t("outcomes-median"), median),
    ]
}

fn curves(told: &Outcomes, w: &Words) -> Vec<Curve> {
    let lives = told.survival.iter().map(|step| Point {
        day: step.day,
        at_risk: step.at_risk,
        value: step.survival,
        band: step.low.zip(step.high),
    });
    let events = |steps: &[IncidenceStep]| -> Vec<Point> {
        let point = |step: &IncidenceStep| Point {
            day: step.day,
            at_risk: step.at_risk,
            value: step.incidence,
            band: step.low.zip(step.high),
        };
        steps.iter().map(point).collect()
    };
    vec![
        curve("survival", (1.0, &lives.collect::<Vec<_>>()), w),
        curve("neutrophils", (0.0, &events(&told.neutrophils)), w),
        curve("platelets", (0.0, &events(&told.platelets)), w),
    ]
}

fn curve(code: &str, (begins, points): (f64, &[Point]), w: &Words) -> Curve {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let row = |point: &Point| {
        let band = point.band.map(|(low, high)| format!("{} – {}", percent(low), percent(high)));
        [
            point.day.to_string(),
            shown::count(point.at_risk as u64),
            percent(point.value),
            band.unwrap_or_else(|| "—".to_owned()),
        ]
    };
    let title = w.t(&format!("outcomes-{code}"));
    Curve {
        about: w.t(&format!("outcomes-{code}-about")),
        charts: [
            ("wide", chart::draw(points, begins, 860.0)),
            ("narrow", chart::draw(points, begins, 330.0)),
        ],
        name: title.clone(),
        title,
        rows: points.iter().map(row).collect(),
    }
}

fn group_row(group: &DoseGroup, w: &Words) -> [String; 4] {
    let percent =
        |share: Option<f64>| share.map_or_else(|| "—".to_owned(), |share| format!("{:.1} %", share * 100.0));
    [
        w.t(&format!("outcomes-band-{}", group.band)),
        shown::count(group.patients as u64),
        percent(group.engrafted_day_42),
        percent(group.survival_day_100),
    ]
}
