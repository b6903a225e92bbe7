//! The classes x/6, x/8 and x/10.
//!
//! | class | loci | compared as |
//! |---|---|---|
//! | x/6 | A, B; DRB1 | antigens at split level; antigen recognition domain |
//! | x/8 | A, B, C, DRB1 | antigen recognition domain |
//! | x/10 | A, B, C, DRB1, DQB1 | antigen recognition domain |
//!
//! A class whose loci are not all typed on both sides is not computable and therefore `None`.

use qidai_hla::Locus;

use crate::antigen::AntigenSpace;
use crate::count::{Matches, compare, compare_antigens};
use crate::genotype::{LocusGenotype, compared_as_antigen};
use crate::{MATCH_LOCI, PerMatchLocus};

/// The counts of one locus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocusCounts {
    /// False when the locus is untyped on one side; then everything is possible.
    pub typed: bool,
    /// At the antigen recognition domain.
    pub ard: Matches,
    /// As antigens at split level; equal to `ard` at loci that are not compared so.
    pub antigen: Matches,
}

impl LocusCounts {
    const UNTYPED: LocusCounts =
        LocusCounts { typed: false, ard: Matches::UNTYPED, antigen: Matches::UNTYPED };

    /// Compares one locus of two people.
    pub fn of(
        locus: Locus,
        patient: Option<&LocusGenotype>,
        donor: Option<&LocusGenotype>,
        space: &AntigenSpace,
    ) -> Self {
        let (Some(patient), Some(donor)) = (patient, donor) else { return Self::UNTYPED };
        let ard = compare(patient, donor);
        let antigen = if compared_as_antigen(locus) {
            compare_antigens(patient, donor, space).at_least(ard)
        } else {
            ard
        };
        LocusCounts { typed: true, ard, antigen }
    }
}

/// The three classes of one pair of people, in matches out of 6, 8 and 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
    /// A and B as antigens, DRB1 at the antigen recognition domain.
    pub x6: Option<Matches>,
    /// A, B, C, DRB1 at the antigen recognition domain.
    pub x8: Option<Matches>,
    /// The same with DQB1.
    pub x10: Option<Matches>,
}

impl Classes {
    /// Adds up the loci, given in the order of [`MATCH_LOCI`].
    pub fn of(loci: &PerMatchLocus<LocusCounts>) -> Self {
        let sum = MATCH_LOCI.iter().zip(loci).map(|(locus, counts)| Packed::of(*locus, counts));
        sum.fold(Packed(0), Packed::plus).classes()
    }
}

/// All classes in one integer, so that a scan adds five table entries and nothing else.
///
/// | bits | content |
/// |---|---|
/// | 0–3, 4–7 | x/6 best, worst |
/// | 8–11, 12–15 | x/8 best, worst |
/// | 16–19, 20–23 | x/10 best, worst |
/// | 24–28 | the locus is untyped: A, C, B, DRB1, DQB1 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed(pub u32);

const X6_LOCI: u32 = 0b01101;
const X8_LOCI: u32 = 0b01111;
const X10_LOCI: u32 = 0b11111;
/// The loci of x/6, x/8 and x/10, one bit for each of [`MATCH_LOCI`].
pub(crate) const CLASS_LOCI: [u32; 3] = [X6_LOCI, X8_LOCI, X10_LOCI];

impl Packed {
    pub(crate) fn of(locus: Locus, counts: &LocusCounts) -> Self {
        let index = MATCH_LOCI.iter().position(|l| *l == locus).unwrap_or(0) as u32;
        let member = |class: u32| class >> index & 1 == 1;
        let pair = |m: Matches| u32::from(m.best) | u32::from(m.worst) << 4;
        let mut packed = 0;
        if member(X6_LOCI) {
            packed |= pair(counts.antigen);
        }
        if member(X8_LOCI) {
            packed |= pair(counts.ard) << 8;
        }
        packed |= pair(counts.ard) << 16;
        packed |= u32::from(!counts.typed) << (24 + index);
        Packed(packed)
    }

    pub(crate) fn plus(self, other: Packed) -> Packed {
        Packed(self.0 + other.0)
    }

    fn matches_at(self, shift: u32) -> Matches {
        Matches { best: (self.0 >> shift & 15) as u8, worst: (self.0 >> (shift + 4) & 15) as u8 }
    }

    fn untyped(self) -> u32 {
        self.0 >> 24
    }

    /// The class sums as they are, untyped loci counted as 2 at best and 0 at worst: x/6, x/8, x/10.
    pub(crate) fn sums(self) -> [Matches; 3] {
        [self.matches_at(0), self.matches_at(8), self.matches_at(16)]
    }

    pub(crate) fn classes(self) -> Classes {
        let [x6, x8, x10] = self.sums();
        let computable = |loci: u32, m: Matches| (self.untyped() & loci == 0).then_some(m);
        Classes { x6: computable(X6_LOCI, x6), x8: computable(X8_LOCI, x8), x10: computable(X10_LOCI, x10) }
    }
}
