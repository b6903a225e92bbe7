//! Many donors at once, by the haplotypes they may carry and not by their genotypes.
//!
//! The haplotypes of a donor fall into a few groups ([`crate::impute::Candidates`]), and donors share groups: everyone typed `A*02`,
//! `B*15` on one chromosome has the same one. A genotype of a patient is laid against every haplotype of the set once. What each shows there – where it
//! matches the first allele, where the second – is its *look*; within a group, haplotypes of the same look are added up; and a donor is the sum over pairs of looks.
//! Groups that cannot reach the number of matches that is answered are never opened. The answer is exact, and adding up has the same order on
//! any number of threads.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::ANSWERED;
use super::look::{Look, Viewer};
use crate::impute::{Candidates, Counted, Genotypes};

/// Donors ready to be compared.
#[derive(Debug)]
pub struct Pool<'c, 'i, 's> {
    counted: &'c Counted<'i, 's>,
    /// The haplotypes of each group.
    groups: Lists<u32>,
    /// The groups of each haplotype.
    groups_of: Lists<u32>,
    /// For each group its partners: a pair of groups stands with both.
    partners: Lists<Partner>,
    /// For each donor the sum of all weights.
    masses: Vec<f64>,
}

/// A donor in whom two groups fit together.
#[derive(Clone, Copy, Debug)]
struct Partner {
    group: u32,
    donor: u32,
}

/// For each donor the probabilities of exactly 0 to 4 mismatches; zeros where the donor has no haplotypes.
pub type Totals = Vec<[f64; ANSWERED]>;

impl<'c, 'i, 's> Pool<'c, 'i, 's> {
    /// Puts donors together.
    pub fn new(donors: &[&Candidates], counted: &'c Counted<'i, 's>) -> Self {
        let mut numbers: FxHashMap<&[u32], u32> = FxHashMap::default();
        let mut groups: Vec<&[u32]> = Vec::new();
        let mut partners: Vec<(u32, Partner)> = Vec::new();
        for (donor, candidates) in donors.iter().enumerate() {
            let (own, pairs) = candidates.groups();
            let mut number = |at: u32| {
                let list = own[at as usize].haplotypes.as_slice();
                *numbers.entry(list).or_insert_with(|| {
                    groups.push(list);
                    groups.len() as u32 - 1
                })
            };
            for (one, two) in pairs {
                let (one, two, donor) = (number(*one), number(*two), donor as u32);
                partners.push((one, Partner { group: two, donor }));
                if one != two {
                    partners.push((two, Partner { group: one, donor }));
                }
            }
        }
        let members =
            groups.iter().enumerate().flat_map(|(group, list)| list.iter().map(move |h| (*h, group as u32)));
        Pool {
            counted,
            groups_of: Lists::new(counted.rows().count(), members),
            partners: Lists::new(groups.len(), partners.iter().copied()),
            groups: Lists::of(&groups),
            masses: donors.iter().map(|donor| counted.mass(donor)).collect(),
        }
    }

    /// How many different groups of haplotypes the donors have together.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// Compares one patient with every donor.
    pub fn predict(&self, patient: &Genotypes) -> Totals {
        let mut totals = vec![[0.0; ANSWERED]; self.masses.len()];
        let mut view = View::new(self);
        for (genotype, p) in patient.iter() {
            view.turn_to(&Viewer::new(genotype));
            view.add(p, &mut totals);
        }
        for (donor, mass) in totals.iter_mut().zip(&self.masses).filter(|(_, mass)| **mass > 0.0) {
            donor.iter_mut().for_each(|total| *total /= mass);
        }
        totals
    }
}

