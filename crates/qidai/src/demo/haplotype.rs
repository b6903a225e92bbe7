//! Haplotypes of the demonstration population, drawn by their frequency.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// `han_north`: synthetic, calibrated to published northern Han frequencies; sources in `NOTICE`.
pub(crate) const HAN_NORTH: &str = include_str!("../../data/han_north.freqs.csv");

/// Two-field names at A, C, B, DRB1, DQB1, in the order of the file.
pub(crate) type Haplotype = [&'static str; 5];

/// Places of the loci in a [`Haplotype`].
pub(crate) const A: usize = 0;
pub(crate) const C: usize = 1;
pub(crate) const B: usize = 2;
pub(crate) const DRB1: usize = 3;
pub(crate) const DQB1: usize = 4;

/// All haplotypes with the cumulated frequency up to and including each.
pub(crate) struct Population {
    haplotypes: Vec<Haplotype>,
    cumulated: Vec<f64>,
}

impl Population {
    /// Reads the built-in set.
    pub(crate) fn han_north() -> Result<Self, MalformedLine> {
        Self::read(HAN_NORTH)
    }

    fn read(text: &'static str) -> Result<Self, MalformedLine> {
        let mut population = Self { haplotypes: Vec::new(), cumulated: Vec::new() };
        let mut sum = 0.0;
        for (place, line) in text.lines().enumerate().skip(1) {
            let (haplotype, frequency) = read_line(line).ok_or(MalformedLine { line: place + 1 })?;
            sum += frequency;
            population.haplotypes.push(haplotype);
            population.cumulated.push(sum);
        }
        Ok(population)
    }

    /// One haplotype by frequency.
    pub(crate) fn draw(&self, random: &mut ChaCha8Rng) -> Haplotype {
        self.draw_common(self.cumulated.len(), random)
    }

    /// One of the so many most frequent haplotypes, by frequency.
    pub(crate) fn draw_common(&self, first: usize, random: &mut ChaCha8Rng) -> Haplotype {
        let total = self.cumulated.get(first.saturating_sub(1)).copied().unwrap_or_default();
        let point = random.random::<f64>() * total;
        let place = self.cumulated.partition_point(|sum| *sum <= point);
        self.haplotypes[place.min(first.saturating_sub(1))]
    }

    /// Distinct names of a locus, in numeric order.
    pub(crate) fn names(&self, locus: usize) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.haplotypes.iter().map(|haplotype| haplotype[locus]).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A line of a frequency file that is not `A~C~B~DRB1~DQB1,frequency`. Lines count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the haplotype frequencies is not 'A~C~B~DRB1~DQB1,frequency'")]
pub(crate) struct MalformedLine {
    line: usize,
}

fn read_line(line: &'static str) -> Option<(Haplotype, f64)> {
    let (haplotype, frequency) = line.split_once(',')?;
    let names: Vec<&'static str> = haplotype.split('~').collect();
    Some((names.try_into().ok()?, frequency.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn han_north_has_17106_haplotypes_that_sum_to_one() {
        let population = Population::han_north().unwrap();
        assert_eq!(population.haplotypes.len(), 17_106);
        assert!((population.cumulated.last().unwrap() - 1.0).abs() < 1e-6);
        assert_eq!([A, C, B, DRB1, DQB1].map(|locus| population.names(locus).len()), [53, 25, 74, 47, 17]);
    }

    #[test]
    fn drawn_shares_follow_the_file() {
        let population = Population::han_north().unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mut seen: HashMap<Haplotype, usize> = HashMap::new();
        for _ in 0..100_000 {
            *seen.entry(population.draw(&mut random)).or_default() += 1;
        }
        let mut before = 0.0;
        for (haplotype, cumulated) in population.haplotypes.iter().zip(&population.cumulated).take(10) {
            let expected = cumulated - before;
            before = *cumulated;
            let share = seen.get(haplotype).copied().unwrap_or_default() as f64 / 100_000.0;
            let three_errors = 3.0 * (expected / 100_000.0_f64).sqrt();
            assert!((share - expected).abs() < three_errors, "{haplotype:?}: {share} not {expected}");
        }
    }

    #[test]
    fn a_malformed_line_is_named() {
        let error = Population::read("haplotype,freq\nA*01:01~C*01:02,0.5\n").err().unwrap();
        assert_eq!(error, MalformedLine { line: 2 });
    }
}
