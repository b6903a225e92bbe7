//! A snapshot that follows another, with what changed since, is the one that is built from everything: byte for byte.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use qidai_hla::Nomenclature;
use qidai_match::AntigenSpace;
use qidai_match::search::{Facts, Origin, Snapshot, SnapshotBuilder, SnapshotError, Source, UnitEntry};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use support::{Invention, LOCI};

/// Names of external lists; a bank of the story has entries of some of them.
const LISTS: [&str; 3] = ["Zhejiang", "Beijing", "Sichuan"];

#[derive(Clone)]
struct Entry {
    list: Option<usize>,
    id: String,
    hla: String,
    mother: String,
    tnc_total: u64,
}

/// What the bank holds, by source and key.
type Bank = BTreeMap<(bool, u64), Entry>;

fn entry(invention: &Invention, is_listed: bool, key: u64, rng: &mut ChaCha8Rng) -> Entry {
    let typed = (0..LOCI.len()).filter(|_| rng.random_bool(0.8)).collect::<Vec<_>>();
    let mut position = |place| invention.position(place, rng).0;
    let mut hla: Vec<String> =
        typed.iter().map(|place| format!("{}+{}", position(*place), position(*place))).collect();
    if rng.random_bool(0.05) {
        hla.push("A*99:99+A*99:99".to_owned());
    }
    let list = is_listed.then(|| rng.random_range(0..LISTS.len()));
    // The same identity stands in several lists.
    let id = if is_listed { format!("X{}", key % 7) } else { format!("U{:05}", key * 7919 % 10_007) };
    let mother = match rng.random_range(0..4) {
        0 => format!("{}+{}", invention.position(0, rng).0, invention.position(0, rng).0),
        1 => "A*99:99+A*99:99".to_owned(),
        _ => String::new(),
    };
    if rng.random_bool(0.3) {
        let mut dpb1 = || invention.dpb1(rng).0;
        hla.push(format!("{}+{}", dpb1(), dpb1()));
    }
    Entry { list, id, mother, hla: hla.join("^"), tnc_total: rng.random_range(0..5) * 500_000_000 }
}

fn push(builder: &mut SnapshotBuilder<'_>, key: u64, entry: &Entry) {
    let source = entry.list.map_or(Source::Unit, |list| Source::Listed(builder.list(LISTS[list])));
    let facts = Facts { tnc_total: Some(entry.tnc_total), ..Facts::unknown(source) };
    builder.push(&UnitEntry { key, id: &entry.id, hla: &entry.hla, mother: &entry.mother, facts });
}

fn origin(generation: u64) -> Origin {
    Origin { generation, history_hash: [generation as u8; 32] }
}

fn seed() -> u64 {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    seed
}

/// Some entries go, some change, some come; the keys of all of them.
fn change(bank: &mut Bank, invention: &Invention, rng: &mut ChaCha8Rng) -> Vec<(bool, u64)> {
    let mut touched = Vec::new();
    for _ in 0..rng.random_range(0..6) {
        let known = bank.keys().choose(rng).copied();
        match (rng.random_range(0..3), known) {
            (0, Some(known)) => {
                bank.remove(&known);
                touched.push(known);
            }
            (1, Some(known)) => {
                let id = bank[&known].id.clone();
                bank.insert(known, Entry { id, ..entry(invention, known.0, known.1, rng) });
                touched.push(known);
            }
            _ => {
                let new = (rng.random_bool(0.4), rng.random_range(1..400));
                bank.insert(new, entry(invention, new.0, new.1, rng));
                touched.push(new);
            }
        }
    }
    touched
}

struct World<'r> {
    nomenclature: Nomenclature<'r>,
    antigens: &'r AntigenSpace,
}

