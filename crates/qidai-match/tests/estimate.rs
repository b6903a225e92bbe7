//! Estimation: the example of `docs/algorithm/em.md`, a naive twin, people nobody may drop, and runs that are broken off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::estimate::{
    Estimate, Gathered, Options, Reason, Sample, Stage, Start, Understanding, balance, bootstrap, estimate,
    linkage,
};
use qidai_match::frequency::{FrequencySet, compare};
use qidai_match::simulate::{Habit, Simulator};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn sample_of<'t>(people: impl IntoIterator<Item = &'t str>) -> Sample {
    let release = Release::starter();
    let mut gathered = Gathered::default();
    people.into_iter().for_each(|typing| gathered.person(typing.split('^')));
    let nomenclature = Nomenclature::new(&release, None);
    Sample::new(&gathered, &Understanding { rewrite: None, loci: &[], nomenclature })
}

fn run(sample: &Sample, options: &Options) -> Estimate {
    estimate(sample, options, Vec::new(), &mut |_| ControlFlow::Continue(())).unwrap()
}

fn frequencies(set: &FrequencySet) -> BTreeMap<String, f64> {
    (0..set.len() as u32).map(|h| (set.label(h), set.frequency(h))).collect()
}

fn seed() -> u64 {
    let given = std::env::var("QIDAI_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::random::<u32>().into());
    println!("QIDAI_SEED={seed}");
    seed
}

const THREE_PEOPLE: [&str; 3] =
    ["A*01:01+A*02:01^B*07:02+B*08:01", "A*01:01+A*01:01^B*08:01+B*08:01", "A*01:01+A*02:01^B*07:02+B*07:02"];

#[test]
fn three_people_at_two_loci_as_on_paper() {
    let sample = sample_of(THREE_PEOPLE);
    let steps = [
        (1, [7.0 / 36.0, 17.0 / 36.0, 11.0 / 36.0, 1.0 / 36.0]),
        // 2·a·d against 2·b·c after the first step: 7·1 against 17·11.
        (2, {
            let x = 7.0 / (7.0 + 187.0);
            [(1.0 + x) / 6.0, (3.0 - x) / 6.0, (2.0 - x) / 6.0, x / 6.0]
        }),
        (2000, [1.0 / 6.0, 0.5, 1.0 / 3.0, 0.0]),
    ];
    let names = ["A*01:01~B*07:02", "A*01:01~B*08:01", "A*02:01~B*07:02", "A*02:01~B*08:01"];
    for (iterations_max, expected) in steps {
        let options = Options { iterations_max, left_out: 0.0, tolerance: 1e-12, ..Options::default() };
        let found = run(&sample, &options);
        let frequencies = frequencies(&found.set);
        for (name, expected) in names.iter().zip(expected) {
            let value = frequencies.get(*name).copied().unwrap_or(0.0);
            assert!(
                (value - expected).abs() < 1e-10,
                "{iterations_max} steps, {name}: {value} for {expected}"
            );
        }
        if iterations_max == 2000 {
            let last = found.stages.last().unwrap().log_likelihood;
            assert!((last - (1.0_f64 / 108.0).ln()).abs() < 1e-9, "{last}");
            assert_eq!((found.people, found.unrepresented.len()), (3.0, 0));
        }
    }
}

/// Few alleles, lists, untyped loci: everything coincides often.
fn random_people(random: &mut impl Rng, missing: f64) -> Vec<String> {
    let people = random.random_range(5..40);
    let typing = |random: &mut dyn FnMut(u32) -> u32, locus: &str| {
        let mut copy = || {
            let (first, second) = (random(4) + 1, random(4) + 1);
            if random(3) == 0 && first != second {
                format!("{locus}*90:{first:02}/{locus}*90:{second:02}")
            } else {
                format!("{locus}*90:{first:02}")
            }
        };
        let (one, two) = (copy(), copy());
        format!("{one}+{two}")
    };
    let mut all = Vec::new();
    for _ in 0..people {
        let mut loci = Vec::new();
        for locus in ["A", "C", "B", "DRB1", "DQB1"] {
            let is_missing = random.random_bool(missing);
            let text = typing(&mut |n| random.random_range(0..n), locus);
            if !is_missing {
                loci.push(text);
            }
        }
        all.push(loci.join("^"));
    }
    all
}

/// What a person's typing allows, by listing all pairs of haplotypes of the set: a naive reading of the definition.
fn naive_pairs(typing: &str, set: &FrequencySet) -> Vec<(usize, usize, f64)> {
    let names: Vec<Vec<String>> =
        (0..set.len() as u32).map(|h| set.label(h).split('~').map(str::to_owned).collect()).collect();
    let fits = |h1: &[String], h2: &[String]| {
        typing.split('^').filter(|text| !text.is_empty()).all(|text| {
            let locus = text.split('*').next().unwrap();
            let place = set.loci().iter().position(|own| own.name() == locus).unwrap();
            let (one, two) = text.split_once('+').unwrap();
            let is = |list: &str, name: &str| list.split('/').any(|allele| allele == name);
            (is(one, &h1[place]) && is(two, &h2[place])) || (is(one, &h2[place]) && is(two, &h1[place]))
        })
    };
    let mut pairs = Vec::new();
    for a in 0..names.len() {
        for b in a..names.len() {
            if fits(&names[a], &names[b]) {
                let product = set.frequency(a as u32) * set.frequency(b as u32);
                pairs.push((a, b, if a == b { product } else { 2.0 * product }));
            }
        }
    }
    pairs
}

#[test]
fn what_is_found_is_where_a_naive_step_stays_and_its_likelihood_is_the_naive_one() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    for round in 0..30 {
        let missing = if round % 2 == 0 { 0.0 } else { 0.15 };
        let people = random_people(&mut random, missing);
        let sample = sample_of(people.iter().map(String::as_str));
        let options =
            Options { left_out: 0.0, tolerance: 1e-9, iterations_max: 20_000, ..Options::default() };
        let found = run(&sample, &options);
        let counted: Vec<&String> = people.iter().filter(|typing| !typing.is_empty()).collect();
        assert_eq!(found.people as usize, counted.len(), "nobody is dropped");
        let (mut log_likelihood, mut counts) = (0.0, vec![0.0; found.set.len()]);
        for typing in counted {
            let pairs = naive_pairs(typing, &found.set);
            let sum: f64 = pairs.iter().map(|(_, _, w)| w).sum();
            log_likelihood += sum.ln();
            for (a, b, w) in pairs {
                counts[a] += w / sum;
                counts[b] += w / sum;
            }
        }
        let said = found.stages.last().unwrap().log_likelihood;
        assert!((said - log_likelihood).abs() < 1e-6 * log_likelihood.abs(), "{said} for {log_likelihood}");
        let moved: f64 = counts
            .iter()
            .zip(found.set.frequencies())
            .map(|(count, frequency)| (count / (2.0 * found.people) - frequency).abs())
            .sum();
        // The search stops at a step of 1e-9 in the likelihood, not in the frequencies.
        assert!(moved < 1e-6, "a naive step moves the frequencies by {moved}");
    }
}

