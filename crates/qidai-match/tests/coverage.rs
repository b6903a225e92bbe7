//! Coverage: the worked example of `docs/algorithm/coverage.md`, the formula against twins that list everything and
//! against banks that are really drawn, and the table of the demonstration population.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::coverage::{Counting, Need, Population, Share, coverage, expected_candidates, next_unit};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, SnapshotBuilder, Source, UnitEntry, reach, search,
};
use qidai_match::simulate::{Habit, Simulator};
use qidai_match::{AntigenSpace, Interpreter};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn seed() -> u64 {
    let given = std::env::var("QIDAI_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::random::<u32>().into());
    println!("QIDAI_SEED={seed}");
    seed
}

fn population(set: &FrequencySet, counting: Counting) -> Population {
    let release = Release::starter();
    let rules = Rules { identity: counting.identity(), ..Rules::default() };
    let understood = Understood::new(set, &Nomenclature::new(&release, None), rules);
    Population::new(&understood, counting).unwrap()
}

#[test]
fn the_example_of_the_document() {
    let text =
        "A*01:01~B*08:01~DRB1*03:01,0.5\nA*02:01~B*07:02~DRB1*15:01,0.3\nA*01:01~B*07:02~DRB1*15:01,0.2";
    let set = FrequencySet::read(text).unwrap();
    let population = population(&set, Counting::X6Allele);
    let chances = population.chances([0, 1]);
    for (matches, expected) in [(6, 0.30), (5, 0.50), (4, 0.62), (3, 1.0), (0, 1.0), (7, 0.0)] {
        assert!((chances.at_least(matches) - expected).abs() < 1e-12, "{matches} of 6: {chances:?}");
    }
    let need = Need { p: chances.at_least(6), q: 0.5 };
    let share = |units| coverage([need].into_iter(), units).value;
    assert!((share(5) - (1.0 - 0.85_f64.powi(5))).abs() < 1e-12);
    assert!((share(5) - 0.5563).abs() < 5e-5);
    assert!((expected_candidates([need].into_iter(), 5).value - 0.75).abs() < 1e-12);
    // The sixth unit, one that matches and is large enough, serves whom the five before did not.
    assert!((next_unit([(need, true)].into_iter(), 5).value - 0.4437).abs() < 5e-5);
    assert_eq!(next_unit([(need, false)].into_iter(), 5).value, 0.0);
    assert!(Population::new(&understood_of(&set), Counting::X8).is_none(), "the set has no C");
}

fn understood_of(set: &FrequencySet) -> Understood<'_> {
    Understood::new(set, &Nomenclature::new(&Release::starter(), None), Rules::default())
}

#[test]
fn nobody_and_everybody() {
    let (nobody, everybody) = (Need { p: 0.0, q: 1.0 }, Need { p: 1.0, q: 1.0 });
    assert_eq!(coverage([nobody].into_iter(), 1_000_000).value, 0.0);
    assert_eq!(coverage([everybody].into_iter(), 1).value, 1.0);
    assert_eq!(coverage([everybody].into_iter(), 0).value, 0.0);
    assert_eq!(coverage([nobody, everybody].into_iter(), 7).value, 0.5);
    assert_eq!(coverage(std::iter::empty(), 7), Share::default());
    let rare = coverage([Need { p: 1e-12, q: 1.0 }].into_iter(), 1_000).value;
    assert!((rare - 1e-9).abs() < 1e-15, "{rare:e}");
}

/// Few alleles at each locus; the last of a locus is null.
fn random_set(random: &mut impl Rng) -> FrequencySet {
    let alleles = random.random_range(2..5);
    let mut text = String::from("haplotype,freq\n");
    for _ in 0..random.random_range(3..20) {
        let name = |locus: &&str| {
            let number = random.random_range(1..=alleles);
            let suffix = if number == alleles { "N" } else { "" };
            format!("{locus}*90:{number:02}{suffix}")
        };
        let haplotype: Vec<String> = ["A", "C", "B", "DRB1", "DQB1"].iter().map(name).collect();
        writeln!(text, "{},{}", haplotype.join("~"), random.random_range(1..100)).unwrap();
    }
    FrequencySet::read(&text).unwrap()
}

