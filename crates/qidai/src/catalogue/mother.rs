//! What the patient's mother could have passed on and did not: her non-inherited antigens (NIMA).
//!
//! A patient met them before birth and tolerates them better: one mismatch that is the NIMA had results near those of a full match
//! (PubMed 25042738; BMT 2016;51:675). It is shown with the unit and decides no rank.

use qidai_hla::{Alternatives, ClassId, PersonTyping};
use qidai_match::{LocusGenotype, MATCH_LOCI, PerMatchLocus};

use super::{Catalogue, Note, SearchRequest};
use crate::error::Failure;

/// For each locus the classes that the mother has and the patient lacks, sorted.
pub(super) type Nima = PerMatchLocus<Vec<ClassId>>;

impl Catalogue {
    /// The patient's NIMA, where the mother's typing is given; and a remark where she shares nothing with the patient.
    ///
    /// # Errors
    /// Her typing cannot be read.
    pub(super) fn nima(
        &self,
        request: &SearchRequest,
        patient: &PersonTyping,
    ) -> Result<(Nima, Option<Note>), Failure> {
        let Some(text) = &request.mother else { return Ok((Nima::default(), None)) };
        let mother = PersonTyping::read_line(text, &self.nomenclature()).map_err(|errors| {
            let sentence = "The mother's typing cannot be read.";
            Failure::refused("mother_typing_refused", sentence).with_typing(
                "detail",
                errors,
                self.release_label(),
            )
        })?;
        let mut contradicts = false;
        let nima = MATCH_LOCI.map(|locus| {
            let both = mother[locus].as_ref().zip(patient[locus].as_ref());
            let Some((hers, theirs)) = both.and_then(|(m, p)| m.genotypes.first().zip(p.genotypes.first()))
            else {
                return Vec::new();
            };
            let is_shared = |one: &Alternatives| theirs.iter().any(|other| meet(one, other));
            let [first, second] = [&hers.0, &hers.1];
            match (is_shared(first), is_shared(second)) {
                (true, false) => second.classes.clone(),
                (false, true) => first.classes.clone(),
                (true, true) => Vec::new(),
                (false, false) => {
                    contradicts = true;
                    Vec::new()
                }
            }
        });
        Ok((nima, contradicts.then(contradiction)))
    }
}

fn meet(one: &Alternatives, other: &Alternatives) -> bool {
    one.classes.iter().any(|class| other.classes.binary_search(class).is_ok())
}

fn contradiction() -> Note {
    let sentence = "The mother's typing shares no allele with the patient's at a locus: is she the mother, and are both typings right?";
    Note { code: "mother_contradicts", sentence: sentence.to_owned() }
}

/// Whether a unit that does not match everywhere can show the NIMA of a locus.
pub(super) fn shows(unit: Option<&LocusGenotype>, best: u8, nima: &[ClassId]) -> bool {
    best < 2 && !nima.is_empty() && unit.is_some_and(|unit| unit.may_show_class(nima))
}
