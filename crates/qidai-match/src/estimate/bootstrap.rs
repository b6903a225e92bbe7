//! How far frequencies would move if other people of the same population had come.

use rand::{Rng, RngExt};

use super::block::Kinds;
use super::iterate::Steps;
use super::{Estimate, Options};

/// Standard errors of the frequencies, one for each haplotype of the estimate, from so many samples of the same size drawn with
/// replacement. Each begins at the estimate and keeps its haplotypes and pairs: what the growth left out stays out. Source: Efron 1979, Ann Stat 7:1.
pub fn bootstrap(estimate: &Estimate, rounds: u32, options: &Options, random: &mut impl Rng) -> Vec<f64> {
    let haplotypes = estimate.place_of.len();
    let begun: Vec<f64> = estimate
        .place_of
        .iter()
        .map(|place| if *place == u32::MAX { 0.0 } else { estimate.set.frequency(*place) })
        .collect();
    let (mut sums, mut squares) = (vec![0.0; haplotypes], vec![0.0; haplotypes]);
    for _ in 0..rounds {
        let kinds = drawn(&estimate.last, random);
        let mut frequencies = begun.clone();
        let mut steps = Steps::new(&kinds, haplotypes);
        for _ in 0..options.iterations_max {
            // A sampling error is thousands of times larger than what is left to move by then.
            if steps.step(&mut frequencies) < options.tolerance.max(1e-4) {
                break;
            }
        }
        for (at, frequency) in frequencies.iter().enumerate() {
            sums[at] += frequency;
            squares[at] += frequency * frequency;
        }
    }
    let n = f64::from(rounds.max(2));
    let mut errors = vec![0.0; estimate.set.len()];
    for (at, place) in estimate.place_of.iter().enumerate().filter(|(_, place)| **place != u32::MAX) {
        let variance = (squares[at] - sums[at] * sums[at] / n) / (n - 1.0);
        errors[*place as usize] = variance.max(0.0).sqrt();
    }
    errors
}

/// As many people as there are, drawn from them with replacement. Kinds nobody was drawn of keep no pairs.
fn drawn(kinds: &Kinds, random: &mut impl Rng) -> Kinds {
    let mut up_to = 0.0;
    let cumulative: Vec<f64> = (0..kinds.len())
        .map(|kind| {
            up_to += if kinds.of(kind).is_empty() { 0.0 } else { kinds.people[kind] };
            up_to
        })
        .collect();
    let mut people = vec![0.0; kinds.len()];
    for _ in 0..up_to as u64 {
        let at = random.random::<f64>() * up_to;
        people[cumulative.partition_point(|sum| *sum <= at).min(kinds.len() - 1)] += 1.0;
    }
    let mut some = Kinds::new(people.iter().copied().filter(|count| *count > 0.0).collect());
    for kind in (0..kinds.len()).filter(|kind| people[*kind] > 0.0) {
        some.pairs.extend_from_slice(kinds.of(kind));
        some.close();
    }
    some
}
