//! Does a set of frequencies fit a person? Its probabilities are those of its population, and say little of somebody from another one.
//!
//! Of all pairs of haplotypes that answer the typing the likeliest is taken, and of its two the rarer one, of frequency *t*. Let F be the part
//! of all chromosomes that carry a haplotype as rare as that or rarer. A member of the population has such a one with probability
//! 1 − (1 − F)². Where that is below [`RARE_SHARE`], the person is rarer than 99 of 100 members.

use super::{Imputer, Phenotype};

/// Fewer than one of a hundred members.
pub const RARE_SHARE: f64 = 0.01;

/// How a set fits a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    /// As it fits its members.
    Fits,
    /// Only this share of its members has a haplotype as rare.
    Rare {
        /// Below [`RARE_SHARE`].
        share: f64,
    },
    /// No pair of its haplotypes answers the typing.
    Unrepresented,
}

impl Imputer<'_> {
    /// How the set fits a typing. An ambiguous typing is given the benefit of the doubt.
    pub fn fit(&self, phenotype: &Phenotype) -> Fit {
        let set = self.understood().set();
        let candidates = self.candidates(phenotype);
        let (groups, pairs) = candidates.groups();
        let likeliest: Vec<f64> = groups
            .iter()
            .map(|group| group.haplotypes.iter().map(|one| set.frequency(*one)).fold(0.0, f64::max))
            .collect();
        let of_pair = |(one, two): &(u32, u32)| [likeliest[*one as usize], likeliest[*two as usize]];
        let best = pairs.iter().map(of_pair).max_by(|a, b| (a[0] * a[1]).total_cmp(&(b[0] * b[1])));
        let Some([one, two]) = best else { return Fit::Unrepresented };
        let rarer: f64 = set.frequencies().iter().filter(|other| **other <= one.min(two)).sum();
        let share = 1.0 - (1.0 - rarer / set.sum()).powi(2);
        if share < RARE_SHARE { Fit::Rare { share } } else { Fit::Fits }
    }
}