/// Matches by name, both ways to pair the chromosomes tried; a null lets the other allele stand twice.
fn naive_matches(set: &FrequencySet, counting: Counting, patient: [u32; 2], unit: [u32; 2]) -> usize {
    let mut sum = 0;
    for locus in counting.loci() {
        let place = set.loci().iter().position(|known| known == locus).unwrap();
        let names = |person: [u32; 2]| -> Vec<String> {
            let names = person.map(|at| set.names(place)[usize::from(set.haplotype(at)[place])].to_string());
            let expressed: Vec<String> = names.iter().filter(|name| !name.ends_with('N')).cloned().collect();
            match &expressed[..] {
                [only] => vec![only.clone(), only.clone()],
                _ => expressed,
            }
        };
        let (p, u) = (names(patient), names(unit));
        sum += match (p.is_empty(), u.is_empty()) {
            (true, true) => 2,
            (true, false) | (false, true) => 0,
            _ => {
                let straight = usize::from(p[0] == u[0]) + usize::from(p[1] == u[1]);
                straight.max(usize::from(p[0] == u[1]) + usize::from(p[1] == u[0]))
            }
        };
    }
    sum
}

#[test]
fn the_formula_is_the_sum_over_all_pairs_of_haplotypes() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    for round in 0..200 {
        let set = random_set(&mut random);
        let counting = Counting::ALL[random.random_range(1..4)];
        let population = population(&set, counting);
        let all = 0..set.len() as u32;
        let patient = [random.random_range(all.clone()), random.random_range(all.clone())];
        let mut exactly = vec![0.0; counting.positions() + 1];
        for one in all.clone() {
            for two in all.clone() {
                let matches = naive_matches(&set, counting, patient, [one, two]);
                assert_eq!(population.matches(patient, [one, two]), matches, "{round} {counting:?}");
                exactly[matches] += set.frequency(one) * set.frequency(two) / set.sum() / set.sum();
            }
        }
        let chances = population.chances(patient);
        for least in 0..=counting.positions() {
            let expected: f64 = exactly[least..].iter().sum();
            assert!((chances.at_least(least) - expected).abs() < 1e-9, "{round} {counting:?} {least}");
        }
    }
}

#[test]
fn banks_that_are_drawn_cover_what_the_formula_says() {
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let set = random_set(&mut random);
    let population = population(&set, Counting::X8);
    let simulator = Simulator::new(&set);
    let pair = |random: &mut ChaCha8Rng| [simulator.haplotype(random), simulator.haplotype(random)];
    let (patient, large_enough) = (pair(&mut random), 0.6);
    for units in [1_u64, 3, 10] {
        for least in [5_usize, 6, 7, 8] {
            let need = Need { p: population.chances(patient).at_least(least), q: large_enough };
            let expected = coverage([need].into_iter(), units).value;
            let banks = 20_000;
            let serves = |random: &mut ChaCha8Rng, unit: [u32; 2]| {
                random.random_bool(large_enough) && population.matches(patient, unit) >= least
            };
            let served = (0..banks).filter(|_| {
                (0..units).any(|_| {
                    let unit = pair(&mut random);
                    serves(&mut random, unit)
                })
            });
            let found = served.count() as f64 / f64::from(banks);
            let error = (expected * (1.0 - expected) / f64::from(banks)).sqrt();
            assert!((found - expected).abs() <= 5.0 * error + 1e-9, "{units} {least}: {found} {expected}");
        }
    }
}

/// The table of the demonstration population: N; 6/6, 5/6, 4/6 by antigen; by allele; 8/8, 7/8, 6/8. Source: 300 simulated patients, no
/// dose, computed by an independent program; standard error about 0.02. Its antigens
/// are those of the HLA Dictionary, an associated one (A203 of A2) for itself.
const TABLE: [(u64, [f64; 9]); 8] = [
    (1_000, [0.066, 0.390, 0.912, 0.054, 0.294, 0.843, 0.046, 0.183, 0.484]),
    (5_000, [0.172, 0.692, 0.993, 0.137, 0.572, 0.980, 0.114, 0.389, 0.772]),
    (10_000, [0.236, 0.800, 0.999, 0.188, 0.698, 0.995, 0.155, 0.492, 0.866]),
    (20_000, [0.315, 0.880, 1.0, 0.253, 0.805, 0.999, 0.206, 0.597, 0.930]),
    (27_000, [0.353, 0.906, 1.0, 0.285, 0.843, 1.0, 0.231, 0.641, 0.949]),
    (50_000, [0.438, 0.945, 1.0, 0.357, 0.904, 1.0, 0.290, 0.727, 0.974]),
    (100_000, [0.538, 0.971, 1.0, 0.447, 0.948, 1.0, 0.366, 0.809, 0.988]),
    (500_000, [0.741, 0.996, 1.0, 0.662, 0.992, 1.0, 0.559, 0.933, 0.999]),
];

