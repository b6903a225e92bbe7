//! What a haplotype shows to one genotype: at which loci it matches the first allele, at which the second, where it has no product.
//!
//! Four sets of loci, one bit for each. Two looks together say how many alleles match: a locus counts 1 where either
//! matches anything, and 2 where one matches the first and the other the second allele. (A homozygous genotype is matched in both at once.)

use super::viewpoint::{LOCI_MAX, Viewpoint};

/// Four sets of at most ten loci each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Look(u64);

const FIRST: u32 = 0;
const SECOND: u32 = 10;
const WITHOUT: u32 = 20;
/// Without product where the genotype has none either: two such haplotypes match.
const BOTH_WITHOUT: u32 = 30;
const SET: u64 = (1 << LOCI_MAX) - 1;

impl Look {
    /// What one allele shows at one locus; without a product it is `None`, and so is a genotype that has none at all.
    pub(crate) fn of_allele<T: PartialEq>(
        locus: usize,
        allele: Option<T>,
        genotype: Option<&[T; 2]>,
    ) -> Look {
        let bit = |set: u32, is_set: bool| if is_set { 1 << (set + locus as u32) } else { 0 };
        let Some(allele) = allele else {
            return Look(bit(WITHOUT, true) | bit(BOTH_WITHOUT, genotype.is_none()));
        };
        let shows = |place: usize| genotype.is_some_and(|pair| pair[place] == allele);
        Look(bit(FIRST, shows(0)) | bit(SECOND, shows(1)))
    }

    /// Both together: of different loci.
    pub(crate) fn and(self, other: Look) -> Look {
        Look(self.0 | other.0)
    }

    /// Matches that this haplotype can bring at most.
    pub(super) fn matches_at_most(self) -> usize {
        (((self.0 >> FIRST) | (self.0 >> SECOND) | (self.0 >> WITHOUT)) & SET).count_ones() as usize
    }

    /// How many alleles match when the two stand together.
    pub(crate) fn matches_with(self, other: Look) -> usize {
        let set = |look: Look, from: u32| (look.0 >> from) & SET;
        let (mut a, mut b, n) = (set(self, FIRST), set(self, SECOND), set(self, WITHOUT));
        let (mut x, mut y, m) = (set(other, FIRST), set(other, SECOND), set(other, WITHOUT));
        if n | m != 0 {
            // Without product the other allele stands twice.
            (a, b, x, y) = (a | (n & x), b | (n & y), x | (m & a), y | (m & b));
        }
        let nothing = set(self, BOTH_WITHOUT) & set(other, BOTH_WITHOUT);
        let one = (a | b | x | y | nothing).count_ones();
        let two = ((a & y) | (b & x) | nothing).count_ones();
        (one + two) as usize
    }
}

/// One genotype of a viewpoint that looks at signatures.
pub(super) struct Looking {
    /// For each locus and allele what it shows there.
    parts: Vec<Vec<u64>>,
}

impl Looking {
    pub(super) fn new(view: &Viewpoint, genotype: usize) -> Self {
        let of_locus = |locus: usize| {
            let at = &view.loci[locus];
            let bit = |set: u32| 1_u64 << (set + locus as u32);
            let mut parts = vec![0; usize::from(at.without) + 1];
            parts[usize::from(at.without)] = bit(WITHOUT);
            match at.pairs[genotype] {
                Some((first, second)) => {
                    parts[usize::from(first)] |= bit(FIRST);
                    parts[usize::from(second)] |= bit(SECOND);
                }
                None => parts[usize::from(at.without)] |= bit(BOTH_WITHOUT),
            }
            parts
        };
        Looking { parts: (0..view.loci.len()).map(of_locus).collect() }
    }

    /// What a signature shows.
    pub(super) fn look(&self, signature: &[u16]) -> Look {
        let parts = signature.iter().zip(&self.parts).map(|(seen, parts)| parts[usize::from(*seen)]);
        Look(parts.fold(0, |all, part| all | part))
    }
}
