//! From alleles to haplotypes over all loci, block by block.

use std::ops::ControlFlow;

use super::block::{Block, Cut, Kinds, OPEN, Pair, weight};
use super::candidates::{Joint, LeftOut, Support};
use super::iterate::{Steps, log_likelihood};
use super::sample::Sample;
use super::{Estimate, NEAR, Observer, Options, Stage, Start};
use crate::frequency::{AlleleIndex, FrequencySet};

/// After so many steps pairs are chosen anew, by what is known by then; each time four times later.
const FIRST_CHOICE: u32 = 4;

/// Estimates frequencies over all loci of the sample. `reached` is what an earlier run told of its stages, in order; with the
/// same sample and options the answer is the same as without it. `None`: the observer stopped it, or nobody is counted.
pub fn estimate(
    sample: &Sample,
    options: &Options,
    reached: Vec<Stage>,
    observer: &mut Observer<'_>,
) -> Option<Estimate> {
    let mut growth = Growth { sample, options, reached, observer, stages: Vec::new() };
    let mut chains = Vec::new();
    for order in orders(sample) {
        let mut whole: Option<Block> = None;
        for locus in order {
            let next = growth.leaf(locus)?;
            whole = Some(match whole {
                None => next,
                Some(so_far) => growth.join(&so_far, &next)?,
            });
        }
        chains.extend(whole);
    }
    let mut chains = chains.into_iter();
    let first = chains.next()?;
    let last = chains.try_fold(first, |one, two| growth.join(&one, &two))?;
    Some(growth.finish(last))
}

/// Loci in the order in which they are put together; those without a neighbour of their own follow DRB1 and DQB1.
fn orders(sample: &Sample) -> Vec<Vec<usize>> {
    let loci = sample.loci();
    let place = |locus: &_| loci.iter().position(|own| own == locus);
    let mut orders: Vec<Vec<usize>> =
        NEAR.iter().map(|near| near.iter().filter_map(place).collect()).collect();
    let others = (0..loci.len()).filter(|at| !NEAR.iter().any(|near| near.contains(&loci[*at])));
    if let Some(last) = orders.last_mut() {
        last.extend(others);
    }
    orders.retain(|order| !order.is_empty());
    orders
}

struct Growth<'g, 'o> {
    sample: &'g Sample,
    options: &'g Options,
    reached: Vec<Stage>,
    observer: &'g mut Observer<'o>,
    stages: Vec<Stage>,
}

impl Growth<'_, '_> {
    fn leaf(&mut self, locus: usize) -> Option<Block> {
        let sample = self.sample;
        let width = sample.loci().len();
        let typings = &sample.typings[locus];
        let mut people = vec![0.0; typings.len()];
        let of_person: Vec<u32> = sample.rows.chunks_exact(width).map(|row| row[locus]).collect();
        for (kind, weight) in of_person.iter().zip(&sample.weights).filter(|(kind, _)| **kind != OPEN) {
            people[*kind as usize] += weight;
        }
        let alleles: Vec<AlleleIndex> = (0..sample.alphabet.names(locus).len() as AlleleIndex).collect();
        let uniform = vec![1.0 / alleles.len() as f64; alleles.len()];
        let block =
            Block { loci: vec![locus], alleles, frequencies: uniform, kinds: Kinds::default(), of_person };
        let left_out = self.options.left_out;
        self.run(block, |frequencies| listed(typings, &people, frequencies, left_out))
    }

    fn join(&mut self, x: &Block, y: &Block) -> Option<Block> {
        let joint = Joint::new(self.sample, x, y, self.options.left_out);
        let (support, product) = joint.support();
        let block = Block {
            loci: joint.loci(),
            alleles: rows(&support, x, y),
            frequencies: product,
            kinds: Kinds::default(),
            of_person: joint.of_person.clone(),
        };
        self.run(block, |frequencies| joint.pairs(&support, frequencies))
    }