const COLUMNS: [(Counting, usize); 9] = [
    (Counting::X6, 6),
    (Counting::X6, 5),
    (Counting::X6, 4),
    (Counting::X6Allele, 6),
    (Counting::X6Allele, 5),
    (Counting::X6Allele, 4),
    (Counting::X8, 8),
    (Counting::X8, 7),
    (Counting::X8, 6),
];

fn han_north() -> Option<FrequencySet> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../qidai/data/han_north.freqs.csv");
    match std::fs::read_to_string(&root) {
        Ok(text) => Some(FrequencySet::read(&text).unwrap()),
        Err(error) => {
            println!("skipped: {} cannot be read: {error}", root.display());
            None
        }
    }
}

/// The same haplotypes with the antigen that an allele of A or B is known by in place of its name, and where each haplotype is found in it.
fn by_antigens(set: &FrequencySet) -> (FrequencySet, Vec<u32>) {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let mut text = String::from("haplotype,freq\n");
    let mut labels = Vec::new();
    for at in 0..set.len() as u32 {
        let name = |name: &str| {
            let read = nomenclature.read(name).unwrap();
            let antigen = release.antigens(read.alleles[0]).first();
            match (antigen, name.split_once('*').unwrap().0) {
                (Some((antigen, _)), locus @ ("A" | "B")) => format!("{locus}*{antigen}"),
                _ => name.to_owned(),
            }
        };
        let names: Vec<String> = set.label(at).split('~').map(name).collect();
        writeln!(text, "{},{:e}", names.join("~"), set.frequency(at)).unwrap();
        labels.push(names.join("~"));
    }
    let antigens = FrequencySet::read(&text).unwrap();
    let places: HashMap<String, u32> =
        (0..antigens.len() as u32).map(|at| (antigens.label(at), at)).collect();
    let of = labels.iter().map(|label| places[label]).collect();
    (antigens, of)
}

#[test]
fn han_north_is_covered_as_an_independent_program_found() {
    let Some(set) = han_north() else { return };
    let (antigens, antigens_of) = by_antigens(&set);
    let simulator = Simulator::new(&set);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let patients: Vec<[u32; 2]> =
        (0..3_000).map(|_| [simulator.haplotype(&mut random), simulator.haplotype(&mut random)]).collect();
    let mut largest: f64 = 0.0;
    let of = |set, patients: &[[u32; 2]], counting| {
        let population = population(set, counting);
        patients.iter().map(|patient| population.chances(*patient)).collect::<Vec<_>>()
    };
    let seen: Vec<[u32; 2]> =
        patients.iter().map(|patient| patient.map(|at| antigens_of[at as usize])).collect();
    let all = [
        of(&antigens, &seen, Counting::X6Allele),
        of(&set, &patients, Counting::X6Allele),
        of(&set, &patients, Counting::X8),
    ];
    for (column, (counting, least)) in COLUMNS.iter().enumerate() {
        let chances = &all[column / 3];
        let needs = || chances.iter().map(|chance| Need { p: chance.at_least(*least), q: 1.0 });
        let mut last = 0.0;
        for (units, row) in TABLE {
            let (found, expected) = (coverage(needs(), units), row[column]);
            largest = largest.max((found.value - expected).abs());
            assert!(
                (found.value - expected).abs() <= 0.03,
                "{units} {least} {counting:?}: {found:?}, not {expected}"
            );
            assert!(found.value >= last, "more units never cover less");
            last = found.value;
            let half = coverage(needs().map(|need| Need { q: 0.5, ..need }), units).value;
            assert!(half <= found.value, "fewer units that are large enough never cover more");
            let twice = coverage(needs().map(|need| Need { q: 0.5, ..need }), 2 * units).value;
            assert!((twice - found.value).abs() < 0.01, "half of twice as many units are as many");
        }
    }
    println!("largest difference from the table: {largest:.4}");
}