fn simulated(people: usize, habit: Habit, seed: u64) -> Vec<String> {
    let set = FrequencySet::read(include_str!("../../qidai/data/han_north.freqs.csv")).unwrap();
    let simulator = Simulator::new(&set);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut person = || simulator.gl_string(&simulator.person(&[habit; 5], &mut random).phenotype);
    (0..people).map(|_| person()).collect()
}

fn l1(one: &Estimate, two: &Estimate) -> f64 {
    compare(&one.set, &two.set).unwrap().l1
}

#[test]
fn different_starting_points_reach_the_same_frequencies() {
    let people = simulated(100_000, Habit::EXACT, 3);
    let sample = sample_of(people.iter().map(String::as_str));
    let product = run(&sample, &Options::default());
    for start in [Start::Uniform, Start::Random(1), Start::Random(2)] {
        let other = run(&sample, &Options { start, ..Options::default() });
        let apart = l1(&product, &other);
        let (one, two) = (frequencies(&product.set), frequencies(&other.set));
        let common = one.iter().filter(|(_, frequency)| **frequency > 1e-3);
        let largest = common.map(|(name, f)| (two[name] / f - 1.0).abs()).fold(0.0, f64::max);
        println!("{start:?}: L1 {apart:.5}, of common haplotypes at most {largest:.5}");
        // What is left is people both of whose haplotypes nobody else has: any way to lay them is as likely.
        assert!(apart < 0.004 && largest < 0.02, "{start:?}: {apart}, {largest}");
    }
}

#[test]
fn nobody_is_dropped_for_being_typed_by_first_field_or_not_at_all() {
    let people = simulated(400, Habit { absent: 0.1, first_field: 0.5 }, 5);
    let sample = sample_of(people.iter().map(String::as_str));
    let found = run(&sample, &Options::default());
    assert_eq!(found.people as usize, people.iter().filter(|typing| !typing.is_empty()).count());
    assert!(found.unrepresented.is_empty());
    assert!(found.stages.iter().all(|stage| stage.left_out_max <= Options::default().left_out));
    assert!((found.set.sum() - 1.0).abs() < 1e-9);
}

