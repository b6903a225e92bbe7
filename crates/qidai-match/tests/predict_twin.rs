//! Prediction against a naive twin that lists every pair of haplotypes of both people and counts by name.
//!
//! Random sets and typings: ambiguity, several genotypes, phase across loci, nulls, untyped loci, people whom the set does not represent.
//! `QIDAI_SEED` repeats a run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;

use qidai_hla::{Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::{AlleleSet, Constraint, Counted, Imputer, Phenotype};
use qidai_match::predict::{Answer, Collection, Patient};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LOCI: [&str; 5] = ["A", "C", "B", "DRB1", "DQB1"];

fn seed() -> u64 {
    let given = std::env::var("QIDAI_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::random::<u32>().into());
    println!("QIDAI_SEED={seed}");
    seed
}

/// Few alleles at each locus, so that everything coincides often; the last of a locus is null.
fn random_set(random: &mut impl Rng) -> FrequencySet {
    let alleles = random.random_range(2..5);
    let mut text = String::from("haplotype,freq\n");
    for _ in 0..random.random_range(5..40) {
        let name = |locus: &&str| {
            let number = random.random_range(1..=alleles);
            let suffix = if number == alleles { "N" } else { "" };
            format!("{locus}*90:{number:02}{suffix}")
        };
        let haplotype: Vec<String> = LOCI.iter().map(name).collect();
        writeln!(text, "{},{}", haplotype.join("~"), random.random_range(1..100)).unwrap();
    }
    FrequencySet::read(&text).unwrap()
}

/// What one position says; usually it holds the true allele.
fn random_side(names: usize, truth: u16, random: &mut impl Rng) -> AlleleSet {
    match random.random_range(0..8) {
        0 => AlleleSet::Any,
        1 if random.random_bool(0.1) => AlleleSet::OneOf(Vec::new()),
        _ => {
            let (density, is_true) = (random.random_range(0.0..0.6), random.random_bool(0.97));
            let chosen = |allele: &u16| random.random_bool(density) || (is_true && *allele == truth);
            AlleleSet::OneOf((0..names as u16).filter(chosen).collect())
        }
    }
}

fn random_phenotype(set: &FrequencySet, random: &mut ChaCha8Rng) -> Phenotype {
    let truth = [0, 1].map(|_| random.random_range(0..set.len() as u32));
    let mut phenotype = Phenotype::default();
    let mut locus = 0;
    while locus < LOCI.len() {
        let block = if random.random_bool(0.2) { 2.min(LOCI.len() - locus) } else { 1 };
        let loci: Vec<usize> = (locus..locus + block).collect();
        locus += block;
        if random.random_bool(0.2) {
            continue;
        }
        let side = |haplotype: u32, locus: &usize, random: &mut ChaCha8Rng| {
            random_side(set.names(*locus).len(), set.haplotype(haplotype)[*locus], random)
        };
        let count = if random.random_bool(0.2) { 3 } else { 1 };
        let genotypes = (0..count)
            .map(|_| truth.map(|haplotype| loci.iter().map(|locus| side(haplotype, locus, random)).collect()))
            .collect();
        phenotype.constraints.push(Constraint { loci, genotypes });
    }
    phenotype
}

fn holds(set: &AlleleSet, allele: u16) -> bool {
    match set {
        AlleleSet::Any => true,
        AlleleSet::OneOf(names) => names.contains(&allele),
    }
}

fn answers(phenotype: &Phenotype, one: &[u16], two: &[u16]) -> bool {
    phenotype.constraints.iter().all(|constraint| {
        let side = |haplotype: &[u16], sets: &Vec<AlleleSet>| {
            constraint.loci.iter().zip(sets).all(|(locus, set)| holds(set, haplotype[*locus]))
        };
        constraint
            .genotypes
            .iter()
            .any(|[a, b]| (side(one, a) && side(two, b)) || (side(one, b) && side(two, a)))
    })
}

/// Every unordered pair with its weight, by trying them all.
fn naive_pairs(phenotype: &Phenotype, set: &FrequencySet) -> Vec<(u32, u32, f64)> {
    let mut pairs = Vec::new();
    for one in 0..set.len() as u32 {
        for two in one..set.len() as u32 {
            if answers(phenotype, set.haplotype(one), set.haplotype(two)) {
                let twice = if one == two { 1.0 } else { 2.0 };
                pairs.push((one, two, twice * set.frequency(one) * set.frequency(two)));
            }
        }
    }
    pairs
}

/// Names at one locus of a person as they are compared: a null gives way to the other allele.
fn compared(set: &FrequencySet, locus: usize, pair: (u32, u32), nulls: Nulls) -> Option<[&str; 2]> {
    let name = |haplotype: u32| &*set.names(locus)[usize::from(set.haplotype(haplotype)[locus])];
    let (one, two) = (name(pair.0), name(pair.1));
    match (nulls, one.ends_with('N'), two.ends_with('N')) {
        (Nulls::NotExpressed, true, true) => None,
        (Nulls::NotExpressed, true, false) => Some([two, two]),
        (Nulls::NotExpressed, false, true) => Some([one, one]),
        _ => Some([one, two]),
    }
}

fn naive_mismatches(p: Option<[&str; 2]>, d: Option<[&str; 2]>) -> usize {
    match (p, d) {
        (None, None) => 0,
        (None, _) | (_, None) => 2,
        (Some([a, b]), Some([x, y])) => {
            let n = |equal: bool| usize::from(equal);
            2 - (n(a == x) + n(b == y)).max(n(a == y) + n(b == x))
        }
    }
}

struct Naive {
    totals: [f64; 5],
    loci: Vec<[f64; 3]>,
    /// For each total and locus the probability of both together.
    joint: [Vec<[f64; 3]>; 5],
}

fn naive(p: &Phenotype, d: &Phenotype, set: &FrequencySet, counted: &[usize], nulls: Nulls) -> Option<Naive> {
    let (p, d) = (naive_pairs(p, set), naive_pairs(d, set));
    if p.is_empty() || d.is_empty() {
        return None;
    }
    let mass = |pairs: &[(u32, u32, f64)]| pairs.iter().map(|(.., weight)| weight).sum::<f64>();
    let mass = mass(&p) * mass(&d);
    let zeros = vec![[0.0; 3]; counted.len()];
    let joint = [0; 5].map(|_| zeros.clone());
    let mut answer = Naive { totals: [0.0; 5], loci: zeros, joint };
    for (p1, p2, wp) in &p {
        for (d1, d2, wd) in &d {
            let (mut total, mut each) = (0, Vec::new());
            for (at, locus) in counted.iter().enumerate() {
                let here = naive_mismatches(
                    compared(set, *locus, (*p1, *p2), nulls),
                    compared(set, *locus, (*d1, *d2), nulls),
                );
                answer.loci[at][here] += wp * wd / mass;
                total += here;
                each.push(here);
            }
            if total < 5 {
                answer.totals[total] += wp * wd / mass;
                each.iter().zip(&mut answer.joint[total]).for_each(|(m, p)| p[*m] += wp * wd / mass);
            }
        }
    }
    Some(answer)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12
}

#[test]
fn every_probability_equals_that_of_naive_enumeration() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let (mut compared, mut unrepresented) = (0, 0);
    while compared < 3_000 {
        let set = random_set(&mut random);
        let nulls = if random.random_bool(0.5) { Nulls::ByName } else { Nulls::NotExpressed };
        let rules = Rules { identity: Identity::PGroup, nulls, resolution: Resolution::AsNamed };
        let counted_loci: Vec<usize> = match random.random_range(0..4) {
            0 => vec![0, 2, 3],
            1 => vec![3],
            _ => (0..5).collect(),
        };
        let imputer = Imputer::new(Understood::new(&set, &nomenclature, rules));
        let counted = Counted::new(&imputer, &counted_loci);
        let some = |count, random: &mut ChaCha8Rng| -> Vec<Option<Phenotype>> {
            (0..count).map(|_| Some(random_phenotype(&set, random))).collect()
        };
        let (patients, donors) = (some(6, &mut random), some(8, &mut random));
        let collection = Collection::freeze(&counted, donors.iter().cloned());
        let everybody: Vec<u32> = (0..donors.len() as u32).collect();
        for patient in &patients {
            let seen = Patient::new(&counted, patient.as_ref().unwrap());
            let loci = collection.at_loci(&seen, &everybody);
            let total = random.random_range(0..5);
            let given = collection.at_loci_given(&seen, &everybody, total);
            for (j, answer) in collection.predict(&seen, &everybody).iter().enumerate() {
                let (patient, donor) = (patient.as_ref().unwrap(), donors[j].as_ref().unwrap());
                compared += 1;
                let Some(naive) = naive(patient, donor, &set, &counted_loci, nulls) else {
                    assert_eq!(*answer, Answer::Unrepresented);
                    unrepresented += 1;
                    continue;
                };
                let Answer::Predicted(prediction) = answer else { panic!("{answer:?}") };
                let near = prediction.totals.iter().zip(&naive.totals).all(|(a, b)| close(*a, *b));
                assert!(near, "{:?}\n{:?}\n{patient:?}\n{donor:?}", prediction.totals, naive.totals);
                let loci = loci[j].as_ref().unwrap();
                let near = loci.iter().flatten().zip(naive.loci.iter().flatten()).all(|(a, b)| close(*a, *b));
                assert!(near, "{loci:?}\n{:?}", naive.loci);
                // Nobody has this total: there is nothing to be asked of them.
                assert_eq!(given[j].is_some(), naive.totals[total] > 0.0, "{:?}", naive.totals);
                for (found, joint) in given[j].iter().flatten().zip(&naive.joint[total]) {
                    let near = found.iter().zip(joint).all(|(p, q)| close(*p, q / naive.totals[total]));
                    assert!(near, "given {total}: {found:?} for {joint:?}");
                }
            }
        }
    }
    assert!(unrepresented > 0 && unrepresented < compared / 2, "{unrepresented} of {compared}");
}

#[test]
fn every_pair_of_haplotypes_is_listed_with_its_probability() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    for _ in 0..300 {
        let set = random_set(&mut random);
        let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
        let phenotype = random_phenotype(&set, &mut random);
        let imputed = imputer.diplotypes(&phenotype, 1_000_000).unwrap();
        let mut naive = naive_pairs(&phenotype, &set);
        let mass: f64 = naive.iter().map(|(.., weight)| weight).sum();
        naive.iter_mut().for_each(|pair| pair.2 /= mass);
        let mut listed: Vec<_> =
            imputed.diplotypes.iter().map(|d| (d.first, d.second, d.probability)).collect();
        listed.sort_by_key(|pair| (pair.0, pair.1));
        assert_eq!(listed.len(), naive.len());
        let same = |(a, b): (&(u32, u32, f64), &(u32, u32, f64))| (a.0, a.1) == (b.0, b.1) && close(a.2, b.2);
        assert!(listed.iter().zip(&naive).all(same), "{listed:?}\n{naive:?}");
        assert!(
            imputed.diplotypes.is_sorted_by(|a, b| a.probability >= b.probability),
            "the likeliest first"
        );
    }
}