#[test]
fn an_associated_antigen_counts_as_the_one_it_belongs_to_and_serves_a_few_more() {
    let Some(set) = han_north() else { return };
    let (apart, antigens_of) = by_antigens(&set);
    let (apart, together) = (population(&apart, Counting::X6Allele), population(&set, Counting::X6));
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let simulator = Simulator::new(&set);
    let patients = (0..1_000).map(|_| [simulator.haplotype(&mut random), simulator.haplotype(&mut random)]);
    let (mut less, mut more) = (Vec::new(), Vec::new());
    for patient in patients {
        less.push(Need { p: apart.chances(patient.map(|at| antigens_of[at as usize])).at_least(6), q: 1.0 });
        more.push(Need { p: together.chances(patient).at_least(6), q: 1.0 });
    }
    let gain = coverage(more.iter().copied(), 100_000).value - coverage(less.iter().copied(), 100_000).value;
    assert!((0.01..0.06).contains(&gain), "{gain}");
}

#[test]
fn what_a_bank_holds_for_a_patient_is_what_its_search_lists() {
    let Some(set) = han_north() else { return };
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let (release, simulator) = (Release::starter(), Simulator::new(&set));
    let (nomenclature, antigens) = (Nomenclature::new(&release, None), AntigenSpace::new(&release));
    let habits = [Habit { absent: 0.1, first_field: 0.2 }; 5];
    let mut builder = SnapshotBuilder::new(nomenclature, &antigens);
    for key in 0..3_000 {
        let person = simulator.person(&habits, &mut random);
        let source =
            if random.random_bool(0.3) { Source::Listed(builder.list("other")) } else { Source::Unit };
        let fact =
            Facts { tnc_total: Some(random.random_range(1..4) * 500_000_000), ..Facts::unknown(source) };
        let (hla, id) = (simulator.gl_string(&person.phenotype), format!("U{key}"));
        builder.push(&UnitEntry { key, id: &id, hla: &hla, mother: "", facts: fact });
    }
    let snapshot = builder.finish(Origin { generation: 1, history_hash: [1; 32] }).unwrap();
    let bits = |facts: Facts| {
        let own = facts.source == Source::Unit;
        [own, !own, facts.tnc_total >= Some(1_000_000_000)]
    };
    let sum = |bits: [bool; 3]| bits.iter().enumerate().map(|(at, is_in)| u16::from(*is_in) << at).sum();
    let rows = 0..snapshot.row_count() as u32;
    let asked: Vec<u16> = rows.map(|row| sum(bits(snapshot.facts(row)))).collect();
    let interpreter = Interpreter::new(&release, &antigens);
    for _ in 0..20 {
        let person = simulator.person(&habits, &mut random);
        let hla = simulator.gl_string(&person.phenotype);
        let Ok(patient) = PersonTyping::read(&hla, &nomenclature) else { continue };
        let query = Query::new(&snapshot, &patient, &interpreter);
        let found = reach(&snapshot, &query, &asked);
        let criteria = |units, lists, tnc| Criteria {
            min_x6: None,
            min_x8: None,
            include_units: units,
            include_lists: lists,
            allow_not_computable: true,
            min_tnc_total: tnc,
            limit: 5_000,
            ..Criteria::default()
        };
        let questions = [(true, false, None), (false, true, None), (true, true, Some(1_000_000_000))];
        for (at, (units, lists, tnc)) in questions.into_iter().enumerate() {
            let listed = search(&snapshot, &query, &criteria(units, lists, tnc)).hits;
            let x8 = listed.iter().filter_map(|hit| hit.classes.x8);
            assert_eq!(found[at].x8.map(|most| most.best), x8.clone().map(|of| of.best).max(), "{hla}");
            assert_eq!(found[at].x8.map(|most| most.worst), x8.map(|of| of.worst).max(), "{hla}");
            let x6 = listed.iter().filter_map(|hit| hit.classes.x6);
            assert_eq!(found[at].x6.map(|most| most.best), x6.map(|of| of.best).max(), "{hla}");
        }
        assert_eq!(found[3], qidai_match::search::Reach::default(), "a question that nobody asks");
    }
}