/// The pool as seen from one genotype; keeps its memory from genotype to genotype.
///
/// Two haplotypes must bring the needed matches together, so one of them brings half of them at least: it is *strong*. Few haplotypes are. Only
/// groups with a strong one are visited, and the rest of a group is looked through only for a partner that matches more than half.
struct View<'v, 'c, 'i, 's> {
    pool: &'v Pool<'c, 'i, 's>,
    /// For each haplotype.
    looks: Vec<Look>,
    matches: Vec<u8>,
    /// Strong haplotypes.
    found: Vec<u32>,
    /// For each group the most matches of its strong haplotypes, 0 where it has none.
    most: Vec<u8>,
    /// Groups with a strong haplotype.
    strong_groups: Vec<u32>,
    /// For each group where its strong looks stand in `sums`, once found; and all of its useful ones, once asked for.
    strong_at: Vec<(u32, u32)>,
    all_at: Vec<Option<(u32, u32)>>,
    sums: Vec<(Look, f64)>,
    /// Matches that a pair must reach: fewer are more than four mismatches.
    needed: usize,
    /// What makes a haplotype strong.
    half: usize,
    width: usize,
}

impl<'v, 'c, 'i, 's> View<'v, 'c, 'i, 's> {
    fn new(pool: &'v Pool<'c, 'i, 's>) -> Self {
        let width = pool.counted.places().len();
        let needed = (2 * width).saturating_sub(ANSWERED - 1);
        let groups = pool.groups.len();
        View {
            pool,
            looks: Vec::new(),
            matches: Vec::new(),
            found: Vec::new(),
            most: vec![0; groups],
            strong_groups: Vec::new(),
            strong_at: vec![(0, 0); groups],
            all_at: vec![None; groups],
            sums: Vec::new(),
            needed,
            half: needed.div_ceil(2),
            width,
        }
    }

    fn turn_to(&mut self, viewer: &Viewer) {
        for group in self.strong_groups.drain(..) {
            self.most[group as usize] = 0;
            self.strong_at[group as usize] = (0, 0);
        }
        self.all_at.fill(None);
        self.sums.clear();
        viewer.look_at_all(self.pool.counted, &mut self.looks);
        self.matches.clear();
        self.matches.extend(self.looks.iter().map(|look| look.matches_at_most()));
        self.gather_strong();
    }

    /// Adds up the looks of strong haplotypes, group by group.
    fn gather_strong(&mut self) {
        let pool = self.pool;
        let is_strong = |h: &u32| usize::from(self.matches[*h as usize]) >= self.half;
        self.found.clear();
        self.found.extend((0..self.matches.len() as u32).filter(is_strong));
        // In this order every group gets its looks as they are wanted: those that match most first, equal ones together.
        self.found
            .sort_unstable_by_key(|h| (Reverse(self.matches[*h as usize]), self.looks[*h as usize], *h));
        for haplotype in &self.found {
            for group in pool.groups_of.list(*haplotype as usize) {
                let place = &mut self.strong_at[*group as usize];
                if place.1 == 0 {
                    self.strong_groups.push(*group);
                }
                place.1 += 1;
            }
        }
        // Room for as many looks as haplotypes; `place.1` becomes the end of what is filled.
        let mut end = self.sums.len() as u32;
        for group in &self.strong_groups {
            let place = &mut self.strong_at[*group as usize];
            let room = place.1;
            *place = (end, end);
            end += room;
        }
        self.sums.resize(end as usize, (Look::default(), 0.0));
        for haplotype in &self.found {
            let (look, frequency) = (self.looks[*haplotype as usize], pool.counted.frequency(*haplotype));
            for group in pool.groups_of.list(*haplotype as usize) {
                let (from, end) = &mut self.strong_at[*group as usize];
                match self.sums.get_mut((*end as usize).wrapping_sub(1)) {
                    Some((last, sum)) if *end > *from && *last == look => *sum += frequency,
                    _ => {
                        self.sums[*end as usize] = (look, frequency);
                        *end += 1;
                    }
                }
            }
        }
        for group in &self.strong_groups {
            let first = self.sums[self.strong_at[*group as usize].0 as usize].0;
            self.most[*group as usize] = first.matches_at_most();
        }
    }

