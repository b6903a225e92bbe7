//! Searches kept in memory for a while, so that a result has an address without a typing in it.
//!
//! What was asked is small and kept longest. Answers are large: the oldest go first, and a search whose answer went is
//! asked again when somebody looks at it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::form::SearchForm;
use crate::catalogue::{SearchAnswer, SearchRequest};

/// How many searches are kept; the oldest goes first. Somebody who types has a search of each state of the form.
const KEPT_MAX: usize = 2_000;
/// How many bytes forms and answers may take together.
const BYTES_MAX: usize = 24 << 20;
/// A listed unit with its reasons; measured, 100,000 of them take 268 MB.
const UNIT_BYTES: usize = 2_700;

/// One search: what was typed, what was asked, and the answer while it is kept.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) form: Arc<SearchForm>,
    /// The question; absent for a form that was not sent as a search.
    pub(crate) asked: Option<Arc<Asked>>,
    pub(crate) answered: Option<Arc<Answered>>,
}

/// A question, and the digest of its first answer.
pub(crate) struct Asked {
    pub(crate) request: SearchRequest,
    pub(crate) digest: String,
}

/// A question together with its answer.
pub(crate) struct Answered {
    pub(crate) request: SearchRequest,
    pub(crate) answer: SearchAnswer,
    /// How long the search took, in milliseconds.
    pub(crate) search_ms: f64,
}

impl Stored {
    /// A form that was not sent as a search.
    pub(crate) fn draft(form: SearchForm) -> Stored {
        Stored { form: Arc::new(form), asked: None, answered: None }
    }

    /// A form with its answer.
    pub(crate) fn search(form: SearchForm, answered: Answered) -> Stored {
        let digest = answered.answer.receipt.digest.clone();
        let asked = Asked { request: answered.request.clone(), digest };
        Stored { form: Arc::new(form), asked: Some(Arc::new(asked)), answered: Some(Arc::new(answered)) }
    }

    /// About how many bytes it holds.
    fn bytes(&self) -> usize {
        let asked = self.asked.as_ref().map_or(0, |asked| asked.request.patient_text().len());
        self.form.bytes() + asked + self.answer_bytes()
    }

    fn answer_bytes(&self) -> usize {
        self.answered.as_ref().map_or(0, |answered| answered.answer.units.len() * UNIT_BYTES)
    }
}

/// The shelf; ids are 128 random bits, so that nobody finds another person's search by counting.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<VecDeque<(String, Stored)>>);

impl Shelf {
    /// Keeps a search and gives it its id.
    pub(crate) fn put(&self, stored: Stored) -> String {
        let id = format!("{:032x}", rand::random::<u128>());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((id.clone(), stored));
        make_room(&mut kept);
        id
    }

    /// Finds a search that is still kept.
    pub(crate) fn get(&self, id: &str) -> Option<Stored> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == id).map(|(_, stored)| stored.clone())
    }

    /// Keeps the new answer of a search that was asked again, as the last one that anybody looked at.
    pub(crate) fn keep_answer(&self, id: &str, answered: &Arc<Answered>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| known == id);
        if let Some((id, stored)) = place.and_then(|place| kept.remove(place)) {
            kept.push_back((id, Stored { answered: Some(Arc::clone(answered)), ..stored }));
            make_room(&mut kept);
        }
    }
}

/// Lets answers go, then whole searches, the oldest first; the newest search stays whatever its size.
fn make_room(kept: &mut VecDeque<(String, Stored)>) {
    while kept.len() > KEPT_MAX {
        kept.pop_front();
    }
    let mut bytes: usize = kept.iter().map(|(_, stored)| stored.bytes()).sum();
    let newest = kept.len().saturating_sub(1);
    for (_, stored) in kept.iter_mut().take(newest) {
        if bytes <= BYTES_MAX {
            return;
        }
        bytes -= stored.answer_bytes();
        stored.answered = None;
    }
    while bytes > BYTES_MAX && kept.len() > 1 {
        bytes -= kept.pop_front().map_or(0, |(_, stored)| stored.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Stored {
        Stored::draft(SearchForm::default())
    }

    #[test]
    fn the_oldest_search_makes_room() {
        let shelf = Shelf::default();
        let first = shelf.put(draft());
        let second = shelf.put(draft());
        for _ in 2..=KEPT_MAX {
            shelf.put(draft());
        }
        assert!(shelf.get(&first).is_none());
        assert!(shelf.get(&second).is_some());
    }

    #[test]
    fn issue_2_long_forms_are_bounded_by_their_bytes() {
        let shelf = Shelf::default();
        let long = || Stored::draft(SearchForm { paste: "A".repeat(1 << 20), ..SearchForm::default() });
        let ids: Vec<String> = (0..100).map(|_| shelf.put(long())).collect();
        let kept = ids.iter().filter(|id| shelf.get(id).is_some()).count();
        assert!((20..=BYTES_MAX >> 20).contains(&kept), "{kept}");
        assert!(shelf.get(&ids[99]).is_some(), "the newest stays");
    }
}
