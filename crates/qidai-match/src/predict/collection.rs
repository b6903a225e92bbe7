//! Donors, frozen: imputed once and ready for any number of patients.
//!
//! Donors are not listed by genotype. The haplotypes of a donor fall into a few groups, which many donors share: everyone typed `A*02`, `B*15` on
//! one chromosome has the same one. A patient looks at the groups that are asked for, once, and adds up what shows the same
//! ([`super::viewpoint`]); a donor is the sum over few pairs of groups. Groups that cannot reach the number of matches that is
//! answered are never opened. Nothing is cut off, and adding up has the same order on any number of threads.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::compare::Comparison;
use super::lists::Lists;
use super::marginal::{self, Marginal};
use super::patient::Patient;
use super::viewpoint::Viewpoint;
use super::{ANSWERED, Answer, LEFT_OUT_MAX, Prediction};
use crate::impute::{Counted, Genotypes, Imputer, Member, Person, Phenotype, Rows};

/// So many typings are imputed at once while a collection is frozen.
const CHUNK: usize = 4_096;
/// A thread is given so many donors at least.
const SHARE_MIN: usize = 1_024;
/// No readable typing.
pub(super) const NOBODY: u32 = u32::MAX;

/// Donors under one set and one choice of counted loci.
///
/// It owns everything it needs, and can be kept as long as a snapshot is: 16 bytes for each row of each group, 8 for each pair of groups of a
/// distinct typing, 4 for each donor. Shapes: `freeze` takes one typing for each of *n* donors, `predict` any list of numbers below *n* and
/// gives as many answers. From one rayon thread or from many, answers are the same to the last bit.
///
/// ```
/// use qidai_hla::{Nomenclature, Release};
/// use qidai_match::frequency::{FrequencySet, Rules, Understood};
/// use qidai_match::impute::{Counted, Imputer, Phenotype};
/// use qidai_match::predict::{Answer, Collection};
///
/// let release = Release::starter();
/// let nomenclature = Nomenclature::new(&release, None);
/// let set = FrequencySet::read("A*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4").unwrap();
/// // Once for each set: the imputer owns it, so both can be kept beside each other.
/// let imputer = Imputer::new(Understood::owning(set, &nomenclature, Rules::default()));
/// let read = |text| Phenotype::read(text, imputer.understood(), &nomenclature).unwrap().0;
/// // Once for each snapshot: one typing for each unit, in the order of its rows.
/// let counted = Counted::new(&imputer, &[0, 1]);
/// let units = ["A*01:01+A*02:01", "B*08:01+B*08:01"].map(|typing| Some(read(typing)));
/// let collection = Collection::freeze(&counted, units);
/// // For each search: the patient, and the rows that were found.
/// let patient = collection.patient(&imputer, &read("A*01:01+A*02:01^B*07:02+B*08:01"));
/// let answers = collection.predict(&patient, &[1, 0]);
/// let Answer::Predicted(second) = &answers[1] else { panic!() };
/// assert_eq!(second.totals, [1.0, 0.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Collection {
    rows: Arc<Rows>,
    pub(super) groups: Lists<Member>,
    /// For each distinct typing the pairs of groups that fit together.
    pub(super) distinct: Lists<(u32, u32)>,
    /// For each distinct typing the sum of all weights.
    pub(super) masses: Vec<f64>,
    /// For each donor the number of the typing, or [`NOBODY`].
    pub(super) of_donor: Vec<u32>,
}

impl Collection {
    /// Freezes donors in this order: donor `i` of every other call is the `i`-th here. Equal typings are imputed once, on all cores; of whom
    /// there is no readable typing (`None`) no set knows anything.
    pub fn freeze(
        counted: &Counted<'_, '_>,
        phenotypes: impl IntoIterator<Item = Option<Phenotype>>,
    ) -> Self {
        let mut builder = Builder::new(counted);
        let mut known: FxHashMap<Arc<Phenotype>, u32> = FxHashMap::default();
        let mut fresh: Vec<Arc<Phenotype>> = Vec::new();
        for phenotype in phenotypes {
            let Some(phenotype) = phenotype else {
                builder.all.of_donor.push(NOBODY);
                continue;
            };
            let next = known.len() as u32;
            let number = *known.entry(phenotype.into()).or_insert_with_key(|phenotype| {
                fresh.push(Arc::clone(phenotype));
                next
            });
            builder.all.of_donor.push(number);
            if fresh.len() == CHUNK {
                builder.impute(&std::mem::take(&mut fresh));
            }
        }
        builder.impute(&fresh);
        builder.all
    }

