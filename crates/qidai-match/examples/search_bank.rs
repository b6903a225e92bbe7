//! A bank of three units, a patient, and who is worth a phone call.
//!
//! Prints the same order and classes as `qidai search` would for these units.

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::search::{Criteria, Facts, Origin, Query, SnapshotBuilder, Source, UnitEntry, search};
use qidai_match::{AntigenSpace, Interpreter};

const UNITS: [(&str, &str, u64); 3] = [
    ("one", "A*02:01+A*11:01^C*03:04+C*01:02^B*13:01+B*46:01^DRB1*15:01+DRB1*09:01", 900_000_000),
    ("two", "A*02:01+A*11:01^C*03:04+C*01:02^B*13:01+B*46:01^DRB1*15:02+DRB1*09:01", 1_400_000_000),
    ("three", "A2+A11^B13+B46^DR15+DR9", 2_000_000_000),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let antigens = AntigenSpace::new(&release);
    let mut builder = SnapshotBuilder::new(nomenclature, &antigens);
    for (key, (id, hla, tnc_total)) in (1..).zip(UNITS) {
        let facts = Facts { tnc_total: Some(tnc_total), ..Facts::unknown(Source::Unit) };
        builder.push(&UnitEntry { key, id, hla, mother: "", facts });
    }
    let snapshot = builder.finish(Origin { generation: 1, history_hash: [0; 32] })?;
    // The first unit's own typing: somebody for whom it is a full match.
    let patient = PersonTyping::read(UNITS[0].1, &nomenclature).map_err(|errors| errors[0].to_string())?;
    let query = Query::new(&snapshot, &patient, &Interpreter::new(&release, &antigens));
    for (i, hit) in search(&snapshot, &query, &Criteria::default()).hits.iter().enumerate() {
        println!("{} {} x/8 {:?} x/6 {:?}", i + 1, snapshot.id(hit.row), hit.classes.x8, hit.classes.x6);
    }
    Ok(())
}
