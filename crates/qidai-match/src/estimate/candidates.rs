//! Putting two blocks together: which haplotypes and which pairs of them a person can have over the loci of both.

use rustc_hash::FxHashMap;

use super::block::{Block, Cut, Kinds, OPEN, Pair, weight};
use super::sample::Sample;
use crate::frequency::AlleleIndex;
use crate::impute::Constraint;

/// A haplotype of each block.
type Half = (u32, u32);

/// Two blocks side by side.
pub(super) struct Joint<'b> {
    sample: &'b Sample,
    x: &'b Block,
    y: &'b Block,
    of_x: Vec<f64>,
    of_y: Vec<f64>,
    /// For each kind of person the kinds in both blocks, and what is phased.
    keys: Vec<(u32, u32, u32)>,
    people: Vec<f64>,
    pub(super) of_person: Vec<u32>,
    left_out: f64,
}

/// The haplotypes of two blocks together, each a number.
#[derive(Clone, Debug, Default)]
pub(super) struct Support {
    numbers: FxHashMap<u64, u32>,
    pub(super) halves: Vec<Half>,
}

impl Support {
    fn number(&mut self, half: Half) -> u32 {
        let next = self.halves.len() as u32;
        let number = *self.numbers.entry(key(half)).or_insert(next);
        if number == next {
            self.halves.push(half);
        }
        number
    }

    fn find(&self, half: Half) -> Option<u32> {
        self.numbers.get(&key(half)).copied()
    }

    /// For each haplotype of one block those that it stands in.
    fn by_half(&self, haplotypes: usize, side: impl Fn(&Half) -> u32) -> Vec<Vec<u32>> {
        let mut all = vec![Vec::new(); haplotypes];
        for (number, half) in self.halves.iter().enumerate() {
            all[side(half) as usize].push(number as u32);
        }
        all
    }
}

fn key((x, y): Half) -> u64 {
    (u64::from(x) << 32) | u64::from(y)
}

/// What was left out of people when pairs were chosen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeftOut {
    pub(super) sum: f64,
    pub(super) max: f64,
}

impl LeftOut {
    pub(super) fn add(&mut self, part: f64, people: f64) {
        self.sum += part * people;
        self.max = self.max.max(part);
    }
}

impl<'b> Joint<'b> {
    pub(super) fn new(sample: &'b Sample, x: &'b Block, y: &'b Block, left_out: f64) -> Self {
        let mut numbers: FxHashMap<(u32, u32, u32), u32> = FxHashMap::default();
        let (mut keys, mut people, mut of_person) = (Vec::new(), Vec::<f64>::new(), Vec::new());
        for (person, weight) in sample.weights.iter().enumerate() {
            let key = (x.of_person[person], y.of_person[person], sample.phased_of[person]);
            if key.0 == OPEN && key.1 == OPEN {
                of_person.push(OPEN);
                continue;
            }
            let next = keys.len() as u32;
            let kind = *numbers.entry(key).or_insert(next);
            if kind == next {
                keys.push(key);
                people.push(0.0);
            }
            people[kind as usize] += weight;
            of_person.push(kind);
        }
        let (of_x, of_y) = (x.posteriors(), y.posteriors());
        Joint { sample, x, y, of_x, of_y, keys, people, of_person, left_out }
    }

    /// The loci of both.
    pub(super) fn loci(&self) -> Vec<usize> {
        self.x.loci.iter().chain(&self.y.loci).copied().collect()
    }

    /// Every haplotype that somebody can have, and its frequency if the blocks were independent.
    pub(super) fn support(&self) -> (Support, Vec<f64>) {
        let mut support = Support::default();
        let mut counts: Vec<f64> = Vec::new();
        for kind in 0..self.keys.len() {
            if self.is_half_open(kind) {
                continue;
            }
            let people = self.people[kind];
            self.for_each(kind, |w, one, two| {
                for half in [one, two] {
                    let number = support.number(half) as usize;
                    counts.resize(support.halves.len(), 0.0);
                    counts[number] += w * people;
                }
            });
        }
        self.complete(&mut support, &mut counts);
        let sum: f64 = counts.iter().sum();
        counts.iter_mut().for_each(|count| *count /= sum);
        (support, counts)
    }

    /// Who is typed in one block only must find a haplotype too: where nobody shows a partner, all of the other block are possible.
    fn complete(&self, support: &mut Support, counts: &mut Vec<f64>) {
        let mut seen = [vec![false; self.x.frequencies.len()], vec![false; self.y.frequencies.len()]];
        for (x, y) in &support.halves {
            seen[0][*x as usize] = true;
            seen[1][*y as usize] = true;
        }
        for kind in (0..self.keys.len()).filter(|kind| self.is_half_open(*kind)) {
            let (x, y, _) = self.keys[kind];
            let (pairs, side) =
                if y == OPEN { (self.x.kinds.of(x as usize), 0) } else { (self.y.kinds.of(y as usize), 1) };
            if pairs.iter().any(|pair| pair.iter().all(|h| seen[side][*h as usize])) {
                continue;
            }
            let others = if side == 0 { &self.y.frequencies } else { &self.x.frequencies };
            for h in pairs.iter().flatten() {
                if std::mem::replace(&mut seen[side][*h as usize], true) {
                    continue;
                }
                for (other, frequency) in others.iter().enumerate() {
                    let half = if side == 0 { (*h, other as u32) } else { (other as u32, *h) };
                    let number = support.number(half) as usize;
                    counts.resize(support.halves.len(), 0.0);
                    counts[number] += self.people[kind] * frequency;
                }
            }
        }
    }

