//! Pairs of units: the best of all pairs, found again by trying each.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use qidai_hla::{Nomenclature, PersonTyping};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, SnapshotBuilder, Source, UnitEntry, pairs, search,
};
use qidai_match::{AntigenSpace, Interpreter, Matches};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use support::Invention;

fn typing(invention: &Invention, rng: &mut ChaCha8Rng) -> String {
    let loci = (0..5).filter(|place| *place == 0 || rng.random_bool(0.9)).collect::<Vec<_>>();
    let segment = |place: usize, rng: &mut ChaCha8Rng| {
        format!("{}+{}", invention.position(place, rng).0, invention.position(place, rng).0)
    };
    loci.into_iter().map(|place| segment(place, rng)).collect::<Vec<_>>().join("^")
}

#[test]
fn the_best_pairs_are_the_best_of_all_pairs() {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..10 {
        let invention = Invention::new(&mut rng);
        let nomenclature = Nomenclature::new(&invention.release, None);
        let antigens = AntigenSpace::new(&invention.release);
        let mut builder = SnapshotBuilder::new(nomenclature, &antigens);
        for i in 0..30_u64 {
            let facts = Facts {
                tnc_total: rng.random_bool(0.9).then(|| rng.random_range(1..5) * 100),
                cd34_total: rng.random_bool(0.9).then(|| rng.random_range(1..5) * 10),
                ..Facts::unknown(Source::Unit)
            };
            builder.push(&UnitEntry {
                key: i,
                id: &format!("{i:04}"),
                hla: &typing(&invention, &mut rng),
                mother: "",
                facts,
            });
        }
        let snapshot = builder.finish(Origin { generation: 1, history_hash: [0; 32] }).unwrap();
        let patient = PersonTyping::read(&typing(&invention, &mut rng), &nomenclature).unwrap();
        let query = Query::new(&snapshot, &patient, &Interpreter::new(&invention.release, &antigens));
        let all = Criteria { min_x6: None, min_x8: None, ..Criteria::default() };
        let hits = search(&snapshot, &query, &all).hits;
        let floor = rng.random_bool(0.5).then_some(500);
        let found = pairs(&snapshot, &hits, &antigens, floor, 25);
        let class = |m: Option<Matches>| m.map_or((-1, -1), |m| (i32::from(m.best), i32::from(m.worst)));
        let mut naive = Vec::new();
        for (one, a) in hits.iter().enumerate() {
            for (two, b) in hits.iter().enumerate().skip(one + 1) {
                let (fa, fb) = (snapshot.facts(a.row), snapshot.facts(b.row));
                let both = |a: Option<u64>, b: Option<u64>| a.zip(b).map_or(-1, |(a, b)| (a + b) as i64);
                let (tnc, cd34) = (both(fa.tnc_total, fb.tnc_total), both(fa.cd34_total, fb.cd34_total));
                if floor.is_none_or(|floor| tnc >= floor as i64) {
                    let worse = class(a.classes.x8).min(class(b.classes.x8));
                    naive.push((worse, cd34, tnc, [one, two]));
                }
            }
        }
        naive.sort_by(|x, y| (y.0, y.1, y.2).cmp(&(x.0, x.1, x.2)).then(x.3.cmp(&y.3)));
        naive.truncate(25);
        assert_eq!(found.len(), naive.len());
        for (pair, (worse, cd34, tnc, places)) in found.iter().zip(&naive) {
            assert_eq!(&pair.places, places);
            assert_eq!((class(pair.classes.x8), pair.cd34_total.map_or(-1, |n| n as i64)), (*worse, *cd34));
            assert_eq!(pair.tnc_total.map_or(-1, |n| n as i64), *tnc);
            // Units match each other as two people do: a search for one of them says the same.
            let [a, b] = pair.places.map(|place| hits[place].row);
            let as_patient =
                snapshot.typing(a).into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("^");
            let person = PersonTyping::read(&as_patient, &nomenclature).unwrap();
            let query = Query::new(&snapshot, &person, &Interpreter::new(&invention.release, &antigens));
            let other = search(&snapshot, &query, &all).hits.into_iter().find(|hit| hit.row == b).unwrap();
            assert_eq!(other.classes, pair.between);
        }
    }
}
