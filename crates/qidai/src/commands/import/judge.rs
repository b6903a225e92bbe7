//! Is a typing understood under the release in force? Asked hundreds of thousands of times, mostly about
//! texts that were seen before.

use std::cell::RefCell;

use qidai_exchange::HlaProblem;
use qidai_hla::{Locus, Nomenclature, PersonTyping, TypingError, typing};
use rustc_hash::FxHashMap;

/// Most texts kept. The loci of a whole bank have some ten thousand different texts; a file in which every
/// typing is another one must not fill the memory.
const KNOWN_MAX: usize = 200_000;

/// A judge of one worker, with its own memory.
pub(super) struct Judge<'r> {
    nomenclature: Nomenclature<'r>,
    /// Text of one segment of a GL String that was understood → the loci it types.
    known: RefCell<FxHashMap<Box<str>, Vec<Locus>>>,
}

impl<'r> Judge<'r> {
    pub(super) fn new(nomenclature: Nomenclature<'r>) -> Judge<'r> {
        Judge { nomenclature, known: RefCell::default() }
    }

    /// Everything that is wrong with a typing; nothing when it is understood.
    pub(super) fn check(&self, text: &str) -> Vec<HlaProblem> {
        if self.is_known_good(text) {
            return Vec::new();
        }
        match PersonTyping::read(text, &self.nomenclature) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(problem).collect(),
        }
    }

    /// True when every segment is understood and no locus comes twice. False only means: look closely.
    fn is_known_good(&self, text: &str) -> bool {
        let mut seen: Vec<Locus> = Vec::with_capacity(Locus::TYPED.len());
        text.split('^').all(|segment| {
            let mut known = self.known.borrow_mut();
            if !known.contains_key(segment) {
                let Some(loci) = self.loci_of(segment) else { return false };
                if known.len() >= KNOWN_MAX {
                    known.clear();
                }
                known.insert(segment.into(), loci);
            }
            let loci = known.get(segment).map_or(&[] as &[Locus], Vec::as_slice);
            loci.iter().all(|locus| {
                let is_new = !seen.contains(locus);
                seen.push(*locus);
                is_new
            })
        })
    }

    /// The loci that a segment types, when it is understood.
    fn loci_of(&self, segment: &str) -> Option<Vec<Locus>> {
        let loci = typing::segment(segment, &self.nomenclature).ok()?;
        let can_be_kept = loci.iter().all(|locus| Locus::TYPED.contains(&locus.locus));
        let typed = loci.iter().filter(|locus| !locus.is_not_known());
        can_be_kept.then(|| typed.map(|locus| locus.locus).collect())
    }
}

fn problem(error: &TypingError) -> HlaProblem {
    let sentence = error.to_string();
    let reason = sentence.strip_prefix(&format!("{}: ", error.code)).unwrap_or(&sentence);
    let hint = match &error.fix {
        Some(fix) => format!("did you mean {fix}?"),
        None => format!("write {}", error.expected),
    };
    HlaProblem { code: error.code.as_str(), value: error.value.clone(), reason: reason.to_owned(), hint }
}
