//! Typings that are kept for all searches predict what typings predict that are imputed for one.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::AntigenSpace;
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{Collection, Kept, Patient};
use qidai_match::search::{Facts, Origin, Snapshot, SnapshotBuilder, Source, UnitEntry};
use qidai_match::simulate::Mixed;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

const HAN_NORTH: &str = include_str!("../../qidai/data/han_north.freqs.csv");
const COUNTED: [Locus; 4] = [Locus::A, Locus::C, Locus::B, Locus::DRB1];

fn seed() -> u64 {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    seed
}

/// People with their typings; one in twenty cannot be read.
fn people(mixed: &Mixed<'_>, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut person = |_| {
        let mut text = String::new();
        mixed.write(rng, &mut text);
        if rng.random_bool(0.05) { "A*99:99+A*99:99".to_owned() } else { text }
    };
    (0..400).map(&mut person).collect()
}

fn snapshot(people: &[String], nomenclature: Nomenclature<'_>, antigens: &AntigenSpace) -> Snapshot {
    let mut builder = SnapshotBuilder::new(nomenclature, antigens);
    for (key, hla) in (0..).zip(people) {
        let id = format!("{key:04}");
        builder.push(&UnitEntry { key, id: &id, hla, mother: "", facts: Facts::unknown(Source::Unit) });
    }
    builder.finish(Origin { generation: 1, history_hash: [0; 32] }).unwrap()
}

#[test]
fn what_is_kept_predicts_what_is_imputed_for_one_search() {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let (release, set) = (Release::starter(), FrequencySet::read(HAN_NORTH).unwrap());
    let (nomenclature, antigens) = (Nomenclature::new(&release, None), AntigenSpace::new(&release));
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let places: Vec<usize> = COUNTED.iter().map(|l| imputer.understood().place(*l).unwrap()).collect();
    let counted = Counted::new(&imputer, &places);
    let read =
        |text: &str| Phenotype::read(text, imputer.understood(), &nomenclature).ok().map(|read| read.0);
    let mixed = Mixed::new(&set, &nomenclature);
    let kept = Kept::new(&imputer, &places);
    // Generation after generation, with the same memory.
    for generation in 0..3 {
        let people = people(&mixed, &mut rng);
        let snapshot = snapshot(&people, nomenclature, &antigens);
        let heard = kept.hear(&snapshot, &imputer, &nomenclature);
        if generation == 1 {
            assert_eq!(kept.prepare(&snapshot, &heard, &imputer, 0), Some(400), "all at once");
            assert_eq!(kept.prepare(&snapshot, &heard, &imputer, 400), None);
        }
        for _ in 0..10 {
            let mut text = String::new();
            if rng.random_bool(0.5) {
                mixed.write(&mut rng, &mut text);
            } else {
                mixed.write_exactly(&mut rng, &mut text);
            }
            let rows: Vec<u32> = (0..150).map(|_| rng.random_range(0..400)).collect();
            let asked = read(&text).unwrap();
            let typings = rows.iter().map(|row| {
                let typing = snapshot.typing(*row);
                // Of whom nothing could be read, nothing is known.
                let is_unread = people[*row as usize].contains("99:99");
                let typed: Vec<&str> = typing.into_iter().filter(|text| !text.is_empty()).collect();
                if is_unread { None } else { read(&typed.join("^")) }
            });
            let once = Collection::freeze(&counted, typings).predict_all(&Patient::new(&counted, &asked));
            let again = kept
                .collection(&snapshot, &heard, &imputer, &rows)
                .predict_all(&kept.patient(&imputer, &asked));
            assert_eq!(once, again, "{text}");
        }
    }
    assert!(kept.len() > 600, "{} typings", kept.len());
}
