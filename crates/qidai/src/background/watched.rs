//! Asks watched searches again when the bank changed: what was touched is laid beside every question, and what became of it is raised as an alert.

use jiff::Timestamp;
use qidai_bank::{Acting, Job, NewRecord, Principal, RecordFilter, Role, workflow};
use qidai_match::search::Origin;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::AppState;
use crate::catalogue::{Catalogue, Repeated, SearchRequest, UnitHit};
use crate::error::Failure;

/// Units of an alert that are named; all are counted.
const NAMED_MAX: usize = 50;
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

async fn tell(state: &AppState, [before, after]: [Catalogue; 2], generation: u64) -> Result<(), Failure> {
    let watched = watched(state).await?;
    let concept = workflow::known("search_alert").map_err(qidai_bank::BankError::from)?;
    let work = move || -> Vec<NewRecord> {
        let alert = |(number, question): &(String, SearchRequest)| {
            let asked = after.understand(question).ok()?;
            let repeated = Repeated::between(&before, &after, &asked);
            let fields = (!repeated.is_empty()).then(|| fields(number, generation, &repeated))?;
            Some(NewRecord { concept, site: None, fields })
        };
        watched.par_iter().filter_map(alert).collect()
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

/// Number and question of each search that is watched; one that can no longer be read is said in the log.
async fn watched(state: &AppState) -> Result<Vec<(String, SearchRequest)>, Failure> {
    let desk = state.desk();
    let concept = workflow::known("watched_search").map_err(qidai_bank::BankError::from)?;
    let filter = RecordFilter { states: vec!["watching".to_owned()], ..RecordFilter::default() };
    let reader = Principal::console_as("search", Role::SearchCoordinator);
    let (mut all, mut after): (Vec<(String, SearchRequest)>, Option<String>) = (Vec::new(), None);
    loop {
        let lines = desk.store.record_page(concept, &filter, (after.as_deref(), PAGE), &reader).await?;
        let Some(last) = lines.last() else { return Ok(all) };
        after = Some(last.cursor().to_owned());
        for line in &lines {
            let question = line.fields.iter().find(|(field, _)| *field == "question").map(|(_, text)| text);
            match question.and_then(|text| serde_json::from_str(text).ok()) {
                Some(question) => all.push((line.number.clone(), question)),
                None => {
                    tracing::warn!(number = %line.number, "the question of a watched search cannot be read");
                }
            }
        }
    }
}

fn fields(number: &str, generation: u64, repeated: &Repeated) -> Vec<(String, String)> {
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
        ("search", number.to_owned()),
        ("generation", generation.to_string()),
        ("new_units", repeated.new.len().to_string()),
        ("changed_units", repeated.changed.len().to_string()),
        ("gone_units", repeated.gone.len().to_string()),
        ("best", best.unwrap_or_default()),
        ("what", what.join("\n")),
    ];
    fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
}