    /// Steps until nothing moves. `choose` lists pairs by the frequencies of the moment.
    fn run(&mut self, mut block: Block, choose: impl Fn(&[f64]) -> (Kinds, LeftOut)) -> Option<Block> {
        let mut stage = self.begin(&mut block);
        let mut next_choice = FIRST_CHOICE;
        while next_choice <= stage.iterations {
            next_choice *= 4;
        }
        let mut left_out;
        loop {
            (block.kinds, left_out) = choose(&block.frequencies);
            stage.pairs = block.kinds.pairs.len();
            if stage.is_finished {
                break;
            }
            let mut steps = Steps::new(&block.kinds, block.frequencies.len());
            while stage.iterations < next_choice.min(self.options.iterations_max) && !stage.is_finished {
                stage.change = steps.step(&mut block.frequencies);
                stage.iterations += 1;
                stage.is_finished = stage.change < self.options.tolerance;
            }
            stage.is_finished |= stage.iterations >= self.options.iterations_max;
            next_choice *= 4;
            if !stage.is_finished {
                stage.set = self.set_of(&block);
                if let ControlFlow::Break(()) = (self.observer)(&stage) {
                    return None;
                }
            }
        }
        stage.log_likelihood = log_likelihood(&block.kinds, &block.frequencies);
        let people = block.kinds.copies() / 2.0;
        (stage.left_out_mean, stage.left_out_max) = (left_out.sum / people.max(1.0), left_out.max);
        stage.set = self.set_of(&block);
        let stopped = (self.observer)(&stage).is_break();
        self.stages.push(stage);
        (!stopped).then_some(block)
    }

    /// Where the stage stands: at its start, or where an earlier run left it.
    fn begin(&mut self, block: &mut Block) -> Stage {
        if !self.reached.is_empty() {
            let stage = self.reached.remove(0);
            self.take_up(&stage.set, block);
            return stage;
        }
        match self.options.start {
            Start::Product => {}
            Start::Uniform => {
                let alike = 1.0 / block.frequencies.len() as f64;
                block.frequencies.fill(alike);
            }
            Start::Random(seed) => randomise(block, seed),
        }
        Stage {
            set: self.set_of(block),
            iterations: 0,
            is_finished: false,
            change: f64::INFINITY,
            log_likelihood: 0.0,
            pairs: 0,
            left_out_mean: 0.0,
            left_out_max: 0.0,
        }
    }

    /// Frequencies of an earlier run, found by their alleles; what that run no longer had is 0.
    fn take_up(&self, set: &FrequencySet, block: &mut Block) {
        let width = block.loci.len();
        let mut known = rustc_hash::FxHashMap::default();
        for h in 0..set.len() as u32 {
            let mut row = vec![AlleleIndex::MAX; width];
            for (at, allele) in set.haplotype(h).iter().enumerate() {
                let place = block.loci.iter().position(|own| self.sample.loci()[*own] == set.loci()[at]);
                if let Some(place) = place {
                    let name = &set.names(at)[usize::from(*allele)];
                    row[place] =
                        self.sample.alphabet.find(block.loci[place], name).unwrap_or(AlleleIndex::MAX);
                }
            }
            known.insert(row, set.frequency(h));
        }
        for (row, frequency) in block.alleles.chunks_exact(width).zip(&mut block.frequencies) {
            *frequency = known.get(row).copied().unwrap_or(0.0);
        }
    }

    /// The haplotypes above 0, in the order of the block.
    fn set_of(&self, block: &Block) -> FrequencySet {
        let width = block.loci.len();
        let some = || block.frequencies.iter().enumerate().filter(|(_, frequency)| **frequency > 0.0);
        let alleles = some().flat_map(|(h, _)| block.alleles[h * width..(h + 1) * width].iter().copied());
        self.sample.alphabet.with_haplotypes(
            &block.loci,
            alleles.collect(),
            some().map(|(_, frequency)| *frequency).collect(),
        )
    }

