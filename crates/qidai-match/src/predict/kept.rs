//! Typings that are imputed once and kept for all searches under one set of frequencies, whatever snapshot they stand in.
//!
//! A bank of hundreds of thousands of units changes by a few a day, and many searches list the same ones. What a typing asks is
//! known by its text, locus by locus; who is typed alike is imputed once. A search takes out those it lists ([`Kept::collection`]) and
//! compares them without holding up others.

use std::sync::{Arc, Mutex, PoisonError};

use qidai_hla::Nomenclature;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::collection::{Collection, NOBODY};
use super::lists::Lists;
use crate::PerMatchLocus;
use crate::impute::{Constraint, Imputer, Member, Person, Phenotype, Rows};
use crate::search::Snapshot;

/// So many typings are kept; then all are let go, and those that are asked for come again.
const KEPT_MAX: usize = 1_000_000;
/// So many typings are imputed before they are put down, and others can have their turn.
const CHUNK: usize = 2_048;

/// What one locus of a typing asks, by its number; 0 asks nothing.
type Asked = u32;
/// The texts of a locus that cannot be read: nobody of them is known to any set.
const UNREADABLE: Asked = u32::MAX;
/// A typing, locus by locus.
type Key = PerMatchLocus<Asked>;

/// Whether a typing says something that the set can be asked.
fn is_asked(key: &Key) -> bool {
    *key != Key::default() && !key.contains(&UNREADABLE)
}

/// Typings, imputed.
#[derive(Debug)]
pub struct Kept {
    rows: Arc<Rows>,
    state: Mutex<State>,
}

/// What each text of a snapshot asks.
#[derive(Clone, Debug, Default)]
pub struct Heard(PerMatchLocus<Vec<Asked>>);

#[derive(Debug, Default)]
struct State {
    loci: PerMatchLocus<HeardLocus>,
    groups: Vec<Arc<[Member]>>,
    group_numbers: FxHashMap<Arc<[Member]>, u32>,
    typings: FxHashMap<Key, u32>,
    /// For each typing the pairs of groups that fit together.
    pairs: Lists<(u32, u32)>,
    masses: Vec<f64>,
}

/// Texts of a locus and what they ask; each different question once.
#[derive(Debug, Default)]
struct HeardLocus {
    of_text: FxHashMap<Box<str>, Asked>,
    numbers: FxHashMap<Constraint, Asked>,
    /// The questions; number 1 is the first.
    all: Vec<Constraint>,
}

impl Kept {
    /// Nothing yet. The loci that are counted are given by their places in the set of the imputer.
    pub fn new(imputer: &Imputer<'_>, places: &[usize]) -> Kept {
        Kept { rows: Rows::new(imputer.understood(), places).into(), state: Mutex::default() }
    }

    /// Understands the texts of a snapshot; those that were heard before are looked up.
    pub fn hear(&self, snapshot: &Snapshot, imputer: &Imputer<'_>, nomenclature: &Nomenclature<'_>) -> Heard {
        let mut state = self.lock();
        let of_locus = |place: usize| {
            let locus = &mut state.loci[place];
            let texts = (0..snapshot.text_count(place) as u32).map(|text| snapshot.text(place, text));
            texts.map(|text| locus.hear(text, imputer, nomenclature)).collect()
        };
        Heard(std::array::from_fn(of_locus))
    }

    /// Somebody for whom units are sought.
    pub fn patient(&self, imputer: &Imputer<'_>, phenotype: &Phenotype) -> super::Patient {
        let person = Person::new(&imputer.candidates(phenotype), &self.rows, imputer.understood().set());
        super::Patient::of(person, Arc::clone(&self.rows))
    }

    /// Some rows of a snapshot as donors, in this order. Typings that are new are imputed, on all cores.
    pub fn collection(
        &self,
        snapshot: &Snapshot,
        heard: &Heard,
        imputer: &Imputer<'_>,
        rows: &[u32],
    ) -> Collection {
        let keys: Vec<Key> = rows.iter().map(|row| heard.key(snapshot, *row)).collect();
        loop {
            let missing = {
                let mut state = self.lock();
                let missing = state.missing(&keys);
                if missing.is_empty() {
                    return state.taken_out(&self.rows, &keys);
                }
                missing
            };
            self.impute(imputer, &missing);
        }
    }

    /// Imputes typings that are not kept yet, at most so many, of the rows from one on; gives the row at which to go on.
    pub fn prepare(
        &self,
        snapshot: &Snapshot,
        heard: &Heard,
        imputer: &Imputer<'_>,
        from: u32,
    ) -> Option<u32> {
        let rows = from..(snapshot.row_count() as u32).min(from.saturating_add(CHUNK as u32));
        let next = rows.end;
        if rows.is_empty() {
            return None;
        }
        let keys: Vec<Key> = rows.map(|row| heard.key(snapshot, row)).collect();
        let missing = self.lock().missing(&keys);
        self.impute(imputer, &missing);
        Some(next)
    }

