//! How long an import holds the writer, while nobody else can write: its wait for others is not counted.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use qidai_bank::WriterTurn;

/// The turns of one import.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<Times>);

#[derive(Debug, Default)]
struct Times {
    /// When the turn that lasts was taken.
    taken: Option<Instant>,
    last: Duration,
    longest: Duration,
}

impl Turns {
    pub(super) fn note(&self, turn: WriterTurn) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match turn {
            WriterTurn::Taken => times.taken = Some(Instant::now()),
            WriterTurn::Ended => {
                let held = times.taken.take().map(|taken| taken.elapsed());
                times.last = held.unwrap_or_default();
                times.longest = times.longest.max(times.last);
            }
        }
    }

    /// How long the turn that ended last was held.
    pub(super) fn last(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    pub(super) fn longest_ms(&self) -> u128 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).longest.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_time_between_taken_and_ended_counts() {
        let turns = Turns::default();
        std::thread::sleep(Duration::from_millis(30));
        turns.note(WriterTurn::Taken);
        turns.note(WriterTurn::Ended);
        std::thread::sleep(Duration::from_millis(30));
        assert!(turns.longest_ms() < 25, "{turns:?}");
        turns.note(WriterTurn::Taken);
        std::thread::sleep(Duration::from_millis(30));
        turns.note(WriterTurn::Ended);
        assert!(turns.longest_ms() >= 30, "{turns:?}");
    }
}
