//! Keeps the pools in step with their files.

use std::time::Duration;

use crate::app::AppState;
use crate::error::Failure;
use crate::pools::Looked;

/// A registry's list comes once a day; a look at a file costs nothing.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks at the files for as long as the server runs; making a pool ready takes a thread that answers nobody.
pub(crate) async fn keep_pools(state: AppState) {
    loop {
        let working = state.clone();
        let looked = tokio::task::spawn_blocking(move || look(&working)).await;
        if let Err(error) = looked {
            let sentence = "The pools could not be looked at.";
            Failure::outage("task_interrupted", sentence).because(&error).write_log("looking at pools");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn look(state: &AppState) {
    for pool in state.pools().iter() {
        let looked = pool.look(&state.catalogue());
        let now = pool.state();
        let rows = now.loaded.as_ref().map_or(0, |loaded| loaded.snapshot().row_count());
        state.monitor().pool(&pool.name, rows, now.problem.is_some());
        match (looked, &now.problem) {
            (Looked::Replaced, _) => tracing::info!(pool = pool.name, rows, "a pool is in use"),
            (Looked::Failed, Some(failure)) => {
                tracing::warn!(
                    pool = pool.name,
                    code = failure.code(),
                    "a pool cannot be used; the last one stays"
                );
            }
            _ => {}
        }
    }
}
