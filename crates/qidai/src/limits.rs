//! How many requests one sender may make in a minute.
//!
//! A server counts by itself and tells the others through the database once a tenth of a budget is taken, so that no
//! request waits for the database and several servers share one budget, give or take a tenth for each of them. Guesses
//! at secrets – sign-ins, one-time links – are counted in the database one by one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{LimitTaken, Store};

use crate::app::Client;
use crate::error::{Failure, Kind};

/// All budgets are of one minute.
const WINDOW_SECONDS: i64 = 60;
/// Part of a budget after which the others are told.
const TOLD_AFTER: i64 = 10;
/// Senders that are counted at once; beyond, those who took least are forgotten.
const COUNTED_MAX: usize = 50_000;

/// Requests in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budgets {
    /// Sign-ins, and uses of one-time links, of one address.
    pub(crate) sign_in: i64,
    /// Other requests of one address without a sign-in.
    pub(crate) signed_out: i64,
    /// Of one account with a browser.
    pub(crate) account: i64,
    /// Of one token of a machine.
    pub(crate) token: i64,
}

impl Default for Budgets {
    /// A person clicks once in a second, with three requests; somebody guessing wants thousands.
    fn default() -> Self {
        Budgets { sign_in: 30, signed_out: 600, account: 6_000, token: 3_000 }
    }
}

/// What is left for a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) budget: i64,
    pub(crate) left: i64,
    pub(crate) resets_in_seconds: i64,
    pub(crate) is_within: bool,
}

/// The counts of this server.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) budgets: Budgets,
    counts: Mutex<HashMap<String, Count>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    window: i64,
    budget: i64,
    /// What all servers took, as far as the database has told.
    known: i64,
    /// On its way to the database.
    telling: i64,
    untold: i64,
}

impl Count {
    fn taken(&self) -> i64 {
        self.known + self.telling + self.untold
    }
}

