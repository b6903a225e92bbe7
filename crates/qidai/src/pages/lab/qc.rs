//! Levey–Jennings charts of control material.

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use qidai_bank::{NewQcControl, Permission, QcControl, QcPoint, ValueKind, deviation, tests};

use super::name_of;
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::test_of;
use crate::pages::records::text_of;
use crate::pages::{Frame, Reader, render, shown};
use crate::words::Words;

/// Measurements of a chart.
const POINTS_SHOWN: u32 = 30;
/// Of the drawing, in its own units: three deviations are 60 high, beyond four a point stays at the edge.
const STEP: i64 = 20;
const MIDDLE: i64 = 90;
const EDGE_MILLI: i64 = 4_000;

#[derive(Template)]
#[template(path = "lab_qc.html")]
struct QcPage {
    frame: Frame,
    charts: Vec<Chart>,
    may_measure: bool,
    may_add: bool,
    tests: Vec<(&'static str, &'static str)>,
    /// What was written into a form that was refused, or nothing.
    sent: Vec<(String, String)>,
    refused: Option<(String, &'static str)>,
}

impl QcPage {
    fn written(&self, name: &str) -> &str {
        text_of(&self.sent, name)
    }
}

struct Chart {
    id: String,
    unit: &'static str,
    /// What the last measurement is worth, where it rejects a run.
    stop: Option<String>,
    title: String,
    about: String,
    width: i64,
    /// Height and name of each line: mean, and one to three deviations on both sides.
    lines: Vec<(i64, String)>,
    path: String,
    points: Vec<Point>,
}

struct Point {
    x: i64,
    y: i64,
    family: &'static str,
    at: String,
    run: String,
    value: String,
    deviation: String,
    verdict: String,
}

type Pairs = Vec<(String, String)>;

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    page(&state, &reader, Pairs::new(), None).await
}

/// Enters a lot of control material.
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let added = async {
        let desk = state.desk();
        let text = |name| text_of(&pairs, name);
        let valid_until: Date = text("valid_until").parse().map_err(|_| {
            let sentence = format!("'{}' is no day: expected such as 2027-03-31.", text("valid_until"));
            Failure::refused("record_date_invalid", sentence).with("value", text("valid_until"))
        })?;
        let new = NewQcControl {
            test: test_of(text("test"))?,
            level: text("level"),
            lot: text("lot"),
            analyser: text("analyser"),
            mean: text("mean"),
            sd: text("sd"),
            valid_until,
        };
        Ok(desk.store.add_qc_control(&new, &desk.acting(reader.visitor.principal()?)).await.map(|_| ())?)
    };
    let done = added.await;
    answered(&state, &reader, pairs, done).await
}

/// Enters a measurement; what it is worth stands in the chart.
pub(crate) async fn measure(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let given = (text_of(&pairs, "run"), text_of(&pairs, "value"), acting.now);
    let done = desk.store.add_qc_point(&id, given, &acting).await;
    answered(&state, &reader, pairs, done.map(|_| ()).map_err(Failure::from)).await
}

async fn answered(
    state: &AppState,
    reader: &Reader,
    pairs: Pairs,
    done: Result<(), Failure>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to("/lab/qc").into_response()),
        Err(failure) if failure.is_refusal() && failure.status() != axum::http::StatusCode::NOT_FOUND => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(state, reader, pairs, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    sent: Pairs,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (store, principal) = (&state.desk().store, reader.visitor.principal()?);
    let mut charts = Vec::new();
    for control in store.qc_controls(principal).await? {
        let points = store.qc_points(&control.id, POINTS_SHOWN, principal).await?;
        charts.push(chart(&control, &points, state, reader));
    }
    let numbers = tests().iter().filter(|test| test.kind == ValueKind::Number);
    render(&QcPage {
        charts,
        may_measure: reader.visitor.may(Permission::TestRecord),
        may_add: reader.visitor.may(Permission::TestReview),
        tests: numbers.map(|test| (test.code, name_of(test, reader.lang))).collect(),
        sent,
        refused,
        frame: Frame::new(&Reader { address: "/lab/qc?".to_owned(), ..reader.clone() }),
    })
}

fn chart(control: &QcControl, points: &[QcPoint], state: &AppState, reader: &Reader) -> Chart {
    let w = reader.lang.words();
    let points: Vec<Point> =
        points.iter().zip(1..).map(|(one, at)| point(control, one, at, (state, w))).collect();
    let path: Vec<String> = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
    let line = |deviations: i64| {
        let name = if deviations == 0 { "x̄".to_owned() } else { format!("{deviations:+} s") };
        (MIDDLE - deviations * STEP, name)
    };
    let test = control.test;
    let values = [
        ("mean", test.format(control.mean_milli / 1_000).into()),
        ("sd", milli(control.sd_milli, test.decimals).into()),
        ("unit", test.unit.into()),
        ("until", control.valid_until.to_string().into()),
    ];
    let stop = points.last().filter(|point| point.family == "bad").map(|point| point.verdict.clone());
    Chart {
        id: shown::escaped(&control.id),
        unit: test.unit,
        stop,
        title: format!("{} · {} · {}", name_of(test, reader.lang), control.level, control.lot),
        about: format!("{} · {}", control.analyser, w.say("qc-about", &values)),
        width: 60 + i64::from(POINTS_SHOWN) * STEP,
        lines: (-3..=3).map(line).collect(),
        path: path.join(" "),
        points,
    }
}

fn point(control: &QcControl, one: &QcPoint, at: i64, (state, w): (&AppState, &Words)) -> Point {
    let z = deviation(one.amount, control.mean_milli, control.sd_milli);
    let drawn = z.clamp(-EDGE_MILLI, EDGE_MILLI);
    let family = match one.verdict {
        verdict if verdict.is_rejection() => "bad",
        qidai_bank::Verdict::Warning12s => "warn",
        _ => "good",
    };
    Point {
        x: 40 + at * STEP,
        y: MIDDLE - drawn * STEP / 1_000,
        family,
        at: shown::minute(one.measured_at, &state.desk().zone),
        run: one.run.clone(),
        value: control.test.format(one.amount),
        deviation: format!("{:+.2} s", z as f64 / 1_000.0),
        verdict: match one.verdict {
            qidai_bank::Verdict::InControl => w.t("qc-in-control"),
            other => other.code().to_owned(),
        },
    }
}

/// Thousandths of an amount, in the unit of its test.
fn milli(milli: i64, decimals: u32) -> String {
    let places = decimals as usize + 3;
    let scale = 10_i64.pow(decimals + 3);
    let text = format!("{}.{:0places$}", milli / scale, milli % scale);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
