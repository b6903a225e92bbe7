//! Everybody with everybody: each distinct typing is imputed once.

use std::borrow::Cow;
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::pool::Pool;
use super::{Prediction, at_locus};
use crate::impute::{Candidates, Counted, Genotypes, Imputer, LocusPairs, Phenotype, Scratch};

/// Up to so many pairs of haplotypes are collapsed into genotypes.
const LISTED_PAIRS_MAX: u64 = 8_000_000;
/// Haplotypes that one pair of people may be looked at, counted once for each genotype; about a second on one core.
const EFFORT_MAX: u64 = 60_000_000;
/// What may be left out of one side where a pair would take longer; said as a bound.
const LEFT_OUT_MAX: f64 = 1e-4;

/// One answer for a patient and a donor.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The probabilities.
    Predicted(Prediction),
    /// The set does not represent one of the two.
    Unrepresented,
    /// Both are so ambiguous that neither exact numbers nor a bound of 1e-4 can be had in about a second.
    TooAmbiguous,
}

/// What is known of all who are typed alike.
#[derive(Debug)]
struct Person {
    candidates: Candidates,
    pair_count: u64,
    loci: OnceLock<Vec<LocusPairs>>,
    genotypes: OnceLock<Option<Genotypes>>,
}

/// People under one set; those who are typed alike are imputed once.
#[derive(Debug)]
pub struct People<'c, 'i, 's> {
    counted: &'c Counted<'i, 's>,
    /// `None`: there is no readable typing.
    distinct: Vec<Option<Person>>,
    of_person: Vec<u32>,
}

impl<'c, 'i, 's> People<'c, 'i, 's> {
    /// Finds the haplotypes of everybody, on all cores. Of whom there is no readable typing (`None`) no set knows anything.
    pub fn impute(
        imputer: &Imputer<'_>,
        counted: &'c Counted<'i, 's>,
        phenotypes: &[Option<Phenotype>],
    ) -> Self {
        let mut places: FxHashMap<Option<&Phenotype>, u32> = FxHashMap::default();
        let mut distinct: Vec<Option<&Phenotype>> = Vec::new();
        let mut of_person = Vec::with_capacity(phenotypes.len());
        for phenotype in phenotypes {
            let next = distinct.len() as u32;
            let place = *places.entry(phenotype.as_ref()).or_insert(next);
            if place == next {
                distinct.push(phenotype.as_ref());
            }
            of_person.push(place);
        }
        let person = |phenotype: &&Phenotype| {
            let candidates = imputer.candidates(phenotype);
            let pair_count = candidates.pair_count();
            Person { candidates, pair_count, loci: OnceLock::new(), genotypes: OnceLock::new() }
        };
        let distinct = distinct.par_iter().map(|phenotype| phenotype.as_ref().map(person)).collect();
        People { counted, distinct, of_person }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.of_person.len()
    }

    /// True when there is nobody.
    pub fn is_empty(&self) -> bool {
        self.of_person.is_empty()
    }

    /// True when some pair of haplotypes of the set answers the person's typing.
    pub fn is_represented(&self, person: usize) -> bool {
        self.of(person).is_some()
    }

    /// The marginal probabilities of 0, 1, 2 mismatches at each counted locus of one of these and one of others;
    /// `None` when the set does not represent one of the two.
    pub fn at_loci(&self, person: usize, others: &People<'_, '_, '_>, other: usize) -> Option<Vec<[f64; 3]>> {
        let (mine, theirs) = (self.loci(self.of(person)?), others.loci(others.of(other)?));
        Some(mine.iter().zip(theirs).map(|(mine, theirs)| at_locus(mine, theirs)).collect())
    }

    fn of(&self, person: usize) -> Option<&Person> {
        self.distinct[self.of_person[person] as usize].as_ref().filter(|person| person.pair_count > 0)
    }

    fn loci<'p>(&self, person: &'p Person) -> &'p [LocusPairs] {
        let loci = 0..self.counted.places().len();
        person
            .loci
            .get_or_init(|| loci.map(|locus| self.counted.at_locus(&person.candidates, locus)).collect())
    }

    /// Every genotype, or `None` where there are too many.
    fn genotypes<'p>(&self, person: &'p Person) -> Option<&'p Genotypes> {
        let listed = || {
            (person.pair_count <= LISTED_PAIRS_MAX)
                .then(|| self.counted.collapse(&person.candidates, &mut Scratch::default()))
        };
        person.genotypes.get_or_init(listed).as_ref()
    }
}

