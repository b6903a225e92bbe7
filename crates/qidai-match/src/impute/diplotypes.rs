//! Pairs of haplotypes with their probabilities.

use thiserror::Error;

use super::candidates::{Candidates, Postings};
use super::phenotype::Phenotype;
use crate::frequency::{FrequencySet, Understood};

/// One unordered pair of haplotypes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diplotype {
    /// Place in the set; the smaller one.
    pub first: u32,
    /// Place in the set; the larger one, or the same.
    pub second: u32,
    /// 0 to 1; those of a person add up to 1.
    pub probability: f64,
}

/// All pairs that a typing allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// The likeliest first; equal ones in the order of the set. Empty when the set does not represent the person.
    pub diplotypes: Vec<Diplotype>,
    /// Sum of the weights before they were divided by it: how common such a person is under the set.
    pub mass: f64,
}

/// More pairs than may be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{pairs} pairs of haplotypes answer this typing; at most {limit} are listed")]
pub struct TooMany {
    /// How many there are.
    pub pairs: u64,
    /// How many were allowed.
    pub limit: u64,
}

/// A frequency set, ready to impute with.
#[derive(Clone, Debug)]
pub struct Imputer<'s> {
    understood: Understood<'s>,
    postings: Postings,
}

impl<'s> Imputer<'s> {
    /// Indexes the set.
    pub fn new(understood: Understood<'s>) -> Self {
        let postings = Postings::new(understood.set());
        Imputer { understood, postings }
    }

    /// The set with the meaning of its names.
    pub fn understood(&self) -> &Understood<'s> {
        &self.understood
    }

    /// The haplotypes that answer a typing.
    pub fn candidates(&self, phenotype: &Phenotype) -> Candidates {
        Candidates::find(phenotype, self.understood.set(), &self.postings)
    }

    /// Every pair with its probability.
    ///
    /// # Errors
    /// There are more than `limit` pairs.
    pub fn diplotypes(&self, phenotype: &Phenotype, limit: u64) -> Result<Imputed, TooMany> {
        let candidates = self.candidates(phenotype);
        let pairs = candidates.pair_count();
        if pairs > limit {
            return Err(TooMany { pairs, limit });
        }
        let set = self.understood.set();
        let mut diplotypes = Vec::with_capacity(pairs as usize);
        candidates.for_each_pair(|one, two| {
            let (first, second) = (one.min(two), one.max(two));
            diplotypes.push(Diplotype { first, second, probability: weight(set, one, two) });
        });
        // The order of summation is that of the answer: the same for any way of finding the pairs.
        diplotypes.sort_by(|a, b| {
            b.probability.total_cmp(&a.probability).then((a.first, a.second).cmp(&(b.first, b.second)))
        });
        let mass: f64 = diplotypes.iter().map(|pair| pair.probability).sum();
        diplotypes.iter_mut().for_each(|pair| pair.probability /= mass);
        Ok(Imputed { diplotypes, mass })
    }
}

/// Hardy–Weinberg: `f²` or `2·f₁·f₂`.
pub(crate) fn weight(set: &FrequencySet, one: u32, two: u32) -> f64 {
    let product = set.frequency(one) * set.frequency(two);
    if one == two { product } else { 2.0 * product }
}
