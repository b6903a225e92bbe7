//! One stage of expectation and maximisation over given pairs.

use super::block::{Kinds, weight};

/// The arrays of a stage, kept from step to step.
pub(super) struct Steps<'k> {
    kinds: &'k Kinds,
    /// Kinds with more than one pair.
    undecided: Vec<u32>,
    /// Copies of haplotypes in people with a single pair: they do not change.
    decided: Vec<f64>,
    counts: Vec<f64>,
    copies: f64,
    shares: Vec<f64>,
}

impl<'k> Steps<'k> {
    pub(super) fn new(kinds: &'k Kinds, haplotypes: usize) -> Self {
        let mut decided = vec![0.0; haplotypes];
        let mut undecided = Vec::new();
        for kind in 0..kinds.len() {
            match kinds.of(kind) {
                [] => {}
                [only] => only.iter().for_each(|h| decided[*h as usize] += kinds.people[kind]),
                _ => undecided.push(kind as u32),
            }
        }
        let counts = vec![0.0; haplotypes];
        Steps { kinds, undecided, decided, counts, copies: kinds.copies(), shares: Vec::new() }
    }

    /// One E-step and one M-step; returns by how much the frequencies moved together.
    pub(super) fn step(&mut self, frequencies: &mut [f64]) -> f64 {
        self.counts.copy_from_slice(&self.decided);
        for kind in &self.undecided {
            let kind = *kind as usize;
            let pairs = self.kinds.of(kind);
            self.shares.clear();
            self.shares.extend(pairs.iter().map(|pair| weight(*pair, frequencies)));
            let sum: f64 = self.shares.iter().sum();
            let scale = self.kinds.people[kind] / sum;
            for ([one, two], share) in pairs.iter().zip(&self.shares) {
                self.counts[*one as usize] += share * scale;
                self.counts[*two as usize] += share * scale;
            }
        }
        let mut change = 0.0;
        for (frequency, count) in frequencies.iter_mut().zip(&self.counts) {
            let next = count / self.copies;
            change += (next - *frequency).abs();
            *frequency = next;
        }
        change
    }
}

/// Natural logarithm of the probability of all typings.
pub(super) fn log_likelihood(kinds: &Kinds, frequencies: &[f64]) -> f64 {
    let of_kind = |kind: usize| {
        let sum: f64 = kinds.of(kind).iter().map(|pair| weight(*pair, frequencies)).sum();
        if sum > 0.0 { kinds.people[kind] * sum.ln() } else { 0.0 }
    };
    (0..kinds.len()).map(of_kind).sum()
}
