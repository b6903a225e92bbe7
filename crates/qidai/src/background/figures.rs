//! Figures of today and the numbers of units, computed again when the bank has changed: who opens the board does not wait for them.

use std::time::{Duration, Instant};

use crate::app::AppState;
use crate::error::Failure;

/// How often it is looked whether the bank has changed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// While others write, figures are computed for at most so much of the time.
const SHARE: u32 = 5;

/// Runs for as long as the server. What is shown says up to which event it is.
pub(crate) async fn keep_figures(state: AppState) {
    loop {
        let begun = Instant::now();
        if let Err(failure) = refresh(&state).await {
            failure.write_log("computing figures");
        }
        tokio::time::sleep(LOOK_EVERY.max(begun.elapsed() * (SHARE - 1))).await;
    }
}

async fn refresh(state: &AppState) -> Result<(), Failure> {
    state.refresh_unit_counts().await?;
    state.figure_shelf().refresh(state.desk()).await
}
