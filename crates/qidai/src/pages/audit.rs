//! Verifying the bank from a page: a task in the background, with its progress, and what the last one found.

mod remembered;

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use qidai_bank::{Finding, Progress, Stage, Verification, VerifyError};

use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::checkpoints::Checkpoints;
use crate::error::Failure;
use remembered::Remembered;

/// Findings on the page; the command tells all.
const FINDINGS_SHOWN: usize = 50;

/// The verification of this server: one at a time.
#[derive(Default)]
pub(crate) struct Verifier(Mutex<Known>);

#[derive(Default)]
struct Known {
    running: Option<Running>,
    last: Option<Arc<Last>>,
}

#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) began_at: Timestamp,
    pub(crate) by: String,
    pub(crate) progress: Option<Progress>,
}

/// A verification that ended.
pub(crate) struct Last {
    pub(crate) began_at: Timestamp,
    pub(crate) took: SignedDuration,
    pub(crate) by: String,
    /// The outcome, or why there is none.
    pub(crate) outcome: Result<(Verification, CheckpointState), Failure>,
}

/// What the history could be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckpointState {
    Compared,
    Missing,
    NotChecked,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    generation: String,
    running: Option<RunningView>,
    last: Option<LastView>,
}

struct RunningView {
    stage: String,
    done: String,
    total: String,
    /// Of 100.
    percent: u64,
    since: String,
    by: String,
}

struct LastView {
    at: String,
    seconds: String,
    by: String,
    is_whole: bool,
    headline: String,
    events: String,
    rows: String,
    head: String,
    hash: String,
    checkpoint: String,
    findings: Vec<FindingView>,
    more: u64,
}

struct FindingView {
    code: &'static str,
    place: String,
    expected: Option<String>,
    found: Option<String>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let (running, last) = state.verifier().look();
    let generation = state.desk().store.generation().await?;
    let zone = &state.desk().zone;
    render(&AuditPage {
        frame: Frame::new(&reader),
        generation: shown::count(generation),
        running: running.map(|running| running_view(&running, &reader, zone)),
        last: match last {
            Some(last) => Some(last_view(&last, &reader, zone)),
            // Another server's, or of before this one began.
            None => Remembered::read(&state.desk().store).await?.map(|last| last.view(&reader, zone)),
        },
    })
}

/// Begins a verification, unless one runs.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    begin(&state, reader.visitor.principal()?.name());
    Ok(Redirect::to("/admin/audit").into_response())
}

/// Begins a verification as a task of its own, unless one runs.
pub(crate) fn begin(state: &AppState, by: &str) {
    if state.verifier().begin(by.to_owned()) {
        tokio::spawn(verify(state.clone()));
    }
}

/// Verifies now, unless a verification runs; comes back when it has ended.
pub(crate) async fn verify_now(state: &AppState, by: &str) {
    if state.verifier().begin(by.to_owned()) {
        verify(state.clone()).await;
    }
}

async fn verify(state: AppState) {
    let desk = state.desk();
    let outcome = outcome(&state).await;
    if let Err(failure) = &outcome {
        failure.write_log("verifying the bank");
    }
    state.verifier().end(outcome);
    let last = state.verifier().look().1;
    if let Some(remembered) = last.and_then(|last| Remembered::of(&last))
        && let Err(failure) = remembered.keep(desk).await
    {
        failure.write_log("remembering a verification");
    }
    tracing::info!(bank = desk.store.address(), "verified");
}

async fn outcome(state: &AppState) -> Result<(Verification, CheckpointState), Failure> {
    let desk = state.desk();
    let kept = Checkpoints::of(&desk.store.address()).read(None)?;
    let checkpoints = kept.file.as_ref().map_or(&[][..], |file| file.checkpoints.as_slice());
    let verifier = state.verifier();
    let mut told = |progress: Progress| verifier.progress(progress);
    let verified = desk.store.verify(checkpoints, desk.sources().1, &mut told).await;
    let mut verified = verified.map_err(|error| match error {
        VerifyError::Store(error) => Failure::from(error),
        VerifyError::Random(error) => {
            Failure::outage("random_unavailable", "The system gives no random bytes.").because(&error)
        }
    })?;
    desk.store.verify_people(Some(&desk.keys), &mut verified).await?;
    verified.findings.extend(kept.file.iter().flat_map(|file| file.findings.iter().cloned()));
    let compared = match (&kept.file, &kept.key) {
        (Some(_), Some(_)) => CheckpointState::Compared,
        (None, _) => CheckpointState::Missing,
        (Some(_), None) => CheckpointState::NotChecked,
    };
    Ok((verified, compared))
}

