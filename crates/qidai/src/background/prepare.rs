//! Imputes the bank's typings before the first search asks for them.
//!
//! A search imputes what it lists and finds new; a bank of hundreds of thousands of units would pay for that with its first
//! searches. So they are gone through once after a start, and once after the frequencies or the release changed.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use rayon::ThreadPoolBuilder;

use crate::app::AppState;
use crate::error::Failure;

/// Searches have their turn between two pieces of work.
const REST: Duration = Duration::from_millis(5);
/// How often it is looked whether frequencies or release are others.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Prepares for as long as the server runs, with half of the cores at most: pages are answered meanwhile.
pub(crate) async fn prepare(state: AppState) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let workers = match ThreadPoolBuilder::new().num_threads((cores / 2).max(1)).build() {
        Ok(workers) => Arc::new(workers),
        Err(error) => return tell(&error),
    };
    loop {
        let catalogue = state.catalogue();
        let mut next = Some(0);
        while let Some(from) = next {
            let (working, workers) = (Arc::clone(&catalogue), Arc::clone(&workers));
            match tokio::task::spawn_blocking(move || workers.install(|| working.prepare(from))).await {
                Ok(done) => next = done,
                Err(error) => return tell(&error),
            }
            tokio::time::sleep(REST).await;
        }
        while state.catalogue().predicts_as(&catalogue) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn tell(error: &dyn std::error::Error) {
    let failure = Failure::outage("task_interrupted", "The typings of the bank could not be prepared.");
    failure.because(error).write_log("preparing typings");
}
