//! Budgets of requests, told to the other servers of the bank; answers that nobody can ask for any more, removed.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::AppState;
use crate::error::Failure;

/// How often servers of one bank tell each other what was taken from budgets.
const SETTLE_EVERY: Duration = Duration::from_secs(1);
/// How often what has ended by itself is removed, in settlements.
const SWEEP_EVERY: u32 = 600;

/// Runs for as long as the server. While the database does not answer, each server counts for itself.
pub(crate) async fn keep_count(state: AppState) {
    for turn in 1_u32.. {
        tokio::time::sleep(SETTLE_EVERY).await;
        let (store, now) = (&state.desk().store, Timestamp::now());
        if let Err(failure) = state.limits().settle(store, now).await {
            failure.write_log("telling what was taken from limits");
        }
        if turn.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = store.sweep_requests(now).await
        {
            Failure::from(error).write_log("removing old answers");
        }
    }
}
