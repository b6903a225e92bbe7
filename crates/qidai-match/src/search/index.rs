//! Collects what a snapshot is made of: each distinct text of a locus is read once, each distinct genotype kept once.
//!
//! [`freeze`] makes a snapshot of it; [`thaw`] takes one as the beginning of the next.

mod freeze;
mod thaw;

use qidai_hla::{Nomenclature, TypingError, typing};
use rustc_hash::FxHashMap;

use super::facts::{Facts, StoredFacts};
use super::layout::{Row, UNTYPED_TEXT};
use crate::antigen::AntigenSpace;
use crate::genotype::{Interpreter, LocusGenotype};
use crate::{MATCH_LOCI, PerMatchLocus};

/// One unit or listed entry as the store gives it.
#[derive(Clone, Copy, Debug)]
pub struct UnitEntry<'a> {
    /// Which one it is, for ever: unique among own units, and among listed entries.
    pub key: u64,
    /// The identity as text; the order of equals in a ranked list.
    pub id: &'a str,
    /// The typing as written: a GL String.
    pub hla: &'a str,
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

/// What one `^` segment of a typing stands for: text numbers by locus (usually one).
type SegmentTexts = Box<[(u8, u32)]>;

struct LocusTexts {
    texts: Vec<Box<str>>,
    genotype_of_text: Vec<u32>,
    genotypes: Vec<LocusGenotype>,
    genotype_numbers: FxHashMap<LocusGenotype, u32>,
}

/// Collects units and becomes a [`super::Snapshot`].
pub struct SnapshotBuilder<'r> {
    nomenclature: Nomenclature<'r>,
    interpreter: Interpreter<'r>,
    segments: FxHashMap<Box<str>, Result<SegmentTexts, TypingError>>,
    loci: PerMatchLocus<LocusTexts>,
    rows: Vec<Row>,
    facts: Vec<StoredFacts>,
    ids: Vec<u8>,
    lists: Vec<String>,
    unreadable: Vec<(String, TypingError)>,
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
            rows: Vec::new(),
            facts: Vec::new(),
            ids: Vec::new(),
            lists: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Adds one entry. A typing that the release cannot read keeps its place and is excluded by every
    /// search under its own rule, never silently.
    pub fn push(&mut self, entry: &UnitEntry<'_>) {
        let row = match self.row(entry.hla) {
            Ok(row) => Some(row),
            Err(error) => {
                if self.unreadable.len() < UNREADABLE_KEPT {
                    self.unreadable.push((entry.id.to_owned(), error));
                }
                None
            }
        };
        let start = self.ids.len() as u64;
        self.ids.extend_from_slice(entry.id.as_bytes());
        let len = entry.id.len() as u16;
        self.facts.push(StoredFacts::new(entry.key, &entry.facts, start, len, row.is_some()));
        self.rows.push(row.unwrap_or([UNTYPED_TEXT; MATCH_LOCI.len()]));
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

    fn row(&mut self, hla: &str) -> Result<Row, TypingError> {
        let mut row = [UNTYPED_TEXT; MATCH_LOCI.len()];
        for segment in hla.split('^') {
            let texts = match self.segments.get(segment) {
                Some(known) => known,
                None => {
                    let read = self.read_segment(segment);
                    self.segments.entry(segment.into()).or_insert(read)
                }
            };
            match texts {
                Ok(texts) => texts.iter().for_each(|(locus, text)| row[*locus as usize] = *text),
                Err(error) => return Err(error.clone()),
            }
        }
        Ok(row)
    }

    fn read_segment(&mut self, segment: &str) -> Result<SegmentTexts, TypingError> {
        let mut texts = Vec::new();
        for typing in typing::segment(segment, &self.nomenclature)? {
            let place = MATCH_LOCI.iter().position(|l| *l == typing.locus);
            if let (Some(place), false) = (place, typing.is_not_known()) {
                let genotype = self.interpreter.genotype(&typing);
                texts.push((place as u8, self.loci[place].add(&typing.written, genotype)));
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
        }
    }

    fn add(&mut self, written: &str, genotype: LocusGenotype) -> u32 {
        let next = self.genotypes.len() as u32;
        let number = *self.genotype_numbers.entry(genotype).or_insert_with_key(|genotype| {
            self.genotypes.push(genotype.clone());
            next
        });
        self.texts.push(written.into());
        self.genotype_of_text.push(number);
        self.texts.len() as u32 - 1
    }
}