#[test]
fn a_run_that_is_broken_off_goes_on_to_the_same_answer() {
    let people = simulated(200, Habit { absent: 0.02, first_field: 0.2 }, 9);
    let sample = sample_of(people.iter().map(String::as_str));
    let options = Options::default();
    let mut told: Vec<Stage> = Vec::new();
    let mut reports = 0;
    let whole = estimate(&sample, &options, Vec::new(), &mut |_| {
        reports += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    for stop_at in 1..=reports {
        told.clear();
        let mut seen = 0;
        let stopped = estimate(&sample, &options, Vec::new(), &mut |stage| {
            if told.last().is_some_and(|last| !last.is_finished) {
                told.pop();
            }
            told.push(stage.clone());
            seen += 1;
            if seen == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(stopped.is_none());
        // Through text, as a checkpoint keeps it.
        for stage in &mut told {
            let lines: Vec<String> = (0..stage.set.len() as u32)
                .map(|h| format!("{},{}", stage.set.label(h), stage.set.frequency(h)))
                .collect();
            stage.set = FrequencySet::read(&lines.join("\n")).unwrap();
        }
        let resumed = estimate(&sample, &options, told.clone(), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(frequencies(&resumed.set), frequencies(&whole.set), "stopped at report {stop_at}");
        assert_eq!(resumed.stages.len(), whole.stages.len());
        for (one, two) in resumed.stages.iter().zip(&whole.stages) {
            assert_eq!((one.iterations, one.log_likelihood), (two.iterations, two.log_likelihood));
        }
    }
}

#[test]
fn phase_that_was_typed_is_kept() {
    let people = [
        "A*01:01~B*08:01+A*02:01~B*07:02^DRB1*15:01+DRB1*03:01",
        "A*01:01+A*02:01^B*07:02+B*08:01^DRB1*15:01+DRB1*03:01",
    ];
    let found = run(&sample_of(people), &Options { left_out: 0.0, ..Options::default() });
    let frequencies = frequencies(&found.set);
    let crossed: f64 =
        frequencies.iter().filter(|(name, _)| name.starts_with("A*01:01~B*07:02")).map(|(_, f)| f).sum();
    assert!(crossed < 0.01, "{frequencies:?}");
}

#[test]
fn who_cannot_be_counted_is_named_with_the_reason() {
    let people = [
        "A*01:01+A*02:01^B*07:02+B*08:01",
        "",
        "A*01:01+A*02:01+A*03:01",
        "A*01:01+A*02:01^A*01:01+A*02:01",
        "A*XX:01+A*02:01",
        // HLA-A10 stands for no name that anybody of the sample has.
        "A10+A10^B*07:02+B*08:01",
        // A code of what the sample has.
        "A2+A1^B*07:02+B*08:01",
    ];
    let sample = sample_of(people);
    let reasons: Vec<(usize, &str)> = sample
        .not_counted
        .iter()
        .map(|(at, reason)| {
            let reason = match reason {
                Reason::Refused(_) => "refused",
                Reason::LocusTwice(locus) => locus.name(),
                Reason::Untyped => "untyped",
                Reason::Unheard(_) => "unheard",
            };
            (*at, reason)
        })
        .collect();
    assert_eq!(reasons, [(1, "untyped"), (2, "refused"), (3, "A"), (4, "refused"), (5, "unheard")]);
    assert_eq!((sample.people(), sample.loci()), (2.0, &[Locus::A, Locus::B][..]));
}

#[test]
fn standard_errors_are_those_of_counting_where_everything_is_certain() {
    // Everybody is homozygous: a frequency is a proportion of people, its error √(p(1−p)/n).
    let people = [["A*01:01+A*01:01"; 30], ["A*02:01+A*02:01"; 30]].concat();
    let sample = sample_of(people);
    let found = run(&sample, &Options::default());
    let errors = bootstrap(&found, 400, &Options::default(), &mut ChaCha8Rng::seed_from_u64(11));
    let expected = (0.25_f64 / 60.0).sqrt();
    for error in errors {
        assert!((error / expected - 1.0).abs() < 0.12, "{error} for {expected}");
    }
}

#[test]
fn departures_from_the_assumptions_are_seen() {
    let homozygous = [["A*01:01+A*01:01"; 50], ["A*02:01+A*02:01"; 50]].concat();
    let found = balance(&sample_of(homozygous));
    assert_eq!(found[0].heterozygous, 0.0);
    // 1 − 2·0.25 = 0.5, times 200/199; z = −0.5025 / √(0.5025·0.4975/100)
    assert!((found[0].expected - 100.0 / 199.0).abs() < 1e-12);
    assert!((found[0].z + 10.05).abs() < 0.01, "{}", found[0].z);
    let tied = FrequencySet::read("A*01:01~B*08:01,0.6\nA*02:01~B*07:02,0.4").unwrap();
    let free = FrequencySet::read(
        "A*01:01~B*08:01,0.36\nA*02:01~B*07:02,0.16\nA*01:01~B*07:02,0.24\nA*02:01~B*08:01,0.24",
    )
    .unwrap();
    let (tied, free) = (&linkage(&tied)[0], &linkage(&free)[0]);
    assert!((tied.d_prime - 1.0).abs() < 1e-12 && (tied.cramer_v - 1.0).abs() < 1e-12, "{tied:?}");
    assert!(free.d_prime < 1e-12 && free.cramer_v < 1e-12, "{free:?}");
}
