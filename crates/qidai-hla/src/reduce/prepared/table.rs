//! The answers of one level: terms in canonical order, sets of them, and the set of every text.

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::Names;
use super::codes::Code;
use super::key::{Key, Part, Place, part};
use super::names::Node;
use super::string::{Scratch, Slot};
use crate::error::TypingError;
use crate::reduce::term::Term;
use crate::reduce::{Level, Reduced, Unites, reduce};

/// A name, group or antigen in an answer; numbered in canonical order, so that answers compare as integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermId(pub u32);

/// An answer that occurs: equal answers have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(pub u32);

/// The text needs a remark besides its answer, or is refused.
const HAS_REMARK: u32 = 1 << 31;
/// A term of the answer is a null allele: among other members of a code that may need a remark.
const SHOWS_NULL: u32 = 1 << 30;
const REFUSED: u32 = u32::MAX;

fn mark(is_set: bool, mark: u32) -> u32 {
    if is_set { mark } else { 0 }
}

/// One level with its tables.
#[derive(Debug)]
pub struct Prepared<'n> {
    pub(super) names: &'n Names<'n>,
    pub(super) level: &'n Level,
    /// The terms written out, one behind the other.
    written: String,
    written_ends: Vec<u32>,
    terms: Vec<TermId>,
    set_ends: Vec<u32>,
    /// For each node its set, with the mark of a remark; or refused.
    sets: Vec<u32>,
}

impl<'n> Prepared<'n> {
    /// Makes the tables of a level. Under the starter release, and for a level that the release cannot answer, they are
    /// empty and every typing goes the long way.
    pub fn new(names: &'n Names<'n>, level: &'n Level) -> Prepared<'n> {
        let mut answers = Answers::default();
        let mut sets = Vec::with_capacity(names.len());
        let mut notes = Vec::new();
        for alternatives in names.alternatives() {
            let Some(alternatives) = alternatives else {
                sets.push(REFUSED);
                continue;
            };
            notes.clear();
            let mut terms = level.position(&alternatives, names.nomenclature.release, &mut notes);
            terms.sort_unstable();
            terms.dedup();
            let has_remark = !notes.is_empty() || !alternatives.warnings.is_empty() || terms.is_empty();
            let shows_null = terms.iter().any(Term::is_null);
            sets.push(answers.set(&terms) | mark(has_remark, HAS_REMARK) | mark(shows_null, SHOWS_NULL));
        }
        let (written, written_ends, order) = answers.write_in_order();
        Prepared {
            names,
            level,
            written,
            written_ends,
            terms: answers.terms_in(&order),
            set_ends: answers.set_ends,
            sets,
        }
    }

    /// The level.
    pub fn level(&self) -> &'n Level {
        self.level
    }

    /// How many different answers there are.
    pub fn set_count(&self) -> usize {
        self.set_ends.len()
    }

    /// The terms of an answer, in canonical order.
    pub fn set(&self, set: SetId) -> &[TermId] {
        let i = set.0 as usize;
        let start = if i == 0 { 0 } else { self.set_ends[i - 1] };
        &self.terms[start as usize..self.set_ends[i] as usize]
    }

    /// A term as it is written.
    pub fn term(&self, term: TermId) -> &str {
        let i = term.0 as usize;
        let start = if i == 0 { 0 } else { self.written_ends[i - 1] };
        &self.written[start as usize..self.written_ends[i] as usize]
    }

    /// Reduces as [`reduce`] does, remarks included, but plain texts by the tables.
    ///
    /// # Errors
    /// Those of [`reduce`].
    pub fn reduce(&self, text: &str, scratch: &mut Scratch) -> Result<Reduced, TypingError> {
        match self.quiet(text, scratch) {
            Some(answer) => Ok(Reduced { text: answer, notes: Vec::new() }),
            None => reduce(text, self.level, &self.names.nomenclature),
        }
    }

    fn quiet(&self, text: &str, scratch: &mut Scratch) -> Option<String> {
        let terms = self.gl_terms(text, scratch)?;
        (!terms.has_remark()).then(|| terms.to_string())
    }

    /// One alternative, or several joined by `/`, that begin at `at`: its slot and where it ends.
    pub(super) fn position(
        &self,
        bytes: &[u8],
        at: usize,
        prefix: &[u8],
        scratch: &mut Scratch,
    ) -> Option<(Slot, Place, usize)> {
        let (first, place, mut end) = part(bytes, at, None)?;
        if bytes.get(end) != Some(&b'/') {
            let slot = match first {
                Part::Key(key) => self.of_key(key)?,
                Part::Code(letters) => self.merged(scratch, |merge| self.add_code(letters, place, merge))?,
            };
            return Some((slot, place, end));
        }
        let slot = self.merged(scratch, |merge| {
            self.add(first, place, merge)?;
            let mut count = 1;
            while bytes.get(end) == Some(&b'/') {
                let is_short = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
                let prefix = if is_short { b"" } else { prefix };
                let at = bytes[end + 1..].starts_with(prefix).then_some(end + 1 + prefix.len())?;
                let (next, its_place, its_end) = part(bytes, at, Some(place))?;
                count += 1;
                if its_place.locus != place.locus || count > crate::typing::limits::ALTERNATIVES_MAX {
                    return None;
                }
                self.add(next, its_place, merge)?;
                end = its_end;
            }
            Some(())
        })?;
        Some((slot, place, end))
    }

    fn of_key(&self, key: Key) -> Option<Slot> {
        let (set, marks) = self.of_node(self.names.node(key)?)?;
        Some(Slot { set: Some(set), start: 0, end: 0, has_remark: marks & HAS_REMARK != 0 })
    }

