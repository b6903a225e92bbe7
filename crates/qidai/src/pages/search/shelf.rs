//! Searches kept in memory for a while, so that a result has an address without a typing in it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::form::SearchForm;
use crate::catalogue::{SearchAnswer, SearchRequest};

/// How many searches are kept; the oldest goes first.
const KEPT_MAX: usize = 200;

/// One search: what was typed, and the answer when it was asked for.
pub(crate) struct Stored {
    pub(crate) form: SearchForm,
    pub(crate) answered: Option<Answered>,
}

/// A question together with its answer.
pub(crate) struct Answered {
    pub(crate) request: SearchRequest,
    pub(crate) answer: SearchAnswer,
    /// How long the search took, in milliseconds.
    pub(crate) search_ms: f64,
}

/// The shelf; ids are 128 random bits, so that nobody finds another person's search by counting.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<VecDeque<(String, Arc<Stored>)>>);

impl Shelf {
    /// Keeps a search and gives it its id.
    pub(crate) fn put(&self, stored: Stored) -> String {
        let id = format!("{:032x}", rand::random::<u128>());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((id.clone(), Arc::new(stored)));
        id
    }

    /// Finds a search that is still kept.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Stored>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == id).map(|(_, stored)| Arc::clone(stored))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_search_makes_room() {
        let shelf = Shelf::default();
        let draft = || Stored { form: SearchForm::default(), answered: None };
        let first = shelf.put(draft());
        let second = shelf.put(draft());
        for _ in 2..=KEPT_MAX {
            shelf.put(draft());
        }
        assert!(shelf.get(&first).is_none());
        assert!(shelf.get(&second).is_some());
    }
}
