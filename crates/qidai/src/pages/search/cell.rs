//! The locus cell: a letter, one shape for each of the two positions, and an arrow for the direction.

use crate::catalogue::{Direction, LocusHit, PositionKind};
use crate::words::Words;

/// One cell of the matrix.
pub(crate) struct LocusCell {
    /// Name of the locus.
    pub(crate) locus: &'static str,
    /// A, P, L, M or –: the worse of the two positions.
    pub(crate) letter: &'static str,
    /// Style class.
    pub(crate) look: &'static str,
    /// Symbols of the two positions, the better one first.
    pub(crate) pips: [&'static str; 2],
    /// ↓ only GvH, ↑ only HvG; nothing for both.
    pub(crate) arrow: Option<&'static str>,
    /// The grade in words, with the direction.
    pub(crate) words: String,
    /// The same, without a direction where it is both, which is the rule.
    pub(crate) short_words: String,
}

/// How a kind of position looks: letter, style class, symbol, key of its word. Best first.
const KINDS: [(PositionKind, &str, &str, &str, &str); 5] = [
    (PositionKind::Match, "A", "locus-a", "pip-match", "grade-match"),
    (PositionKind::Possible, "P", "locus-p", "pip-possible", "grade-possible"),
    (PositionKind::AlleleMismatch, "L", "locus-l", "pip-allele", "grade-allele-mismatch"),
    (PositionKind::AntigenMismatch, "M", "locus-m", "pip-antigen", "grade-antigen-mismatch"),
    (PositionKind::Untyped, "–", "locus-u", "pip-untyped", "grade-untyped"),
];

fn place(kind: PositionKind) -> usize {
    KINDS.iter().position(|(known, ..)| *known == kind).unwrap_or(KINDS.len() - 1)
}

impl LocusCell {
    pub(crate) fn new(locus: &'static str, hit: &LocusHit, w: &Words) -> LocusCell {
        let mut places = hit.positions.each_ref().map(|position| place(position.kind));
        places.sort_unstable();
        let (_, letter, look, _, key) = KINDS[places[1]];
        let grade = w.t(key);
        let words = match hit.direction {
            Some(direction) => with_direction(&grade, direction, w),
            None => grade.clone(),
        };
        let arrow = arrow(hit.direction);
        let short_words = if arrow.is_some() { words.clone() } else { grade };
        LocusCell { locus, letter, look, pips: places.map(|place| KINDS[place].3), arrow, words, short_words }
    }

    /// The five kinds, for the legend.
    pub(crate) fn legend(w: &Words) -> Vec<LocusCell> {
        let of = |(kind, letter, look, pip, key): (PositionKind, _, _, _, &str)| {
            let first = if matches!(kind, PositionKind::Untyped) { pip } else { KINDS[0].3 };
            LocusCell {
                locus: "",
                letter,
                look,
                pips: [first, pip],
                arrow: None,
                words: w.t(key),
                short_words: w.t(key),
            }
        };
        KINDS.into_iter().map(of).collect()
    }
}

fn with_direction(grade: &str, direction: Direction, w: &Words) -> String {
    w.say(
        "grade-with-direction",
        &[("grade", grade.into()), ("direction", direction_word(direction, w).into())],
    )
}

fn arrow(direction: Option<Direction>) -> Option<&'static str> {
    match direction? {
        Direction::Gvh => Some("↓"),
        Direction::Hvg => Some("↑"),
        Direction::Both => None,
    }
}

/// The direction of a mismatch in words.
fn direction_word(direction: Direction, w: &Words) -> String {
    w.t(match direction {
        Direction::Gvh => "direction-gvh",
        Direction::Hvg => "direction-hvg",
        Direction::Both => "direction-both",
    })
}
