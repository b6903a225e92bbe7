//! Every place and kind of mismatch: 3¹⁰ units, each position of five loci the same, another allele of the antigen, or another antigen.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, SnapshotBuilder, Source, UnitEntry, counts, search,
};
use qidai_match::{AntigenSpace, Interpreter};

/// For each locus and position what the patient has, another allele with the same antigen, another antigen.
const PLACES: [[[&str; 3]; 2]; 5] = [
    [["A*02:01", "A*02:06", "A*24:02"], ["A*11:01", "A*11:02", "A*33:03"]],
    [["B*13:02", "B*13:01", "B*07:02"], ["B*15:01", "B*15:27", "B*51:01"]],
    [["C*08:01", "C*08:03", "C*06:02"], ["C*07:02", "C*07:04", "C*01:02"]],
    [["DRB1*15:01", "DRB1*15:02", "DRB1*07:01"], ["DRB1*04:05", "DRB1*04:03", "DRB1*12:02"]],
    [["DQB1*06:01", "DQB1*06:02", "DQB1*02:02"], ["DQB1*03:01", "DQB1*03:03", "DQB1*05:01"]],
];
/// A and B count as antigens in x/6, DRB1 by its allele.
const A: usize = 0;
const B: usize = 1;
const DRB1: usize = 3;

/// What each of the ten positions is: 0 the same, 1 another allele, 2 another antigen.
type Kinds = [[usize; 2]; 5];

fn kinds(mut number: usize) -> Kinds {
    std::array::from_fn(|_| {
        std::array::from_fn(|_| {
            let kind = number % 3;
            number /= 3;
            kind
        })
    })
}

/// Written with the second chromosome first for every other unit: phase changes nothing.
fn typing(kinds: &Kinds, is_swapped: bool) -> String {
    let locus = |(places, kinds): (&[[&str; 3]; 2], &[usize; 2])| {
        let [one, two] = [places[0][kinds[0]], places[1][kinds[1]]];
        if is_swapped { format!("{two}+{one}") } else { format!("{one}+{two}") }
    };
    PLACES.iter().zip(kinds).map(locus).collect::<Vec<_>>().join("^")
}

fn matches(kinds: &Kinds, loci: &[usize], as_antigen: &[usize]) -> u8 {
    let at = |locus: &usize| {
        let is_match = |kind: &&usize| **kind == 0 || (as_antigen.contains(locus) && **kind == 1);
        kinds[*locus].iter().filter(is_match).count() as u8
    };
    loci.iter().map(at).sum()
}

#[test]
fn each_mismatch_counts_where_it_stands_and_nowhere_else() {
    let (release, all) = (Release::starter(), 3_usize.pow(10));
    let (nomenclature, antigens) = (Nomenclature::new(&release, None), AntigenSpace::new(&release));
    let mut builder = SnapshotBuilder::new(nomenclature, &antigens);
    for number in 0..all {
        let (id, hla) = (format!("{number:05}"), typing(&kinds(number), number % 2 == 1));
        builder.push(&UnitEntry {
            key: number as u64,
            id: &id,
            hla: &hla,
            mother: "",
            facts: Facts::unknown(Source::Unit),
        });
    }
    let snapshot = builder.finish(Origin { generation: 1, history_hash: [0; 32] }).unwrap();
    let names = PLACES.as_flattened().as_flattened();
    assert!(names.iter().all(|name| nomenclature.read(name).is_ok()), "the starter release has all names");
    let patient = PersonTyping::read(&typing(&[[0; 2]; 5], false), &nomenclature).unwrap();
    let query = Query::new(&snapshot, &patient, &Interpreter::new(&release, &antigens));
    let criteria = Criteria { min_x6: None, min_x8: None, limit: all, ..Criteria::default() };
    let answer = search(&snapshot, &query, &criteria);
    assert_eq!(answer.hits.len(), all);
    let (mut by_x8, mut last) = ([0_u64; 9], None);
    for hit in &answer.hits {
        let kinds = kinds(hit.row as usize);
        let x6 = matches(&kinds, &[A, B, DRB1], &[A, B]);
        let x8 = matches(&kinds, &[0, 1, 2, 3], &[]);
        let x10 = matches(&kinds, &[0, 1, 2, 3, 4], &[]);
        let found =
            [hit.classes.x6, hit.classes.x8, hit.classes.x10].map(|class| class.map(|m| [m.best, m.worst]));
        assert_eq!(found, [x6, x8, x10].map(|n| Some([n, n])), "{}", typing(&kinds, false));
        by_x8[usize::from(8 - x8)] += 1;
        // Class by class, falling.
        assert!(last.is_none_or(|last| last >= (x8, x10, x6)), "{last:?} before {:?}", (x8, x10, x6));
        last = Some((x8, x10, x6));
    }
    assert_eq!(counts(&snapshot, &query).computable, by_x8);
    // Floors keep out exactly those below them.
    for floor in 0..=8 {
        let criteria = Criteria { min_x6: None, min_x8: Some(floor), limit: 0, ..Criteria::default() };
        let passed = by_x8[..=usize::from(8 - floor)].iter().sum::<u64>();
        assert_eq!(search(&snapshot, &query, &criteria).passed, passed, "{floor}/8");
    }
}
