//! What a haplotype shows to a genotype: at which loci it matches the first allele, at which the second, where it has no product.
//!
//! Four sets of loci, one bit for each. Two looks together say how many alleles match: a locus counts 1 where either
//! matches anything, and 2 where one matches the first and the other the second allele. (A homozygous genotype is matched in both at once.)

use crate::frequency::{NO_PRODUCT, Token};
use crate::impute::{Counted, LocusPair};

/// At most so many loci are counted.
pub(super) const LOCI_MAX: usize = 10;

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
    /// Matches that this haplotype can bring at most.
    pub(crate) fn matches_at_most(self) -> u8 {
        (((self.0 >> FIRST) | (self.0 >> SECOND) | (self.0 >> WITHOUT)) & SET).count_ones() as u8
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

/// A genotype that looks at haplotypes.
pub(crate) struct Viewer {
    /// At each locus the two tokens, `None` without product.
    own: Vec<Option<(Token, Token)>>,
}

impl Viewer {
    pub(crate) fn new(genotype: &[LocusPair]) -> Self {
        Viewer { own: genotype.iter().map(|pair| pair.tokens()).collect() }
    }

    /// The looks of all haplotypes of the set.
    pub(crate) fn look_at_all(&self, counted: &Counted<'_, '_>, looks: &mut Vec<Look>) {
        looks.clear();
        looks.extend(counted.rows().map(|tokens| self.look_at(tokens)));
    }

    /// The look of one haplotype, given by its tokens at the counted loci.
    pub(crate) fn look_at(&self, tokens: &[Token]) -> Look {
        let mut look = 0;
        for (locus, (token, own)) in tokens.iter().zip(&self.own).enumerate() {
            let bit = |set: u32| 1_u64 << (set + locus as u32);
            match own {
                Some(_) if *token == NO_PRODUCT => look |= bit(WITHOUT),
                None if *token == NO_PRODUCT => look |= bit(WITHOUT) | bit(BOTH_WITHOUT),
                None => {}
                Some((first, second)) => {
                    look |= u64::from(token == first) * bit(FIRST);
                    look |= u64::from(token == second) * bit(SECOND);
                }
            }
        }
        Look(look)
    }
}
