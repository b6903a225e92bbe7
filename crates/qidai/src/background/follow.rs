//! Keeps the pages in step with the bank: what another program changed is found without a new start.

use std::time::{Duration, Instant};

use crate::app::AppState;
use crate::catalogue::{BankArgs, Catalogue};
use crate::error::Failure;

/// Pause between two looks at the bank. With the tenths of a second that a province's snapshot takes to be brought up
/// to date, a new unit is found within a second.
const PAUSE: Duration = Duration::from_millis(100);
/// While another program writes without pause, the server does other things at least half of the time …
const PAUSE_MAX: Duration = Duration::from_millis(400);
/// … and looks this often whether the tables are still of its version.
const CHECK_TABLES_EVERY: Duration = Duration::from_secs(2);
/// The file beside the bank is written no more often: it is a hundred bytes for each unit.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// Follows the bank for as long as the server runs. While the bank does not answer, searches go on in the last
/// snapshot, which names its generation.
pub(crate) async fn follow(bank: BankArgs, state: AppState) {
    let mut kept = Instant::now();
    let mut checked = Instant::now();
    loop {
        let begun = Instant::now();
        if let Err(failure) = look(&bank, &state, &mut kept, &mut checked).await {
            state.monitor().bank_silent(failure.code());
            failure.write_log("following the bank");
        }
        tokio::time::sleep((begun.elapsed() * 2).clamp(PAUSE, PAUSE_MAX)).await;
    }
}

async fn look(
    bank: &BankArgs,
    state: &AppState,
    kept: &mut Instant,
    checked: &mut Instant,
) -> Result<(), Failure> {
    let store = &state.desk().store;
    if checked.elapsed() > CHECK_TABLES_EVERY {
        store.check_tables().await?;
        *checked = Instant::now();
    }
    let last = state.catalogue();
    if let Some(newer) = last.newer(store, bank).await? {
        let is_changed = !newer.has_content_of(&last);
        state.replace_catalogue(newer);
        if is_changed && kept.elapsed() > KEEP_EVERY {
            keep(bank, state).await?;
            *kept = Instant::now();
        }
    }
    state.monitor().bank_answered(state.catalogue().generation());
    Ok(())
}

async fn keep(bank: &BankArgs, state: &AppState) -> Result<(), Failure> {
    let (catalogue, bank) = (state.catalogue(), bank.clone());
    let kept = tokio::task::spawn_blocking(move || Catalogue::kept(&catalogue, &bank)).await;
    let kept = kept.map_err(|error| {
        Failure::outage("task_interrupted", "The search snapshot could not be written.").because(&error)
    })?;
    state.replace_catalogue(kept?);
    Ok(())
}
