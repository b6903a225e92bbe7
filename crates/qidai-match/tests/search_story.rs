//! What a coordinator may rely on: the order of the list, a reason for everyone who is not in it, and a
//! snapshot that is either whole or refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::search::{
    Abo, Criteria, Facts, Floors, Order, OrderKey, Origin, Query, Rule, Sex, Snapshot, SnapshotBuilder,
    SnapshotError, Source, UnitEntry, kept_out, search, steps,
};
use qidai_match::{AntigenSpace, Interpreter};

const PATIENT: &str =
    "A*02:01+A*11:01^C*03:04+C*01:02^B*13:01+B*46:01^DRB1*15:01+DRB1*09:01^DQB1*06:01+DQB1*03:03";

fn facts(tnc_total: Option<u64>) -> Facts {
    Facts { tnc_total, ..Facts::unknown(Source::Unit) }
}

struct Bank {
    release: Release,
    units: Vec<(&'static str, String, Facts)>,
}

impl Bank {
    fn new(units: Vec<(&'static str, String, Facts)>) -> Self {
        Bank { release: Release::starter(), units }
    }

    fn snapshot(&self, antigens: &AntigenSpace) -> Snapshot {
        let mut builder = SnapshotBuilder::new(Nomenclature::new(&self.release, None), antigens);
        for (key, (id, hla, facts)) in (1..).zip(&self.units) {
            builder.push(&UnitEntry { key, id, hla, mother: "", facts: *facts });
        }
        builder.finish(Origin { generation: 7, history_hash: [7; 32] }).unwrap()
    }

    /// Listed identities in order, and the excluded by rule.
    fn search(&self, criteria: &Criteria) -> (Vec<String>, Vec<(Rule, u64)>) {
        let antigens = AntigenSpace::new(&self.release);
        let snapshot = self.snapshot(&antigens);
        let nomenclature = Nomenclature::new(&self.release, None);
        let patient = PersonTyping::read(PATIENT, &nomenclature).unwrap();
        let query = Query::new(&snapshot, &patient, &Interpreter::new(&self.release, &antigens));
        let answer = search(&snapshot, &query, criteria);
        let excluded: u64 = answer.excluded.iter().map(|e| e.count).sum();
        assert_eq!(answer.passed + excluded, self.units.len() as u64, "everybody is accounted for");
        let listed = answer.hits.iter().map(|hit| snapshot.id(hit.row).to_owned()).collect();
        (listed, answer.excluded.iter().map(|e| (e.rule, e.count)).collect())
    }
}

impl Bank {
    /// Whom a rule kept out, in the order of the list.
    fn kept_out(&self, criteria: &Criteria, rule: Rule) -> Vec<String> {
        self.with_query(|snapshot, query| {
            let hits = kept_out(snapshot, query, criteria, rule, 100);
            hits.iter().map(|hit| snapshot.id(hit.row).to_owned()).collect()
        })
    }