    fn finish(self, last: Block) -> Estimate {
        let sample = self.sample;
        let mut order: Vec<u32> = (0..last.frequencies.len() as u32).collect();
        order.retain(|h| last.frequencies[*h as usize] > 0.0);
        let ascending: Vec<usize> = (0..sample.loci().len()).collect();
        let places: Vec<usize> =
            ascending.iter().filter_map(|locus| last.loci.iter().position(|own| own == locus)).collect();
        let row = |h: u32| -> Vec<AlleleIndex> { places.iter().map(|place| last.row(h)[*place]).collect() };
        order.sort_by(|a, b| {
            let of = |h: &u32| last.frequencies[*h as usize];
            of(b).total_cmp(&of(a)).then_with(|| row(*a).cmp(&row(*b)))
        });
        let sum: f64 = order.iter().map(|h| last.frequencies[*h as usize]).sum();
        let frequencies = order.iter().map(|h| last.frequencies[*h as usize] / sum).collect();
        let alleles = order.iter().flat_map(|h| row(*h)).collect();
        let mut place_of = vec![u32::MAX; last.frequencies.len()];
        order.iter().enumerate().for_each(|(at, h)| place_of[*h as usize] = at as u32);
        let is_lost = |person: &Option<u32>| {
            person.is_some_and(|person| {
                let kind = last.of_person[person as usize];
                kind == OPEN || last.kinds.of(kind as usize).is_empty()
            })
        };
        let unrepresented = sample.of_input.iter().enumerate().filter(|(_, person)| is_lost(person));
        Estimate {
            set: sample.alphabet.with_haplotypes(&ascending, alleles, frequencies),
            stages: self.stages,
            people: last.kinds.copies() / 2.0,
            unrepresented: unrepresented.map(|(at, _)| at).collect(),
            last: last.kinds,
            place_of,
        }
    }
}

/// The pairs of alleles of each typing of one locus.
fn listed(
    typings: &[Box<[[AlleleIndex; 2]]>],
    people: &[f64],
    frequencies: &[f64],
    left_out: f64,
) -> (Kinds, LeftOut) {
    let mut kinds = Kinds::new(people.to_vec());
    let mut all = LeftOut::default();
    for (typing, people) in typings.iter().zip(people) {
        let pairs = || typing.iter().map(|pair| pair.map(u32::from));
        let sum: f64 = pairs().map(|pair| weight(pair, frequencies)).sum();
        let cut = Cut::new(pairs().map(|pair| weight(pair, frequencies)), sum, left_out);
        let keeps = |pair: &Pair| {
            let w = weight(*pair, frequencies);
            w > 0.0 && cut.keeps(w)
        };
        kinds.pairs.extend(pairs().filter(keeps));
        kinds.close();
        all.add(cut.left_out, *people);
    }
    (kinds, all)
}

fn rows(support: &Support, x: &Block, y: &Block) -> Vec<AlleleIndex> {
    support.halves.iter().flat_map(|(a, b)| x.row(*a).iter().chain(y.row(*b)).copied()).collect()
}

/// A number between 0.1 and 1 for each haplotype, from the seed and its alleles alone.
fn randomise(block: &mut Block, seed: u64) {
    let width = block.loci.len();
    for (row, frequency) in block.alleles.chunks_exact(width).zip(&mut block.frequencies) {
        let mixed = row.iter().zip(&block.loci).fold(mix(seed), |so_far, (allele, locus)| {
            mix(so_far ^ (u64::from(*allele) << 8) ^ *locus as u64)
        });
        *frequency = 0.1 + 0.9 * ((mixed >> 11) as f64 / (1_u64 << 53) as f64);
    }
    let sum: f64 = block.frequencies.iter().sum();
    block.frequencies.iter_mut().for_each(|frequency| *frequency /= sum);
}

/// SplitMix64: every bit of the answer depends on every bit of the question.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
