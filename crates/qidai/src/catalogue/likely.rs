//! How likely the units of a search match: P0 to P4 under one set of frequencies.
//!
//! The set is understood once for each release. A search imputes the patient, and each distinct typing of the units that it could list, once.

use std::path::Path;

use qidai_hla::{Locus, Nomenclature, PersonTyping};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{Answer, Collection};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Catalogue;
use crate::error::Failure;

/// The loci whose mismatches are counted, those of x/8.
const COUNTED: [Locus; 4] = [Locus::A, Locus::C, Locus::B, Locus::DRB1];

/// A set of frequencies, understood under the release in force.
pub(super) struct Frequencies {
    /// Name of the set and the beginning of its digest.
    label: String,
    imputer: Imputer<'static>,
    places: Vec<usize>,
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
        let places = COUNTED.iter().map(place).collect::<Result<_, _>>()?;
        Ok(Frequencies { label, imputer, places })
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }
}

impl Catalogue {
    /// The label of the frequencies in use.
    pub(super) fn frequency_set(&self) -> Option<&str> {
        self.reading.frequencies.as_ref().map(Frequencies::label)
    }

    /// P0 to P4 of rows for a patient, in their order; `None` where the set does not represent the pair.
    pub(super) fn likelihoods(
        &self,
        frequencies: &Frequencies,
        patient: &PersonTyping,
        rows: &[u32],
    ) -> Vec<Option<[f64; 5]>> {
        let imputer = &frequencies.imputer;
        let phenotype = |text: &str| {
            Phenotype::read(text, imputer.understood(), &self.nomenclature()).ok().map(|read| read.0)
        };
        let Some(patient) = phenotype(&patient.to_gl_string()) else { return vec![None; rows.len()] };
        let counted = Counted::new(imputer, &frequencies.places);
        let typings = rows.par_iter().map(|row| {
            let texts = self.snapshot().typing(*row);
            let typed: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
            phenotype(&typed.join("^"))
        });
        let typings: Vec<Option<Phenotype>> = typings.collect();
        let collection = Collection::freeze(&counted, typings);
        let answers = collection.predict_all(&collection.patient(imputer, &patient));
        let totals = |answer: Answer| match answer {
            Answer::Predicted(prediction) => Some(prediction.totals),
            Answer::Unrepresented | Answer::TooAmbiguous => None,
        };
        answers.into_iter().map(totals).collect()
    }
}