    /// Nobody yet.
    pub(super) fn empty(rows: Arc<Rows>) -> Self {
        Collection {
            rows,
            groups: Lists::default(),
            distinct: Lists::default(),
            masses: Vec::new(),
            of_donor: Vec::new(),
        }
    }

    /// Freezes people who are imputed already.
    pub(super) fn of<'p>(
        counted: &Counted<'_, '_>,
        distinct: impl Iterator<Item = &'p Person>,
        of_donor: Vec<u32>,
    ) -> Self {
        let mut builder = Builder::new(counted);
        distinct.for_each(|person| builder.add(person));
        builder.all.of_donor = of_donor;
        builder.all
    }

    /// Somebody for whom these donors are asked. The imputer must be the one the collection was frozen with, or one of the same set and rules.
    pub fn patient(&self, imputer: &Imputer<'_>, phenotype: &Phenotype) -> Patient {
        let candidates = imputer.candidates(phenotype);
        Patient::of(Person::new(&candidates, &self.rows, imputer.understood().set()), Arc::clone(&self.rows))
    }

    /// How many donors.
    pub fn len(&self) -> usize {
        self.of_donor.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.of_donor.is_empty()
    }

    /// How many different groups of haplotypes the donors have together.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// How many different typings.
    pub fn distinct_count(&self) -> usize {
        self.masses.len()
    }

    /// One patient against some donors, by their numbers, which may repeat: one answer for each, in their order. On all cores, unless called from
    /// a rayon thread, which then does the work alone.
    pub fn predict(&self, patient: &Patient, selected: &[u32]) -> Vec<Answer> {
        self.each_distinct(selected, &Answer::Unrepresented, |distinct| {
            self.predict_distinct(patient, distinct)
        })
    }

    /// One patient against every donor, in their order.
    pub fn predict_all(&self, patient: &Patient) -> Vec<Answer> {
        let all: Vec<u32> = (0..self.len() as u32).collect();
        self.predict(patient, &all)
    }

    /// For each selected donor and each counted locus the marginal probabilities of 0, 1, 2 mismatches: over all genotypes, whatever the total.
    /// `None` where the set does not represent one of the two, or the patient is too ambiguous.
    pub fn at_loci(&self, patient: &Patient, selected: &[u32]) -> Vec<Option<Vec<[f64; 3]>>> {
        self.each_distinct(selected, &None, |distinct| self.loci_of_distinct(patient, distinct))
    }

    /// The same conditionally: among all who have exactly `total` mismatches (0 to 4), where are they? `None` also where nobody has, and where
    /// it would take longer than about a second.
    pub fn at_loci_given(
        &self,
        patient: &Patient,
        selected: &[u32],
        total: usize,
    ) -> Vec<Option<Vec<[f64; 3]>>> {
        self.each_distinct(selected, &None, |distinct| {
            let mut seen = patient.view().map(|view| Comparison::new(view, &self.groups));
            let mut of = |number: &u32| seen.as_mut()?.donor_given(self.distinct.list(*number), total);
            distinct.iter().map(&mut of).collect()
        })
    }

    /// Answers each different typing once, and gives every donor the answer of theirs.
    fn each_distinct<A: Clone + Send>(
        &self,
        selected: &[u32],
        unreadable: &A,
        answer: impl Fn(&[u32]) -> Vec<A> + Sync,
    ) -> Vec<A> {
        let mut place = vec![NOBODY; self.masses.len()];
        let mut distinct = Vec::new();
        for donor in selected {
            if let Some(place) = place.get_mut(self.of_donor[*donor as usize] as usize)
                && *place == NOBODY
            {
                *place = distinct.len() as u32;
                distinct.push(self.of_donor[*donor as usize]);
            }
        }
        let answers: Vec<A> = if rayon::current_thread_index().is_some() {
            answer(&distinct)
        } else {
            let share = distinct.len().div_ceil(rayon::current_num_threads()).max(SHARE_MIN);
            distinct.par_chunks(share).flat_map_iter(&answer).collect()
        };
        let of_donor = |donor: &u32| match place.get(self.of_donor[*donor as usize] as usize) {
            Some(place) => answers[*place as usize].clone(),
            None => unreadable.clone(),
        };
        selected.iter().map(of_donor).collect()
    }

    fn predict_distinct(&self, patient: &Patient, distinct: &[u32]) -> Vec<Answer> {
        let mut exact = patient.view().map(|view| Comparison::new(view, &self.groups));
        let answer = |number: &u32| {
            let pairs = self.distinct.list(*number);
            if pairs.is_empty() || !patient.is_represented() {
                return Answer::Unrepresented;
            }
            match exact.as_mut().and_then(|exact| exact.donor(pairs)) {
                Some(totals) => predicted(totals, self.masses[*number as usize], 0.0),
                None => self.hard(patient, &self.person(*number)),
            }
        };
        distinct.iter().map(answer).collect()
    }

    /// A pair that would take too long as it stands. Mismatches are the same from both sides; and the likeliest genotypes with a stated
    /// bound may be few enough.
    fn hard(&self, patient: &Patient, donor: &Person) -> Answer {
        let turned = Genotypes::listed(donor, &self.rows);
        let from_donor = |left_out: f64| {
            let (likeliest, bound) = turned.as_ref()?.likeliest(left_out);
            one(&Viewpoint::new(&likeliest, &self.rows)?, &patient.person, bound)
        };
        let from_patient = || {
            let (view, bound) = patient.likeliest_view()?;
            one(view, donor, *bound)
        };
        let answer = from_donor(0.0).or_else(from_patient).or_else(|| from_donor(LEFT_OUT_MAX));
        answer.unwrap_or(Answer::TooAmbiguous)
    }

    /// A donor's typing, taken out of the collection again.
    fn person(&self, number: u32) -> Person {
        let mut person = Person { mass: self.masses[number as usize], ..Person::default() };
        let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
        for pair in self.distinct.list(number) {
            let [one, two] = [pair.0, pair.1].map(|group| {
                *numbers.entry(group).or_insert_with(|| {
                    person.groups.push(self.groups.list(group).to_vec());
                    person.groups.len() as u32 - 1
                })
            });
            person.pairs.push((one.min(two), one.max(two)));
        }
        person
    }

    fn loci_of_distinct(&self, patient: &Patient, distinct: &[u32]) -> Vec<Option<Vec<[f64; 3]>>> {
        let mut marginal = patient.view().map(|view| Marginal::new(view, &self.rows, &self.groups));
        let of = |number: &u32| {
            let pairs = self.distinct.list(*number);
            if pairs.is_empty() || !patient.is_represented() {
                return None;
            }
            Some(match &mut marginal {
                Some(marginal) => marginal.donor(pairs, self.masses[*number as usize]),
                None => marginal::between(&patient.person, &self.person(*number), &self.rows),
            })
        };
        distinct.iter().map(of).collect()
    }
}

