//! How long an import holds the writer, while nobody else can write: its wait for others is not counted.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use qidai_bank::WriterTurn;

/// The turn that lasts, and the longest that ended.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<(Option<Instant>, Duration)>);

impl Turns {
    pub(super) fn note(&self, turn: WriterTurn) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match turn {
            WriterTurn::Taken => times.0 = Some(Instant::now()),
            WriterTurn::Ended => {
                let held = times.0.take().map(|taken| taken.elapsed());
                times.1 = times.1.max(held.unwrap_or_default());
            }
        }
    }

    pub(super) fn longest_ms(&self) -> u128 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.as_millis()
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
