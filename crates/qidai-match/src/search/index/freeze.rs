//! What was collected, as a snapshot: the same entries give the same bytes, in whatever order they came and whatever
//! was collected and dropped before.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{LocusTexts, Origin, SnapshotBuilder};
use crate::search::facts::{Source, StoredFacts};
use crate::search::layout::{
    Beside, DPB1, Header, MAGIC, PerTextLocus, Row, Section, UNTYPED_TEXT, Writer, write_genotype,
};
use crate::search::snapshot::{Snapshot, SnapshotError, fingerprint, mac_codes};

/// Bytes of a row beside its identity: texts, key, number of facts, end of identity.
const ROW_BYTES: usize = size_of::<Row>() + 8 + 4 + 4;

impl SnapshotBuilder<'_> {
    /// Sorts by source and identity and freezes. `origin` says which history the rows are of, and up to where.
    ///
    /// # Errors
    /// [`SnapshotError::TooLarge`]; otherwise only when the bytes just written cannot be read again, which would be a defect.
    pub fn finish(mut self, origin: Origin) -> Result<Snapshot, SnapshotError> {
        if self.entries.is_too_large() || self.loci.iter().any(LocusTexts::is_too_large) {
            return Err(SnapshotError::TooLarge);
        }
        let order = self.order();
        let loci = self.frozen_loci();
        // What is no longer needed is given back at once: a province's units are in memory twice as it is.
        drop(std::mem::take(&mut self.segments));
        let row_count = order.len();
        let mut writer = Writer::new(row_count * ROW_BYTES + self.entries.ids.len());
        let rows = std::mem::take(&mut self.entries.rows);
        let renumbered =
            |i: &u32| rows[*i as usize].renumbered(|place, text| loci[place].number_of[text as usize]);
        let rows_section = writer.filled(row_count, order.iter().map(renumbered));
        drop(rows);
        let keys = std::mem::take(&mut self.entries.keys);
        let keys_section = writer.filled(row_count, order.iter().map(|i| keys[*i as usize]));
        drop(keys);
        let (number_of, lists) = self.frozen_lists();
        let (facts_of_row, facts) = self.frozen_facts(&order, &number_of);
        let (beside_of_row, beside) = self.frozen_beside(&order, &loci);
        let header = Header {
            magic: MAGIC,
            generation: origin.generation,
            history_hash: origin.history_hash,
            row_count: row_count as u64,
            release_fingerprint: fingerprint(self.nomenclature.release),
            crc: 0,
            mac_codes: mac_codes(&self.nomenclature),
            release_label: label(self.nomenclature.release.label()),
            rows: rows_section,
            keys: keys_section,
            facts_of_row: writer.section(&facts_of_row),
            facts: writer.section(&facts),
            id_ends: self.write_id_ends(&mut writer, &order),
            ids: self.write_ids(&mut writer, &order),
            lists: writer.section(lists.join("\n").as_bytes()),
            beside_of_row: writer.section(&beside_of_row),
            beside: writer.section(&beside),
            tce_of_text: writer.section(&loci[DPB1].tce_of_text),
            genotype_of_text: per_locus(&mut writer, &loci, |w, l| w.section(&l.genotype_of_text)),
            text_ends: per_locus(&mut writer, &loci, |w, l| w.section(&l.text_ends)),
            text_bytes: per_locus(&mut writer, &loci, |w, l| w.section(&l.text_bytes)),
            genotypes: per_locus(&mut writer, &loci, |w, l| w.section(&l.genotype_words)),
        };
        drop((self, facts_of_row, facts, order));
        Snapshot::from_words(writer.finish(header))
    }

    /// Own units first, then the lists, each by identity: equals in a ranking keep this order. One identity in
    /// several lists is there several times, by key.
    fn order(&self) -> Vec<u32> {
        let entries = &self.entries;
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        let key =
            |i: u32| (!entries.rows[i as usize].flags().is_own(), entries.id(i), entries.keys[i as usize]);
        if !order.par_windows(2).all(|two| key(two[0]) <= key(two[1])) {
            // Stable, because it is fastest where most is in order: what was thawed is.
            order.par_sort_by(|a, b| key(*a).cmp(&key(*b)));
        }
        order
    }

    fn frozen_loci(&self) -> Vec<FrozenLocus> {
        let loci = self.loci.par_iter().enumerate();
        let entries = &self.entries;
        let beside =
            |place: usize| (0..entries.rows_with_beside()).map(move |row| entries.beside(row).text(place));
        let used = |place: usize| entries.rows.iter().filter_map(move |row| row.texts().get(place).copied());
        loci.map(|(place, locus)| FrozenLocus::new(locus, used(place).chain(beside(place)))).collect()
    }

    /// For each row in its order the number of what it has beside, and these, each once, in the order of their first rows; both are
    /// empty where no row has anything.
    fn frozen_beside(&self, order: &[u32], loci: &[FrozenLocus]) -> (Vec<u32>, Vec<Beside>) {
        if self.entries.rows_with_beside() == 0 {
            return (Vec::new(), Vec::new());
        }
        let mut numbers = FxHashMap::from_iter([(Beside::default(), 0)]);
        let mut all = vec![Beside::default()];
        let mut of_row = Vec::new();
        for (at, row) in order.iter().enumerate() {
            let beside =
                self.entries.beside(*row).renumbered(|place, text| loci[place].number_of[text as usize]);
            let next = all.len() as u32;
            let number = *numbers.entry(beside).or_insert_with(|| {
                all.push(beside);
                next
            });
            if number > 0 && of_row.is_empty() {
                of_row = vec![0; order.len()];
            }
            if let Some(place) = of_row.get_mut(at) {
                *place = number;
            }
        }
        if of_row.is_empty() { (of_row, Vec::new()) } else { (of_row, all) }
    }

    /// For each row in its order the number of its facts, and the facts, each once, in the order of their first rows.
    fn frozen_facts(&self, order: &[u32], list_number_of: &[u16]) -> (Vec<u32>, Vec<StoredFacts>) {
        let mut number_of = vec![u32::MAX; self.entries.facts.len()];
        let mut numbers: FxHashMap<StoredFacts, u32> = FxHashMap::default();
        let mut all = Vec::new();
        let mut number = |i: &u32| {
            let before = self.entries.facts_of_row[*i as usize] as usize;
            if number_of[before] == u32::MAX {
                let facts = self.entries.facts[before].moved(list_number_of);
                let next = all.len() as u32;
                number_of[before] = *numbers.entry(facts).or_insert_with(|| {
                    all.push(facts);
                    next
                });
            }
            number_of[before]
        };
        let of_row = order.iter().map(&mut number).collect();
        (of_row, all)
    }

    fn write_id_ends(&self, writer: &mut Writer, order: &[u32]) -> Section {
        let mut end = 0;
        let ends = order.iter().map(|i| {
            end += self.entries.id(*i).len() as u32;
            end
        });
        writer.filled(order.len(), ends)
    }

    fn write_ids(&self, writer: &mut Writer, order: &[u32]) -> Section {
        writer.filled(self.entries.ids.len(), order.iter().flat_map(|i| self.entries.id(*i).iter().copied()))
    }

    /// The new number of each list, and the names of those that have entries.
    fn frozen_lists(&self) -> (Vec<u16>, Vec<String>) {
        let mut is_used = vec![false; self.lists.len()];
        let mut is_asked = vec![false; self.entries.facts.len()];
        self.entries.facts_of_row.iter().for_each(|facts| is_asked[*facts as usize] = true);
        for row in (0..is_asked.len()).filter(|at| is_asked[*at]) {
            if let Source::Listed(list) = self.entries.facts[row].source()
                && let Some(is_used) = is_used.get_mut(list as usize)
            {
                *is_used = true;
            }
        }
        let used = self.lists.iter().zip(is_used).filter(|(_, is_used)| *is_used);
        let mut names: Vec<String> = used.map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        let number_of = self.lists.iter().map(|name| names.binary_search(name).unwrap_or_default() as u16);
        (number_of.collect(), names)
    }
}

