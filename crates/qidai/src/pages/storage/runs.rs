//! Freeze runs: a list, and a page for each with its curve and its rules.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{FreezeCurve, FreezeFinding, FreezeProfile, FreezeRun, Judgement, Permission};
use serde::Deserialize;

use super::chart::{Chart, Frame as ChartFrame};
use crate::app::AppState;
use crate::error::Failure;
use crate::freeze;
use crate::pages::{Frame, Reader, render, shown};
use crate::upload::Upload;
use crate::words::Words;

/// Runs of the list.
const RUNS_SHOWN: u32 = 200;
/// Points that are further apart are not joined, seconds.
const GAP_S: f64 = 90.0;

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    runs: Vec<RunLine>,
    /// Present where the reader may keep a run.
    form: Option<RunForm>,
    refused: Option<(String, &'static str)>,
}

/// What was typed before a refusal.
#[derive(Default)]
struct RunForm {
    number: String,
    device: String,
    bags: String,
    started_at: String,
    profile: String,
    profiles: Vec<&'static str>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    /// A bag that is to be named in the form.
    #[serde(default)]
    bag: String,
}

struct RunLine {
    number: String,
    address: String,
    device: String,
    started: String,
    verdict: (&'static str, String),
    profile: String,
}

#[derive(Template)]
#[template(path = "run.html")]
struct RunPage {
    frame: Frame,
    run: RunLine,
    points: String,
    file: String,
    wide: Chart,
    narrow: Chart,
    /// When ice formed and when the plateau ended.
    heat: Option<String>,
    rules: Vec<RuleView>,
    bags: Vec<(String, String)>,
}

/// One rule, judged.
struct RuleView {
    name: String,
    judgement: (&'static str, String),
    value: Option<String>,
    limits: String,
    source: &'static str,
    is_verified: bool,
}

pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let form = RunForm { bags: wishes.bag, ..RunForm::default() };
    page(&state, &reader, form, None).await
}

/// Keeps the file of a freezer. What is refused is said above the form; the file itself a browser does not choose again.
pub(crate) async fn add(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    upload: Upload,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    match freeze::keep((&desk.store, &desk.keys), &upload, &acting).await {
        Ok(run) => Ok(Redirect::to(&address_of(&run.number)).into_response()),
        Err(failure) if failure.is_refusal() => {
            let text = |name: &str| upload.text(name).to_owned();
            let form = RunForm {
                number: text("number"),
                device: text("device"),
                bags: text("bags"),
                started_at: text("started_at"),
                profile: text("profile"),
                profiles: Vec::new(),
            };
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, form, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn page(
    state: &AppState,
    reader: &Reader,
    form: RunForm,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let runs = state.desk().store.freeze_runs(RUNS_SHOWN).await?;
    let runs = runs.iter().map(|run| line(run, state, reader.lang.words())).collect();
    let profiles = FreezeProfile::all().iter().map(|profile| profile.code).collect();
    let form = RunForm { profiles, ..form };
    let may_add = reader.visitor.may(Permission::ProcessingRecord);
    let frame = Frame::new(&Reader { address: "/storage/runs?".to_owned(), ..reader.clone() });
    render(&RunsPage { runs, form: may_add.then_some(form), refused, frame })
}

/// The page of a run.
pub(crate) fn address_of(number: &str) -> String {
    format!("/storage/runs/{}", shown::escaped(number))
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let (store, w) = (&state.desk().store, reader.lang.words());
    let run = store.freeze_run(&number).await?;
    let curve = freeze::curve_of(&run, store).await?;
    let draw = |width| drawn(&curve, &run, width);
    render(&RunPage {
        points: shown::count(run.points),
        file: format!("/documents/{}", shown::escaped(&run.document_id)),
        wide: draw(1_080.0),
        narrow: draw(350.0),
        heat: heat(&run, w),
        rules: run.evaluation.findings.iter().map(|finding| rule(finding, &run, w)).collect(),
        bags: run.bags.iter().map(|bag| (bag.written(), shown::unit_address(bag))).collect(),
        run: line(&run, &state, w),
        frame: Frame::new(&reader),
    })
}

/// The shaded part of the curve in words.
fn heat(run: &FreezeRun, w: &Words) -> Option<String> {
    let minutes = |second: i64| format!("{:.1}", second as f64 / 60.0);
    let from = minutes(run.evaluation.nucleation_s?);
    let to = run.evaluation.plateau_end_s.map_or_else(|| w.t("missing"), minutes);
    Some(w.say("run-heat", &[("from", from.into()), ("to", to.into())]))
}

fn line(run: &FreezeRun, state: &AppState, w: &Words) -> RunLine {
    RunLine {
        number: run.number.clone(),
        address: address_of(&run.number),
        device: run.device.clone(),
        started: shown::minute(run.started_at, &state.desk().zone),
        verdict: judged(run.evaluation.verdict, w),
        profile: run.evaluation.profile.clone(),
    }
}

fn judged(judgement: Judgement, w: &Words) -> (&'static str, String) {
    let family = match judgement {
        Judgement::Pass => "open",
        Judgement::Fail => "stop",
        Judgement::Missing => "plan",
    };
    (family, w.t(&format!("judgement-{}", judgement.code())))
}

fn rule(finding: &FreezeFinding, run: &FreezeRun, w: &Words) -> RuleView {
    let profile = FreezeProfile::find(&run.evaluation.profile);
    let known = profile.and_then(|profile| profile.rules.iter().find(|rule| rule.code == finding.rule));
    let unit = known.map_or("", |rule| rule.unit.written());
    let number = |number: f64| format!("{number:.1}").replace('-', "−");
    RuleView {
        name: shown::word(w, "freeze-rule", &finding.rule),
        judgement: judged(finding.judgement, w),
        value: finding.value.map(|value| format!("{} {unit}", number(value))),
        limits: format!("{} – {} {unit}", number(finding.least), number(finding.most)),
        source: known.map_or("", |rule| rule.source),
        is_verified: known.is_some_and(|rule| rule.is_verified),
    }
}

/// Sample and chamber over minutes; from where ice formed to the end of the plateau it is shaded.
fn drawn(curve: &FreezeCurve, run: &FreezeRun, width: f64) -> Chart {
    let last = curve.points.last().map_or(60, |point| point.at_s) as f64;
    let celsius = |mc: i64| mc as f64 / 1_000.0;
    let all = curve.points.iter().flat_map(|point| [point.sample_mc, point.chamber_mc]).flatten();
    let coldest = celsius(all.min().unwrap_or_default());
    let low_c = (coldest / 20.0).floor() * 20.0;
    let frame = ChartFrame { from_s: 0.0, to_s: last, low_c, high_c: 20.0, width };
    let mut chart = frame.chart(20);
    let sample = curve.points.iter().filter_map(|point| Some((point.at_s as f64, celsius(point.sample_mc?))));
    let chamber =
        curve.points.iter().filter_map(|point| Some((point.at_s as f64, celsius(point.chamber_mc?))));
    chart.lines = frame.lines("strip-chamber", chamber, GAP_S);
    chart.lines.extend(frame.lines("strip-line", sample, GAP_S));
    let step = if width < 500.0 { 20 } else { 10 };
    let minutes = (0..=(last / 60.0) as i64).step_by(step);
    chart.columns = minutes.map(|minute| frame.column(minute as f64 * 60.0, minute.to_string())).collect();
    if let Some(from) = run.evaluation.nucleation_s {
        let to = run.evaluation.plateau_end_s.unwrap_or(from);
        chart.shades.push(frame.shade(from as f64, to as f64));
    }
    chart
}