impl Limits {
    pub(crate) fn new(budgets: Budgets) -> Limits {
        Limits { budgets, counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<String, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one request from a budget.
    pub(crate) fn take(&self, bucket: &str, budget: i64, now: Timestamp) -> Standing {
        let window = now.as_second().div_euclid(WINDOW_SECONDS);
        let mut counts = self.counts();
        if counts.len() >= COUNTED_MAX {
            forget(&mut counts, window);
        }
        let count = match counts.get_mut(bucket) {
            Some(count) => count,
            None => counts.entry(bucket.to_owned()).or_default(),
        };
        if count.window != window {
            *count = Count { window, ..Count::default() };
        }
        count.budget = budget;
        let is_within = count.taken() < budget;
        count.untold += i64::from(is_within);
        let resets_in_seconds = WINDOW_SECONDS - now.as_second().rem_euclid(WINDOW_SECONDS);
        Standing { budget, left: (budget - count.taken()).max(0), resets_in_seconds, is_within }
    }

    /// Tells the database what was taken, where it is worth it, and learns what the others took.
    ///
    /// # Errors
    /// The database fails: what was not told is told next time.
    pub(crate) async fn settle(&self, store: &Store, now: Timestamp) -> Result<(), Failure> {
        let told = self.due(now.as_second().div_euclid(WINDOW_SECONDS));
        match store.settle_limits(&told).await {
            Ok(totals) => {
                self.learn(&told, &totals);
                Ok(())
            }
            Err(error) => {
                self.learn(&told, &[]);
                Err(error.into())
            }
        }
    }

    fn due(&self, window: i64) -> Vec<LimitTaken> {
        let mut counts = self.counts();
        counts.retain(|_, count| count.window >= window);
        let due = counts.iter_mut().filter(|(_, count)| count.untold >= (count.budget / TOLD_AFTER).max(1));
        due.map(|(bucket, count)| {
            (count.telling, count.untold) = (count.untold, 0);
            let window_us = count.window * WINDOW_SECONDS * 1_000_000;
            LimitTaken { bucket: bucket.clone(), window_us, taken: count.telling }
        })
        .collect()
    }

    /// Without totals the database was not reached.
    fn learn(&self, told: &[LimitTaken], totals: &[i64]) {
        let mut counts = self.counts();
        for (at, told) in told.iter().enumerate() {
            let Some(count) = counts.get_mut(&told.bucket) else { continue };
            if count.window * WINDOW_SECONDS * 1_000_000 != told.window_us {
                continue;
            }
            match totals.get(at) {
                Some(total) => count.known = *total,
                None => count.untold += count.telling,
            }
            count.telling = 0;
        }
    }

    /// Takes one attempt at a secret from the budget that all servers count together.
    ///
    /// # Errors
    /// `sign_in_too_often`; the database fails.
    pub(crate) async fn take_attempt(
        &self,
        store: &Store,
        kind: &str,
        client: &Client,
    ) -> Result<(), Failure> {
        let now = Timestamp::now();
        let minute = SignedDuration::from_secs(WINDOW_SECONDS);
        let bucket = format!("{kind}/{}", of_address(client));
        if store.take_from_limit(&bucket, self.budgets.sign_in, minute, now).await? {
            return Ok(());
        }
        let sentence =
            "There were too many attempts from your address in this minute: wait for the next one.";
        let seconds = WINDOW_SECONDS - now.as_second().rem_euclid(WINDOW_SECONDS);
        Err(Failure::new(Kind::TooOften, "sign_in_too_often", sentence).wait(seconds.unsigned_abs()))
    }
}

/// Makes room: old windows first, then those who took little.
fn forget(counts: &mut HashMap<String, Count>, window: i64) {
    counts.retain(|_, count| count.window == window);
    if counts.len() >= COUNTED_MAX {
        counts.retain(|_, count| count.taken() * 2 > count.budget);
    }
}

/// The address of a sender; of IPv6 the first 64 bits, which one household or firm has to itself.
pub(crate) fn of_address(client: &Client) -> String {
    match client.address {
        None => "unknown".to_owned(),
        Some(std::net::IpAddr::V4(address)) => address.to_string(),
        Some(std::net::IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_budget_ends_and_begins_again_with_the_minute() {
        let limits = Limits::default();
        for left in [2, 1, 0] {
            let standing = limits.take("a", 3, at(61));
            assert_eq!((standing.left, standing.is_within, standing.resets_in_seconds), (left, true, 59));
        }
        assert!(!limits.take("a", 3, at(119)).is_within);
        assert!(limits.take("b", 3, at(119)).is_within, "another sender");
        assert!(limits.take("a", 3, at(120)).is_within, "another minute");
    }

    #[tokio::test]
    async fn two_servers_share_a_budget() {
        let store = Store::in_memory().await.unwrap();
        let (one, other) = (Limits::default(), Limits::default());
        for _ in 0..60 {
            assert!(one.take("a", 100, at(0)).is_within);
        }
        one.settle(&store, at(1)).await.unwrap();
        for _ in 0..10 {
            assert!(other.take("a", 100, at(2)).is_within);
        }
        other.settle(&store, at(2)).await.unwrap();
        let taken = (0..100).filter(|_| other.take("a", 100, at(3)).is_within).count();
        assert_eq!(taken, 30, "the other server knows of the first one's sixty");
        other.settle(&store, at(3)).await.unwrap();
        // The first one has told nothing new, so it does not know yet: a tenth later it does.
        let more = (0..40).filter(|_| one.take("a", 100, at(3)).is_within).count();
        one.settle(&store, at(4)).await.unwrap();
        assert!(!one.take("a", 100, at(4)).is_within);
        assert_eq!(more, 40, "what is taken before a server is told is the price of not asking each time");
    }

    #[tokio::test]
    async fn little_is_not_told_and_what_could_not_be_told_is_not_lost() {
        let store = Store::in_memory().await.unwrap();
        let limits = Limits::default();
        for _ in 0..9 {
            limits.take("a", 100, at(0));
        }
        assert!(limits.due(0).is_empty(), "not yet a tenth");
        limits.take("a", 100, at(0));
        store.close_for_all().await.unwrap();
        assert!(limits.settle(&store, at(1)).await.is_err());
        assert_eq!(limits.take("a", 100, at(1)).left, 89);
    }
}
