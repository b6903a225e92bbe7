//! The patients for whom a bank is judged: drawn from frequencies, or given.

use qidai_hla::PersonTyping;
use qidai_match::frequency::FrequencySet;
use qidai_match::simulate::{Habit, Simulator};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::CoverageRequest;
use crate::catalogue::Catalogue;
use crate::error::Failure;

/// Patients with their typings; of drawn ones also the haplotypes.
pub(super) struct People {
    drawn: Vec<[u32; 2]>,
    /// What a laboratory would report; `None` where the release in force does not know a name of the frequencies.
    typings: Vec<Option<PersonTyping>>,
    /// Names of the set that the release does not know keep so many patients from being counted.
    pub(super) unreadable: u64,
}

impl People {
    /// # Errors
    /// A given typing that cannot be read.
    pub(super) fn of(
        catalogue: &Catalogue,
        set: &FrequencySet,
        request: &CoverageRequest,
    ) -> Result<People, Failure> {
        if request.typings.is_empty() {
            return Ok(Self::drawn_from(catalogue, set, request));
        }
        let read = |(at, text): (usize, &String)| {
            PersonTyping::read_line(text, &catalogue.nomenclature()).map(Some).map_err(|errors| {
                let sentence = format!("The typing of patient {} cannot be read.", at + 1);
                Failure::refused("coverage_typing_refused", sentence)
                    .with("place", (at + 1).to_string())
                    .with_typing("detail", errors, catalogue.release_label())
            })
        };
        let typings = request.typings.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(People { drawn: Vec::new(), typings, unreadable: 0 })
    }

    fn drawn_from(catalogue: &Catalogue, set: &FrequencySet, request: &CoverageRequest) -> People {
        let mut random = ChaCha8Rng::seed_from_u64(request.seed);
        let simulator = Simulator::new(set);
        let habits = vec![Habit::EXACT; set.loci().len()];
        let (mut drawn, mut typings) = (Vec::new(), Vec::new());
        for _ in 0..request.patients {
            let person = simulator.person(&habits, &mut random);
            let written = simulator.gl_string(&person.phenotype);
            drawn.push(person.truth);
            typings.push(PersonTyping::read_line(&written, &catalogue.nomenclature()).ok());
        }
        let unreadable = typings.iter().filter(|typing| typing.is_none()).count() as u64;
        People { drawn, typings, unreadable }
    }

    pub(super) fn drawn(&self) -> &[[u32; 2]] {
        &self.drawn
    }

    pub(super) fn typings(&self) -> &[Option<PersonTyping>] {
        &self.typings
    }
}