    /// The set of a node, and its marks.
    fn of_node(&self, node: Node) -> Option<(SetId, u32)> {
        match self.sets[node as usize] {
            REFUSED => None,
            set => Some((SetId(set & !(HAS_REMARK | SHOWS_NULL)), set)),
        }
    }

    /// Collects the terms of several sets at the end of the buffer.
    fn merged(&self, scratch: &mut Scratch, add: impl FnOnce(&mut Merge<'_>) -> Option<()>) -> Option<Slot> {
        let start = scratch.terms.len();
        let mut merge = Merge { terms: &mut scratch.terms, last: None, has_remark: false };
        add(&mut merge)?;
        let has_remark = merge.has_remark;
        let mine = &mut scratch.terms[start..];
        if mine.len() > 1 {
            mine.sort_unstable();
            let mut kept = start + 1;
            for i in start + 1..scratch.terms.len() {
                if scratch.terms[i] != scratch.terms[kept - 1] {
                    scratch.terms[kept] = scratch.terms[i];
                    kept += 1;
                }
            }
            scratch.terms.truncate(kept);
        }
        let end = scratch.terms.len();
        Some(Slot { set: None, start: start as u32, end: end as u32, has_remark })
    }

    fn add(&self, part: Part<'_>, place: Place, merge: &mut Merge<'_>) -> Option<()> {
        match part {
            Part::Code(letters) => self.add_code(letters, place, merge),
            Part::Key(key) => {
                let (set, marks) = self.of_node(self.names.node(key)?)?;
                merge.add(self, set, marks & HAS_REMARK != 0);
                Some(())
            }
        }
    }

    /// The members of a code. Those that are not in the release are left out, with a remark; a code of which nothing
    /// remains, and names that only the history of releases knows, go the long way.
    fn add_code(&self, letters: &[u8], place: Place, merge: &mut Merge<'_>) -> Option<()> {
        let Code { stands_behind, members } = self.names.codes.get(letters)?;
        let is_plain = place.locus.first_field_width() == 2 && self.level.unites != Unites::Never;
        if !is_plain || stands_behind.is_some_and(|field| field != place.first_field) {
            return None;
        }
        let mut is_empty = true;
        for member in members {
            let first = member.first.unwrap_or(place.first_field);
            let key = Key::of_two_fields(place.locus, first, member.second, member.suffix)?;
            match self.member(key) {
                Member::Is(set, has_remark) => {
                    merge.add(self, set, has_remark);
                    is_empty = false;
                }
                Member::Absent if !self.names.has_history() => {
                    merge.has_remark = true;
                }
                _ => return None,
            }
        }
        (!is_empty).then_some(())
    }

    fn member(&self, key: Key) -> Member {
        let names = self.names;
        let node = names.node(key);
        if node.is_some_and(|node| names.is_withdrawn(node)) && self.level.unites != Unites::Always {
            return Member::Unsure;
        }
        if let Some((set, marks)) = node.and_then(|node| self.of_node(node)) {
            return Member::Is(set, marks & (HAS_REMARK | SHOWS_NULL) != 0);
        }
        match names.other_suffix(key).and_then(|node| self.of_node(node)) {
            Some((set, _)) => Member::Is(set, true),
            None => Member::Absent,
        }
    }
}

/// What a member of a code is.
enum Member {
    Is(SetId, bool),
    Absent,
    Unsure,
}

/// Terms that are being gathered.
struct Merge<'s> {
    terms: &'s mut Vec<TermId>,
    last: Option<SetId>,
    has_remark: bool,
}

impl Merge<'_> {
    fn add(&mut self, prepared: &Prepared<'_>, set: SetId, has_remark: bool) {
        self.has_remark |= has_remark;
        // Neighbours are mostly of one group.
        if self.last.replace(set) != Some(set) {
            self.terms.extend_from_slice(prepared.set(set));
        }
    }
}

/// Terms and sets while they are found, in the order of finding.
#[derive(Default)]
struct Answers {
    terms: Vec<Term>,
    of_term: FxHashMap<Term, u32>,
    members: Vec<u32>,
    set_ends: Vec<u32>,
    of_set: FxHashMap<Box<[u32]>, u32>,
    buffer: Vec<u32>,
}

impl Answers {
    fn set(&mut self, terms: &[Term]) -> u32 {
        self.buffer.clear();
        for term in terms {
            let next = self.terms.len() as u32;
            let number = *self.of_term.entry(*term).or_insert_with(|| {
                self.terms.push(*term);
                next
            });
            self.buffer.push(number);
        }
        if let Some(set) = self.of_set.get(self.buffer.as_slice()) {
            return *set;
        }
        let set = self.set_ends.len() as u32;
        self.of_set.insert(self.buffer.as_slice().into(), set);
        self.members.extend_from_slice(&self.buffer);
        self.set_ends.push(self.members.len() as u32);
        set
    }

    /// All terms written out in canonical order, and for each its place in that order.
    fn write_in_order(&self) -> (String, Vec<u32>, Vec<u32>) {
        let mut sorted: Vec<u32> = (0..self.terms.len() as u32).collect();
        sorted.sort_unstable_by(|a, b| self.terms[*a as usize].cmp(&self.terms[*b as usize]));
        let mut order = vec![0; sorted.len()];
        let (mut text, mut ends) =
            (String::with_capacity(16 * sorted.len()), Vec::with_capacity(sorted.len()));
        for (place, number) in sorted.into_iter().enumerate() {
            order[number as usize] = place as u32;
            // Writing to a string cannot fail.
            let _ = write!(text, "{}", self.terms[number as usize]);
            ends.push(text.len() as u32);
        }
        (text, ends, order)
    }

    fn terms_in(&self, order: &[u32]) -> Vec<TermId> {
        self.members.iter().map(|number| TermId(order[*number as usize])).collect()
    }
}
