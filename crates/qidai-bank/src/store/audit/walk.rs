//! The walk along the history: every hash again, in order, and the sums of what the events write.

use std::collections::BTreeMap;

use futures::future::join;
use rayon::prelude::*;

use super::OnProgress;
use super::derived;
use super::event_page::{self, Page, RawEvent};
use super::sums::Sums;
use crate::Checkpoint;
use crate::audit::{Finding, Head, Progress, Stage, Verification};
use crate::chain::{self, BEFORE_FIRST, Hash};
use crate::digest::{bytes_of, hexadecimal};
use crate::store::StoreError;
use crate::store::database::Reader;

/// Verifies the chain and the checkpoints, and adds what events write to the sums.
pub(super) async fn chain(
    reader: Reader<'_>,
    sums: &Sums,
    checkpoints: &[Checkpoint],
    progress: &mut OnProgress<'_>,
) -> Result<Verification, StoreError> {
    let total = event_page::count(reader).await?;
    let mut walk = Walk::new(checkpoints);
    let mut page = event_page::fetch(reader, None).await?;
    while let Some(current) = page {
        let next = event_page::fetch(reader, Some(current.last));
        let ((), next) = {
            let work = async { walk.take(&current, sums) };
            let (next, ()) = join(next, work).await;
            ((), next)
        };
        progress(Progress { stage: Stage::Chain, done: walk.found.events, total });
        page = next?;
    }
    Ok(walk.end(checkpoints))
}

struct Walk<'c> {
    found: Verification,
    /// The number and the hash of the event before, as the history has them.
    before: (i64, Hash),
    /// Checkpoints by the number of their event.
    checkpoints: BTreeMap<i64, Vec<&'c Checkpoint>>,
}

/// What can be computed of an event without the one before.
struct Digested {
    content: Hash,
    /// The hash it has.
    hash: Option<Hash>,
    /// Why its changes could not be read.
    unreadable: Option<String>,
}

impl<'c> Walk<'c> {
    fn new(checkpoints: &'c [Checkpoint]) -> Self {
        let mut by_sequence: BTreeMap<i64, Vec<&Checkpoint>> = BTreeMap::new();
        for checkpoint in checkpoints {
            by_sequence.entry(sequence_of(checkpoint)).or_default().push(checkpoint);
        }
        let found = Verification {
            head: Head { sequence: 0, hash: BEFORE_FIRST },
            events: 0,
            rows: 0,
            findings: Vec::new(),
            more: 0,
            checkpoint: None,
        };
        Self { found, before: (0, BEFORE_FIRST), checkpoints: by_sequence }
    }

    /// Digests on all cores, then link by link.
    fn take(&mut self, page: &Page, sums: &Sums) {
        let events = page.events();
        let digested: Vec<Digested> = events.par_iter().map(|event| digest(event, sums)).collect();
        for (event, digested) in events.iter().zip(digested) {
            self.link(event.sequence, digested);
        }
        self.found.events += events.len() as u64;
    }

    fn link(&mut self, sequence: i64, digested: Digested) {
        let (last, hash_before) = self.before;
        if sequence <= 0 {
            self.found.add(Finding::of_event("event_inserted", sequence));
            return;
        }
        let follows = sequence == last + 1;
        if !follows {
            self.tell_missing(last + 1, sequence - 1);
        }
        let expected = chain::link(&hash_before, &digested.content);
        // The hash behind a gap cannot be computed; the gap is the finding.
        if follows && digested.hash != Some(expected) {
            let finding = Finding::of_event("event_changed", sequence).column("hash");
            let found = digested.hash.map(|hash| hexadecimal(&hash));
            self.found.add(finding.expected(hexadecimal(&expected)).found(found));
        }
        if let Some(reason) = digested.unreadable {
            self.found.add(Finding::of_event("event_unreadable", sequence).column("changes").found(reason));
        }
        // Going on from the hash that is there names each further change by itself.
        let hash = digested.hash.unwrap_or(expected);
        self.compare_checkpoints(sequence, &hash);
        self.before = (sequence, hash);
    }

    fn tell_missing(&mut self, first: i64, last: i64) {
        let row = if first == last { first.to_string() } else { format!("{first} to {last}") };
        self.found.add(Finding::new("event_missing", "history", row));
    }

    fn compare_checkpoints(&mut self, sequence: i64, hash: &Hash) {
        for checkpoint in self.checkpoints.remove(&sequence).unwrap_or_default() {
            let found = hexadecimal(hash);
            if checkpoint.hash == found {
                self.found.checkpoint = Some(checkpoint.clone());
            } else {
                let finding = Finding::of_event("checkpoint_differs", sequence).column("hash");
                self.found.add(finding.expected(checkpoint.hash.clone()).found(found));
            }
        }
    }

    fn end(mut self, checkpoints: &[Checkpoint]) -> Verification {
        let (last, hash) = self.before;
        self.found.head = Head { sequence: last.unsigned_abs(), hash };
        // An empty history has the hash before the first event.
        self.compare_checkpoints(0, &BEFORE_FIRST);
        let newest = checkpoints.iter().max_by_key(|checkpoint| checkpoint.sequence);
        if let Some(newest) = newest.filter(|newest| sequence_of(newest) > last) {
            let row = match sequence_of(newest) - last {
                1 => newest.sequence.to_string(),
                _ => format!("{} to {}", last + 1, newest.sequence),
            };
            let finding = Finding::new("tail_cut", "history", row).column("sequence");
            let expected = format!("{} (checkpoint of {})", newest.sequence, newest.time);
            self.found.add(finding.expected(expected).found(last.to_string()));
        }
        self.found
    }
}

fn sequence_of(checkpoint: &Checkpoint) -> i64 {
    i64::try_from(checkpoint.sequence).unwrap_or(i64::MAX)
}

fn digest(event: &RawEvent<'_>, sums: &Sums) -> Digested {
    let hash = std::str::from_utf8(event.hash).ok().and_then(bytes_of);
    match event.whole() {
        Ok(whole) => {
            let unreadable = take_changes(event, &whole.changes, sums).err();
            Digested { content: chain::digest_of(&whole.canonical), hash, unreadable }
        }
        // Whatever stands where something packed should is part of the event, and no hash was made of it.
        Err(reason) => {
            let found = [event.canonical, event.packed.unwrap_or_default()].concat();
            Digested { content: chain::digest_of(&found), hash, unreadable: Some(reason) }
        }
    }
}

fn take_changes(event: &RawEvent<'_>, changes: &[u8], sums: &Sums) -> Result<(), String> {
    let changes = derived::all_changes(event, changes).map_err(|error| error.to_string())?;
    match changes.iter().find(|change| !sums.take_change(change)) {
        Some(stranger) => Err(format!("no audited table is called '{}'", stranger.table)),
        None => Ok(()),
    }
}
