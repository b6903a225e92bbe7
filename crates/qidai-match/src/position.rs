//! Position by position, for people to look at: which of the two alleles matches, and in which direction.

use qidai_hla::{AlleleId, Alternatives, Antigen, Category, ClassId, LocusTyping, Pair, Release};

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
    /// `None` when no mismatch is left in the best case.
    pub direction: Option<Direction>,
}

/// Compares the first genotype of each typing in the pairing that matches best.
pub fn positions(patient: &LocusTyping, donor: &LocusTyping, release: &Release) -> Option<LocusPositions> {
    let patient = patient.genotypes.first()?.as_ref().map(|a| View::of(a, release));
    let donor = donor.genotypes.first()?.as_ref().map(|a| View::of(a, release));
    let (patient, donor) = (expressed(patient), expressed(donor));
    let relate = |d: &View<'_>, p: &View<'_>| d.relate(p);
    let straight = Pair(relate(&donor.0, &patient.0), relate(&donor.1, &patient.1));
    let crossed = Pair(relate(&donor.0, &patient.1), relate(&donor.1, &patient.0));
    let score = |pair: &Pair<PositionMatch>| {
        let matching = pair.iter().filter(|m| **m >= PositionMatch::Possible).count();
        (matching, pair.0.max(pair.1), pair.0.min(pair.1))
    };
    let positions = if score(&straight) >= score(&crossed) { straight } else { crossed };
    Some(LocusPositions { positions, direction: direction(&patient, &donor) })
}

/// What a position expresses.
#[derive(Clone)]
struct View<'a> {
    classes: &'a [ClassId],
    alleles: &'a [AlleleId],
    antigen: Option<Antigen>,
    is_null: bool,
    is_named: bool,
    release: &'a Release,
}

impl<'a> View<'a> {
    fn of(a: &'a Alternatives, release: &'a Release) -> Self {
        View {
            classes: &a.classes,
            alleles: &a.alleles,
            antigen: a.antigen,
            is_null: a.classes.is_empty() && a.may_be_null,
            is_named: a.category != Category::New,
            release,
        }
    }

    fn relate(&self, other: &View<'_>) -> PositionMatch {
        if !self.is_named || !other.is_named {
            return PositionMatch::AntigenMismatch;
        }
        if self.classes.iter().any(|c| other.classes.binary_search(c).is_ok()) {
            let certain = self.classes.len() == 1 && other.classes.len() == 1;
            return if certain { PositionMatch::Match } else { PositionMatch::Possible };
        }
        if self.same_antigen(other) { PositionMatch::AlleleMismatch } else { PositionMatch::AntigenMismatch }
    }

    /// The antigen where one is assigned on both sides, else the first field stands for it
    /// (WMDA rule of 2024-02-07 for antigen mismatches).
    fn same_antigen(&self, other: &View<'_>) -> bool {
        let (mine, theirs) = (self.antigens(), other.antigens());
        if mine.is_empty() || theirs.is_empty() {
            let families = |v: &View<'_>| -> Vec<_> {
                v.alleles.iter().map(|a| v.release.name(*a).shortened(1)).collect()
            };
            let theirs = families(other);
            return families(self).iter().any(|f| theirs.contains(f));
        }
        mine.iter().any(|a| theirs.contains(a))
    }

    fn antigens(&self) -> Vec<Antigen> {
        let serology = self.release.serology();
        match self.antigen {
            Some(antigen) => serology.split_level(antigen),
            None => self
                .alleles
                .iter()
                .flat_map(|a| self.release.antigens(*a))
                .flat_map(|(a, _)| serology.split_level(*a))
                .collect(),
        }
    }
}

/// A null position shows what the other one shows.
fn expressed<'a>(pair: Pair<View<'a>>) -> Pair<View<'a>> {
    match (pair.0.is_null, pair.1.is_null) {
        (true, false) => Pair(pair.1.clone(), pair.1),
        (false, true) => Pair(pair.0.clone(), pair.0),
        _ => pair,
    }
}

fn direction(patient: &Pair<View<'_>>, donor: &Pair<View<'_>>) -> Option<Direction> {
    let lacks = |own: &Pair<View<'_>>, other: &Pair<View<'_>>| {
        other.iter().any(|o| own.iter().all(|v| v.relate(o) < PositionMatch::Possible))
    };
    match (lacks(donor, patient), lacks(patient, donor)) {
        (true, true) => Some(Direction::Both),
        (true, false) => Some(Direction::Gvh),
        (false, true) => Some(Direction::Hvg),
        (false, false) => None,
    }
}