    /// The pairs of every kind over haplotypes of the support that are above 0, by their probability under these frequencies.
    pub(super) fn pairs(&self, support: &Support, frequencies: &[f64]) -> (Kinds, LeftOut) {
        let partners = [
            support.by_half(self.x.frequencies.len(), |half| half.0),
            support.by_half(self.y.frequencies.len(), |half| half.1),
        ];
        let mut kinds = Kinds::new(self.people.clone());
        let mut left_out = LeftOut::default();
        let mut found: Vec<(f64, Pair)> = Vec::new();
        for kind in 0..self.keys.len() {
            found.clear();
            let mut take = |pair: Pair| {
                let w = weight(pair, frequencies);
                if w > 0.0 {
                    found.push((w, pair));
                }
            };
            if self.is_half_open(kind) {
                self.half_open(kind, &partners, support, &mut take);
            } else {
                self.for_each(kind, |_, one, two| {
                    if let (Some(one), Some(two)) = (support.find(one), support.find(two)) {
                        take([one, two]);
                    }
                });
            }
            let sum: f64 = found.iter().map(|(w, _)| w).sum();
            if sum > 0.0 {
                let cut = Cut::new(found.iter().map(|(w, _)| *w), sum, self.left_out);
                kinds.pairs.extend(found.iter().filter(|(w, _)| cut.keeps(*w)).map(|(_, pair)| *pair));
                left_out.add(cut.left_out, self.people[kind]);
            }
            kinds.close();
        }
        (kinds, left_out)
    }

    fn is_half_open(&self, kind: usize) -> bool {
        let (x, y, _) = self.keys[kind];
        x == OPEN || y == OPEN
    }

    /// Pairs of a person who is typed in one block only: all partners of the support.
    fn half_open(
        &self,
        kind: usize,
        partners: &[Vec<Vec<u32>>; 2],
        support: &Support,
        take: &mut impl FnMut(Pair),
    ) {
        let (x, y, phased) = self.keys[kind];
        let (pairs, partners) = if y == OPEN {
            (self.x.kinds.of(x as usize), &partners[0])
        } else {
            (self.y.kinds.of(y as usize), &partners[1])
        };
        for [one, two] in pairs {
            let (a, b) = (&partners[*one as usize], &partners[*two as usize]);
            for (at, h1) in a.iter().enumerate() {
                let others = if one == two { &b[at..] } else { &b[..] };
                for h2 in others {
                    if self.fits(phased, support.halves[*h1 as usize], support.halves[*h2 as usize]) {
                        take([*h1, *h2]);
                    }
                }
            }
        }
    }

    /// Pairs of a person who is typed in both blocks, with their weight if the blocks were independent.
    fn for_each(&self, kind: usize, mut each: impl FnMut(f64, Half, Half)) {
        let (x, y, phased) = self.keys[kind];
        let (x, y) = (x as usize, y as usize);
        let (xs, ys) = (self.x.kinds.of(x), self.y.kinds.of(y));
        let (ps, qs) = (&self.of_x[self.x.kinds.starts[x]..], &self.of_y[self.y.kinds.starts[y]..]);
        let (ps, qs) = (&ps[..xs.len()], &qs[..ys.len()]);
        let products = || ps.iter().flat_map(|p| qs.iter().map(move |q| p * q));
        let cut = (xs.len() * ys.len() > 1).then(|| Cut::new(products(), 1.0, self.left_out));
        for ([x1, x2], p) in xs.iter().zip(ps) {
            for ([y1, y2], q) in ys.iter().zip(qs) {
                let w = p * q;
                if cut.as_ref().is_some_and(|cut| !cut.keeps(w)) {
                    continue;
                }
                let is_open = x1 != x2 && y1 != y2;
                let w = if is_open { w / 2.0 } else { w };
                if self.fits(phased, (*x1, *y1), (*x2, *y2)) {
                    each(w, (*x1, *y1), (*x2, *y2));
                }
                if is_open && self.fits(phased, (*x1, *y2), (*x2, *y1)) {
                    each(w, (*x1, *y2), (*x2, *y1));
                }
            }
        }
    }

    /// Whether what was typed with its phase, at loci that are now all here, allows the pair.
    fn fits(&self, phased: u32, one: Half, two: Half) -> bool {
        phased == 0 || {
            let constraints = &self.sample.phased[phased as usize - 1];
            constraints.iter().all(|constraint| self.answers(constraint, one, two))
        }
    }

    fn answers(&self, constraint: &Constraint, one: Half, two: Half) -> bool {
        let row = |half: Half| -> Option<Vec<AlleleIndex>> {
            let at = |locus: &usize| {
                let in_block = |block: &Block, h: u32| {
                    block.loci.iter().position(|own| own == locus).map(|place| block.row(h)[place])
                };
                in_block(self.x, half.0).or_else(|| in_block(self.y, half.1))
            };
            constraint.loci.iter().map(at).collect()
        };
        let (Some(one), Some(two)) = (row(one), row(two)) else { return true };
        let is = |copy: &[crate::impute::AlleleSet], row: &[AlleleIndex]| {
            copy.iter().zip(row).all(|(set, allele)| set.contains(*allele))
        };
        constraint.genotypes.iter().any(|[first, second]| {
            (is(first, &one) && is(second, &two)) || (is(first, &two) && is(second, &one))
        })
    }
}
