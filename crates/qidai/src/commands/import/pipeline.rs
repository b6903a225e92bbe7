//! Reading on one thread, understanding on all cores, writing on the caller's: bounded queues in between,
//! so that a file of any length needs the memory of a few chunks.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use indicatif::ProgressBar;
use jiff::civil::Date;
use qidai_bank::CHUNK_ROWS;
use qidai_exchange::table::{Row, Table, TableError};
use qidai_exchange::{Issue, Reading, RowOutcome};
use qidai_hla::Nomenclature;

use super::judge::Judge;
use super::stop::Stop;
use crate::error::Failure;

/// Chunks waiting between two stages. More do not make it faster, the slowest stage decides.
const QUEUE_CHUNKS: usize = 4;

/// Makes a record out of a row, or tells all that is wrong with it.
pub(super) type Read<'a, R> = dyn Fn(&Row, &Reading<'_>) -> RowOutcome<R> + Sync + 'a;

/// What typings and dates are judged by.
pub(super) struct Judging<'r> {
    pub(super) nomenclature: Nomenclature<'r>,
    pub(super) today: Date,
}

/// A number that orders chunks, and what they hold.
type Chunk<T> = (usize, Vec<T>);

/// How the file ended when it did not end well.
pub(super) enum Ending {
    /// The rest of the file cannot be read; all rows before were given.
    Table(TableError),
    Stop(Stop),
}

/// Gives all rows of a table to `take`, in their order, in chunks of [`CHUNK_ROWS`].
pub(super) fn run<R: Send>(
    table: Table,
    read: &Read<'_, R>,
    judging: &Judging<'_>,
    progress: &ProgressBar,
    take: &mut dyn FnMut(Vec<RowOutcome<R>>) -> Result<(), Failure>,
) -> Result<(), Ending> {
    thread::scope(|scope| {
        let (raw_sender, raw) = sync_channel(QUEUE_CHUNKS);
        let (ready_sender, ready) = sync_channel(QUEUE_CHUNKS);
        let raw = std::sync::Arc::new(Mutex::new(raw));
        let reader = scope.spawn(move || split(table, &raw_sender, progress));
        let workers = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..workers {
            let (raw, ready_sender) = (raw.clone(), ready_sender.clone());
            scope.spawn(move || understand(&raw, &ready_sender, read, judging));
        }
        // Only the threads hold the queues' ends now: when one stage stops, all others do.
        drop((raw, ready_sender));
        let taken = in_order(ready, take);
        let file_end = reader.join();
        taken.map_err(|failure| Ending::Stop(failure.into()))?;
        match file_end {
            Ok(end) => end.map_err(Ending::Table),
            Err(_) => Err(Ending::Stop(reader_stopped().into())),
        }
    })
}

/// The reader: cuts the table into chunks.
fn split(
    table: Table,
    chunks: &SyncSender<Chunk<Result<Row, Issue>>>,
    progress: &ProgressBar,
) -> Result<(), TableError> {
    let mut number = 0;
    let mut rows = Vec::with_capacity(CHUNK_ROWS);
    let mut sink = |row| {
        rows.push(row);
        if rows.len() < CHUNK_ROWS {
            return ControlFlow::Continue(());
        }
        number += 1;
        match chunks.send((number, std::mem::replace(&mut rows, Vec::with_capacity(CHUNK_ROWS)))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    let end = table.for_each_row(&mut sink, &mut |bytes| progress.set_position(bytes));
    if !rows.is_empty() {
        // Nobody left to receive them means that the writer has its own reason to stop.
        let _ = chunks.send((number + 1, rows));
    }
    end
}

/// A worker: turns rows into records.
fn understand<R>(
    raw: &Mutex<Receiver<Chunk<Result<Row, Issue>>>>,
    ready: &SyncSender<Chunk<RowOutcome<R>>>,
    read: &Read<'_, R>,
    judging: &Judging<'_>,
) {
    let judge = Judge::new(judging.nomenclature);
    let check_hla = |text: &str| judge.check(text);
    let reading = Reading { today: judging.today, check_hla: &check_hla };
    loop {
        let next = raw.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, rows)) = next else { return };
        let outcomes = rows.into_iter().map(|row| match row {
            Ok(row) => read(&row, &reading),
            Err(issue) => RowOutcome {
                line: issue.row.unwrap_or(0),
                identity: None,
                fingerprint: 0,
                record: Err(vec![issue]),
            },
        });
        if ready.send((number, outcomes.collect())).is_err() {
            return;
        }
    }
}

/// The writer: chunks come back from the workers in any order.
fn in_order<R>(
    ready: Receiver<Chunk<RowOutcome<R>>>,
    take: &mut dyn FnMut(Vec<RowOutcome<R>>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut waiting = BTreeMap::new();
    let mut next = 1;
    for (number, outcomes) in ready {
        waiting.insert(number, outcomes);
        while let Some(outcomes) = waiting.remove(&next) {
            take(outcomes)?;
            next += 1;
        }
    }
    if waiting.is_empty() { Ok(()) } else { Err(reader_stopped()) }
}

fn reader_stopped() -> Failure {
    Failure::outage(
        "import_stopped",
        "A part of the program stopped while it read the file. What was accepted is kept; the import can be run again.",
    )
}