    /// Adds what this genotype, of probability `p`, gives for every donor.
    fn add(&mut self, p: f64, totals: &mut Totals) {
        let pool = self.pool;
        for at in 0..self.strong_groups.len() {
            let group = self.strong_groups[at];
            let most = self.most[group as usize];
            let partner_needs = self.needed.saturating_sub(most.into());
            for partner in pool.partners.list(group as usize) {
                let is_strong = self.strong_at[partner.group as usize].1 > 0;
                let other = self.most[partner.group as usize];
                let is_ours = if is_strong {
                    (most, group) >= (other, partner.group)
                } else {
                    partner_needs < self.half
                };
                if is_ours {
                    let total = &mut totals[partner.donor as usize];
                    self.add_pair(group, partner.group, p, total);
                }
            }
        }
    }

    /// `one` is the group that matches more.
    fn add_pair(&mut self, one: u32, two: u32, p: f64, total: &mut [f64; ANSWERED]) {
        let most = [one, two].map(|group| usize::from(self.most[group as usize]));
        let (a, b) = (self.looks_of(one, most[1]), self.looks_of(two, most[0]));
        let (a, b) = (&self.sums[a.0 as usize..a.1 as usize], &self.sums[b.0 as usize..b.1 as usize]);
        for (i, (x, f1)) in a.iter().enumerate() {
            let missing = self.needed.saturating_sub(x.matches_at_most().into());
            let others = if one == two { &b[i..] } else { b };
            // Both lists begin with the looks that match most.
            let enough = others.iter().take_while(|(y, _)| usize::from(y.matches_at_most()) >= missing);
            for (j, (y, f2)) in enough.enumerate() {
                let mismatches = 2 * self.width - x.matches_with(*y);
                if mismatches < ANSWERED {
                    let twice = if one == two && j == 0 { 1.0 } else { 2.0 };
                    total[mismatches] += p * twice * f1 * f2;
                }
            }
        }
    }

    /// The looks of a group that can be enough beside a partner that matches so much, those that match most first.
    fn looks_of(&mut self, group: u32, partner_matches: usize) -> (u32, u32) {
        if self.needed.saturating_sub(partner_matches) >= self.half {
            return self.strong_at[group as usize];
        }
        if let Some(place) = self.all_at[group as usize] {
            return place;
        }
        let from = self.sums.len();
        // A chromosome matches at `width` loci at most; below what is missing then, a look helps nobody.
        let least = self.needed.saturating_sub(self.width);
        for haplotype in self.pool.groups.list(group as usize) {
            if usize::from(self.matches[*haplotype as usize]) < least {
                continue;
            }
            let look = self.looks[*haplotype as usize];
            let frequency = self.pool.counted.frequency(*haplotype);
            match self.sums[from..].iter_mut().find(|(known, _)| *known == look) {
                Some((_, sum)) => *sum += frequency,
                None => self.sums.push((look, frequency)),
            }
        }
        self.sums[from..].sort_by_key(|(look, _)| (Reverse(look.matches_at_most()), *look));
        let place = (from as u32, self.sums.len() as u32);
        self.all_at[group as usize] = Some(place);
        place
    }
}

/// Lists of different lengths in one piece of memory.
#[derive(Debug)]
struct Lists<T> {
    /// Where each list begins; one more entry than lists.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T: Copy> Lists<T> {
    /// Sorts items into so many lists; within a list they keep their order.
    fn new(lists: usize, items: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0_u32; lists + 1];
        items.clone().for_each(|(list, _)| starts[list as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut sorted: Vec<Option<T>> = vec![None; starts.last().map_or(0, |end| *end as usize)];
        for (list, item) in items {
            sorted[next[list as usize] as usize] = Some(item);
            next[list as usize] += 1;
        }
        Lists { starts, items: sorted.into_iter().flatten().collect() }
    }

    fn of(lists: &[&[T]]) -> Self {
        let items =
            lists.iter().enumerate().flat_map(|(at, list)| list.iter().map(move |item| (at as u32, *item)));
        Self::new(lists.len(), items)
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn list(&self, at: usize) -> &[T] {
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}