fn label(text: &str) -> [u8; 32] {
    let mut label = [0; 32];
    let len = text.len().min(label.len());
    label[..len].copy_from_slice(&text.as_bytes()[..len]);
    label
}

fn per_locus(
    writer: &mut Writer,
    loci: &[FrozenLocus],
    section: impl Fn(&mut Writer, &FrozenLocus) -> Section,
) -> PerTextLocus<Section> {
    let mut sections: PerTextLocus<Section> = Default::default();
    sections.iter_mut().zip(loci).for_each(|(place, locus)| *place = section(writer, locus));
    sections
}

/// The texts of a locus that rows use, in the order of the alphabet, and their genotypes in the order of the texts.
struct FrozenLocus {
    /// The new number of each text that is used.
    number_of: Vec<u32>,
    genotype_of_text: Vec<u32>,
    text_ends: Vec<u32>,
    text_bytes: Vec<u8>,
    genotype_words: Vec<u32>,
    /// Of DPB1 for each text its levels; elsewhere only that of the first.
    tce_of_text: Vec<u8>,
}

impl FrozenLocus {
    fn new(locus: &LocusTexts, used: impl Iterator<Item = u32>) -> FrozenLocus {
        let mut frozen = FrozenLocus {
            number_of: vec![UNTYPED_TEXT; locus.texts.len()],
            genotype_of_text: vec![u32::MAX],
            text_ends: vec![0],
            text_bytes: Vec::new(),
            genotype_words: Vec::new(),
            tce_of_text: vec![0],
        };
        let mut genotype_number_of = vec![u32::MAX; locus.genotypes.len()];
        let (mut last, mut genotypes) = (None, 0);
        for text in locus.in_order(used) {
            let (written, genotype) = (&locus.texts[text as usize], locus.genotype_of_text[text as usize]);
            // The same text may have been read within two different lines.
            if last != Some((written, genotype)) {
                let number = &mut genotype_number_of[genotype as usize];
                if *number == u32::MAX {
                    *number = genotypes;
                    genotypes += 1;
                    write_genotype(&locus.genotypes[genotype as usize], &mut frozen.genotype_words);
                }
                frozen.genotype_of_text.push(*number);
                frozen.tce_of_text.extend(locus.tce_of_text.get(text as usize));
                frozen.text_bytes.extend_from_slice(written.as_bytes());
                frozen.text_ends.push(frozen.text_bytes.len() as u32);
            }
            frozen.number_of[text as usize] = frozen.text_ends.len() as u32 - 1;
            last = Some((written, genotype));
        }
        frozen
    }
}

impl LocusTexts {
    /// The numbers of the texts that are used, by what is written, then by what it was understood as.
    fn in_order(&self, used: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut is_used = vec![false; self.texts.len()];
        used.for_each(|text| is_used[text as usize] = true);
        let typed = UNTYPED_TEXT + 1..self.texts.len() as u32;
        let mut order: Vec<u32> = typed.filter(|text| is_used[*text as usize]).collect();
        let genotype = |text: u32| &self.genotypes[self.genotype_of_text[text as usize] as usize];
        order.sort_by(|a, b| {
            let written = self.texts[*a as usize].cmp(&self.texts[*b as usize]);
            written.then_with(|| genotype(*a).cmp(genotype(*b)))
        });
        order
    }
}
