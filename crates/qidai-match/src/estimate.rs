//! Haplotype frequencies from people who are typed unphased, ambiguously or in part: expectation–maximisation.
//!
//! The E-step shares each person among all pairs of haplotypes that the typing allows, by their probability under the frequencies
//! so far; the M-step counts. Pairs over five loci are too many to list at once, so they grow: alleles, then C with B and DRB1 with DQB1, then A with
//! those, then everything. A pair is left out only where all that are left out together carry less than
//! [`Options::left_out`] of a person's probability, so nobody is dropped for being ambiguous. Source of the method: Excoffier & Slatkin 1995,
//! Mol Biol Evol 12:921. `docs/algorithm/em.md` has a worked example.

mod block;
mod bootstrap;
mod candidates;
mod check;
mod grow;
mod iterate;
mod sample;

use std::ops::ControlFlow;

use qidai_hla::Locus;

use crate::frequency::FrequencySet;

pub use bootstrap::bootstrap;
pub use check::{Linkage, LocusBalance, balance, linkage};
pub use grow::estimate;
pub use sample::{Gathered, Reason, Rewrite, Sample, Understanding};

/// Where the frequencies of a stage begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// As if the two parts that are put together were independent.
    #[default]
    Product,
    /// Every haplotype that somebody can have alike.
    Uniform,
    /// Drawn for each haplotype; the same seed draws the same.
    Random(u64),
}

/// How to estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Where to begin.
    pub start: Start,
    /// Of each person's probability so much may be left out whenever pairs are chosen; 0 keeps all pairs.
    pub left_out: f64,
    /// A stage has converged when the frequencies together move by less than this in one step.
    pub tolerance: f64,
    /// At most so many steps a stage.
    pub iterations_max: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { start: Start::Product, left_out: 1e-4, tolerance: 1e-6, iterations_max: 2000 }
    }
}

/// One stage, as it went or as it stands.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Haplotypes over the loci of this stage, and their frequencies so far.
    pub set: FrequencySet,
    /// Steps made.
    pub iterations: u32,
    /// The frequencies no longer move, or no more steps are allowed.
    pub is_finished: bool,
    /// What the frequencies moved in the last step.
    pub change: f64,
    /// Natural logarithm of the probability of all typings at these loci; 0 while the stage goes on.
    pub log_likelihood: f64,
    /// Pairs of haplotypes of all different typings.
    pub pairs: usize,
    /// Probability left out of a person at this stage, over all people and at most.
    pub left_out_mean: f64,
    /// The most that was left out of one person.
    pub left_out_max: f64,
}

/// What was found.
#[derive(Debug)]
pub struct Estimate {
    /// Haplotypes in falling order of frequency; the frequencies add up to 1.
    pub set: FrequencySet,
    /// Every stage, in order; the last one is over all loci.
    pub stages: Vec<Stage>,
    /// People who were counted.
    pub people: f64,
    /// People typed so that no pair was possible, as places in the sample's input.
    pub unrepresented: Vec<usize>,
    /// The pairs of the last stage, for the bootstrap.
    pub(crate) last: block::Kinds,
    /// The place in `set` of each haplotype of the last stage.
    pub(crate) place_of: Vec<u32>,
}

/// Told of every stage whenever pairs are chosen anew and when it ends; may stop the estimation, which can be taken up from what was told.
pub type Observer<'o> = dyn FnMut(&Stage) -> ControlFlow<()> + 'o;

/// The order in which loci are put together: those that lie close to each other first.
const NEAR: [&[Locus]; 2] = [&[Locus::C, Locus::B, Locus::A], &[Locus::DRB1, Locus::DQB1]];
