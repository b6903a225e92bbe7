//! What the counted loci of one person can be: groups of rows with their weights, and which groups stand together.

use super::candidates::Candidates;
use super::rows::Rows;
use crate::frequency::FrequencySet;

/// A row of tokens and how common it is within a group.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its number in [`super::Rows`].
    pub(crate) row: u32,
    /// Sum of the frequencies of its haplotypes.
    pub(crate) weight: f64,
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        (self.row, self.weight.to_bits()) == (other.row, other.weight.to_bits())
    }
}

impl Eq for Member {}

impl std::hash::Hash for Member {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.row.hash(state);
        self.weight.to_bits().hash(state);
    }
}

/// A person under one set and one choice of counted loci. Without pairs the set does not represent them.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Rows ascending, each once in a group.
    pub(crate) groups: Vec<Vec<Member>>,
    /// One of the first stands with any of the second; the first not after the second.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// Sum of the weights of all pairs: how common such a person is under the set.
    pub(crate) mass: f64,
}

impl Person {
    pub(crate) fn new(candidates: &Candidates, rows: &Rows, set: &FrequencySet) -> Self {
        let (groups, pairs) = candidates.groups();
        let members = |haplotypes: &[u32]| {
            let mut members: Vec<(u32, u32)> =
                haplotypes.iter().map(|haplotype| (rows.of(*haplotype), *haplotype)).collect();
            // In this order equal groups are added up alike, whichever locus they were found by.
            members.sort_unstable();
            let mut merged: Vec<Member> = Vec::with_capacity(members.len());
            for (row, haplotype) in members {
                let weight = set.frequency(haplotype);
                match merged.last_mut().filter(|last| last.row == row) {
                    Some(last) => last.weight += weight,
                    None => merged.push(Member { row, weight }),
                }
            }
            merged
        };
        let mut person = Person { groups: Vec::new(), pairs: Vec::new(), mass: 0.0 };
        let mut numbers = vec![None; groups.len()];
        for pair in pairs {
            let [one, two] = [pair.0, pair.1].map(|at| {
                *numbers[at as usize].get_or_insert_with(|| {
                    person.groups.push(members(&groups[at as usize].haplotypes));
                    person.groups.len() as u32 - 1
                })
            });
            person.pairs.push((one.min(two), one.max(two)));
        }
        person.mass = person.sum();
        person
    }

    /// True when some pair of haplotypes of the set answers the typing.
    pub fn is_represented(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// How many unordered pairs of rows.
    pub fn pair_count(&self) -> u64 {
        let len = |group: u32| self.groups[group as usize].len() as u64;
        let count =
            |(a, b): &(u32, u32)| if a == b { len(*a) * (len(*a) + 1) / 2 } else { len(*a) * len(*b) };
        self.pairs.iter().map(count).sum()
    }

    /// Every unordered pair of rows with its weight, once for each pair of groups it comes from.
    pub(crate) fn for_each_pair(&self, mut each: impl FnMut(u32, u32, f64)) {
        for (one, two) in &self.pairs {
            let (a, b) = (&self.groups[*one as usize], &self.groups[*two as usize]);
            for (at, x) in a.iter().enumerate() {
                if one == two {
                    each(x.row, x.row, x.weight * x.weight);
                }
                let others = if one == two { &b[at + 1..] } else { &b[..] };
                others.iter().for_each(|y| each(x.row, y.row, 2.0 * x.weight * y.weight));
            }
        }
    }

    /// f² and 2·f₁·f₂ over the unordered pairs within one group are the square of its sum.
    fn sum(&self) -> f64 {
        let sum = |group: u32| self.groups[group as usize].iter().map(|member| member.weight).sum::<f64>();
        let sums: Vec<f64> = (0..self.groups.len() as u32).map(sum).collect();
        let product = |(a, b): &(u32, u32)| {
            let twice = if a == b { 1.0 } else { 2.0 };
            twice * sums[*a as usize] * sums[*b as usize]
        };
        self.pairs.iter().map(product).sum()
    }
}
