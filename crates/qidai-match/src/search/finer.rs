//! What decides between units of one class: DPB1, the ligands of killer cells, the mother of the unit.
//!
//! Each answer depends on a text or two, so it is found once for each text that is asked for.

use std::sync::atomic::{AtomicU8, Ordering};

use qidai_hla::epitope::TceVersion;

use super::layout::DPB1;
use super::query::Query;
use super::snapshot::Snapshot;
use crate::PerMatchLocus;
use crate::antigen::AntigenSpace;
use crate::dpb1::{Dpb1, Dpb1Typing, unpacked};
use crate::genotype::LocusGenotype;
use crate::ligand::{KirLigand, LIGAND_LOCI, Ligands};
use crate::maternal::Maternal;

/// A unit beside the patient, finer than by its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finer {
    /// By the levels of version 2.
    pub dpb1: Dpb1,
    /// Who lacks a ligand of the other.
    pub kir_ligand: KirLigand,
    /// What the typing of the unit's mother says.
    pub maternal: Maternal,
}

/// The patient's side, and what is known so far of the texts of the snapshot.
pub(super) struct FinerTables {
    dpb1: Option<Dpb1Typing>,
    /// By version, for each text of DPB1 one more than its place in [`DPB1_ANSWERS`]; 0 is not asked yet.
    dpb1_of_text: [Vec<AtomicU8>; 2],
    ligands: Ligands,
    /// For each of [`LIGAND_LOCI`] and its texts what it shows, above [`KNOWN`]; 0 is not asked yet.
    ligands_of_text: [Vec<AtomicU8>; LIGAND_LOCI.len()],
}

const DPB1_ANSWERS: [Dpb1; 5] =
    [Dpb1::Match, Dpb1::Permissive, Dpb1::NonPermissiveGvh, Dpb1::NonPermissiveHvg, Dpb1::Unknown];
const KNOWN: u8 = 1 << 6;

fn unasked(len: usize) -> Vec<AtomicU8> {
    (0..len).map(|_| AtomicU8::new(0)).collect()
}

impl FinerTables {
    pub(super) fn new(
        snapshot: &Snapshot,
        patient: &PerMatchLocus<Option<LocusGenotype>>,
        antigens: &AntigenSpace,
    ) -> Self {
        // The loci of ligands are the first ones of those that classes are made of, in the same order.
        let of_locus = |place: usize| antigens.ligands.of(LIGAND_LOCI[place], patient[place].as_ref());
        let ligands = (0..LIGAND_LOCI.len()).map(of_locus).fold(Ligands::default(), Ligands::and);
        let ligands_of_text = std::array::from_fn(|place| unasked(snapshot.text_count(place)));
        FinerTables { dpb1: None, dpb1_of_text: Default::default(), ligands, ligands_of_text }
    }

    pub(super) fn set_dpb1(&mut self, snapshot: &Snapshot, typing: Option<Dpb1Typing>) {
        let texts = if typing.is_some() { snapshot.text_count(DPB1) } else { 0 };
        self.dpb1_of_text = [unasked(texts), unasked(texts)];
        self.dpb1 = typing;
    }
}

impl Query<'_> {
    /// A row beside the patient, finer than by its class.
    pub(super) fn finer(&self, row: u32) -> Finer {
        Finer {
            dpb1: self.dpb1(row, TceVersion::V2),
            kir_ligand: self.kir_ligand(&self.snapshot().rows()[row as usize].texts()),
            maternal: self.maternal(row),
        }
    }

    pub(super) fn dpb1(&self, row: u32, version: TceVersion) -> Dpb1 {
        let (Some(patient), text) = (&self.finer.dpb1, self.snapshot().beside(row).dpb1) else {
            return Dpb1::Unknown;
        };
        let Some(kept) = self.finer.dpb1_of_text[version as usize].get(text as usize) else {
            return Dpb1::Unknown;
        };
        let known = kept.load(Ordering::Relaxed);
        if let Some(answer) = known.checked_sub(1).and_then(|at| DPB1_ANSWERS.get(usize::from(at))) {
            return *answer;
        }
        let answer = self.compared_dpb1(patient, text, version);
        let place = DPB1_ANSWERS.iter().position(|one| *one == answer).unwrap_or_default();
        kept.store(1 + place as u8, Ordering::Relaxed);
        answer
    }

    fn compared_dpb1(&self, patient: &Dpb1Typing, text: u32, version: TceVersion) -> Dpb1 {
        let Some(donor) = self.snapshot().genotype_at(DPB1, text) else { return Dpb1::Unknown };
        let levels = self.snapshot().tce_of_text().get(text as usize).copied().unwrap_or_default();
        let [theirs, own] = [levels, patient.levels].map(|levels| unpacked(levels, version));
        Dpb1::of(&patient.genotype, donor, own, theirs)
    }

    pub(super) fn kir_ligand(&self, texts: &PerMatchLocus<u32>) -> KirLigand {
        let shown = (0..LIGAND_LOCI.len()).map(|place| self.ligands_of(place, texts[place]));
        KirLigand::between(self.finer.ligands, shown.fold(Ligands::default(), Ligands::and))
    }

    fn ligands_of(&self, place: usize, text: u32) -> Ligands {
        let find = || {
            let genotype = self.snapshot().genotype_at(place, text);
            self.antigens().ligands.of(LIGAND_LOCI[place], genotype)
        };
        let Some(kept) = self.finer.ligands_of_text[place].get(text as usize) else { return find() };
        let known = kept.load(Ordering::Relaxed);
        if known > 0 {
            return Ligands::unpacked(known);
        }
        let found = find();
        kept.store(found.packed() | KNOWN, Ordering::Relaxed);
        found
    }

    pub(super) fn maternal(&self, row: u32) -> Maternal {
        let mother = self.snapshot().beside(row).mother;
        if mother.iter().all(|text| *text == 0) {
            return Maternal::default();
        }
        let unit = std::array::from_fn(|place| self.snapshot().genotype(row, place));
        let mother = std::array::from_fn(|place| self.snapshot().genotype_at(place, mother[place]));
        Maternal::of(self.patient(), unit, mother)
    }
}
