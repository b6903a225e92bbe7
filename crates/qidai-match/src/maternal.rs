//! What a unit got of its mother (inherited maternal antigens, IMA), and what it did not (NIMA).
//!
//! A child meets in the womb what its mother has and it did not inherit. A mismatch that is the unit's NIMA had results near those of a full
//! match (PubMed 25042738; BMT 2016;51:675). Of the two alleles of the mother that one is the NIMA which the child does not have; of the
//! child's two that one is the IMA which the mother has. Where child and mother share both, neither is known.

use crate::PerMatchLocus;
use crate::count::compare;
use crate::genotype::{LocusGenotype, Token, UNNAMED};
use crate::position::both_sides;

/// What the typing of a unit's mother says beside a patient; one bit for each of [`crate::MATCH_LOCI`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maternal {
    /// The mother is typed.
    pub is_typed: bool,
    /// The unit does not match here, and the patient can show its NIMA.
    pub nima: u8,
    /// The patient can show its IMA.
    pub ima: u8,
    /// Mother and unit share nothing here: one of the typings is wrong, or she is not the mother.
    pub contradicts: u8,
}

impl Maternal {
    /// Looks at every locus that all three are typed at.
    pub fn of(
        patient: &PerMatchLocus<Option<LocusGenotype>>,
        unit: PerMatchLocus<Option<&LocusGenotype>>,
        mother: PerMatchLocus<Option<&LocusGenotype>>,
    ) -> Maternal {
        let mut all = Maternal { is_typed: mother.iter().any(Option::is_some), ..Maternal::default() };
        for (place, (unit, mother)) in unit.into_iter().zip(mother).enumerate() {
            let (Some(unit), Some(mother)) = (unit, mother) else { continue };
            let bit = 1 << place;
            let [inherited, not_inherited] = match passed_on(unit, mother) {
                Some(passed) => passed,
                None => {
                    all.contradicts |= bit;
                    continue;
                }
            };
            let Some(patient) = &patient[place] else { continue };
            let shows =
                |tokens: Option<&[Token]>| tokens.is_some_and(|tokens| patient.may_show(named(tokens)));
            if shows(not_inherited) && compare(patient, unit).best < 2 {
                all.nima |= bit;
            }
            if shows(inherited) {
                all.ima |= bit;
            }
        }
        all
    }
}

/// The unit's IMA and its NIMA, where each is told apart; `None` where unit and mother share nothing.
fn passed_on<'g>(unit: &'g LocusGenotype, mother: &'g LocusGenotype) -> Option<[Option<&'g [Token]>; 2]> {
    let (own, hers) = (both_sides(unit.ard.first()), both_sides(mother.ard.first()));
    let in_her = [own.0, own.1].map(|one| meet(one, hers.0) || meet(one, hers.1));
    let in_unit = [hers.0, hers.1].map(|one| meet(one, own.0) || meet(one, own.1));
    let inherited = match in_her {
        [true, false] => Some(own.0),
        [false, true] => Some(own.1),
        [true, true] if own.0 == own.1 => Some(own.0),
        [true, true] => None,
        [false, false] => return None,
    };
    let not_inherited = match in_unit {
        [true, false] => Some(hers.1),
        [false, true] => Some(hers.0),
        _ => None,
    };
    Some([inherited, not_inherited])
}

/// A protein without a name is not known to be another's.
fn named(tokens: &[Token]) -> &[Token] {
    match tokens {
        [named @ .., UNNAMED] => named,
        all => all,
    }
}

fn meet(one: &[Token], other: &[Token]) -> bool {
    one.iter().any(|token| *token != UNNAMED && other.binary_search(token).is_ok())
}
