//! Writing whole lives, some hundred records of some units in one write.

use jiff::Timestamp;
use qidai_bank::{Acting, AddOutcome, Dossier, IdSource, Principal, RandomSource, Store, UnitRecord};
use rayon::prelude::*;

use super::now;
use crate::demo::Plan;
use crate::demo::house::{House, Tanks, staff_numbers};
use crate::demo::life::{Around, Lives, dossier};
use crate::error::Failure;

/// Dossiers of one write: some thousand records, a tenth of a second and more.
const CHUNK: usize = 100;

/// What is needed to tell lives; nothing where a plan has none.
pub(super) struct Telling<'p> {
    plan: &'p Plan,
    now: Timestamp,
    house: Option<(House, Tanks)>,
}

impl<'p> Telling<'p> {
    /// Sets the house up, unless all is there.
    pub(super) async fn begin(store: &Store, plan: &'p Plan, finished: bool) -> Result<Self, Failure> {
        let now = now(plan)?;
        if finished || plan.lives == Lives::None {
            return Ok(Self { plan, now, house: None });
        }
        let tanks = Tanks::of(plan);
        let house = House::of(store, now, (plan.seed, &tanks)).await?;
        Ok(Self { plan, now, house: Some((house, tanks)) })
    }

    /// Units from a place on: those whose lives are told, with their places, and the others.
    pub(super) fn divide(
        &self,
        from: u64,
        units: Vec<UnitRecord>,
    ) -> (Vec<(u64, UnitRecord)>, Vec<UnitRecord>) {
        let (mut told, mut plain) = (Vec::new(), Vec::new());
        for (place, unit) in (from..).zip(units) {
            if self.house.is_some() && self.plan.lives.has(place, &unit) {
                told.push((place, unit));
            } else {
                plain.push(unit);
            }
        }
        (told, plain)
    }

    /// Writes lives; gives how many were new.
    pub(super) async fn add(
        &self,
        store: &Store,
        from: u64,
        told: Vec<(u64, UnitRecord)>,
    ) -> Result<u64, Failure> {
        let Some((house, tanks)) = &self.house else { return Ok(0) };
        // Short, for they stand in every row: the place makes them unique, the seed has its own bank.
        let ids = IdSource::counting(format!("d{from}"));
        let (random, administrator) = (RandomSource::seeded(self.plan.seed), Principal::console("demo"));
        let acting = Acting::new(&administrator, self.now, &ids, &random);
        let staff = staff_numbers();
        let dossiers: Vec<Dossier> = told
            .into_par_iter()
            .map(|(place, unit)| {
                let position = tanks.position(place);
                let around = Around { house, now: self.now, position, place };
                dossier(unit, &around, self.plan.life_stream(place))
            })
            .collect();
        let mut written = 0;
        for chunk in dossiers.chunks(CHUNK) {
            let outcomes = store.carry_over(chunk, &staff, &acting).await?;
            written += outcomes.iter().filter(|outcome| **outcome == AddOutcome::Accepted).count() as u64;
        }
        Ok(written)
    }
}
