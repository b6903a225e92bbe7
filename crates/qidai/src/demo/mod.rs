//! The demonstration bank: units that nobody donated, as a northern Chinese bank would have them.
//!
//! Every unit is drawn from its own random stream, named by the seed and the unit's place. So a bank can be made
//! in any order, on any number of threads, in chunks, and is the same bank.

mod bank;
mod blood_group;
mod calendar;
mod cohort;
mod export;
mod haplotype;
mod house;
mod life;
mod patient;
mod processing;
mod role;
#[cfg(test)]
mod tests;
mod typing_report;
mod unit;

pub(crate) use bank::{Made, export_failure, make};
pub(crate) use export::Export;
pub(crate) use haplotype::HAN_NORTH;
pub(crate) use life::Lives;
pub(crate) use role::Mix;

use std::ops::Range;

use jiff::civil::Date;
use qidai_bank::UnitRecord;
use qidai_hla::Release;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::error::Failure;
use calendar::Calendar;
use cohort::Cohort;
use haplotype::Population;
use processing::Laboratory;
use typing_report::Reporter;

/// What decides everything in a demonstration bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) mix: Mix,
    pub(crate) lives: Lives,
    pub(crate) seed: u64,
    /// The demonstration's clock.
    pub(crate) today: Date,
}

/// Streams of lives begin beyond those of units.
const LIVES: u64 = 1 << 40;

impl Plan {
    /// The random stream of a place. Streams of one seed do not overlap.
    fn stream(&self, place: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(place);
        random
    }

    /// Another one, for what happens around the unit of a place.
    fn life_stream(&self, place: u64) -> ChaCha8Rng {
        self.stream(LIVES + place)
    }
}

/// Makes the units of a plan.
pub(crate) struct Generator {
    plan: Plan,
    calendar: Calendar,
    cohort: Cohort,
    laboratory: Laboratory,
    population: Population,
    reporter: Reporter,
}

impl Generator {
    /// # Errors
    /// When the built-in frequencies or parameters are damaged: an outage, nobody's input.
    pub(crate) fn new(plan: Plan) -> Result<Self, Failure> {
        let population = Population::han_north().map_err(|error| damaged(&error))?;
        let reporter = Reporter::new(&population, &Release::starter());
        Ok(Self {
            plan,
            calendar: Calendar::new(plan.today),
            cohort: Cohort::new().map_err(|error| damaged(&error))?,
            laboratory: Laboratory::new().map_err(|error| damaged(&error))?,
            population,
            reporter,
        })
    }

    pub(crate) fn mix(&self) -> Mix {
        self.plan.mix
    }

    /// Units of some places (0 to the total of the mix), in their order, made on all cores.
    pub(crate) fn units(&self, places: Range<u64>) -> Vec<UnitRecord> {
        places.into_par_iter().map(|place| self.unit(place)).collect()
    }

    /// The random stream of a place. Streams of one seed do not overlap.
    fn stream(&self, place: u64) -> ChaCha8Rng {
        self.plan.stream(place)
    }
}

fn damaged(error: &dyn std::error::Error) -> Failure {
    Failure::outage("demo_data_damaged", "The built-in data of the demonstration bank cannot be used.")
        .because(error)
}
