//! A question, read once: what is asked of a bank can be asked of it again, or of a part of it, without being read again.

use std::sync::OnceLock;

use qidai_hla::{Alternatives, Locus, PersonTyping};
use qidai_match::search::{Answer, Criteria, Query, search, search_predicted};
use qidai_match::{Dpb1Typing, LocusGenotype, MATCH_LOCI, PerMatchLocus, predict};

use super::mother::Nima;
use super::selection::Selected;
use super::{Catalogue, Note, SearchRequest};
use crate::error::Failure;

/// A patient's genotypes; an untyped locus is `None`.
pub(super) type Patient = PerMatchLocus<Option<LocusGenotype>>;

/// A request, understood under one release.
pub(crate) struct Asked {
    pub(super) request: SearchRequest,
    pub(super) selected: Selected,
    pub(super) criteria: Criteria,
    pub(super) patient: PersonTyping,
    pub(super) genotypes: Patient,
    pub(super) dpb1: Option<Dpb1Typing>,
    pub(super) antibodies: Vec<Alternatives>,
    pub(super) nima: Nima,
    /// The patient under the set of frequencies, once somebody was to be predicted.
    pub(super) imputed: OnceLock<Option<predict::Patient>>,
    /// About antibodies and the mother.
    pub(super) notes: Vec<Note>,
}

impl Catalogue {
    /// Reads a request.
    ///
    /// # Errors
    /// A typing that cannot be read, or a criterion that is impossible.
    pub(crate) fn understand(&self, request: &SearchRequest) -> Result<Asked, Failure> {
        let selected = Selected::of(request)?;
        let criteria = request.criteria(&selected)?;
        let patient = self.patient(request.patient_text())?;
        let (antibodies, mut notes) = self.antibodies(request)?;
        let (nima, contradiction) = self.nima(request, &patient)?;
        notes.extend(contradiction);
        let interpreter = self.interpreter();
        let genotypes =
            MATCH_LOCI.map(|locus| patient[locus].as_ref().map(|typing| interpreter.genotype(typing)));
        let dpb1 = patient[Locus::DPB1].as_ref().and_then(|typing| Dpb1Typing::new(typing, &interpreter));
        let request = request.clone();
        let imputed = OnceLock::new();
        Ok(Asked { request, selected, criteria, patient, genotypes, dpb1, antibodies, nima, imputed, notes })
    }

    /// The rows that answer, without words.
    pub(crate) fn found(&self, asked: &Asked) -> Answer {
        self.found_by(asked, &asked.criteria)
    }

    /// The same by other criteria.
    pub(super) fn found_by(&self, asked: &Asked, criteria: &Criteria) -> Answer {
        let query = self.query(asked);
        match &self.reading.frequencies {
            Some(frequencies) => {
                let predict = |rows: &[u32]| self.likelihoods(frequencies, asked, rows);
                search_predicted(self.snapshot(), &query, criteria, &predict)
            }
            None => search(self.snapshot(), &query, criteria),
        }
    }

    pub(super) fn query(&self, asked: &Asked) -> Query<'_> {
        Query::of(self.snapshot(), asked.genotypes.clone(), self.interpreter().antigens())
            .with_dpb1(asked.dpb1.clone())
            .with_antibodies(&asked.antibodies)
    }

    /// Reads the patient; all errors of the typing in one failure.
    pub(super) fn patient(&self, text: &str) -> Result<PersonTyping, Failure> {
        let patient = PersonTyping::read_line(text, &self.nomenclature()).map_err(|errors| {
            let sentence = "The patient's typing cannot be read.";
            Failure::refused("patient_typing_refused", sentence).with_typing(
                "detail",
                errors,
                self.release_label(),
            )
        })?;
        if MATCH_LOCI.iter().all(|locus| patient[*locus].is_none()) {
            let expected = "The patient's typing has none of the loci A, B, C, DRB1, DQB1.";
            return Err(Failure::refused("patient_typing_missing", expected));
        }
        Ok(patient)
    }
}

impl Asked {
    /// The same question for everybody who passes.
    pub(super) fn without_limit(&self) -> Criteria {
        Criteria { limit: usize::MAX, ..self.criteria.clone() }
    }
}
