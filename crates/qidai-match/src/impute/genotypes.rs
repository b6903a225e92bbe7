//! A person's possible genotypes at the loci that are counted, with their probabilities.
//!
//! Many pairs of haplotypes give the same genotype, and many alleles count as the same: collapsing both first makes
//! comparison a matter of few rows.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::person::Person;
use super::rows::Rows;
use super::{Imputer, Phenotype};
use crate::frequency::{NO_PRODUCT, Token};

/// Up to so many pairs of haplotypes are collapsed into genotypes.
const LISTED_PAIRS_MAX: u64 = 3_000_000;

/// The unordered pair of tokens at one locus as one number: equal pairs have equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocusPair(pub(crate) u32);

impl LocusPair {
    /// Neither chromosome has a product.
    const NOTHING: LocusPair = LocusPair(u32::MAX);

    /// An allele without product leaves the other one alone: it counts twice.
    pub(crate) fn new(one: Token, two: Token) -> Self {
        match (one, two) {
            (NO_PRODUCT, NO_PRODUCT) => Self::NOTHING,
            (NO_PRODUCT, other) | (other, NO_PRODUCT) => Self::of(other, other),
            (one, two) => Self::of(one.min(two), one.max(two)),
        }
    }

    fn of(low: Token, high: Token) -> Self {
        let (low, high) = (u32::from(low), u32::from(high));
        LocusPair(high * (high + 1) / 2 + low)
    }

    /// Of alleles that were numbered otherwise.
    pub(crate) fn of_numbers(pair: Option<(u16, u16)>) -> Self {
        pair.map_or(Self::NOTHING, |(one, two)| Self::of(one.min(two), one.max(two)))
    }

    /// The two tokens, or `None` when there is no product.
    pub(crate) fn tokens(self) -> Option<(Token, Token)> {
        if self == Self::NOTHING {
            return None;
        }
        // The largest `high` whose triangle is not above the number; the float is exact enough to be off by one at most.
        let mut high = ((f64::from(self.0).mul_add(8.0, 1.0).sqrt() - 1.0) / 2.0) as u32;
        while high * (high + 1) / 2 > self.0 {
            high -= 1;
        }
        while (high + 1) * (high + 2) / 2 <= self.0 {
            high += 1;
        }
        Some(((self.0 - high * (high + 1) / 2) as Token, high as Token))
    }

    /// 0, 1 or 2: two minus the better of the two ways to lay the chromosomes side by side.
    pub(crate) fn mismatches(self, other: LocusPair) -> u8 {
        match (self.tokens(), other.tokens()) {
            (None, None) => 0,
            (None, _) | (_, None) => 2,
            (Some((a, b)), Some((x, y))) => {
                let straight = u8::from(a == x) + u8::from(b == y);
                let crossed = u8::from(a == y) + u8::from(b == x);
                2 - straight.max(crossed)
            }
        }
    }
}

/// One genotype at all counted loci.
pub type Genotype<'g> = &'g [LocusPair];

/// Distinct genotypes of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Genotypes {
    /// How many loci are counted.
    width: usize,
    /// `width` pairs for each genotype.
    rows: Vec<LocusPair>,
    probabilities: Vec<f64>,
    /// Sum of the weights before division.
    pub mass: f64,
}

impl Genotypes {
    /// How many distinct genotypes; 0 when the set does not represent the person.
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// True when the set does not represent the person.
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    /// The genotypes with their probabilities, which add up to 1.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Genotype<'_>, f64)> {
        self.rows.chunks_exact(self.width.max(1)).zip(self.probabilities.iter().copied())
    }

    /// The genotype at a place.
    pub fn row(&self, at: usize) -> Genotype<'_> {
        &self.rows[at * self.width..(at + 1) * self.width]
    }

    /// The probability of the genotype at a place.
    pub fn probability(&self, at: usize) -> f64 {
        self.probabilities[at]
    }

    /// How many loci are counted.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The likeliest genotypes first, as many as carry all but `left_out` of the probability; returns what was left out.
    #[must_use]
    pub fn likeliest(&self, left_out: f64) -> (Genotypes, f64) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by(|a, b| self.probabilities[*b].total_cmp(&self.probabilities[*a]).then(a.cmp(b)));
        let mut rest = 0.0;
        while let Some(last) = order.last() {
            if rest + self.probabilities[*last] > left_out {
                break;
            }
            rest += self.probabilities[*last];
            order.pop();
        }
        let rows = order.iter().flat_map(|at| self.row(*at).iter().copied()).collect();
        let probabilities = order.iter().map(|at| self.probabilities[*at]).collect();
        (Genotypes { width: self.width, rows, probabilities, mass: self.mass }, rest)
    }
}

/// The loci that are counted, with what each haplotype of the set is compared as there.
#[derive(Clone, Debug)]
pub struct Counted<'i, 's> {
    imputer: &'i Imputer<'s>,
    /// Places in the set.
    places: Arc<[usize]>,
    rows: Arc<Rows>,
}

/// Numbers of partial genotypes: for each counted locus (number so far, pair here) to the number with it.
#[derive(Debug, Default)]
struct Levels(Vec<FxHashMap<u64, u32>>);

impl Levels {
    fn number(&mut self, row: &[LocusPair]) -> u32 {
        let mut number = 0;
        for (level, pair) in self.0.iter_mut().zip(row) {
            let next = level.len() as u32;
            number = *level.entry((u64::from(number) << 32) | u64::from(pair.0)).or_insert(next);
        }
        number
    }
}

impl<'i, 's> Counted<'i, 's> {
    /// Counts at these loci, given by their places in the set.
    pub fn new(imputer: &'i Imputer<'s>, places: &[usize]) -> Self {
        let rows = Rows::new(imputer.understood(), places);
        Counted { imputer, places: places.into(), rows: rows.into() }
    }

    /// Places in the set.
    pub fn places(&self) -> &[usize] {
        &self.places
    }

    pub(crate) fn rows(&self) -> &Arc<Rows> {
        &self.rows
    }

    /// What a typing leaves open at these loci.
    pub fn person(&self, phenotype: &Phenotype) -> Person {
        Person::new(&self.imputer.candidates(phenotype), &self.rows, self.imputer.understood().set())
    }
}

impl Genotypes {
    /// All genotypes of a person; `None` when there are too many pairs of haplotypes to go through.
    pub fn listed(person: &Person, rows: &Rows) -> Option<Genotypes> {
        (person.pair_count() <= LISTED_PAIRS_MAX).then(|| Self::of(person, rows))
    }

    /// All genotypes, in order of first appearance.
    fn of(person: &Person, rows: &Rows) -> Genotypes {
        let width = rows.width();
        let mut genotypes = Genotypes { width, mass: person.mass, ..Genotypes::default() };
        let mut levels = Levels(vec![FxHashMap::default(); width]);
        let mut row = vec![LocusPair(0); width];
        person.for_each_pair(|one, two, weight| {
            for (pair, (a, b)) in row.iter_mut().zip(rows.tokens(one).iter().zip(rows.tokens(two))) {
                *pair = LocusPair::new(*a, *b);
            }
            let place = levels.number(&row) as usize;
            if place == genotypes.probabilities.len() {
                genotypes.rows.extend_from_slice(&row);
                genotypes.probabilities.push(0.0);
            }
            genotypes.probabilities[place] += weight;
        });
        genotypes.probabilities.iter_mut().for_each(|probability| *probability /= person.mass);
        genotypes
    }
}
