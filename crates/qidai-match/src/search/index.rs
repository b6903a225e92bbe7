//! Builds a snapshot: each distinct text of a locus is read once, each distinct genotype kept once.

use qidai_hla::{Nomenclature, TypingError, typing};
use rustc_hash::FxHashMap;

use super::facts::{Facts, StoredFacts};
use super::layout::{Header, MAGIC, Row, Section, UNTYPED_TEXT, Writer, write_genotype};
use super::snapshot::{Snapshot, SnapshotError, fingerprint, mac_codes};
use crate::antigen::AntigenSpace;
use crate::genotype::{Interpreter, LocusGenotype};
use crate::{MATCH_LOCI, PerMatchLocus};

/// One unit or listed entry as the store gives it.
#[derive(Clone, Copy, Debug)]
pub struct UnitEntry<'a> {
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

#[derive(Default)]
struct LocusTexts {
    texts: Vec<Box<str>>,
    genotype_of_text: Vec<u32>,
    genotypes: Vec<LocusGenotype>,
    genotype_numbers: FxHashMap<LocusGenotype, u32>,
}

/// Collects units and becomes a [`Snapshot`].
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
        let untyped = || LocusTexts {
            texts: vec!["".into()],
            genotype_of_text: vec![u32::MAX],
            ..LocusTexts::default()
        };
        SnapshotBuilder {
            nomenclature,
            interpreter: Interpreter::new(nomenclature.release, antigens),
            segments: FxHashMap::default(),
            loci: std::array::from_fn(|_| untyped()),
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
        self.facts.push(StoredFacts::new(&entry.facts, start, entry.id.len() as u16, row.is_some()));
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

    /// Sorts by source and identity and freezes. `origin` says which history the rows are of, and up to where.
    ///
    /// # Errors
    /// Only when the bytes just written cannot be read again, which would be a defect.
    pub fn finish(mut self, origin: Origin) -> Result<Snapshot, SnapshotError> {
        let order = self.order();
        // What is no longer needed is given back at once: a province's units are in memory twice as it is.
        self.segments = FxHashMap::default();
        let row_count = self.rows.len();
        let mut writer =
            Writer::new(row_count * (size_of::<Row>() + size_of::<StoredFacts>()) + self.ids.len());
        let rows = writer.section(&permuted(std::mem::take(&mut self.rows), &order));
        let facts = writer.section(&permuted(std::mem::take(&mut self.facts), &order));
        let ids = writer.section(&std::mem::take(&mut self.ids));
        let label = self.nomenclature.release.label().as_bytes();
        let mut release_label = [0; 32];
        let len = label.len().min(32);
        release_label[..len].copy_from_slice(&label[..len]);
        let per_locus = |writer: &mut Writer, section: &dyn Fn(&mut Writer, &LocusTexts) -> Section| {
            std::array::from_fn(|i| section(writer, &self.loci[i]))
        };
        let header = Header {
            magic: MAGIC,
            generation: origin.generation,
            history_hash: origin.history_hash,
            row_count: row_count as u64,
            release_fingerprint: fingerprint(self.nomenclature.release),
            crc: 0,
            mac_codes: mac_codes(&self.nomenclature),
            release_label,
            rows,
            facts,
            ids,
            lists: writer.section(self.lists.join("\n").as_bytes()),
            genotype_of_text: per_locus(&mut writer, &|w, l| w.section(&l.genotype_of_text)),
            text_ends: per_locus(&mut writer, &|w, l| w.section(&l.text_ends())),
            text_bytes: per_locus(&mut writer, &|w, l| w.section(l.texts.concat().as_bytes())),
            genotypes: per_locus(&mut writer, &|w, l| w.section(&l.genotype_words())),
        };
        Snapshot::from_words(writer.finish(header))
    }

    /// Own units first, then the lists, each by identity: equals in a ranking keep this order.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        let key = |i: &u32| {
            let facts = &self.facts[*i as usize];
            let start = facts.id_start as usize;
            let own = matches!(facts.facts().source, super::Source::Unit);
            (!own, &self.ids[start..start + facts.id_len as usize])
        };
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        order
    }
}

/// Items in another order; the old place is given back before the next section is begun.
#[expect(clippy::needless_pass_by_value, reason = "taking them is the point: they are dropped here")]
fn permuted<T: Copy>(items: Vec<T>, order: &[u32]) -> Vec<T> {
    order.iter().map(|i| items[*i as usize]).collect()
}

impl LocusTexts {
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

    fn text_ends(&self) -> Vec<u32> {
        let mut end = 0;
        let ends = self.texts.iter().map(|t| {
            end += t.len() as u32;
            end
        });
        ends.collect()
    }

    fn genotype_words(&self) -> Vec<u32> {
        let mut words = Vec::new();
        self.genotypes.iter().for_each(|g| write_genotype(g, &mut words));
        words
    }
}
