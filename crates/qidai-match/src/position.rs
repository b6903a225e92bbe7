//! Position by position, for people to look at: which of the two alleles matches, and in which direction.

use qidai_hla::Pair;

use crate::antigen::AntigenSpace;
use crate::genotype::{Component, LocusGenotype, Token, UNNAMED};

/// What one donor position is to the patient, in the best pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PositionMatch {
    /// Another antigen.
    AntigenMismatch,
    /// The same antigen, another protein.
    AlleleMismatch,
    /// The typings allow a match.
    Possible,
    /// The same class, whatever the typings leave open.
    Match,
}

/// Who could react against whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only the graft has something to react against: the patient shows an allele the donor lacks.
    Gvh,
    /// Only the patient has: the donor shows an allele the patient lacks.
    Hvg,
    /// Both.
    Both,
}

/// One locus of a pair of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocusPositions {
    /// In the order of the donor's typing as written.
    pub positions: Pair<PositionMatch>,
    /// The donor's first position is compared with the patient's second, and the other way round.
    pub is_crossed: bool,
    /// `None` when no mismatch is left in the best case.
    pub direction: Option<Direction>,
}

/// Compares the first genotype of each typing in the pairing that matches best. A null position shows
/// what the other one shows.
pub fn positions(patient: &LocusGenotype, donor: &LocusGenotype, space: &AntigenSpace) -> LocusPositions {
    let (patient, donor) = (views(patient), views(donor));
    let relate = |d: &View<'_>, p: &View<'_>| d.relate(p, space);
    let straight = Pair(relate(&donor.0, &patient.0), relate(&donor.1, &patient.1));
    let crossed = Pair(relate(&donor.0, &patient.1), relate(&donor.1, &patient.0));
    let score = |pair: &Pair<PositionMatch>| {
        let matching = pair.iter().filter(|m| **m >= PositionMatch::Possible).count();
        (matching, pair.0.max(pair.1), pair.0.min(pair.1))
    };
    let is_crossed = score(&straight) < score(&crossed);
    let positions = if is_crossed { crossed } else { straight };
    LocusPositions { positions, is_crossed, direction: direction(&patient, &donor, space) }
}

/// What a position expresses: its classes and, at A and B, its antigens.
#[derive(Clone, Copy)]
struct View<'a> {
    classes: &'a [Token],
    antigens: &'a [Token],
}

fn views(genotype: &LocusGenotype) -> Pair<View<'_>> {
    let (classes, antigens) = (both_sides(genotype.ard.first()), both_sides(genotype.antigen.first()));
    Pair(View { classes: classes.0, antigens: antigens.0 }, View { classes: classes.1, antigens: antigens.1 })
}

pub(crate) fn both_sides(component: Option<&Component>) -> Pair<&[Token]> {
    match component {
        Some(Component::Product(a, b)) => Pair(a, b),
        Some(Component::Twice(a)) => Pair(a, a),
        Some(Component::Nothing) | None => Pair(&[], &[]),
    }
}

impl View<'_> {
    fn relate(&self, other: &View<'_>, space: &AntigenSpace) -> PositionMatch {
        if self.classes.is_empty() && other.classes.is_empty() {
            return PositionMatch::Match;
        }
        let meet = |x: &Token| *x != UNNAMED && other.classes.binary_search(x).is_ok();
        if self.classes.iter().any(meet) {
            let certain = self.classes.len() == 1 && other.classes.len() == 1;
            return if certain { PositionMatch::Match } else { PositionMatch::Possible };
        }
        if self.same_antigen(other, space) {
            PositionMatch::AlleleMismatch
        } else {
            PositionMatch::AntigenMismatch
        }
    }

    fn same_antigen(&self, other: &View<'_>, space: &AntigenSpace) -> bool {
        if self.antigens.is_empty() || other.antigens.is_empty() {
            return space.classes_share_antigen(self.classes, other.classes);
        }
        self.antigens.iter().any(|a| other.antigens.iter().any(|b| space.could_be_same(*a, *b)))
    }
}

fn direction(patient: &Pair<View<'_>>, donor: &Pair<View<'_>>, space: &AntigenSpace) -> Option<Direction> {
    let lacks = |own: &Pair<View<'_>>, other: &Pair<View<'_>>| {
        other.iter().any(|o| own.iter().all(|v| v.relate(o, space) < PositionMatch::Possible))
    };
    match (lacks(donor, patient), lacks(patient, donor)) {
        (true, true) => Some(Direction::Both),
        (true, false) => Some(Direction::Gvh),
        (false, true) => Some(Direction::Hvg),
        (false, false) => None,
    }
}