impl World<'_> {
    fn built(&self, bank: &Bank, generation: u64) -> Snapshot {
        let mut builder = SnapshotBuilder::new(self.nomenclature, self.antigens);
        let entry = |((_, key), entry): (&(bool, u64), &'_ Entry)| {
            let source = entry.list.map_or(Source::Unit, |list| Source::Listed(list as u16));
            (*key, entry.clone(), Facts { tnc_total: Some(entry.tnc_total), ..Facts::unknown(source) })
        };
        LISTS.iter().for_each(|list| _ = builder.list(list));
        let all: Vec<_> = bank.iter().map(entry).collect();
        // In pieces, so that typings are looked up that pieces before have brought.
        for some in all.chunks(50) {
            let some: Vec<_> = some
                .iter()
                .map(|(key, entry, facts)| UnitEntry {
                    key: *key,
                    id: &entry.id,
                    hla: &entry.hla,
                    mother: &entry.mother,
                    facts: *facts,
                })
                .collect();
            builder.push_all(&some);
        }
        builder.finish(origin(generation)).unwrap()
    }

    fn followed(&self, last: &Snapshot, bank: &Bank, touched: &[(bool, u64)], generation: u64) -> Snapshot {
        let is_gone = |source, key| touched.contains(&(source != Source::Unit, key));
        let mut builder = SnapshotBuilder::thaw(self.nomenclature, self.antigens, last, is_gone).unwrap();
        let mut touched = touched.to_vec();
        touched.sort_unstable();
        touched.dedup();
        // In any order: it is the key that decides, not when it was read.
        for key in touched.iter().rev() {
            if let Some(entry) = bank.get(key) {
                push(&mut builder, key.1, entry);
            }
        }
        builder.finish(origin(generation)).unwrap()
    }
}

#[test]
fn following_changes_is_building_again() {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    for _ in 0..6 {
        let invention = Invention::new(&mut rng);
        let antigens = AntigenSpace::new(&invention.release);
        let world = World { nomenclature: Nomenclature::new(&invention.release, None), antigens: &antigens };
        let mut bank = Bank::new();
        let mut last = world.built(&bank, 0);
        for generation in 1..=40 {
            let touched = change(&mut bank, &invention, &mut rng);
            let followed = world.followed(&last, &bank, &touched, generation);
            let built = world.built(&bank, generation);
            assert!(followed.pieces() == built.pieces(), "generation {generation}, {touched:?}");
            assert_eq!(followed.checksum(), built.checksum());
            last = followed;
        }
    }
}

#[test]
fn a_generation_without_a_change_shares_the_content() {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let invention = Invention::new(&mut rng);
    let antigens = AntigenSpace::new(&invention.release);
    let world = World { nomenclature: Nomenclature::new(&invention.release, None), antigens: &antigens };
    let bank: Bank = (1..50).map(|key| ((false, key), entry(&invention, false, key, &mut rng))).collect();
    let later = world.built(&bank, 1).at(origin(2));
    assert_eq!((later.origin(), later.row_count()), (origin(2), 49));
    assert!(later.pieces() == world.built(&bank, 2).pieces());
    let again = Snapshot::from_mapped(Box::new(aligned(&later.pieces().concat()))).unwrap();
    assert_eq!((again.origin(), again.checksum()), (later.origin(), later.checksum()));
}

#[test]
fn a_snapshot_of_another_release_is_not_followed() {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let (one, other) = (Invention::new(&mut rng), Invention::new(&mut rng));
    let antigens = [AntigenSpace::new(&one.release), AntigenSpace::new(&other.release)];
    let world = World { nomenclature: Nomenclature::new(&one.release, None), antigens: &antigens[0] };
    let last = world.built(&Bank::new(), 1);
    let names = Nomenclature::new(&other.release, None);
    let thawed = SnapshotBuilder::thaw(names, &antigens[1], &last, |_, _| false);
    assert!(matches!(thawed.err(), Some(SnapshotError::OtherRelease { .. })));
}

/// Bytes at an address of whole words, as a mapped file is.
fn aligned(bytes: &[u8]) -> Aligned {
    let mut words = vec![0; bytes.len() / 8];
    bytemuck::cast_slice_mut(&mut words).copy_from_slice(bytes);
    Aligned(words)
}

struct Aligned(Vec<u64>);

impl AsRef<[u8]> for Aligned {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}
