//! Asks watched searches, and those of open requests, again when the bank changed: what was touched is laid beside every question, and what became
//! of it is raised as an alert. So a unit that becomes available is told to the requests that it serves.

use jiff::Timestamp;
use qidai_bank::{Acting, Job, NewRecord, Principal, RecordFilter, RecordLine, Role, workflow};
use qidai_match::search::Origin;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::AppState;
use crate::catalogue::{Catalogue, Repeated, SearchRequest, UnitHit};
use crate::error::Failure;
use crate::requests;

/// Units of an alert that are named; all are counted.
const NAMED_MAX: usize = 50;
/// States of requests whose patients are still looked for.
const OPEN: [&str; 3] = ["accepted", "searched", "reported"];
/// Records of one page.
const PAGE: u32 = 500;

/// Up to where the watched searches were asked; what the job remembers.
#[derive(Serialize, Deserialize)]
struct Cursor {
    generation: u64,
    history_hash: [u8; 32],
}

/// One turn. The first one begins with the present state.
pub(super) async fn repeat(state: &AppState, job: &Job, owner: &str) -> Result<(), Failure> {
    let (desk, catalogue) = (state.desk(), state.catalogue());
    let now = catalogue.snapshot().origin();
    let last = serde_json::from_str::<Cursor>(&job.payload).ok();
    if let Some(last) = &last {
        if last.generation == now.generation && last.history_hash == now.history_hash {
            return Ok(());
        }
        let then = Origin { generation: last.generation, history_hash: last.history_hash };
        match catalogue.touched_since(&desk.store, then).await? {
            Some(both) if both.iter().any(|part| part.snapshot().row_count() > 0) => {
                tell(state, both, now.generation).await?;
            }
            Some(_) => {}
            None => tracing::warn!(
                generation = last.generation,
                "what happened since cannot be told; watched searches go on from here"
            ),
        }
    }
    let cursor = Cursor { generation: now.generation, history_hash: now.history_hash };
    let payload = serde_json::to_string(&cursor).unwrap_or_default();
    desk.store.remember_in_job(job, owner, &payload).await?;
    Ok(())
}

/// A question that goes on by itself, and whom its alerts are for.
struct Watch {
    question: SearchRequest,
    site: Option<String>,
    /// Fields of its alerts that name it: watched search, request, patient.
    names: Vec<(&'static str, String)>,
}

async fn tell(state: &AppState, [before, after]: [Catalogue; 2], generation: u64) -> Result<(), Failure> {
    let reader = Principal::console_as("search", Role::SearchCoordinator);
    let mut watches = watched(state, &reader).await?;
    watches.extend(of_open_requests(state, &reader, &watches).await?);
    let concept = workflow::known("search_alert").map_err(qidai_bank::BankError::from)?;
    let work = move || -> Vec<NewRecord> {
        let alert = |watch: &Watch| {
            let asked = after.understand(&watch.question).ok()?;
            let repeated = Repeated::between(&before, &after, &asked);
            let fields = (!repeated.is_empty()).then(|| fields(watch, generation, &repeated))?;
            Some(NewRecord { concept, site: watch.site.clone(), fields })
        };
        watches.par_iter().filter_map(alert).collect()
    };
    let alerts = tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::outage("task_interrupted", "Watched searches could not be asked again.").because(&error)
    })?;
    let desk = state.desk();
    let (ids, random) = desk.sources();
    let system = Principal::system("search");
    desk.store.raise_records(&alerts, &Acting::new(&system, Timestamp::now(), ids, random)).await?;
    Ok(())
}

/// The searches that are watched; one whose question can no longer be read is said in the log.
async fn watched(state: &AppState, reader: &Principal) -> Result<Vec<Watch>, Failure> {
    let lines = lines(state, "watched_search", &["watching"], reader).await?;
    let watch = |line: &RecordLine| {
        let Some(question) = line.field("question").and_then(|text| serde_json::from_str(text).ok()) else {
            tracing::warn!(number = %line.number, "the question of a watched search cannot be read");
            return None;
        };
        let own = ["request", "patient"]
            .into_iter()
            .filter_map(|field| Some((field, line.field(field)?.to_owned())));
        let names = std::iter::once(("search", line.number.clone())).chain(own).collect();
        Some(Watch { question, site: line.site.clone(), names })
    };
    Ok(lines.iter().filter_map(watch).collect())
}

/// Requests that somebody still looks for, with the typing, weight and antibodies of now; those that are watched by name already are left out.
async fn of_open_requests(
    state: &AppState,
    reader: &Principal,
    watched: &[Watch],
) -> Result<Vec<Watch>, Failure> {
    let is_watched = |number: &str| {
        watched
            .iter()
            .any(|watch| watch.names.iter().any(|(field, name)| *field == "request" && name == number))
    };
    let mut all = Vec::new();
    for line in lines(state, "search_request", &OPEN, reader).await? {
        if is_watched(&line.number) {
            continue;
        }
        let asked = state.desk().store.search_question(&line.number, reader).await?;
        // A patient without a typing is asked for by nothing.
        let Ok(question) = requests::asked(&asked) else { continue };
        let names = vec![("request", line.number.clone()), ("patient", asked.patient.number.clone())];
        all.push(Watch { question, site: line.site.clone(), names });
    }
    Ok(all)
}

/// All records of a register in these states.
async fn lines(
    state: &AppState,
    register: &str,
    states: &[&str],
    reader: &Principal,
) -> Result<Vec<RecordLine>, Failure> {
    let concept = workflow::known(register).map_err(qidai_bank::BankError::from)?;
    let states = states.iter().map(|state| (*state).to_owned()).collect();
    let filter = RecordFilter { states, ..RecordFilter::default() };
    let (mut all, mut after): (Vec<RecordLine>, Option<String>) = (Vec::new(), None);
    loop {
        let page = state.desk().store.record_page(concept, &filter, (after.as_deref(), PAGE), reader).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.cursor().to_owned());
        all.extend(page);
    }
}

fn fields(watch: &Watch, generation: u64, repeated: &Repeated) -> Vec<(String, String)> {
    let class =
        |unit: &UnitHit| unit.x8.map_or("-".to_owned(), |range| format!("{}-{}/8", range.worst, range.best));
    let line = |sign: &str, unit: &UnitHit| format!("{sign} {} {}", unit.din, class(unit));
    let new = repeated.new.iter().map(|unit| line("+", unit));
    let changed =
        repeated.changed.iter().map(|one| format!("{} {}", line("~", &one.now), one.fields.join(" ")));
    let gone = repeated.gone.iter().map(|unit| line("-", unit));
    let what: Vec<String> = new.chain(changed).chain(gone).take(NAMED_MAX).collect();
    let best = repeated.new.first().map(|unit| format!("{} {}", unit.din, class(unit)));
    let fields = [
        ("generation", generation.to_string()),
        ("new_units", repeated.new.len().to_string()),
        ("changed_units", repeated.changed.len().to_string()),
        ("gone_units", repeated.gone.len().to_string()),
        ("best", best.unwrap_or_default()),
        ("what", what.join("\n")),
    ];
    let named = watch.names.iter().cloned().chain(fields);
    named.map(|(field, value)| (field.to_owned(), value)).collect()
}
