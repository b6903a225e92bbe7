//! Bw4, Bw6, C1, C2 and the TCE groups, held against the published files and a table of cases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;

use qidai_hla::epitope::{Carried, Epitope, TceVersion, permissiveness};
use qidai_hla::{AlleleName, Locus, Nomenclature, PersonTyping, Release};

fn with_all(dir: &std::path::Path) -> Release {
    let mut release = Release::from_files(&support::Texts::read(dir).files()).unwrap();
    let text = std::fs::read_to_string(dir.join("tce/dpb_tce.csv")).unwrap();
    release.add_tce(&text).unwrap();
    for (locus, file) in [(Locus::A, "A_prot.fasta"), (Locus::B, "B_prot.fasta"), (Locus::C, "C_prot.fasta")]
    {
        if let Ok(text) = std::fs::read_to_string(dir.join("fasta").join(file)) {
            release.add_proteins(locus, file, &text).unwrap();
        }
    }
    release
}

fn release() -> Option<Release> {
    support::release_dir().map(|dir| with_all(&dir))
}

#[test]
fn ligands_of_the_table() {
    let Some(release) = release() else { return };
    let mut differences = Vec::new();
    for row in support::table::rows(include_str!("cases/ligand.tsv")) {
        let name: AlleleName = row[0].parse().unwrap();
        let Some(allele) = release.find(&name) else { panic!("{name} is not in {}", release.label()) };
        let found = match release.carried(allele) {
            Carried::Unknown => "unknown".to_owned(),
            Carried::NotExpressed => "not expressed".to_owned(),
            known => known.epitopes().unwrap().iter().map(|e| e.as_str()).collect::<Vec<_>>().join(" "),
        };
        if found != row[1] {
            differences.push(format!("{name}: expected {:?}, found {found:?}", row[1]));
        }
    }
    support::table::report(&differences);
}

/// Counted with a script of another language over the same sequences: the anchor, residues 76–83 as text.
#[test]
fn counts_of_3_58_are_those_of_the_sequences() {
    let Some(release) = release().filter(|r| r.label() == "3.58.0") else { return };
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for locus in [Locus::A, Locus::B, Locus::C] {
        for allele in release.alleles_of(locus) {
            match release.carried(allele) {
                Carried::Unknown => *counts.entry((locus.name(), "unknown")).or_default() += 1,
                Carried::NotExpressed => *counts.entry((locus.name(), "null")).or_default() += 1,
                known => known
                    .epitopes()
                    .unwrap()
                    .iter()
                    .for_each(|e| *counts.entry((locus.name(), e.as_str())).or_default() += 1),
            }
        }
    }
    let expected = [
        (("A", "Bw4-80I"), 1550),
        (("A", "Bw4-80T"), 1),
        (("A", "null"), 445),
        (("A", "unknown"), 38),
        (("B", "Bw4-80I"), 1914),
        (("B", "Bw4-80T"), 1761),
        (("B", "Bw6"), 5981),
        (("B", "C1"), 190),
        (("B", "null"), 364),
        (("B", "unknown"), 163),
        (("C", "C1"), 5006),
        (("C", "C2"), 3140),
        (("C", "null"), 385),
        (("C", "unknown"), 39),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn c_alleles_are_judged_one_by_one() {
    let Some(release) = release() else { return };
    let family = |field: u16, epitope| {
        let first = AlleleName::new(Locus::C, &[field], None).unwrap();
        let ids = release.beginning_with(&first).map(qidai_hla::AlleleId);
        ids.filter(|a| release.carried(*a).has(epitope)).count()
    };
    for field in [1, 3, 7, 8, 12, 14] {
        assert!(family(field, Epitope::C1) > 10 * family(field, Epitope::C2), "C*{field:02} is mostly C1");
    }
    for field in [2, 4, 5, 6, 15, 17, 18] {
        assert!(family(field, Epitope::C2) > 5 * family(field, Epitope::C1), "C*{field:02} is mostly C2");
    }
    assert!(family(16, Epitope::C1) > 0 && family(16, Epitope::C2) > 0, "C*16 is divided");
}

#[test]
fn tce_groups_are_the_file_line_by_line() {
    for dir in support::all_release_dirs() {
        let release = with_all(&dir);
        let table = release.tce().unwrap();
        let text = std::fs::read_to_string(dir.join("tce/dpb_tce.csv")).unwrap();
        let mut rows = 0;
        for line in text.lines().filter(|line| line.starts_with("DPB1*")) {
            let fields: Vec<&str> = line.split(',').collect();
            let allele = release.find(&fields[0].parse().unwrap()).unwrap();
            for (version, written) in [(TceVersion::V1, fields[2]), (TceVersion::V2, fields[3])] {
                let read = table.of(allele, version);
                let group = read.group.map_or(String::new(), |g| g.number().to_string());
                let flags = [("a", read.changed), ("$", read.predicted)];
                let flags: String = flags.iter().filter(|(_, set)| *set).map(|(flag, _)| *flag).collect();
                assert_eq!(format!("{group}{flags}"), written, "{line}");
            }
            rows += 1;
        }
        assert_eq!(rows, release.alleles_of(Locus::DPB1).len(), "{}", release.label());
    }
}

#[test]
fn permissiveness_of_the_table() {
    let Some(release) = release() else { return };
    let nomenclature = Nomenclature::new(&release, None);
    let mut differences = Vec::new();
    for row in support::table::rows(include_str!("cases/dpb1_tce.tsv")) {
        let read = |text: &str| {
            let person = PersonTyping::read(text, &nomenclature).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            person[Locus::DPB1].clone().unwrap()
        };
        let (patient, donor) = (read(row[0]), read(row[1]));
        for (version, expected) in [(TceVersion::V2, row[2]), (TceVersion::V1, row[3])] {
            let found = permissiveness(&patient, &donor, &release, version).as_str();
            if found != expected {
                differences.push(format!("{row:?} {version:?}: found {found}"));
            }
        }
    }
    support::table::report(&differences);
}

#[test]
fn a_file_of_another_release_or_a_cut_line_is_refused() {
    let Some(dir) = support::release_dir() else { return };
    let text = std::fs::read_to_string(dir.join("tce/dpb_tce.csv")).unwrap();
    let mut release = Release::from_files(&support::Texts::read(&dir).files()).unwrap();
    let label = release.label().to_owned();
    let refused = |release: &mut Release, text: &str| release.add_tce(text).unwrap_err().code();
    assert_eq!(refused(&mut release, &text.replace(&label, "3.1.0")), "release_mixed");
    assert_eq!(
        refused(&mut release, &text.replace("DPB1*02:01:02:01,DPB1*02:01,3,3,", "DPB1*02:01:02:01,DPB")),
        "release_line"
    );
    assert_eq!(refused(&mut release, "DPB1*01:01,DPB1*01:01,3,3,\n"), "release_header");
    let short = ">HLA:HLA00001 A*01:01:01:01 365 bp\nMAVM\n";
    let cut = release.add_proteins(Locus::A, "A_prot.fasta", short).unwrap_err();
    assert_eq!(cut.code(), "release_truncated");
}