    /// How many typings are kept.
    pub fn len(&self) -> usize {
        self.lock().typings.len()
    }

    /// True when none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn impute(&self, imputer: &Imputer<'_>, missing: &[(Key, Phenotype)]) {
        for some in missing.chunks(CHUNK) {
            let set = imputer.understood().set();
            let person = |(_, phenotype): &(Key, Phenotype)| {
                Person::new(&imputer.candidates(phenotype), &self.rows, set)
            };
            let people: Vec<Person> = some.par_iter().map(person).collect();
            let mut state = self.lock();
            some.iter().zip(&people).for_each(|((key, _), person)| state.put(*key, person));
        }
    }

    /// Whatever a thread that stopped half-way left behind is whole: each change is one of the lists.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn key(&self, snapshot: &Snapshot, row: u32) -> Key {
        let texts = snapshot.rows()[row as usize].texts();
        std::array::from_fn(|place| self.0[place][texts[place] as usize])
    }
}

impl HeardLocus {
    fn hear(&mut self, text: &str, imputer: &Imputer<'_>, nomenclature: &Nomenclature<'_>) -> Asked {
        if text.is_empty() {
            return 0;
        }
        if let Some(known) = self.of_text.get(text) {
            return *known;
        }
        let asked = match Phenotype::read(text, imputer.understood(), nomenclature) {
            Ok((phenotype, _)) => phenotype.constraints.into_iter().next().map_or(0, |one| self.number(one)),
            Err(_) => UNREADABLE,
        };
        self.of_text.insert(text.into(), asked);
        asked
    }

    fn number(&mut self, constraint: Constraint) -> Asked {
        let next = self.all.len() as Asked + 1;
        *self.numbers.entry(constraint).or_insert_with_key(|constraint| {
            self.all.push(constraint.clone());
            next
        })
    }
}

impl State {
    /// The typings that are not kept, each once.
    fn missing(&mut self, keys: &[Key]) -> Vec<(Key, Phenotype)> {
        let mut missing: Vec<Key> =
            keys.iter().filter(|key| is_asked(key) && !self.typings.contains_key(*key)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() && self.typings.len() + missing.len() > KEPT_MAX.max(missing.len()) {
            self.forget();
            return self.missing(keys);
        }
        missing.into_iter().map(|key| (key, self.phenotype(&key))).collect()
    }

    /// What is asked by numbers stays: they stand in what snapshots were heard as.
    fn forget(&mut self) {
        let loci = std::mem::take(&mut self.loci);
        *self = State { loci, ..State::default() };
    }

    fn phenotype(&self, key: &Key) -> Phenotype {
        let asked = self.loci.iter().zip(key).filter(|(_, number)| **number > 0);
        let mut constraints: Vec<Constraint> =
            asked.map(|(locus, number)| locus.all[*number as usize - 1].clone()).collect();
        constraints.sort_by(|a, b| a.loci.cmp(&b.loci));
        Phenotype { constraints }
    }

    fn put(&mut self, key: Key, person: &Person) {
        let next = self.masses.len() as u32;
        // Another search may have been quicker.
        if self.typings.contains_key(&key) {
            return;
        }
        self.typings.insert(key, next);
        let numbers: Vec<u32> = person.groups.iter().map(|group| self.group(group)).collect();
        self.pairs.push(super::collection::pairs_by_number(person, &numbers));
        self.masses.push(person.mass);
    }

    fn group(&mut self, members: &[Member]) -> u32 {
        if let Some(known) = self.group_numbers.get(members) {
            return *known;
        }
        let (number, members) = (self.groups.len() as u32, Arc::<[Member]>::from(members));
        self.groups.push(Arc::clone(&members));
        self.group_numbers.insert(members, number);
        number
    }

    /// These typings with their groups, numbered anew.
    fn taken_out(&self, rows: &Arc<Rows>, keys: &[Key]) -> Collection {
        let mut all = Collection::empty(Arc::clone(rows));
        let mut place_of_typing: FxHashMap<u32, u32> = FxHashMap::default();
        // One more than the new number; 0 not yet.
        let mut place_of_group = vec![0_u32; self.groups.len()];
        for key in keys {
            let Some(typing) = self.typings.get(key).copied() else {
                all.of_donor.push(NOBODY);
                continue;
            };
            let next = place_of_typing.len() as u32;
            let place = *place_of_typing.entry(typing).or_insert(next);
            all.of_donor.push(place);
            if place != next {
                continue;
            }
            let mut local = |group: u32| {
                let place = &mut place_of_group[group as usize];
                if *place == 0 {
                    all.groups.push(self.groups[group as usize].iter().copied());
                    *place = all.groups.len() as u32;
                }
                *place - 1
            };
            let pairs: Vec<(u32, u32)> =
                self.pairs.list(typing).iter().map(|(one, two)| (local(*one), local(*two))).collect();
            all.distinct.push(pairs);
            all.masses.push(self.masses[typing as usize]);
        }
        all
    }
}
