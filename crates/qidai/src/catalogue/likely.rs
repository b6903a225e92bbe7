//! How likely the units of a search match: P0 to P4 under one set of frequencies.
//!
//! The set is understood once for each release, and each distinct typing of a unit is imputed once for as long as the set is in use: searches
//! share what is kept, and so do the snapshots that follow each other.

use std::path::Path;

use qidai_hla::{Locus, Nomenclature};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Fit, Imputer, Phenotype};
use qidai_match::predict::{Answer, Heard, Kept};
use sha2::{Digest, Sha256};

use super::asked::Asked;
use super::{Catalogue, Note};
use crate::error::Failure;

/// The loci whose mismatches are counted, those of x/8.
const COUNTED: [Locus; 4] = [Locus::A, Locus::C, Locus::B, Locus::DRB1];

/// A set of frequencies, understood under the release in force.
pub(super) struct Frequencies {
    /// Name of the set and the beginning of its digest.
    label: String,
    imputer: Imputer<'static>,
    kept: Kept,
}

impl Frequencies {
    /// Reads a file of `haplotype,freq` lines.
    ///
    /// # Errors
    /// It cannot be read, a line is wrong, or it lacks a locus of x/8.
    pub(super) fn of_file(file: &Path, nomenclature: &Nomenclature<'_>) -> Result<Frequencies, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            let file = file.display().to_string();
            Failure::outage("search_file_unreadable", format!("{file} could not be read: {error}."))
                .with("file", &file)
                .with("error", error.to_string())
                .because(&error)
        })?;
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::of_text(name.trim_end_matches(".freqs"), &text, file, nomenclature)
    }

    /// Reads a set from its text; `file` is what an error calls it.
    pub(super) fn of_text(
        name: &str,
        text: &str,
        file: &Path,
        nomenclature: &Nomenclature<'_>,
    ) -> Result<Frequencies, Failure> {
        let set = FrequencySet::read(text).map_err(|error| {
            let file = file.display().to_string();
            Failure::refused("frequencies_unreadable", format!("{file}: {error}."))
                .with("file", &file)
                .with("error", error.to_string())
        })?;
        let digest = Sha256::digest(text.as_bytes());
        let label = format!("{name} {:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
        let imputer = Imputer::new(Understood::owning(set, nomenclature, Rules::default()));
        let place = |locus: &Locus| {
            imputer.understood().place(*locus).ok_or_else(|| {
                let file = file.display().to_string();
                let sentence = format!("{file} has no locus {locus}; a search counts A, C, B and DRB1.");
                Failure::refused("frequencies_lack_locus", sentence)
                    .with("file", &file)
                    .with("locus", locus.name())
            })
        };
        let places: Vec<usize> = COUNTED.iter().map(place).collect::<Result<_, _>>()?;
        let kept = Kept::new(&imputer, &places);
        Ok(Frequencies { label, imputer, kept })
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }
}

impl Catalogue {
    /// The haplotypes by which searches predict.
    pub(crate) fn frequencies(&self) -> Option<&FrequencySet> {
        self.reading.frequencies.as_ref().map(|frequencies| frequencies.imputer.understood().set())
    }

    /// The label of the frequencies in use.
    pub(crate) fn frequency_set(&self) -> Option<&str> {
        self.reading.frequencies.as_ref().map(Frequencies::label)
    }

    /// P0 to P4 of rows for a patient, in their order; `None` where the set does not represent the pair.
    pub(super) fn likelihoods(
        &self,
        frequencies: &Frequencies,
        asked: &Asked,
        rows: &[u32],
    ) -> Vec<Option<[f64; 5]>> {
        let Frequencies { imputer, kept, .. } = frequencies;
        if rows.is_empty() {
            return Vec::new();
        }
        let patient = asked.imputed.get_or_init(|| {
            let read =
                Phenotype::read(&asked.patient.to_gl_string(), imputer.understood(), &self.nomenclature());
            read.ok().map(|(phenotype, _)| kept.patient(imputer, &phenotype))
        });
        let Some(patient) = patient else { return vec![None; rows.len()] };
        let collection = kept.collection(self.snapshot(), self.heard(frequencies), imputer, rows);
        let answers = collection.predict_all(patient);
        let totals = |answer: Answer| match answer {
            Answer::Predicted(prediction) => Some(prediction.totals),
            Answer::Unrepresented | Answer::TooAmbiguous => None,
        };
        answers.into_iter().map(totals).collect()
    }

    /// A warning where the probabilities are those of a population that the patient is hardly one of (`docs/algorithm/prediction.md`).
    pub(super) fn fit(&self, asked: &Asked) -> Option<Note> {
        let Frequencies { label, imputer, .. } = self.reading.frequencies.as_ref()?;
        let text = asked.patient.to_gl_string();
        let (phenotype, _) = Phenotype::read(&text, imputer.understood(), &self.nomenclature()).ok()?;
        match imputer.fit(&phenotype) {
            Fit::Fits => None,
            Fit::Rare { .. } => Some(Note {
                code: "frequencies_do_not_fit",
                sentence: format!(
                    "The patient's haplotypes are rarer under {label} than those of 99 of 100 people of that population: its probabilities say little of this patient."
                ),
            }),
            Fit::Unrepresented => Some(Note {
                code: "frequencies_do_not_represent",
                sentence: format!(
                    "No haplotypes of {label} answer the patient's typing: nothing is predicted."
                ),
            }),
        }
    }

    /// What the texts of the snapshot ask under the set; found out once.
    fn heard(&self, frequencies: &Frequencies) -> &Heard {
        let Frequencies { imputer, kept, .. } = frequencies;
        self.heard.get_or_init(|| kept.hear(self.snapshot(), imputer, &self.nomenclature()))
    }

    /// Imputes some of the typings of the snapshot before they are asked for, from a row on; gives the row at which to go on, and `None` when all are
    /// done, or nothing is predicted.
    pub(crate) fn prepare(&self, from: u32) -> Option<u32> {
        let frequencies = self.reading.frequencies.as_ref()?;
        let Frequencies { imputer, kept, .. } = frequencies;
        kept.prepare(self.snapshot(), self.heard(frequencies), imputer, from)
    }

    /// True when both predict by the same set, understood alike: what is imputed for one is for the other.
    pub(crate) fn predicts_as(&self, other: &Catalogue) -> bool {
        std::sync::Arc::ptr_eq(&self.reading, &other.reading)
    }
}
