//! What was collected, as a snapshot: the same entries give the same bytes, in whatever order they came and whatever
//! was collected and dropped before.

use rayon::prelude::*;

use super::{LocusTexts, Origin, SnapshotBuilder};
use crate::PerMatchLocus;
use crate::search::facts::{Source, StoredFacts};
use crate::search::layout::{Header, MAGIC, Row, Section, UNTYPED_TEXT, Writer, write_genotype};
use crate::search::snapshot::{Snapshot, SnapshotError, fingerprint, mac_codes};

impl SnapshotBuilder<'_> {
    /// Sorts by source and identity and freezes. `origin` says which history the rows are of, and up to where.
    ///
    /// # Errors
    /// Only when the bytes just written cannot be read again, which would be a defect.
    pub fn finish(mut self, origin: Origin) -> Result<Snapshot, SnapshotError> {
        let order = self.order();
        let loci = self.frozen_loci();
        // What is no longer needed is given back at once: a province's units are in memory twice as it is.
        drop(std::mem::take(&mut self.segments));
        let row_count = order.len();
        let row_bytes = row_count * (size_of::<Row>() + size_of::<StoredFacts>());
        let mut writer = Writer::new(row_bytes + self.ids.len());
        let rows = writer.section(&renumbered(std::mem::take(&mut self.rows), &order, &loci));
        let (facts, ids, lists) = self.frozen_facts(&order);
        let header = Header {
            magic: MAGIC,
            generation: origin.generation,
            history_hash: origin.history_hash,
            row_count: row_count as u64,
            release_fingerprint: fingerprint(self.nomenclature.release),
            crc: 0,
            mac_codes: mac_codes(&self.nomenclature),
            release_label: label(self.nomenclature.release.label()),
            rows,
            facts: writer.section(&facts),
            ids: writer.section(&ids),
            lists: writer.section(lists.join("\n").as_bytes()),
            genotype_of_text: per_locus(&mut writer, &loci, |w, l| w.section(&l.genotype_of_text)),
            text_ends: per_locus(&mut writer, &loci, |w, l| w.section(&l.text_ends)),
            text_bytes: per_locus(&mut writer, &loci, |w, l| w.section(&l.text_bytes)),
            genotypes: per_locus(&mut writer, &loci, |w, l| w.section(&l.genotype_words)),
        };
        drop((facts, ids));
        Snapshot::from_words(writer.finish(header))
    }

    /// Own units first, then the lists, each by identity: equals in a ranking keep this order. One identity in
    /// several lists is there several times, by key.
    fn order(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        let key = |i: &u32| {
            let facts = &self.facts[*i as usize];
            (facts.source() != Source::Unit, id(&self.ids, facts), facts.key)
        };
        // Stable, because it is fastest where most is in order: what was thawed is.
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        order
    }

    fn frozen_loci(&self) -> Vec<FrozenLocus> {
        let loci = self.loci.par_iter().enumerate();
        loci.map(|(place, locus)| FrozenLocus::new(locus, self.rows.iter().map(|row| row[place]))).collect()
    }

    /// Facts in their order, the identities in the same, and the names of the lists that are used.
    fn frozen_facts(&mut self, order: &[u32]) -> (Vec<StoredFacts>, Vec<u8>, Vec<String>) {
        let (number_of, lists) = self.frozen_lists();
        let mut ids = Vec::with_capacity(self.ids.len());
        let collected = std::mem::take(&mut self.facts);
        let facts = order.iter().map(|i| {
            let facts = collected[*i as usize];
            let id_start = ids.len() as u64;
            ids.extend_from_slice(id(&self.ids, &facts));
            facts.moved(id_start, &number_of)
        });
        let facts = facts.collect();
        (facts, ids, lists)
    }

    /// The new number of each list, and the names of those that have entries.
    fn frozen_lists(&self) -> (Vec<u16>, Vec<String>) {
        let mut is_used = vec![false; self.lists.len()];
        for facts in &self.facts {
            if let Source::Listed(list) = facts.source()
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

fn id<'a>(ids: &'a [u8], facts: &StoredFacts) -> &'a [u8] {
    let start = facts.id_start as usize;
    &ids[start..start + facts.id_len as usize]
}

fn label(text: &str) -> [u8; 32] {
    let mut label = [0; 32];
    let len = text.len().min(label.len());
    label[..len].copy_from_slice(&text.as_bytes()[..len]);
    label
}

/// Rows in their order, with the new numbers of their texts; the old place is given back before the next section is
/// begun.
#[expect(clippy::needless_pass_by_value, reason = "taking them is the point: they are dropped here")]
fn renumbered(rows: Vec<Row>, order: &[u32], loci: &[FrozenLocus]) -> Vec<Row> {
    let renumber = |i: &u32| -> Row {
        let row = rows[*i as usize];
        std::array::from_fn(|place| loci[place].number_of[row[place] as usize])
    };
    order.iter().map(renumber).collect()
}

fn per_locus(
    writer: &mut Writer,
    loci: &[FrozenLocus],
    section: impl Fn(&mut Writer, &FrozenLocus) -> Section,
) -> PerMatchLocus<Section> {
    let mut sections: PerMatchLocus<Section> = Default::default();
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
}

impl FrozenLocus {
    fn new(locus: &LocusTexts, used: impl Iterator<Item = u32>) -> FrozenLocus {
        let mut frozen = FrozenLocus {
            number_of: vec![UNTYPED_TEXT; locus.texts.len()],
            genotype_of_text: vec![u32::MAX],
            text_ends: vec![0],
            text_bytes: Vec::new(),
            genotype_words: Vec::new(),
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
