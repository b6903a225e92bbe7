//! Tables for long batches: a level is prepared once enough lines have asked for it, and answers the rest many times faster.

use std::cell::RefCell;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use qidai_hla::Nomenclature;
use qidai_hla::error::TypingError;
use qidai_hla::reduce::{self, Level, Names, Prepared, Reduced, Scratch};

/// Lines at one level before it is prepared: about as many as the long way answers while the tables are made.
const LINES_BEFORE: usize = 4_000;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The levels of the release in force, prepared when it pays. Typings that name another release go the long way.
pub(super) struct Tables<'t, 'n> {
    names: &'t OnceLock<Names<'n>>,
    in_force: Nomenclature<'n>,
    levels: Vec<Prepares<'t>>,
}

/// One level: how often it was asked for, and its tables.
#[derive(Default)]
struct Prepares<'t> {
    asked: AtomicUsize,
    table: OnceLock<Prepared<'t>>,
}

impl<'t, 'n> Tables<'t, 'n> {
    /// The names are kept by the caller, because the tables refer to them.
    pub(super) fn new(names: &'t OnceLock<Names<'n>>, in_force: Nomenclature<'n>) -> Tables<'t, 'n> {
        Tables { names, in_force, levels: reduce::ALL_LEVELS.iter().map(|_| Prepares::default()).collect() }
    }

    /// The same answer as [`reduce::reduce`].
    pub(super) fn reduce(
        &self,
        text: &str,
        level: &'static Level,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<Reduced, TypingError> {
        let is_in_force = ptr::eq(nomenclature.release, self.in_force.release);
        match is_in_force.then(|| self.prepared(level)).flatten() {
            Some(table) => SCRATCH.with_borrow_mut(|scratch| table.reduce(text, scratch)),
            None => reduce::reduce(text, level, nomenclature),
        }
    }

    fn prepared(&self, level: &'static Level) -> Option<&Prepared<'t>> {
        let place = reduce::ALL_LEVELS.iter().position(|known| ptr::eq(known, level))?;
        let prepares = self.levels.get(place)?;
        if prepares.asked.fetch_add(1, Ordering::Relaxed) < LINES_BEFORE {
            return prepares.table.get();
        }
        Some(prepares.table.get_or_init(|| {
            let names = self.names.get_or_init(|| Names::new(self.in_force));
            Prepared::new(names, level)
        }))
    }
}
