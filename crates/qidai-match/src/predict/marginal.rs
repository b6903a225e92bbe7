//! One locus at a time: marginal probabilities of 0, 1, 2 mismatches.

use std::collections::BTreeMap;

use super::lists::Lists;
use super::viewpoint::{Seen, Viewpoint};
use crate::frequency::Token;
use crate::impute::{LocusPair, Member, Person, Rows};

/// What one locus of a group shows: each allele once, with its weight.
type Alleles = Vec<(Seen, f64)>;

/// All groups of a collection, locus by locus, from one viewpoint; filled as groups are asked for.
pub(super) struct Marginal<'v> {
    view: &'v Viewpoint,
    rows: &'v Rows,
    groups: &'v Lists<Member>,
    loci: Vec<LocusTable>,
    /// For each group what its loci show, once asked for.
    shown: Vec<Option<Box<[Alleles]>>>,
}

/// One locus of the person who looks.
struct LocusTable {
    side: usize,
    without: Seen,
    /// The person's pairs with their probabilities.
    own: Vec<(LocusPair, f64)>,
    /// For each pair of alleles seen the probabilities of 0, 1, 2 mismatches, once asked for.
    answers: Vec<Option<[f64; 3]>>,
}

impl<'v> Marginal<'v> {
    pub(super) fn new(view: &'v Viewpoint, rows: &'v Rows, groups: &'v Lists<Member>) -> Self {
        let loci = (0..view.loci.len()).map(|locus| LocusTable::new(view, locus)).collect();
        Marginal { view, rows, groups, loci, shown: vec![None; groups.len()] }
    }

    /// For each locus the probabilities of 0, 1, 2 mismatches with a donor; they add up to 1.
    pub(super) fn donor(&mut self, pairs: &[(u32, u32)], mass: f64) -> Vec<[f64; 3]> {
        let mut all = vec![[0.0; 3]; self.loci.len()];
        for (one, two) in pairs {
            self.look_at(*one);
            self.look_at(*two);
            let (Some(a), Some(b)) = (&self.shown[*one as usize], &self.shown[*two as usize]) else {
                continue;
            };
            let twice = if one == two { 1.0 } else { 2.0 };
            for (sums, (table, (a, b))) in all.iter_mut().zip(self.loci.iter_mut().zip(a.iter().zip(b))) {
                table.add(a, b, twice / mass, sums);
            }
        }
        all
    }

    fn look_at(&mut self, group: u32) {
        if self.shown[group as usize].is_some() {
            return;
        }
        let members = self.groups.list(group);
        let locus = |(locus, at): (usize, &LocusTable)| {
            let mut weights = vec![0.0; at.side];
            for member in members {
                let token = self.rows.tokens(member.row)[locus];
                weights[usize::from(self.view.loci[locus].seen(token))] += member.weight;
            }
            (0..).zip(weights).filter(|(_, weight)| *weight > 0.0).collect()
        };
        self.shown[group as usize] = Some(self.loci.iter().enumerate().map(locus).collect());
    }
}

impl LocusTable {
    fn new(view: &Viewpoint, locus: usize) -> Self {
        let at = &view.loci[locus];
        let mut own: Vec<(LocusPair, f64)> = at
            .pairs
            .iter()
            .zip(&view.probabilities)
            .map(|(pair, p)| (LocusPair::of_numbers(*pair), *p))
            .collect();
        own.sort_by_key(|(pair, _)| *pair);
        own.dedup_by(|later, first| {
            let is_same = later.0 == first.0;
            first.1 += if is_same { later.1 } else { 0.0 };
            is_same
        });
        let side = usize::from(at.without) + 1;
        LocusTable { side, without: at.without, own, answers: vec![None; side * side] }
    }

    fn add(&mut self, a: &Alleles, b: &Alleles, scale: f64, sums: &mut [f64; 3]) {
        for (x, f) in a {
            for (y, g) in b {
                let answer = self.answer(*x, *y);
                sums.iter_mut().zip(answer).for_each(|(sum, p)| *sum += scale * f * g * p);
            }
        }
    }

    fn answer(&mut self, x: Seen, y: Seen) -> [f64; 3] {
        let place = usize::from(x) * self.side + usize::from(y);
        if let Some(known) = self.answers[place] {
            return known;
        }
        let pair = match (x == self.without, y == self.without) {
            (true, true) => None,
            (true, false) => Some((y, y)),
            (false, true) => Some((x, x)),
            _ => Some((x, y)),
        };
        let donor = LocusPair::of_numbers(pair);
        let mut answer = [0.0; 3];
        for (own, p) in &self.own {
            answer[usize::from(own.mismatches(donor))] += p;
        }
        self.answers[place] = Some(answer);
        answer
    }
}

/// The same between two people of whom neither is looked from.
pub(super) fn between(one: &Person, two: &Person, rows: &Rows) -> Vec<[f64; 3]> {
    (0..rows.width())
        .map(|locus| compared(&locus_pairs(one, rows, locus), &locus_pairs(two, rows, locus)))
        .collect()
}

fn compared(one: &[(LocusPair, f64)], two: &[(LocusPair, f64)]) -> [f64; 3] {
    let mut all = [0.0; 3];
    for (mine, p) in one {
        for (other, q) in two {
            all[usize::from(mine.mismatches(*other))] += p * q;
        }
    }
    all
}

/// What one locus of a person can be, each pair once.
fn locus_pairs(person: &Person, rows: &Rows, locus: usize) -> Vec<(LocusPair, f64)> {
    let tokens: Vec<BTreeMap<Token, f64>> =
        person.groups.iter().map(|group| tokens(group, rows, locus)).collect();
    let mut pairs: BTreeMap<LocusPair, f64> = BTreeMap::new();
    for (a, b) in &person.pairs {
        // Within one group every ordered pair stands here; between two groups one order stands for both.
        let scale = if a == b { 1.0 } else { 2.0 } / person.mass;
        for (x, f) in &tokens[*a as usize] {
            for (y, g) in &tokens[*b as usize] {
                *pairs.entry(LocusPair::new(*x, *y)).or_default() += scale * f * g;
            }
        }
    }
    pairs.into_iter().collect()
}

fn tokens(group: &[Member], rows: &Rows, locus: usize) -> BTreeMap<Token, f64> {
    let mut tokens = BTreeMap::new();
    group
        .iter()
        .for_each(|member| *tokens.entry(rows.tokens(member.row)[locus]).or_default() += member.weight);
    tokens
}
