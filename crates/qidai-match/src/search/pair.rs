//! Two units for one patient: all pairs among the best of a list.
//!
//! A pair is of the class of its worse unit (Eurocord, Blood Adv 2023;7:3297); what the two give is added. First the class decides, then the
//! CD34+ cells together, then the TNC together. How the units match each other is shown and decides nothing (ASH-SAP practice
//! table: unit-to-unit match not required).

use std::cmp::Reverse;

use super::scan::Hit;
use super::snapshot::Snapshot;
use crate::MATCH_LOCI;
use crate::antigen::AntigenSpace;
use crate::class::{Classes, LocusCounts};
use crate::count::Matches;

/// So many of the first units are paired: 19,900 pairs.
pub const PAIRED_MAX: usize = 200;

/// Two units.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPair {
    /// Places in the list of hits, the better one first.
    pub places: [usize; 2],
    /// Of the worse unit; `None` where a class of one of them cannot be computed.
    pub classes: Classes,
    /// Both together; `None` where one is not recorded.
    pub tnc_total: Option<u64>,
    /// Both together; `None` where one is not recorded.
    pub cd34_total: Option<u64>,
    /// The probability that both have as many matches of 8 as the worse has in the best case.
    pub likely: Option<f64>,
    /// How the units match each other.
    pub between: Classes,
}

/// The best pairs, at most `limit`. A pair that gives fewer TNC together than the floor, or of which that is not recorded, is none.
pub fn pairs(
    snapshot: &Snapshot,
    hits: &[Hit],
    antigens: &AntigenSpace,
    tnc_floor: Option<u64>,
    limit: usize,
) -> Vec<UnitPair> {
    let hits = &hits[..hits.len().min(PAIRED_MAX)];
    let mut all = Vec::new();
    for one in 0..hits.len() {
        for two in one + 1..hits.len() {
            let (a, b) = (&hits[one], &hits[two]);
            let (fa, fb) = (snapshot.facts(a.row), snapshot.facts(b.row));
            let sum = |a: Option<u64>, b: Option<u64>| Some(a? + b?);
            let tnc = sum(fa.tnc_total, fb.tnc_total);
            if tnc_floor.is_some_and(|floor| tnc < Some(floor)) {
                continue;
            }
            let key = (order(a.classes.x8, b.classes.x8), sum(fa.cd34_total, fb.cd34_total), tnc);
            all.push((Reverse(key), [one, two]));
        }
    }
    all.sort_unstable();
    all.truncate(limit);
    all.into_iter()
        .map(|(Reverse((_, cd34, tnc)), places)| pair(snapshot, hits, antigens, places, tnc, cd34))
        .collect()
}

/// The class of the worse one as numbers that grow; a class that cannot be computed is worse than each that can.
fn order(a: Option<Matches>, b: Option<Matches>) -> Option<(u8, u8)> {
    let numbers = |m: Matches| (m.best, m.worst);
    a.map(numbers).min(b.map(numbers))
}

fn pair(
    snapshot: &Snapshot,
    hits: &[Hit],
    antigens: &AntigenSpace,
    places: [usize; 2],
    tnc_total: Option<u64>,
    cd34_total: Option<u64>,
) -> UnitPair {
    let [a, b] = places.map(|place| &hits[place]);
    let worse = |one: Option<Matches>, two: Option<Matches>| {
        let (one, two) = (one?, two?);
        Some(if (one.best, one.worst) <= (two.best, two.worst) { one } else { two })
    };
    let classes = Classes {
        x6: worse(a.classes.x6, b.classes.x6),
        x8: worse(a.classes.x8, b.classes.x8),
        x10: worse(a.classes.x10, b.classes.x10),
    };
    let mismatches = usize::from(8 - classes.x8.map_or(8, |m| m.best.min(8)));
    let at_least = |p: Option<[f64; 5]>| Some(p?.iter().take(mismatches + 1).sum::<f64>());
    let likely = at_least(a.p).zip(at_least(b.p)).map(|(one, two)| one * two);
    let counts = std::array::from_fn(|place| {
        let [one, two] = [a.row, b.row].map(|row| snapshot.genotype(row, place));
        LocusCounts::of(MATCH_LOCI[place], one, two, antigens)
    });
    UnitPair { places, classes, tnc_total, cd34_total, likely, between: Classes::of(&counts) }
}
