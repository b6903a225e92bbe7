//! Collects what a snapshot is made of: each distinct text of a locus is read once, each distinct genotype kept once.
//!
//! [`freeze`] makes a snapshot of it; [`thaw`] takes one as the beginning of the next.

mod entries;
mod freeze;
mod thaw;

use qidai_hla::{Nomenclature, TypingError, typing};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::layout::{DPB1, PerTextLocus, TEXT_LOCI, TEXTS_MAX, UNTYPED_TEXT};
use crate::antigen::AntigenSpace;
use crate::dpb1::levels_of;
use crate::genotype::{Interpreter, LocusGenotype};
use entries::Entries;

/// One unit or listed entry as the store gives it.
#[derive(Clone, Copy, Debug)]
pub struct UnitEntry<'a> {
    /// Which one it is, for ever: unique among own units, and among listed entries.
    pub key: u64,
    /// The identity as text; the order of equals in a ranked list.
    pub id: &'a str,
    /// The typing as written: a GL String.
    pub hla: &'a str,
    /// The typing of the unit's mother as written; empty where she is not typed. One that cannot be read is as if she were not.
    pub mother: &'a str,
    /// Everything else.
    pub facts: Facts,
}

/// Which history a snapshot is of, and up to where. Two banks may be of one generation; their hashes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Number of the last event.
    pub generation: u64,
    /// Hash of that event; zeros when there is no history.
    pub history_hash: [u8; 32],
}

/// Of one person the number of the text at each locus.
type Texts = PerTextLocus<u32>;

/// What one `^` segment of a typing stands for: text numbers by locus (usually one).
type SegmentTexts = Box<[(u8, u32)]>;

struct LocusTexts {
    texts: Vec<Box<str>>,
    genotype_of_text: Vec<u32>,
    genotypes: Vec<LocusGenotype>,
    genotype_numbers: FxHashMap<LocusGenotype, u32>,
    /// Of DPB1 for each text its levels; elsewhere only that of the first.
    tce_of_text: Vec<u8>,
}

/// Collects units and becomes a [`super::Snapshot`].
pub struct SnapshotBuilder<'r> {
    nomenclature: Nomenclature<'r>,
    interpreter: Interpreter<'r>,
    segments: FxHashMap<Box<str>, Result<SegmentTexts, TypingError>>,
    loci: PerTextLocus<LocusTexts>,
    entries: Entries,
    lists: Vec<String>,
    unreadable: Vec<(String, TypingError)>,
    unreadable_count: u64,
}

/// How many unreadable entries are kept with their reason; all of them are counted in every search.
const UNREADABLE_KEPT: usize = 100;

impl<'r> SnapshotBuilder<'r> {
    /// An empty builder for a release and its antigens.
    pub fn new(nomenclature: Nomenclature<'r>, antigens: &'r AntigenSpace) -> Self {
        SnapshotBuilder {
            nomenclature,
            interpreter: Interpreter::new(nomenclature.release, antigens),
            segments: FxHashMap::default(),
            loci: std::array::from_fn(|_| LocusTexts::untyped()),
            entries: Entries::default(),
            lists: Vec::new(),
            unreadable: Vec::new(),
            unreadable_count: 0,
        }
    }

