//! The laboratory's day: what waits for review, and which units wait for a test.

pub(crate) mod files;
pub(crate) mod messages;
pub(crate) mod qc;
pub(crate) mod unit;

use askama::Template;
use axum::Extension;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use qidai_bank::{
    Identity, Permission, Phase, ResultState, TestDefinition, TestResult, WorklistFilter, tests,
};
use serde::Deserialize;

use super::badge::Badge;
use super::{Frame, Reader, render, shown};
use crate::api::lab::review_of;
use crate::app::AppState;
use crate::error::Failure;
use crate::lab::{phase_of, test_of};
use crate::words::{Lang, Words};

/// Lines of each list.
const LINES_MAX: u32 = 100;

#[derive(Template)]
#[template(path = "lab.html")]
struct LabPage {
    frame: Frame,
    waiting: Vec<ResultLine>,
    waiting_more: bool,
    may_review: bool,
    /// Files and messages are for who records results; messages also for who reviews them and for quality.
    may_record: bool,
    may_see_messages: bool,
    tests: Vec<(&'static str, &'static str)>,
    chosen: String,
    phases: Vec<(&'static str, String)>,
    phase: String,
    units: Vec<(String, String, Badge)>,
    refused: Option<(String, &'static str)>,
}

/// A result on a page.
pub(super) struct ResultLine {
    pub(super) id: String,
    pub(super) test: &'static str,
    pub(super) phase: Option<String>,
    pub(super) number: String,
    pub(super) address: String,
    pub(super) value: String,
    /// As written, where that is something else.
    pub(super) written: Option<String>,
    pub(super) range: Option<String>,
    pub(super) flag: Option<String>,
    pub(super) state: (&'static str, String),
    pub(super) version: u32,
    pub(super) reason: Option<String>,
    pub(super) who: Vec<String>,
    /// Neither entered nor agreed to by the reader.
    pub(super) is_open: bool,
}

impl ResultLine {
    pub(super) fn new(result: &TestResult, state: &AppState, reader: &Reader) -> ResultLine {
        let (w, zone) = (reader.lang.words(), &state.desk().zone);
        let own = reader.visitor.principal().map(|one| one.name().to_owned()).unwrap_or_default();
        let before = [Some(&result.entered), result.reviewed.as_ref()];
        let is_own = before.iter().flatten().any(|one| one.actor == own);
        let who = [
            ("lab-entered-by", Some(&result.entered)),
            ("lab-reviewed-by", result.reviewed.as_ref()),
            ("lab-approved-by", result.approved.as_ref()),
        ];
        let said = |(key, one): (&str, Option<&qidai_bank::EnteredBy>)| {
            let one = one?;
            let values = [("who", one.actor.clone().into()), ("at", shown::minute(one.at, zone).into())];
            Some(w.say(key, &values))
        };
        let written =
            format!("{} {}", result.written, result.written_unit.as_deref().unwrap_or(result.test.unit));
        ResultLine {
            id: result.id.clone(),
            test: name_of(result.test, reader.lang),
            phase: result.phase.map(|phase| w.t(&format!("phase-{}", phase.code()))),
            number: result.unit.written(),
            address: address_of(&result.unit),
            value: grouped(&result.shown()),
            written: Some(written.trim().to_owned()).filter(|written| *written != result.shown()),
            range: result.test.range().map(|range| grouped(&range)),
            flag: result.flag().map(|flag| w.t(&format!("lab-flag-{}", flag.code()))),
            state: (family(result.state), w.t(&format!("lab-state-{}", result.state.code()))),
            version: result.version,
            reason: result.reason.clone(),
            who: who.into_iter().filter_map(said).collect(),
            is_open: result.state.is_pending() && !is_own,
        }
    }
}

fn family(state: ResultState) -> &'static str {
    match state {
        ResultState::Entered => "wait",
        ResultState::Reviewed => "held",
        ResultState::Approved => "done",
        ResultState::Rejected => "stop",
        ResultState::Superseded => "plan",
    }
}

/// What is wrong, in the language of the page: the sentence itself tells more, in English.
pub(super) fn sentence_of(code: &str, sentence: &str, lang: Lang) -> String {
    let own = (lang == Lang::ZhCn).then(|| lang.words().find(&format!("code-{code}"), &[])).flatten();
    own.unwrap_or_else(|| sentence.to_owned())
}

/// Where something stands in a message or a file, in the language of the page: `row 3, TNC` is `第 3 行, TNC`.
pub(super) fn place_of(place: &str, w: &Words) -> String {
    let split = |digits: &str| {
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        (digits[..end].to_owned(), digits[end..].to_owned())
    };
    match place {
        "file" => w.t("import-file"),
        "message" => w.t("lab-place-message"),
        other => match (other.strip_prefix("row "), other.strip_prefix("frame ")) {
            (Some(rest), _) => {
                let (row, behind) = split(rest);
                w.t1("import-row", "row", row) + &behind
            }
            (_, Some(rest)) => w.t1("lab-place-frame", "frame", rest),
            _ => other.to_owned(),
        },
    }
}

/// Long whole numbers in groups: `1200000000 cells` is `1,200,000,000 cells`. Words and decimals stay as they are.
pub(super) fn grouped(text: &str) -> String {
    let group = |part: &str| {
        let is_long = part.len() > 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_long { crate::words::thousands(part) } else { part.to_owned() }
    };
    text.split(' ')
        .map(|word| word.split('–').map(group).collect::<Vec<_>>().join("–"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The label of a test.
pub(super) fn name_of(test: &TestDefinition, lang: Lang) -> &'static str {
    shown::label(lang, (test.zh, test.en))
}

/// The laboratory's page of a unit.
pub(super) fn address_of(unit: &Identity) -> String {
    format!("{}/lab", shown::unit_address(unit))
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    test: String,
    #[serde(default)]
    phase: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    page(&state, &reader, &wishes, None).await
}

async fn page(
    state: &AppState,
    reader: &Reader,
    wishes: &Wishes,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (store, principal, w) = (&state.desk().store, reader.visitor.principal()?, reader.lang.words());
    let waiting = store.result_worklist(&WorklistFilter::default(), None, LINES_MAX + 1, principal).await?;
    let units = match wishes.test.as_str() {
        "" => Vec::new(),
        code => {
            let test = test_of(code)?;
            let phase = phase_of(&wishes.phase)?.filter(|phase| test.phases.contains(phase));
            let phase = phase.or_else(|| test.phases.first().copied());
            store.units_without_result(test, phase, LINES_MAX, principal).await?
        }
    };
    let lines = waiting.iter().take(LINES_MAX as usize);
    // After a refused review the language switch comes back to the list, not to what was sent.
    let is_list = reader.address.split('?').next() == Some("/lab");
    let address = if is_list { reader.address.clone() } else { "/lab?".to_owned() };
    render(&LabPage {
        waiting: lines.map(|result| ResultLine::new(result, state, reader)).collect(),
        waiting_more: waiting.len() > LINES_MAX as usize,
        may_review: reader.visitor.may(Permission::TestReview),
        may_record: reader.visitor.may(Permission::TestRecord),
        may_see_messages: messages::may_list(reader),
        tests: tests().iter().map(|test| (test.code, name_of(test, reader.lang))).collect(),
        chosen: wishes.test.clone(),
        phases: phases(w),
        phase: wishes.phase.clone(),
        units: units
            .into_iter()
            .map(|(unit, status)| (unit.written(), address_of(&unit), Badge::of_status(status, w)))
            .collect(),
        refused,
        frame: Frame::new(&Reader { address, ..reader.clone() }),
    })
}

pub(super) fn phases(w: &Words) -> Vec<(&'static str, String)> {
    let phases = [Phase::Collected, Phase::Processed, Phase::PostThaw].into_iter();
    phases.map(|phase| (phase.code(), w.t(&format!("phase-{}", phase.code())))).collect()
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    review: String,
    #[serde(default)]
    reason: String,
    /// The page of a unit from which it was sent, or nothing.
    #[serde(default)]
    back: String,
}

/// Agrees with a result, or rejects it.
pub(crate) async fn review(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let reason = sent.reason.trim();
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let said = review_of(&sent.review)?;
    match desk.store.review_result(&id, said, &acting).await {
        Ok(result) if sent.back == "unit" => Ok(Redirect::to(&address_of(&result.unit)).into_response()),
        Ok(_) => Ok(Redirect::to("/lab").into_response()),
        Err(error) => {
            let failure = Failure::from(error);
            if !failure.is_refusal() || failure.status() == axum::http::StatusCode::NOT_FOUND {
                return Err(failure);
            }
            let said = (failure.sentence(reader.lang), failure.code());
            let wishes = Wishes { test: String::new(), phase: String::new() };
            let page = page(&state, &reader, &wishes, Some(said)).await?;
            Ok(failure.on_page(page))
        }
    }
}
