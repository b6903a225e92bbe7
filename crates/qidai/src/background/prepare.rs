//! Imputes the bank's typings before the first search asks for them.
//!
//! A search imputes what it lists and finds new; a bank of hundreds of thousands of units would pay for that with its first
//! searches. So they are gone through once after a start, and once after the frequencies or the release changed.

use std::sync::Arc;
use std::time::Duration;

use crate::app::AppState;
use crate::error::Failure;

/// Searches have their turn between two pieces of work.
const REST: Duration = Duration::from_millis(5);
/// How often it is looked whether frequencies or release are others.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Prepares for as long as the server runs.
pub(crate) async fn prepare(state: AppState) {
    loop {
        let catalogue = state.catalogue();
        let mut next = Some(0);
        while let Some(from) = next {
            let working = Arc::clone(&catalogue);
            match tokio::task::spawn_blocking(move || working.prepare(from)).await {
                Ok(done) => next = done,
                Err(error) => {
                    let sentence = "The typings of the bank could not be prepared.";
                    let failure = Failure::outage("task_interrupted", sentence).because(&error);
                    failure.write_log("preparing typings");
                    return;
                }
            }
            tokio::time::sleep(REST).await;
        }
        while state.catalogue().predicts_as(&catalogue) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}