    /// Adds many entries, in their order. Typings whose every locus was written before are looked up on all cores.
    pub fn push_all(&mut self, entries: &[UnitEntry<'_>]) {
        let known: Vec<Option<Texts>> =
            entries.par_iter().with_min_len(256).map(|entry| self.known(entry.hla)).collect();
        let mothers = self.mothers(entries);
        for (at, (entry, known)) in entries.iter().zip(known).enumerate() {
            match known {
                Some(texts) => {
                    let mother = mothers.get(at).copied().flatten();
                    self.entries.push(entry, Some(texts), mother);
                }
                None => self.push(entry),
            }
        }
    }

    /// The texts of the mothers of some entries; empty where none of them is typed, as in a list of donors.
    fn mothers(&mut self, entries: &[UnitEntry<'_>]) -> Vec<Option<Texts>> {
        if entries.iter().all(|entry| entry.mother.is_empty()) {
            return Vec::new();
        }
        entries.iter().map(|entry| self.mother(entry)).collect()
    }

    fn mother(&mut self, entry: &UnitEntry<'_>) -> Option<Texts> {
        if entry.mother.is_empty() { None } else { self.texts(entry.mother).ok() }
    }

    /// Adds one entry. A typing that the release cannot read keeps its place and is excluded by every
    /// search under its own rule, never silently.
    pub fn push(&mut self, entry: &UnitEntry<'_>) {
        let row = match self.texts(entry.hla) {
            Ok(row) => Some(row),
            Err(error) => {
                self.unreadable_count += 1;
                if self.unreadable.len() < UNREADABLE_KEPT {
                    self.unreadable.push((entry.id.to_owned(), error));
                }
                None
            }
        };
        let mother = self.mother(entry);
        self.entries.push(entry, row, mother);
    }

    /// Adds the name of an external list and gives the number [`super::Source::Listed`] counts it by.
    pub fn list(&mut self, name: &str) -> u16 {
        let known = self.lists.iter().position(|l| l == name);
        known.unwrap_or_else(|| {
            self.lists.push(name.to_owned());
            self.lists.len() - 1
        }) as u16
    }

    /// The first entries whose typing could not be read, with the reason.
    pub fn unreadable(&self) -> &[(String, TypingError)] {
        &self.unreadable
    }

    /// How many entries were pushed whose typing could not be read.
    pub fn unreadable_count(&self) -> u64 {
        self.unreadable_count
    }

    /// The texts of a typing of which every segment was read before and could be.
    fn known(&self, hla: &str) -> Option<Texts> {
        let mut all = [UNTYPED_TEXT; TEXT_LOCI.len()];
        for segment in hla.split('^') {
            let texts = self.segments.get(segment)?.as_ref().ok()?;
            texts.iter().for_each(|(locus, text)| all[*locus as usize] = *text);
        }
        Some(all)
    }

    fn texts(&mut self, hla: &str) -> Result<Texts, TypingError> {
        let mut all = [UNTYPED_TEXT; TEXT_LOCI.len()];
        for segment in hla.split('^') {
            let texts = match self.segments.get(segment) {
                Some(known) => known,
                None => {
                    let read = self.read_segment(segment);
                    self.segments.entry(segment.into()).or_insert(read)
                }
            };
            match texts {
                Ok(texts) => texts.iter().for_each(|(locus, text)| all[*locus as usize] = *text),
                Err(error) => return Err(error.clone()),
            }
        }
        Ok(all)
    }

    fn read_segment(&mut self, segment: &str) -> Result<SegmentTexts, TypingError> {
        let mut texts = Vec::new();
        for typing in typing::segment(segment, &self.nomenclature)? {
            let place = TEXT_LOCI.iter().position(|l| *l == typing.locus);
            if let (Some(place), false) = (place, typing.is_not_known()) {
                let genotype = self.interpreter.genotype(&typing);
                let tce = (place == DPB1).then(|| levels_of(&typing, &self.interpreter));
                texts.push((place as u8, self.loci[place].add(&typing.written, genotype, tce)));
            }
        }
        Ok(texts.into())
    }
}

impl LocusTexts {
    fn untyped() -> Self {
        LocusTexts {
            texts: vec!["".into()],
            genotype_of_text: vec![u32::MAX],
            genotypes: Vec::new(),
            genotype_numbers: FxHashMap::default(),
            tce_of_text: vec![0],
        }
    }

    fn add(&mut self, written: &str, genotype: LocusGenotype, tce: Option<u8>) -> u32 {
        let next = self.genotypes.len() as u32;
        let number = *self.genotype_numbers.entry(genotype).or_insert_with_key(|genotype| {
            self.genotypes.push(genotype.clone());
            next
        });
        self.texts.push(written.into());
        self.genotype_of_text.push(number);
        self.tce_of_text.extend(tce);
        self.texts.len() as u32 - 1
    }

    /// Whether numbers of texts fit into a row.
    fn is_too_large(&self) -> bool {
        self.texts.len() > TEXTS_MAX
    }
}
