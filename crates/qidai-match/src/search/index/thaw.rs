//! A snapshot as the beginning of the next one.

use qidai_hla::Nomenclature;
use rustc_hash::FxHashMap;

use super::{LocusTexts, SnapshotBuilder};
use crate::antigen::AntigenSpace;
use crate::search::facts::Source;
use crate::search::layout::DPB1;
use crate::search::snapshot::{Snapshot, SnapshotError};

impl<'r> SnapshotBuilder<'r> {
    /// A builder that holds what a snapshot holds, but those entries of which `is_gone` is true, by source and key.
    /// Their texts need not be read again. Frozen, it is what a new builder would be, byte for byte.
    ///
    /// # Errors
    /// [`SnapshotError::OtherRelease`]: the texts were read under other names.
    pub fn thaw(
        nomenclature: Nomenclature<'r>,
        antigens: &'r AntigenSpace,
        snapshot: &Snapshot,
        is_gone: impl Fn(Source, u64) -> bool,
    ) -> Result<Self, SnapshotError> {
        snapshot.check(&nomenclature)?;
        let mut builder = SnapshotBuilder::new(nomenclature, antigens);
        builder.loci = std::array::from_fn(|place| LocusTexts::of_snapshot(snapshot, place));
        builder.lists = snapshot.lists().to_vec();
        builder.entries.facts = snapshot.all_facts().to_vec();
        let sources: Vec<Source> = builder.entries.facts.iter().map(|facts| facts.source()).collect();
        for row in 0..snapshot.row_count() as u32 {
            let (facts, key) = (snapshot.facts_number(row), snapshot.key(row));
            if !is_gone(sources[facts as usize], key) {
                let id = snapshot.id_of(row);
                let beside = builder.entries.beside_number(snapshot.beside(row));
                builder.entries.push_row(snapshot.rows()[row as usize], key, facts, id, beside);
            }
        }
        Ok(builder)
    }
}

impl LocusTexts {
    fn of_snapshot(snapshot: &Snapshot, place: usize) -> Self {
        let genotypes = snapshot.genotypes(place).to_vec();
        let genotype_numbers: FxHashMap<_, _> = genotypes.iter().cloned().zip(0..).collect();
        let genotype_of_text = snapshot.genotype_of_text(place).to_vec();
        let texts = (0..genotype_of_text.len() as u32).map(|text| snapshot.text(place, text).into());
        let tce_of_text = if place == DPB1 { snapshot.tce_of_text().to_vec() } else { vec![0] };
        LocusTexts { texts: texts.collect(), genotype_of_text, genotypes, genotype_numbers, tce_of_text }
    }
}