/// One person's genotypes against another's haplotypes; `None` where this would take too long.
fn one(view: &Viewpoint, other: &Person, bound: f64) -> Option<Answer> {
    let mut groups = Lists::default();
    other.groups.iter().for_each(|group| groups.push(group.iter().copied()));
    let totals = Comparison::new(view, &groups).donor(&other.pairs)?;
    Some(predicted(totals, other.mass, bound))
}

fn predicted(totals: [f64; ANSWERED], mass: f64, bound: f64) -> Answer {
    Answer::Predicted(Prediction { totals: totals.map(|total| total / mass), bound })
}

/// The pairs of a person's groups, by the numbers of the groups. Different groups can show the same at the counted loci and have one number:
/// a pair of them has both orders, as twice the pair of a group with itself has.
pub(super) fn pairs_by_number<'p>(
    person: &'p Person,
    numbers: &'p [u32],
) -> impl Iterator<Item = (u32, u32)> + 'p {
    person.pairs.iter().flat_map(|(one, two)| {
        let pair = (numbers[*one as usize], numbers[*two as usize]);
        let times = if one != two && pair.0 == pair.1 { 2 } else { 1 };
        std::iter::repeat_n(pair, times)
    })
}

/// A collection that grows.
struct Builder<'c, 'i, 's> {
    counted: &'c Counted<'i, 's>,
    numbers: FxHashMap<Box<[Member]>, u32>,
    all: Collection,
}

impl<'c, 'i, 's> Builder<'c, 'i, 's> {
    fn new(counted: &'c Counted<'i, 's>) -> Self {
        let all = Collection::empty(Arc::clone(counted.rows()));
        Builder { counted, numbers: FxHashMap::default(), all }
    }

    fn impute(&mut self, phenotypes: &[Arc<Phenotype>]) {
        let people: Vec<Person> =
            phenotypes.par_iter().map(|phenotype| self.counted.person(phenotype)).collect();
        people.iter().for_each(|person| self.add(person));
    }

    fn add(&mut self, person: &Person) {
        let numbers: Vec<u32> = person.groups.iter().map(|group| self.number(group)).collect();
        let pairs = pairs_by_number(person, &numbers);
        self.all.distinct.push(pairs);
        self.all.masses.push(person.mass);
    }

    fn number(&mut self, group: &[Member]) -> u32 {
        if let Some(known) = self.numbers.get(group) {
            return *known;
        }
        let number = self.all.groups.len() as u32;
        self.all.groups.push(group.iter().copied());
        self.numbers.insert(group.into(), number);
        number
    }
}
