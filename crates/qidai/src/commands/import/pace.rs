//! How many rows are written in one go: as many as the database takes in a tenth of a second.

use std::cell::Cell;
use std::time::Duration;

use qidai_bank::CHUNK_ROWS;

/// A write that held the writer for longer is followed by smaller ones: nobody waits for 200 ms …
const LONG: Duration = Duration::from_millis(100);
/// … and one that was shorter by larger ones.
const SHORT: Duration = Duration::from_millis(50);
/// Below this each row costs more than it waits.
const ROWS_MIN: usize = 50;

/// The size of the next write.
pub(super) struct Pace(Cell<usize>);

impl Pace {
    /// Begins small: how fast the database is will be seen.
    pub(super) fn new() -> Pace {
        Pace(Cell::new(CHUNK_ROWS / 4))
    }

    pub(super) fn rows(&self) -> usize {
        self.0.get()
    }

    /// A write of the present size held the writer for so long.
    pub(super) fn note(&self, held: Duration) {
        let rows = self.0.get();
        let next = if held > LONG {
            rows / 2
        } else if held < SHORT {
            rows + rows / 4
        } else {
            rows
        };
        self.0.set(next.clamp(ROWS_MIN, CHUNK_ROWS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_become_as_large_as_the_database_is_fast() {
        let pace = Pace::new();
        // Half a millisecond for each row.
        (0..20).for_each(|_| pace.note(Duration::from_micros(500) * pace.rows() as u32));
        assert!((100..=200).contains(&pace.rows()), "{}", pace.rows());
        (0..20).for_each(|_| pace.note(Duration::from_millis(5)));
        assert_eq!(pace.rows(), CHUNK_ROWS);
        (0..20).for_each(|_| pace.note(Duration::from_secs(1)));
        assert_eq!(pace.rows(), ROWS_MIN);
    }
}
