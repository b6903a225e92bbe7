//! The pairs of people that are hardest to predict: first fields only of the most ambiguous phenotype of a set, and nothing typed at all.

use std::time::Instant;

use qidai_match::frequency::FrequencySet;
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{Answer, Collection, Patient};
use qidai_match::simulate::{Habit, Simulator};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// Pairs of so many of the largest first-field classes are tried for the hardest phenotype.
const CLASSES: usize = 150;
/// The median of so many runs, or of as many as fit into [`LONG_S`].
const RUNS: usize = 9;
const LONG_S: f64 = 1.0;

/// One hard pair and what it took.
#[derive(Debug, Serialize)]
pub(super) struct HardPair {
    patient: &'static str,
    donor: &'static str,
    /// Pairs of haplotypes that the typings allow.
    patient_pairs: u64,
    donor_pairs: u64,
    /// Both imputations and the comparison; median wall clock.
    median_ms: f64,
    /// `None`: refused as too ambiguous.
    p: Option<[f64; 5]>,
    bound: Option<f64>,
}

/// Measures all of them; the set's loci are counted.
pub(super) fn measure(imputer: &Imputer<'_>, counted: &Counted<'_, '_>) -> Vec<HardPair> {
    let set = imputer.understood().set();
    let simulator = Simulator::new(set);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut typed = |truth, habit| simulator.typed(truth, &vec![habit; set.loci().len()], &mut random);
    let exact = ("exact", typed([commonest(set); 2], Habit::EXACT));
    let coarse = ("first fields", typed(hardest(imputer, &simulator), COARSE));
    let untyped = ("untyped", Phenotype::default());
    let pairs = [
        (&coarse, &coarse),
        (&coarse, &untyped),
        (&untyped, &coarse),
        (&exact, &untyped),
        (&untyped, &exact),
        (&untyped, &untyped),
    ];
    pairs.into_iter().map(|(patient, donor)| time(counted, imputer, patient, donor)).collect()
}

const COARSE: Habit = Habit { absent: 0.0, first_field: 1.0 };

fn time(
    counted: &Counted<'_, '_>,
    imputer: &Imputer<'_>,
    patient: &(&'static str, Phenotype),
    donor: &(&'static str, Phenotype),
) -> HardPair {
    let begun = Instant::now();
    let mut times = Vec::new();
    let mut answer = Answer::TooAmbiguous;
    while times.len() < RUNS && (times.is_empty() || begun.elapsed().as_secs_f64() < LONG_S) {
        let start = Instant::now();
        let collection = Collection::freeze(counted, [Some(donor.1.clone())]);
        answer = collection.predict_all(&Patient::new(counted, &patient.1)).swap_remove(0);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let (p, bound) = match answer {
        Answer::Predicted(prediction) => (Some(prediction.totals), Some(prediction.bound)),
        _ => (None, None),
    };
    let pairs = |phenotype: &Phenotype| imputer.candidates(phenotype).pair_count();
    HardPair {
        patient: patient.0,
        donor: donor.0,
        patient_pairs: pairs(&patient.1),
        donor_pairs: pairs(&donor.1),
        median_ms: times[times.len() / 2],
        p,
        bound,
    }
}

/// The two haplotypes whose first fields allow most pairs of haplotypes.
fn hardest(imputer: &Imputer<'_>, simulator: &Simulator<'_>) -> [u32; 2] {
    let set = imputer.understood().set();
    let members = classes(set);
    let habits = vec![COARSE; set.loci().len()];
    let pairs = |truth: [u32; 2]| {
        // Nothing is drawn where every locus is typed by first field.
        let phenotype = simulator.typed(truth, &habits, &mut ChaCha8Rng::seed_from_u64(1));
        (imputer.candidates(&phenotype).pair_count(), std::cmp::Reverse(truth))
    };
    let hardest = (0..members.len())
        .into_par_iter()
        .flat_map_iter(|one| (one..members.len()).map(move |two| [one, two]))
        .map(|truth| pairs(truth.map(|class| members[class])))
        .max();
    hardest.map_or([0, 0], |(_, std::cmp::Reverse(truth))| truth)
}

/// One haplotype of each of the largest classes of haplotypes with the same first fields.
fn classes(set: &FrequencySet) -> Vec<u32> {
    let mut classes: FxHashMap<String, (usize, u32)> = FxHashMap::default();
    for haplotype in 0..set.len() as u32 {
        let label = set.label(haplotype);
        let first_fields: Vec<&str> = label.split('~').filter_map(|name| name.split(':').next()).collect();
        classes.entry(first_fields.join("~")).or_insert((0, haplotype)).0 += 1;
    }
    let mut classes: Vec<(usize, u32)> = classes.into_values().collect();
    classes.sort_by_key(|(size, haplotype)| (std::cmp::Reverse(*size), *haplotype));
    classes.into_iter().take(CLASSES).map(|(_, haplotype)| haplotype).collect()
}

fn commonest(set: &FrequencySet) -> u32 {
    (0..set.len() as u32).max_by(|a, b| set.frequency(*a).total_cmp(&set.frequency(*b))).unwrap_or_default()
}

/// One line for each.
pub(super) fn table(pairs: &[HardPair]) -> String {
    let line = |pair: &HardPair| {
        let answer = match (&pair.p, pair.bound) {
            (Some(p), Some(bound)) => {
                let p: Vec<String> = p.iter().map(|p| format!("{p:.6}")).collect();
                let how = if bound == 0.0 { "exact".to_owned() } else { format!("bound {bound:.1e}") };
                format!("{how}, P0…P4 {}", p.join(" "))
            }
            _ => "too ambiguous, refused".to_owned(),
        };
        format!(
            "{:.1} ms: {} ({} pairs) × {} ({} pairs): {answer}",
            pair.median_ms, pair.patient, pair.patient_pairs, pair.donor, pair.donor_pairs
        )
    };
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}
