//! The example of `docs/algorithm/ranking.md`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, Snapshot, SnapshotBuilder, Source, UnitEntry, search_predicted,
};
use qidai_match::selection::{ORDERS, OrderPage, find};
use qidai_match::{AntigenSpace, Interpreter};

const PATIENT: &str = "A*02:01+A*11:01^C*03:04+C*01:02^B*13:01+B*46:01^DRB1*15:01+DRB1*09:01";

/// The cells of the table of units.
fn rows() -> Vec<Vec<String>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/algorithm/ranking.md");
    let text = std::fs::read_to_string(page).unwrap();
    assert!(text.contains(PATIENT));
    let lines = text.lines().filter(|line| line.starts_with("| U"));
    lines.map(|line| line.trim_matches('|').split('|').map(|c| c.trim().replace('`', "")).collect()).collect()
}

fn typing(locus: &str) -> String {
    let name = locus.split('*').next().unwrap();
    let segments =
        PATIENT.split('^').map(|own| if own.starts_with(&format!("{name}*")) { locus } else { own });
    segments.collect::<Vec<_>>().join("^")
}

fn snapshot(rows: &[Vec<String>], release: &Release, antigens: &AntigenSpace) -> Snapshot {
    let mut builder = SnapshotBuilder::new(Nomenclature::new(release, None), antigens);
    for (at, row) in rows.iter().enumerate() {
        let count = |cell: &str, unit: u64| Some(cell.parse::<u64>().unwrap() * unit);
        let facts = Facts {
            tnc_total: count(&row[2], 10_000_000),
            cd34_total: count(&row[3], 100_000),
            ..Facts::unknown(Source::Unit)
        };
        builder.push(&UnitEntry { key: at as u64, id: &row[0], hla: &typing(&row[1]), mother: "", facts });
    }
    builder.finish(Origin { generation: 1, history_hash: [0; 32] }).unwrap()
}

#[test]
fn units_rank_as_the_page_says() {
    let (rows, release) = (rows(), Release::starter());
    assert_eq!(rows.len(), 6);
    let antigens = AntigenSpace::new(&release);
    let snapshot = snapshot(&rows, &release, &antigens);
    let patient = PersonTyping::read(PATIENT, &Nomenclature::new(&release, None)).unwrap();
    let query = Query::new(&snapshot, &patient, &Interpreter::new(&release, &antigens));
    // The probability of the class: all of it on no mismatch but the rest on four.
    let p = |row: &u32| {
        let likely: f64 = rows[*row as usize][4].parse().unwrap();
        Some([likely, 0.0, 0.0, 0.0, 1.0 - likely])
    };
    for (column, name) in [(5, "default"), (6, "nmdp"), (7, "dose")] {
        let order = OrderPage::read(find(&ORDERS, name).unwrap()).unwrap().order(Some(30.0));
        let criteria = Criteria { order, ..Criteria::default() };
        let answer =
            search_predicted(&snapshot, &query, &criteria, &|rows: &[u32]| rows.iter().map(p).collect());
        let found: Vec<&str> = answer.hits.iter().map(|hit| snapshot.id(hit.row)).collect();
        let mut expected: Vec<&Vec<String>> = rows.iter().collect();
        expected.sort_by_key(|row| row[column].parse::<u32>().unwrap());
        assert_eq!(found, expected.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), "{name}");
    }
}