    fn with_query<T>(&self, ask: impl FnOnce(&Snapshot, &Query<'_>) -> T) -> T {
        let antigens = AntigenSpace::new(&self.release);
        let snapshot = self.snapshot(&antigens);
        let nomenclature = Nomenclature::new(&self.release, None);
        let patient = PersonTyping::read(PATIENT, &nomenclature).unwrap();
        let interpreter = Interpreter::new(&self.release, &antigens);
        ask(&snapshot, &Query::new(&snapshot, &patient, &interpreter))
    }
}

/// The patient's typing with some alleles replaced.
fn like_patient(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(PATIENT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

#[test]
fn class_decides_then_dose_and_a_missing_dose_is_last() {
    let full = || like_patient(&[]);
    let seven = || like_patient(&[("B*13:01", "B*15:01")]);
    let nine_of_ten = || like_patient(&[("DQB1*06:01", "DQB1*02:01")]);
    let open = || like_patient(&[("DRB1*15:01", "DRB1*15:XX"), ("B*13:01", "B*13:XX")]);
    let bank = Bank::new(vec![
        ("g", seven(), facts(Some(3_000_000_000))),
        ("f", seven(), facts(Some(900_000_000))),
        ("e", open(), facts(Some(5_000_000_000))),
        ("d", nine_of_ten(), facts(Some(4_000_000_000))),
        ("c", full(), facts(None)),
        ("b", full(), facts(Some(0))),
        ("a2", full(), facts(Some(1_000_000_000))),
        ("a1", full(), facts(Some(1_000_000_000))),
    ]);
    let all = Criteria { min_x6: None, min_x8: None, ..Criteria::default() };
    let (listed, _) = bank.search(&all);
    // 8/8 and 10/10 by dose, equals by identity; a count of 0 is a count; then 8/8 with 9/10; then the unit
    // that is somewhere from 6/8 to 8/8, whatever its dose; then 7/8.
    assert_eq!(listed, ["a1", "a2", "b", "c", "d", "e", "g", "f"]);
    let (first_two, _) = bank.search(&Criteria { limit: 2, ..all.clone() });
    assert_eq!(first_two, ["a1", "a2"]);
    let (nobody, _) = bank.search(&Criteria { limit: 0, ..all.clone() });
    assert!(nobody.is_empty());
    let (by_dose, _) =
        bank.search(&Criteria { order: Order::new("dose", vec![OrderKey::Tnc, OrderKey::X8]), ..all });
    assert_eq!(by_dose, ["e", "d", "g", "a1", "a2", "f", "b", "c"]);
}

#[test]
fn everyone_who_is_not_listed_has_one_rule() {
    let with = |change: &dyn Fn(&mut Facts)| {
        let mut facts = facts(Some(1_000_000_000));
        change(&mut facts);
        facts
    };
    let good = |f: &mut Facts| {
        f.cd34_total = Some(4_000_000);
        f.collection_day = Some(18_000);
        f.sex = Some(Sex::Female);
        f.abo = Some(Abo::O);
        f.rhd_positive = Some(true);
        f.rbc_depleted = Some(true);
        f.attached_segments = Some(2);
        f.accreditation = 0b101;
    };
    let one_flaw = |flaw: &dyn Fn(&mut Facts)| {
        with(&|f: &mut Facts| {
            good(f);
            flaw(f);
        })
    };
    let hla = || like_patient(&[]);
    let bank = Bank::new(vec![
        ("good", hla(), with(&good)),
        ("unreadable", "A*02:999+A*11:01".into(), with(&good)),
        ("no DRB1", like_patient(&[("^DRB1*15:01+DRB1*09:01", "")]), with(&good)),
        (
            "stranger",
            "A*33:03+A*30:01^C*03:02+C*06:02^B*58:01+B*13:02^DRB1*03:01+DRB1*07:01".into(),
            with(&good),
        ),
        ("no TNC", hla(), one_flaw(&|f| f.tnc_total = None)),
        ("small", hla(), one_flaw(&|f| f.tnc_total = Some(499_999_999))),
        ("no CD34", hla(), one_flaw(&|f| f.cd34_total = None)),
        ("few CD34", hla(), one_flaw(&|f| f.cd34_total = Some(1))),
        ("old", hla(), one_flaw(&|f| f.collection_day = Some(17_000))),
        ("no date", hla(), one_flaw(&|f| f.collection_day = None)),
        ("boy", hla(), one_flaw(&|f| f.sex = Some(Sex::Male))),
        ("AB", hla(), one_flaw(&|f| f.abo = Some(Abo::AB))),
        ("RhD?", hla(), one_flaw(&|f| f.rhd_positive = None)),
        ("red cells?", hla(), one_flaw(&|f| f.rbc_depleted = None)),
        ("segments", hla(), one_flaw(&|f| f.attached_segments = Some(0))),
        ("not FACT", hla(), one_flaw(&|f| f.accreditation = 0b100)),
        ("listed", hla(), one_flaw(&|f| f.source = Source::Listed(0))),
    ]);
    let strict = Criteria {
        min_tnc_total: Some(500_000_000),
        min_cd34_total: Some(1_000_000),
        collected_from_day: Some(17_500),
        sex: Some(Sex::Female),
        abo: vec![Abo::O, Abo::A],
        rhd_positive: Some(true),
        rbc_depleted: true,
        min_segments: Some(1),
        accreditation: 0b001,
        include_lists: false,
        ..Criteria::default()
    };
    let (listed, excluded) = bank.search(&strict);
    assert_eq!(listed, ["good"]);
    // Antibodies are a story of their own.
    let rules = Rule::ALL.iter().filter(|rule| **rule != Rule::Antibody);
    let expected: Vec<(Rule, u64)> =
        rules.map(|rule| (*rule, if *rule == Rule::CollectionDate { 2 } else { 1 })).collect();
    assert_eq!(excluded, expected, "each rule kept out its one unit");
    for (rule, id) in
        [(Rule::TypingUnreadable, "unreadable"), (Rule::SourceExcluded, "listed"), (Rule::Sex, "boy")]
    {
        assert_eq!(bank.kept_out(&strict, rule), [id], "{}", rule.name());
    }
    for (rule, count) in excluded {
        assert_eq!(bank.kept_out(&strict, rule).len() as u64, count, "{}", rule.name());
        assert_eq!(Rule::of_name(rule.name()), Some(rule));
    }
    let (everybody, _) = bank.search(&Criteria { limit: 100, ..Criteria::default() });
    assert_eq!(everybody.len(), bank.units.len() - 3, "nothing is required unless it is asked for");
}

/// A person typed in G groups, each of which has null members, is not moved behind strangers: the best case
/// decides before the worst.
#[test]
fn an_open_typing_stands_before_a_lower_class() {
    let open = like_patient(&[("A*02:01+A*11:01", "A*02:XX+A*11:XX"), ("B*13:01", "B*13:XX")]);
    let five = like_patient(&[("A*02:01+A*11:01", "A*33:03+A*30:01"), ("B*13:01", "B*58:01")]);
    let untyped_c = like_patient(&[("^C*03:04+C*01:02", "")]);
    let bank = Bank::new(vec![
        ("five of eight", five, facts(Some(9))),
        ("no C", untyped_c, facts(Some(9))),
        ("open", open, facts(Some(1))),
    ]);
    let all = Criteria { min_x6: None, min_x8: None, ..Criteria::default() };
    assert_eq!(bank.search(&all).0, ["open", "five of eight", "no C"], "not computable is last");
}

#[test]
fn floors_are_one_or_all() {
    let bank = Bank::new(vec![
        ("full", like_patient(&[]), facts(None)),
        // A and B by another allele of the same antigen: 6/6 antigens, 6/8 proteins.
        ("antigens", like_patient(&[("A*02:01", "A*02:06"), ("B*13:01", "B*13:02")]), facts(None)),
        // C, and so x/8, is not typed.
        ("no C", like_patient(&[("^C*03:04+C*01:02", "")]), facts(None)),
    ]);
    let criteria = |floors| Criteria { min_x6: Some(6), min_x8: Some(7), floors, ..Criteria::default() };
    assert_eq!(bank.search(&criteria(Floors::Any)).0, ["full", "antigens", "no C"]);
    let (listed, excluded) = bank.search(&criteria(Floors::All));
    assert_eq!(listed, ["full"]);
    assert_eq!(excluded, [(Rule::ClassNotComputable, 1), (Rule::MatchesBelowFloor, 1)]);
}

#[test]
fn a_unit_without_drb1_can_be_asked_for() {
    let bank = Bank::new(vec![("no DRB1", like_patient(&[("^DRB1*15:01+DRB1*09:01", "")]), facts(None))]);
    let (listed, excluded) = bank.search(&Criteria::default());
    assert!(listed.is_empty());
    assert_eq!(excluded, [(Rule::ClassNotComputable, 1)]);
    let (listed, _) = bank.search(&Criteria { allow_not_computable: true, ..Criteria::default() });
    assert_eq!(listed, ["no DRB1"], "judged by what its typing allows");
}

#[test]
fn a_snapshot_comes_back_from_its_bytes_or_is_refused() {
    let bank = Bank::new(vec![
        ("one", like_patient(&[("A*02:01+", "A*02:01/A*02:06+")]), facts(Some(5))),
        ("two", "A2+A24^B62+B13^DR4+DR9".into(), facts(None)),
    ]);
    let antigens = AntigenSpace::new(&bank.release);
    let snapshot = bank.snapshot(&antigens);
    let bytes = snapshot.pieces().concat();
    let open = |bytes: &[u8]| {
        // An owned buffer on an 8-byte boundary, as a mapped file is.
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut::<u64, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
        struct Aligned(Vec<u64>, usize);
        impl AsRef<[u8]> for Aligned {
            fn as_ref(&self) -> &[u8] {
                &bytemuck::cast_slice(&self.0)[..self.1]
            }
        }
        Snapshot::from_mapped(Box::new(Aligned(words, bytes.len())))
    };
    let again = open(&bytes).unwrap();
    assert_eq!((again.generation(), again.release_label(), again.row_count()), (7, "starter", 2));
    assert_eq!(again.id(0), "one");
    assert_eq!(again.typing(1), ["A2+A24", "", "B62+B13", "DR4+DR9", ""]);
    assert_eq!(again.facts(0).tnc_total, Some(5));
    again.check(&Nomenclature::new(&bank.release, None)).unwrap();
    for cut in [0, 7, 100, bytes.len() - 8, bytes.len() - 1] {
        assert!(open(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    for place in (0..bytes.len()).step_by(11) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        let error = open(&changed).err().unwrap_or_else(|| panic!("byte {place} changed unseen"));
        assert!(matches!(error, SnapshotError::Foreign | SnapshotError::Damaged(_)), "byte {place}: {error}");
    }
}

#[test]
fn what_put_a_unit_before_another_is_the_first_key_that_tells_them_apart() {
    let full = || like_patient(&[]);
    let seven = || like_patient(&[("B*13:01", "B*15:01")]);
    let bank = Bank::new(vec![
        ("d", seven(), facts(Some(9_000_000_000))),
        ("c", full(), facts(Some(1_000_000_000))),
        ("b", full(), facts(Some(1_000_000_000))),
        ("a", full(), facts(Some(2_000_000_000))),
    ]);
    let all = Criteria { min_x6: None, min_x8: None, ..Criteria::default() };
    let keys = &all.order.keys;
    bank.with_query(|snapshot, query| {
        let hits = search(snapshot, query, &all).hits;
        let steps: Vec<_> = hits.iter().map(|hit| steps(snapshot, query, &all, hit, false)).collect();
        let by = |one: usize, two: usize| {
            let at = steps[one].iter().zip(&steps[two]).position(|(a, b)| a != b)?;
            Some((&keys[at], steps[one][at] > steps[two][at]))
        };
        let names: Vec<&str> = hits.iter().map(|hit| snapshot.id(hit.row)).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(by(0, 1), Some((&OrderKey::Tnc, true)));
        assert_eq!(by(1, 0), Some((&OrderKey::Tnc, false)));
        assert_eq!(by(3, 0), Some((&OrderKey::X8, false)));
        assert_eq!(by(1, 2), None, "their numbers alone");
    });
}

/// Each rule's units are those that a plain walk finds, the far ones included, and stand in the order of the list.
#[test]
fn whom_a_rule_keeps_out_is_who_would_be_listed_without_any_other() {
    let tnc = |cells: u64| facts(Some(cells));
    let far = || "A*33:03+A*30:01^C*03:02+C*06:02^B*58:01+B*13:02^DRB1*03:01+DRB1*07:01".to_owned();
    let bank = Bank::new(vec![
        ("far", far(), tnc(9)),
        ("near", like_patient(&[("B*13:01", "B*15:01"), ("A*02:01", "A*24:02")]), tnc(1)),
        ("nearer", like_patient(&[("B*13:01", "B*15:01")]), tnc(1)),
        ("in", like_patient(&[]), tnc(1)),
    ]);
    let strict = Criteria { min_x6: None, min_x8: Some(8), ..Criteria::default() };
    assert_eq!(bank.kept_out(&strict, Rule::MatchesBelowFloor), ["nearer", "near", "far"]);
    assert_eq!(bank.kept_out(&strict, Rule::Sex), Vec::<String>::new());
}