impl Verifier {
    fn state(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn look(&self) -> (Option<Running>, Option<Arc<Last>>) {
        let state = self.state();
        (state.running.clone(), state.last.clone())
    }

    /// False when one runs already.
    fn begin(&self, by: String) -> bool {
        let mut state = self.state();
        if state.running.is_some() {
            return false;
        }
        state.running = Some(Running { began_at: Timestamp::now(), by, progress: None });
        true
    }

    fn progress(&self, progress: Progress) {
        if let Some(running) = &mut self.state().running {
            running.progress = Some(progress);
        }
    }

    fn end(&self, outcome: Result<(Verification, CheckpointState), Failure>) {
        let mut state = self.state();
        let Some(running) = state.running.take() else { return };
        let took = Timestamp::now().duration_since(running.began_at);
        state.last = Some(Arc::new(Last { began_at: running.began_at, took, by: running.by, outcome }));
    }
}

fn running_view(running: &Running, reader: &Reader, zone: &jiff::tz::TimeZone) -> RunningView {
    let w = reader.lang.words();
    let (stage, done, total) = match running.progress {
        Some(progress) => (progress.stage, progress.done, progress.total),
        None => (Stage::Chain, 0, 0),
    };
    let stage = match stage {
        Stage::Chain => "audit-stage-chain",
        Stage::Rows => "audit-stage-rows",
        Stage::Search => "audit-stage-search",
    };
    RunningView {
        stage: w.t(stage),
        done: shown::count(done),
        total: shown::count(total),
        percent: (done * 100).checked_div(total).unwrap_or_default().min(100),
        since: shown::second(running.began_at, zone),
        by: running.by.clone(),
    }
}

fn last_view(last: &Last, reader: &Reader, zone: &jiff::tz::TimeZone) -> LastView {
    let w = reader.lang.words();
    let mut view = LastView {
        at: shown::second(last.began_at, zone),
        seconds: format!("{:.1}", last.took.as_secs_f64()),
        by: last.by.clone(),
        is_whole: false,
        headline: String::new(),
        events: String::new(),
        rows: String::new(),
        head: String::new(),
        hash: String::new(),
        checkpoint: String::new(),
        findings: Vec::new(),
        more: 0,
    };
    match &last.outcome {
        Err(failure) => view.headline = format!("{} ({})", failure.sentence(reader.lang), failure.code()),
        Ok((verified, compared)) => {
            let count = verified.findings.len() as u64 + verified.more;
            view.is_whole = count == 0 && *compared == CheckpointState::Compared;
            view.headline = match (count, compared) {
                (0, CheckpointState::Compared) => w.t("audit-page-whole"),
                (0, _) => w.t("audit-whole-without-checkpoint"),
                _ => w.t1("audit-not-whole", "count", count as f64),
            };
            view.events = shown::count(verified.events);
            view.rows = shown::count(verified.rows);
            view.head = shown::count(verified.head.sequence);
            view.hash = verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            view.checkpoint = match compared {
                CheckpointState::Missing => w.t("audit-checkpoint-missing"),
                CheckpointState::NotChecked => w.t("audit-checkpoint-not-checked"),
                CheckpointState::Compared => {
                    let held = verified.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
                    w.t1("audit-checkpoint-held", "number", held as f64)
                }
            };
            view.findings = verified.findings.iter().take(FINDINGS_SHOWN).map(finding_view).collect();
            view.more = count - view.findings.len() as u64;
        }
    }
    view
}

fn finding_view(finding: &Finding) -> FindingView {
    let column = finding.column.as_ref().map(|column| format!(" · {column}")).unwrap_or_default();
    FindingView {
        code: finding.code,
        place: format!("{} · {}{column}", finding.table, finding.row),
        expected: finding.expected.clone(),
        found: finding.found.clone(),
    }
}
