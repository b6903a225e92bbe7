//! What is told of a search, to whom, and under which case.

use jiff::Timestamp;
use qidai_bank::{Acting, Given, Permission, Record, SearchRun, Store, workflow};
use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;

/// A search as it is told: the candidates of that day, the receipt, and the case under which it leaves.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Told {
    #[schema(example = "REQ-2026-0001")]
    pub(crate) request: String,
    /// `preliminary` or `formal`.
    pub(crate) kind: String,
    /// Code of the request's state.
    pub(crate) state: String,
    /// Number of the search within the request.
    pub(crate) search: u64,
    pub(crate) patient: String,
    /// The centre's own code of the patient.
    pub(crate) pseudonym: String,
    pub(crate) requester: String,
    /// `domestic` or `foreign`.
    pub(crate) origin: String,
    /// `donor_family` has priority.
    pub(crate) priority: String,
    pub(crate) asked_on: String,
    pub(crate) due_on: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) run_at: Timestamp,
    /// Since when it is reported; null before.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) reported_at: Option<Timestamp>,
    /// Number of the record of the human-genetic-resources case; null where none is needed.
    pub(crate) hgr_case: Option<String>,
    /// The approval as the authority numbered it.
    pub(crate) hgr_approval: Option<String>,
    /// What is answered, in the coordinator's words.
    pub(crate) reply: Option<String>,
    /// The answer as it was computed: units, exclusions, receipt.
    #[schema(value_type = Object)]
    pub(crate) answer: Value,
}

/// What a search is told for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Somebody looks. The bank's own staff may before the report, and may afterwards whatever became of the case.
    Look,
    /// The report that is sent: only once the request is reported, and abroad only under a case, each time anew.
    Report,
}

/// Tells one search of a request, the last one where none is named.
///
/// # Errors
/// `record_unknown`, `search_run_unknown`, `request_not_reported`, `hgr_case_missing`.
pub(crate) async fn told(
    store: &Store,
    (number, search): (&str, Option<u64>),
    (purpose, acting): (Purpose, &Acting<'_>),
) -> Result<Told, Failure> {
    let request = store.record(workflow::known("search_request")?, number, acting.principal).await?;
    let runs = store.search_runs(number, acting.principal).await?;
    let last = runs.first().map_or(1, |run| run.serial);
    let (run, content) = store.search_run(number, search.unwrap_or(last), acting.principal).await?;
    let patient = store.record(workflow::known("patient")?, &run.patient, acting.principal).await?;
    let site = request.site.as_deref();
    let staff = [Permission::OrderManage, Permission::HistoryView];
    if purpose == Purpose::Report || acting.principal.may_any(&staff, site).is_err() {
        give(store, (&request, &patient), acting).await?;
    }
    let case = request.field("hgr_case").map(str::to_owned);
    let cover = store.hgr_cover(case.as_deref()).await?;
    let answer: Value = serde_json::from_slice(&content).map_err(|error| {
        Failure::outage("internal_error", "The answer could not be read.").because(&error)
    })?;
    Ok(view(&request, &patient, &run, answer, cover.map(|cover| cover.approval_number)))
}

/// To who would read it: the requester, and the centre of the patient.
async fn give(
    store: &Store,
    (request, patient): (&Record, &Record),
    acting: &Acting<'_>,
) -> Result<(), Failure> {
    if !is_reported(request) {
        let sentence =
            format!("{} was not reported yet: what was found is told with the report.", request.number);
        return Err(
            Failure::refused("request_not_reported", sentence).with("request", request.number.as_str())
        );
    }
    let receivers = [request.field("requester"), patient.field("centre")];
    let mut given: Vec<&str> = Vec::new();
    for receiver in receivers.into_iter().flatten() {
        if !given.contains(&receiver) {
            store.give_to(receiver, Given::Report, acting).await?;
            given.push(receiver);
        }
    }
    Ok(())
}

fn is_reported(request: &Record) -> bool {
    matches!(request.state.code, "reported" | "closed")
}

fn view(
    request: &Record,
    patient: &Record,
    run: &SearchRun,
    answer: Value,
    approval: Option<String>,
) -> Told {
    let own = |field: &str| request.field(field).unwrap_or_default().to_owned();
    Told {
        request: request.number.clone(),
        kind: own("kind"),
        state: request.state.code.to_owned(),
        search: run.serial,
        patient: patient.number.clone(),
        pseudonym: patient.field("pseudonym").unwrap_or_default().to_owned(),
        requester: own("requester"),
        origin: own("origin"),
        priority: own("priority"),
        asked_on: own("asked_on"),
        due_on: request.field("due_on").map(str::to_owned),
        run_at: run.run_at,
        reported_at: is_reported(request).then_some(request.entered_at),
        hgr_case: request.field("hgr_case").map(str::to_owned),
        hgr_approval: approval,
        reply: request.field("reply").map(str::to_owned),
        answer,
    }
}
