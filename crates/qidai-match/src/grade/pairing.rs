//! Which position of the donor stands beside which of the patient's.
//!
//! Both ways are graded, and the better one is answered: more positions that can match, then better grades, then surer
//! ones, then more antigens in common. Where both are equally good the donor's first position gets the better answer,
//! so that the order in which the patient's alleles were written changes nothing. A position that *may* be null (a G
//! group, `XX`) is also read as null where that matches more; such a match is never more than potential.

use std::cmp::Reverse;

use qidai_hla::{Alternatives, LocusTyping, Pair, Release};

use super::position::{antigen_match, confidence, grade, is_null, is_open, nothing_shown};
use super::{Confidence, Grade, Graded};
use crate::count::Matches;

/// Grades both positions of the donor. Of several genotypes the ones that match best are answered, with no more
/// confidence than that they may be the ones.
pub fn grades(patient: &LocusTyping, donor: &LocusTyping, release: &Release) -> Pair<Graded> {
    let is_settled = patient.genotypes.len() == 1 && donor.genotypes.len() == 1;
    let pairs = patient.genotypes.iter().flat_map(|p| donor.genotypes.iter().map(move |d| (p, d)));
    let all = pairs.flat_map(|(p, d)| candidates(p.as_ref(), d.as_ref(), release));
    let best = all.max_by_key(|candidate| candidate.worth());
    let mut positions = best.map_or(Pair(Graded::UNTYPED, Graded::UNTYPED), |best| best.positions);
    if !is_settled {
        positions =
            positions.map(|one| Graded { confidence: one.confidence.min(Confidence::Potential), ..one });
    }
    positions
}

/// A locus in the five letters that registries print: `A` a match of alleles, `P` a possible one, `M` a mismatch.
pub fn summary_letter(counts: Matches) -> char {
    match counts {
        Matches { worst: 2, .. } => 'A',
        Matches { best: 2, .. } => 'P',
        _ => 'M',
    }
}

/// One way to read and to pair two genotypes.
struct Candidate {
    positions: Pair<Graded>,
    /// How many positions that only may be null are read as null.
    assumed_null: usize,
}

impl Candidate {
    fn worth(&self) -> impl Ord + use<> {
        let Pair(one, two) = self.positions;
        let can_match = |graded: Graded| usize::from(graded.confidence > Confidence::Mismatch);
        let antigens = [one, two].iter().filter(|graded| graded.antigen_match == Some(true)).count();
        // Of two equally good pairings: the surer match first, what stands beside a null last.
        let order = |graded: Graded| {
            let is_plain = graded.grade != Grade::ExpressingVsNull;
            (graded.confidence, is_plain, graded.grade, graded.antigen_match)
        };
        let (first, second) = (order(one), order(two));
        (
            can_match(one) + can_match(two),
            Reverse(self.assumed_null),
            one.grade as u8 + two.grade as u8,
            one.confidence as u8 + two.confidence as u8,
            antigens,
            first.max(second),
            first.min(second),
            first,
        )
    }
}

/// What is typed at a position, and what is shown there; `None` where nothing is.
#[derive(Clone, Copy)]
struct View<'a> {
    typed: &'a Alternatives,
    shown: Option<&'a Alternatives>,
    assumed_null: bool,
}

fn candidates(patient: Pair<&Alternatives>, donor: Pair<&Alternatives>, release: &Release) -> Vec<Candidate> {
    let mut all = Vec::with_capacity(2);
    for p in readings(patient) {
        for d in readings(donor) {
            let assumed_null = p.iter().chain(d.iter()).filter(|view| view.assumed_null).count();
            for partners in [Pair(p.0, p.1), Pair(p.1, p.0)] {
                let positions = Pair(graded(&partners.0, &d.0, release), graded(&partners.1, &d.1, release));
                all.push(Candidate { positions, assumed_null });
            }
        }
    }
    all
}

/// A null position shows what the other one shows. One that may be null is read both ways.
fn readings(Pair(one, two): Pair<&Alternatives>) -> Vec<Pair<View<'_>>> {
    let choices = |position: &Alternatives| match (is_null(position), position.may_be_null) {
        (true, _) => &[true][..],
        (false, true) => &[false, true],
        (false, false) => &[false],
    };
    let mut all = Vec::with_capacity(1);
    for one_is_null in choices(one) {
        for two_is_null in choices(two) {
            let shown = match (one_is_null, two_is_null) {
                (true, true) => [None, None],
                (true, false) => [Some(two), Some(two)],
                (false, true) => [Some(one), Some(one)],
                (false, false) => [Some(one), Some(two)],
            };
            let view =
                |typed, shown, null: bool| View { typed, shown, assumed_null: null && !is_null(typed) };
            all.push(Pair(view(one, shown[0], *one_is_null), view(two, shown[1], *two_is_null)));
        }
    }
    all
}

fn graded(patient: &View<'_>, donor: &View<'_>, release: &Release) -> Graded {
    let (confidence, antigen_match) = match (patient.shown, donor.shown) {
        (Some(p), Some(d)) => (confidence(p, d, release), antigen_match(p, d, release)),
        (None, None) => (nothing_shown(patient.typed, donor.typed), Some(true)),
        (Some(other), None) | (None, Some(other)) if is_open(other) => (Confidence::Potential, None),
        _ => (Confidence::Mismatch, Some(false)),
    };
    let mut graded = Graded { grade: grade(patient.typed, donor.typed, release), confidence, antigen_match };
    if patient.assumed_null || donor.assumed_null {
        graded.confidence = graded.confidence.min(Confidence::Potential);
        if graded.grade == Grade::Mismatch && graded.confidence > Confidence::Mismatch {
            graded.grade = Grade::ExpressingVsNull;
        }
    }
    graded
}
