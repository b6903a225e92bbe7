//! Everybody with everybody: many people under one set; those who are typed alike are imputed once.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use super::Answer;
use super::collection::Collection;
use super::patient::Patient;
use crate::impute::{Counted, Imputer, Person, Phenotype};

/// People in the order in which they were given.
#[derive(Debug)]
pub struct People<'c, 'i, 's> {
    counted: &'c Counted<'i, 's>,
    /// For each distinct typing; the first without a readable one stands for all such.
    distinct: Vec<Person>,
    of_person: Vec<u32>,
}

impl<'c, 'i, 's> People<'c, 'i, 's> {
    /// Finds the haplotypes of everybody, on all cores. Of whom there is no readable typing (`None`) no set knows anything.
    pub fn impute(
        _imputer: &Imputer<'_>,
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
        let person = |phenotype: &Option<&Phenotype>| {
            phenotype.map_or_else(Person::default, |phenotype| counted.person(phenotype))
        };
        People { counted, distinct: distinct.par_iter().map(person).collect(), of_person }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.of_person.len()
    }

    /// True when there is nobody.
    pub fn is_empty(&self) -> bool {
        self.of_person.is_empty()
    }

    /// Everything that is known of one of them.
    pub fn person(&self, at: usize) -> &Person {
        &self.distinct[self.of_person[at] as usize]
    }

    /// One of them as a patient.
    pub fn patient(&self, at: usize) -> Patient {
        Patient::of(self.person(at).clone(), Arc::clone(self.counted.rows()))
    }

    /// All of them as donors.
    pub fn freeze(&self) -> Collection {
        Collection::of(self.counted, self.distinct.iter(), self.of_person.clone())
    }
}

/// Donors, ready for any number of patients.
#[derive(Debug)]
pub struct Donors(Collection);

impl Donors {
    /// All of these people.
    pub fn new(people: &People<'_, '_, '_>) -> Self {
        Donors(people.freeze())
    }

    /// One patient against every donor, in the donors' order.
    pub fn predict(&self, patients: &People<'_, '_, '_>, patient: usize) -> Vec<Answer> {
        self.0.predict_all(&patients.patient(patient))
    }
}
