//! Whole GL Strings by the tables: loci joined by `^`, copies by `+`, alternatives by `/`. What has `|` or `~` goes the
//! long way.

use std::fmt;

use super::key::Place;
use super::table::{Prepared, SetId, TermId};
use crate::locus::Locus;

/// Buffers that one thread uses again and again, so that nothing is allocated for a typing.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) terms: Vec<TermId>,
    slots: Vec<Slot>,
    segments: Vec<Segment>,
}

/// The answer of one position: a set of the tables, or a part of the buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub set: Option<SetId>,
    pub start: u32,
    pub end: u32,
    pub has_remark: bool,
}

/// One locus: its first slot, and how many it has.
#[derive(Clone, Copy, Debug)]
struct Segment {
    locus: Locus,
    first: u32,
    copies: u32,
}

/// A reduced GL String as numbers, in canonical order.
#[derive(Debug)]
pub struct GlTerms<'s> {
    prepared: &'s Prepared<'s>,
    scratch: &'s Scratch,
    prefix: &'static str,
    has_remark: bool,
}

impl<'n> Prepared<'n> {
    /// Reduces one position that is written plainly: an allele, a group, XX, a code, an antigen, or a list of these.
    /// `None` for anything else, refusals included: ask [`super::super::reduce`] then.
    pub fn terms<'s>(&'s self, text: &str, scratch: &'s mut Scratch) -> Option<&'s [TermId]> {
        scratch.terms.clear();
        let (slot, _, end) = self.position(text.as_bytes(), 0, b"", scratch)?;
        (end == text.len()).then(|| slot.terms(self, scratch))
    }

    /// The number of the answer, where the text is a single name, group, XX or antigen.
    pub fn set_of(&self, text: &str, scratch: &mut Scratch) -> Option<SetId> {
        scratch.terms.clear();
        let (slot, _, end) = self.position(text.as_bytes(), 0, b"", scratch)?;
        slot.set.filter(|_| end == text.len())
    }

    /// Reduces a plain GL String, or one position. `None` as for [`Prepared::terms`].
    pub fn gl_terms<'s>(&'s self, text: &str, scratch: &'s mut Scratch) -> Option<GlTerms<'s>> {
        if text.len() > crate::typing::limits::TEXT_BYTES_MAX
            || (self.level.needs_release && self.is_starter())
        {
            return None;
        }
        let prefix = if text.starts_with(PREFIX) { PREFIX } else { "" };
        scratch.terms.clear();
        scratch.slots.clear();
        scratch.segments.clear();
        self.read(text.as_bytes(), prefix, scratch)?;
        let Scratch { terms, slots, segments } = scratch;
        let compare = |a: &Slot, b: &Slot| a.terms_in(self, terms).cmp(b.terms_in(self, terms));
        for segment in segments.iter().filter(|segment| segment.copies == 2) {
            let pair = &mut slots[segment.first as usize..][..2];
            if compare(&pair[0], &pair[1]).is_gt() {
                pair.swap(0, 1);
            }
        }
        segments.sort_unstable_by(|a, b| {
            let of = |s: &Segment| slots[s.first as usize..][..s.copies as usize].iter();
            of(a).map(|slot| slot.terms_in(self, terms)).cmp(of(b).map(|slot| slot.terms_in(self, terms)))
        });
        let has_remark = slots.iter().any(|slot| slot.has_remark);
        Some(GlTerms { prepared: self, scratch, prefix, has_remark })
    }

    fn is_starter(&self) -> bool {
        self.names.is_empty()
    }

    /// Fills the slots and segments; each locus once, with one or two copies.
    fn read(&self, bytes: &[u8], prefix: &'static str, scratch: &mut Scratch) -> Option<()> {
        let mut at = 0;
        let mut current: Option<Segment> = None;
        loop {
            at = bytes[at..].starts_with(prefix.as_bytes()).then_some(at + prefix.len())?;
            let (slot, place, end) = self.position(bytes, at, prefix.as_bytes(), scratch)?;
            let segment = with_copy(current, place, scratch)?;
            scratch.slots.push(slot);
            current = Some(segment);
            let operator = bytes.get(end);
            if operator != Some(&b'+') {
                scratch.segments.push(segment);
                current = None;
            }
            match operator {
                None => return Some(()),
                Some(b'+' | b'^') => at = end + 1,
                Some(_) => return None,
            }
        }
    }
}

const PREFIX: &str = "HLA-";

/// The segment with one more copy.
fn with_copy(current: Option<Segment>, place: Place, scratch: &Scratch) -> Option<Segment> {
    match current {
        Some(segment) if segment.copies == 1 && segment.locus == place.locus => {
            Some(Segment { copies: 2, ..segment })
        }
        Some(_) => None,
        None if scratch.segments.iter().any(|segment| segment.locus == place.locus) => None,
        None => Some(Segment { locus: place.locus, first: scratch.slots.len() as u32, copies: 1 }),
    }
}

impl Slot {
    fn terms<'s>(&self, prepared: &'s Prepared<'_>, scratch: &'s Scratch) -> &'s [TermId] {
        self.terms_in(prepared, &scratch.terms)
    }

    fn terms_in<'s>(&self, prepared: &'s Prepared<'_>, buffer: &'s [TermId]) -> &'s [TermId] {
        match self.set {
            Some(set) => prepared.set(set),
            None => &buffer[self.start as usize..self.end as usize],
        }
    }
}

impl<'s> GlTerms<'s> {
    /// True when the long way would add a remark: something was renamed, dropped, hidden, or has nothing at the level.
    pub fn has_remark(&self) -> bool {
        self.has_remark
    }

    /// The loci in canonical order, each with the terms of its copies.
    pub fn loci(&self) -> impl Iterator<Item = (Locus, impl Iterator<Item = &'s [TermId]>)> {
        let (prepared, scratch) = (self.prepared, self.scratch);
        scratch.segments.iter().map(move |segment| {
            let slots = &scratch.slots[segment.first as usize..][..segment.copies as usize];
            (segment.locus, slots.iter().map(move |slot| slot.terms(prepared, scratch)))
        })
    }
}

impl fmt::Display for GlTerms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (_, copies)) in self.loci().enumerate() {
            f.write_str(if i == 0 { "" } else { "^" })?;
            for (i, terms) in copies.enumerate() {
                f.write_str(if i == 0 { "" } else { "+" })?;
                for (i, term) in terms.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { "/" })?;
                    f.write_str(self.prefix)?;
                    f.write_str(self.prepared.term(*term))?;
                }
            }
        }
        Ok(())
    }
}
