//! Tells somebody outside when the writer's turn is taken and when it ends: how long it was held is for those to say who
//! have a clock.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// A moment of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterTurn {
    /// All others wait from now on; the wait for them is over.
    Taken,
    /// Committed or rolled back.
    Ended,
}

/// Who is told.
pub type OnTurn = Arc<dyn Fn(WriterTurn) + Send + Sync>;

/// Nobody, or the first who asked.
#[derive(Default)]
pub(in crate::store) struct Watch(OnceLock<OnTurn>);

impl Watch {
    pub(in crate::store) fn set(&self, on_turn: OnTurn) {
        // The first one stays; a store has one owner who measures.
        let _ = self.0.set(on_turn);
    }

    pub(super) fn taken(&self) -> Option<Held> {
        let on_turn = self.0.get()?.clone();
        on_turn(WriterTurn::Taken);
        Some(Held(on_turn))
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Watch(somebody)" } else { "Watch(nobody)" })
    }
}

/// The turn while it lasts.
pub(super) struct Held(OnTurn);

impl Drop for Held {
    fn drop(&mut self) {
        (self.0)(WriterTurn::Ended);
    }
}
