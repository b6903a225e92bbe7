//! Haplotypes over some loci, and the pairs of them that each kind of person can have.

use crate::frequency::AlleleIndex;

/// Nothing is typed at the loci of the block.
pub(super) const OPEN: u32 = u32::MAX;

/// Two haplotypes, the order without meaning.
pub(super) type Pair = [u32; 2];

/// People who are typed alike at the loci of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    /// Where the pairs of each kind begin; one more entry than kinds.
    pub(super) starts: Vec<usize>,
    /// Each unordered pair once.
    pub(super) pairs: Vec<Pair>,
    /// How many people.
    pub(super) people: Vec<f64>,
}

impl Kinds {
    pub(super) fn new(people: Vec<f64>) -> Self {
        Kinds { starts: vec![0], pairs: Vec::new(), people }
    }

    pub(super) fn len(&self) -> usize {
        self.people.len()
    }

    pub(super) fn of(&self, kind: usize) -> &[Pair] {
        &self.pairs[self.starts[kind]..self.starts[kind + 1]]
    }

    /// Ends the list of a kind.
    pub(super) fn close(&mut self) {
        self.starts.push(self.pairs.len());
    }

    /// Haplotypes that stand in a pair of at least one person.
    pub(super) fn copies(&self) -> f64 {
        let listed = (0..self.len()).filter(|kind| !self.of(*kind).is_empty());
        2.0 * listed.map(|kind| self.people[kind]).sum::<f64>()
    }
}

/// A block whose frequencies are known.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Places in the sample's loci.
    pub(super) loci: Vec<usize>,
    /// One row of `loci.len()` alleles for each haplotype.
    pub(super) alleles: Vec<AlleleIndex>,
    pub(super) frequencies: Vec<f64>,
    pub(super) kinds: Kinds,
    /// For each distinct person the kind, or [`OPEN`].
    pub(super) of_person: Vec<u32>,
}

impl Block {
    pub(super) fn row(&self, haplotype: u32) -> &[AlleleIndex] {
        let at = haplotype as usize * self.loci.len();
        &self.alleles[at..at + self.loci.len()]
    }

    /// The probability of every pair among those of its kind.
    pub(super) fn posteriors(&self) -> Vec<f64> {
        let mut all: Vec<f64> =
            self.kinds.pairs.iter().map(|pair| weight(*pair, &self.frequencies)).collect();
        for kind in 0..self.kinds.len() {
            let own = &mut all[self.kinds.starts[kind]..self.kinds.starts[kind + 1]];
            let sum: f64 = own.iter().sum();
            own.iter_mut().for_each(|p| *p /= sum);
        }
        all
    }
}

/// Hardy–Weinberg: `f²` or `2·f₁·f₂`.
pub(super) fn weight([one, two]: Pair, frequencies: &[f64]) -> f64 {
    let product = frequencies[one as usize] * frequencies[two as usize];
    if one == two { product } else { 2.0 * product }
}

/// Which of a person's weights to keep: those above some power of two, chosen so that the others carry `left_out` of the sum at most.
/// One pass, no sorting.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    /// Mass of the weights between two powers of two, the largest first.
    masses: [f64; 64],
    sum: f64,
    /// Weights of a finer band are left out.
    finest: usize,
    /// The part that is left out.
    pub(super) left_out: f64,
}

impl Cut {
    /// Looks at all weights; `sum` is theirs, above 0.
    pub(super) fn new(weights: impl Iterator<Item = f64>, sum: f64, left_out: f64) -> Self {
        let mut cut = Cut { masses: [0.0; 64], sum, finest: 63, left_out: 0.0 };
        weights.for_each(|weight| cut.masses[cut.band(weight)] += weight);
        while cut.finest > 0 && cut.left_out + cut.masses[cut.finest] / sum <= left_out {
            cut.left_out += cut.masses[cut.finest] / sum;
            cut.finest -= 1;
        }
        cut
    }

    pub(super) fn keeps(&self, weight: f64) -> bool {
        self.band(weight) <= self.finest
    }

    fn band(&self, weight: f64) -> usize {
        // The exponent of the quotient: 1022 for the half and more.
        let exponent = (weight / self.sum).to_bits() >> 52;
        (1023_u64.saturating_sub(exponent)).min(63) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_never_more_than_allowed() {
        let weights = [0.6, 0.3, 0.09, 0.009, 0.0009, 0.0001];
        let sum: f64 = weights.iter().sum();
        for allowed in [0.0, 1e-4, 1e-3, 0.02, 0.5] {
            let cut = Cut::new(weights.iter().copied(), sum, allowed);
            let gone: f64 = weights.iter().filter(|weight| !cut.keeps(**weight)).sum();
            assert!(gone / sum <= allowed + 1e-15, "{allowed}: {gone}");
            assert!((gone / sum - cut.left_out).abs() < 1e-15);
            assert!(cut.keeps(0.6), "the likeliest is always kept");
        }
        assert!(!Cut::new(weights.iter().copied(), sum, 1e-3).keeps(0.0001));
    }
}
