//! Laws that hold for every pair of people: how a typing is written changes nothing, and knowing less never removes a match.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use qidai_hla::{Nomenclature, PersonTyping};
use qidai_match::search::{
    Criteria, Facts, Hit, Origin, Query, SnapshotBuilder, Source, UnitEntry, counts, search,
};
use qidai_match::{AntigenSpace, Interpreter};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use support::Invention;

/// Two positions for each locus that is typed; DPB1 last.
type Typing = Vec<[String; 2]>;

fn typing(invention: &Invention, rng: &mut ChaCha8Rng) -> Typing {
    let mut all: Typing = (0..5)
        .filter(|place| *place == 0 || rng.random_bool(0.85))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|place| [0; 2].map(|_| invention.position(place, rng).0))
        .collect();
    all.push([0; 2].map(|_| invention.dpb1(rng).0));
    all
}

fn text(typing: &Typing) -> String {
    typing.iter().map(|pair| pair.join("+")).collect::<Vec<_>>().join("^")
}

/// The same person, written otherwise: loci in another order, positions of some of them swapped.
fn rewritten(typing: &Typing, rng: &mut ChaCha8Rng) -> String {
    let mut all = typing.clone();
    all.shuffle(rng);
    all.iter_mut().filter(|_| rng.random_bool(0.5)).for_each(|pair| pair.swap(0, 1));
    text(&all)
}

/// One position with a second alternative beside what it was: a list that contains it.
fn wider(typing: &Typing, invention: &Invention, rng: &mut ChaCha8Rng) -> Option<Typing> {
    let mut all = typing.clone();
    let at = rng.random_range(0..all.len());
    let position = &mut all[at][rng.random_range(0..2)];
    // Only names can stand in a list.
    let (locus, fields) = position.split_once('*')?;
    let is_name =
        fields.split('/').all(|one| one.split(':').all(|f| f.trim_end_matches('N').parse::<u16>().is_ok()));
    let place = support::LOCI.iter().position(|known| *known == locus)?;
    let more = invention.loci[place].choose(rng)?;
    is_name.then(|| position.push_str(&format!("/{}", more.name)))?;
    Some(all)
}

struct World<'w> {
    nomenclature: Nomenclature<'w>,
    antigens: &'w AntigenSpace,
    interpreter: Interpreter<'w>,
}

impl World<'_> {
    /// The one unit beside the patient, and by how many of eight and of six it may differ.
    fn hit(&self, patient: &str, unit: &str) -> (Hit, [u64; 9], [u64; 7]) {
        let mut builder = SnapshotBuilder::new(self.nomenclature, self.antigens);
        let facts = Facts::unknown(Source::Unit);
        builder.push(&UnitEntry { key: 1, id: "1", hla: unit, mother: "", facts });
        let snapshot = builder.finish(Origin { generation: 1, history_hash: [0; 32] }).unwrap();
        let read = PersonTyping::read(patient, &self.nomenclature).unwrap();
        let query = Query::new(&snapshot, &read, &self.interpreter);
        let criteria = Criteria { min_x6: None, min_x8: None, ..Criteria::default() };
        let found = counts(&snapshot, &query);
        (search(&snapshot, &query, &criteria).hits[0], found.possible, found.possible_x6)
    }
}

fn seed() -> u64 {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    seed
}

fn in_random_worlds(each: impl Fn(&World<'_>, &Invention, &mut ChaCha8Rng)) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    for _ in 0..8 {
        let invention = Invention::new(&mut rng);
        let antigens = AntigenSpace::new(&invention.release);
        let world = World {
            nomenclature: Nomenclature::new(&invention.release, None),
            antigens: &antigens,
            interpreter: Interpreter::new(&invention.release, &antigens),
        };
        each(&world, &invention, &mut rng);
    }
}

#[test]
fn order_of_loci_positions_and_phase_change_nothing() {
    in_random_worlds(|world, invention, rng| {
        for _ in 0..40 {
            let (patient, unit) = (typing(invention, rng), typing(invention, rng));
            let plain = world.hit(&text(&patient), &text(&unit));
            let other = world.hit(&rewritten(&patient, rng), &rewritten(&unit, rng));
            assert_eq!(plain, other, "{}\n{}", text(&patient), text(&unit));
        }
    });
}

#[test]
fn more_ambiguity_never_removes_a_possible_match() {
    in_random_worlds(|world, invention, rng| {
        for _ in 0..60 {
            let (patient, unit) = (typing(invention, rng), typing(invention, rng));
            let Some(wide) = wider(&unit, invention, rng) else { continue };
            let (narrow, wide_hit) =
                (world.hit(&text(&patient), &text(&unit)).0, world.hit(&text(&patient), &text(&wide)).0);
            let of = format!("{}\n{}\n{}", text(&patient), text(&unit), text(&wide));
            let classes = [
                (narrow.classes.x6, wide_hit.classes.x6),
                (narrow.classes.x8, wide_hit.classes.x8),
                (narrow.classes.x10, wide_hit.classes.x10),
            ];
            for (narrow, wide) in classes.into_iter().filter_map(|(one, other)| one.zip(other)) {
                assert!(wide.best >= narrow.best && wide.worst <= narrow.worst, "{narrow:?} {wide:?} {of}");
            }
        }
    });
}