/// Donors, ready for any number of patients.
#[derive(Debug)]
pub struct Donors<'p, 'c, 'i, 's> {
    people: &'p People<'c, 'i, 's>,
    pool: Pool<'c, 'i, 's>,
    /// For each distinct donor the place in the pool, where the set represents the donor.
    in_pool: Vec<Option<u32>>,
    haplotypes: usize,
}

impl<'p, 'c, 'i, 's> Donors<'p, 'c, 'i, 's> {
    /// Puts all donors whom the set represents into one pool.
    pub fn new(people: &'p People<'c, 'i, 's>) -> Self {
        let mut candidates: Vec<&Candidates> = Vec::new();
        let mut in_pool = Vec::with_capacity(people.distinct.len());
        for person in &people.distinct {
            let represented = person.as_ref().filter(|person| person.pair_count > 0);
            in_pool.push(represented.map(|_| candidates.len() as u32));
            candidates.extend(represented.map(|person| &person.candidates));
        }
        let haplotypes = people.counted.rows().count();
        Donors { people, pool: Pool::new(&candidates, people.counted), in_pool, haplotypes }
    }

    /// How many different groups of haplotypes the donors have together.
    pub fn group_count(&self) -> usize {
        self.pool.group_count()
    }

    /// One patient against every donor, in the donors' order.
    pub fn predict(&self, patients: &People<'_, '_, '_>, patient: usize) -> Vec<Answer> {
        let distinct = match patients.of(patient) {
            None => vec![Answer::Unrepresented; self.in_pool.len()],
            Some(person) => match patients.genotypes(person) {
                Some(genotypes) => self.pooled(genotypes),
                None => self
                    .people
                    .distinct
                    .iter()
                    .map(|donor| self.open(person, donor.as_ref(), patients))
                    .collect(),
            },
        };
        self.people.of_person.iter().map(|place| distinct[*place as usize].clone()).collect()
    }

    fn pooled(&self, genotypes: &Genotypes) -> Vec<Answer> {
        let (genotypes, bound) = match self.within_effort(genotypes) {
            Some(all) => all,
            None => {
                let too_ambiguous =
                    |place: &Option<u32>| place.map_or(Answer::Unrepresented, |_| Answer::TooAmbiguous);
                return self.in_pool.iter().map(too_ambiguous).collect();
            }
        };
        let totals = self.pool.predict(&genotypes);
        let of_place = |place: u32| Answer::Predicted(Prediction { totals: totals[place as usize], bound });
        self.in_pool.iter().map(|place| place.map_or(Answer::Unrepresented, of_place)).collect()
    }

    /// All genotypes, or the likeliest with what was left out, or `None` where even those are too many.
    fn within_effort<'g>(&self, genotypes: &'g Genotypes) -> Option<(Cow<'g, Genotypes>, f64)> {
        let most = (EFFORT_MAX / self.haplotypes.max(1) as u64) as usize;
        if genotypes.len() <= most {
            return Some((Cow::Borrowed(genotypes), 0.0));
        }
        let (likeliest, left_out) = genotypes.likeliest(LEFT_OUT_MAX);
        (likeliest.len() <= most).then_some((Cow::Owned(likeliest), left_out))
    }

    /// A patient with too many genotypes to list, seen from each donor: mismatches are the same from both sides.
    fn open(&self, patient: &Person, donor: Option<&Person>, patients: &People<'_, '_, '_>) -> Answer {
        let Some(donor) = donor.filter(|donor| donor.pair_count > 0) else { return Answer::Unrepresented };
        let listed = self.people.genotypes(donor).and_then(|genotypes| self.within_effort(genotypes));
        let Some((genotypes, bound)) = listed else { return Answer::TooAmbiguous };
        let pool = Pool::new(&[&patient.candidates], patients.counted);
        let totals = pool.predict(&genotypes);
        Answer::Predicted(Prediction { totals: totals[0], bound })
    }
}