#[test]
fn more_pairs_than_allowed_are_counted_not_listed() {
    let set = FrequencySet::read("A*01:01,0.5\nA*02:01,0.3\nA*03:01,0.2").unwrap();
    let release = Release::starter();
    let imputer = Imputer::new(Understood::new(&set, &Nomenclature::new(&release, None), Rules::default()));
    let refused = imputer.diplotypes(&Phenotype::default(), 5).unwrap_err();
    assert_eq!((refused.pairs, refused.limit), (6, 5));
}

#[test]
fn answers_are_the_same_for_any_selection_and_any_number_of_threads() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let set = random_set(&mut random);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let counted = Counted::new(&imputer, &[0, 1, 2, 3, 4]);
    let donors: Vec<Option<Phenotype>> =
        (0..3_000).map(|_| random.random_bool(0.99).then(|| random_phenotype(&set, &mut random))).collect();
    let collection = Collection::freeze(&counted, donors.iter().cloned());
    let patient = Patient::new(&counted, &random_phenotype(&set, &mut random));
    let all = collection.predict_all(&patient);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one_thread.install(|| collection.predict_all(&patient)), all);
    let some: Vec<u32> = (0..500).map(|_| random.random_range(0..3_000)).collect();
    let selected = collection.predict(&patient, &some);
    assert!(some.iter().zip(&selected).all(|(donor, answer)| *answer == all[*donor as usize]));
    assert!(
        donors.iter().zip(&all).all(|(donor, answer)| donor.is_some() || *answer == Answer::Unrepresented)
    );
}

#[test]
fn two_people_of_whom_nothing_is_known_are_refused_not_guessed() {
    let set = FrequencySet::read(include_str!("../../qidai/data/han_north.freqs.csv")).unwrap();
    let release = Release::starter();
    let imputer = Imputer::new(Understood::new(&set, &Nomenclature::new(&release, None), Rules::default()));
    let counted = Counted::new(&imputer, &[0, 1, 2, 3, 4]);
    let collection = Collection::freeze(&counted, [Some(Phenotype::default())]);
    let nobody_knows = Patient::new(&counted, &Phenotype::default());
    assert_eq!(collection.predict_all(&nobody_knows), [Answer::TooAmbiguous]);
    assert!(collection.at_loci(&nobody_knows, &[0])[0].is_some(), "locus by locus nothing stands in the way");
}
