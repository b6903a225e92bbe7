//! The published files, read whole: counts, parse∘print, membership, and damage that must be named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use qidai_hla::{AlleleName, GroupKind, Nomenclature, Release, ReleaseError};
use support::Texts;

#[test]
fn every_name_parses_and_prints() {
    let Some(dir) = support::release_dir() else { return };
    let texts = Texts::read(&dir);
    let mut count = 0;
    for line in texts.0[0].lines().filter(|l| l.starts_with("HLA")) {
        let name = line.split(',').nth(1).unwrap();
        assert_eq!(name.parse::<AlleleName>().unwrap().to_string(), name);
        count += 1;
    }
    let release = Release::from_files(&texts.files()).unwrap();
    assert_eq!(release.allele_count(), count);
}

#[test]
fn groups_are_the_files_groups() {
    let Some(dir) = support::release_dir() else { return };
    let texts = Texts::read(&dir);
    let release = Release::from_files(&texts.files()).unwrap();
    for (kind, text) in [(GroupKind::G, &texts.0[2]), (GroupKind::P, &texts.0[3])] {
        let published: Vec<String> = text
            .lines()
            .filter(|l| !l.starts_with('#') && !l.ends_with(';'))
            .map(|l| {
                let mut fields = l.split(';');
                format!("{}{}", fields.next().unwrap(), fields.nth(1).unwrap())
            })
            .collect();
        let read: Vec<String> = release.all_groups(kind).map(|(name, _)| name.to_string()).collect();
        assert_eq!(read, published);
        for (name, members) in release.all_groups(kind) {
            assert!(members.iter().all(|m| release.group_of(*m, kind) == Some(name)), "{name}");
            let typed = Nomenclature::new(&release, None).read(&name.to_string()).unwrap();
            assert_eq!(typed.alleles, members, "{name} stands for its members");
        }
    }
}

#[test]
fn every_allele_and_antigen_is_a_typing() {
    let Some(release) = support::release() else { return };
    let nomenclature = Nomenclature::new(&release, None);
    for locus in qidai_hla::Locus::ALL {
        for allele in release.alleles_of(*locus) {
            let name = release.name(allele);
            let typed = nomenclature.read(&name.to_string()).unwrap();
            assert_eq!(typed.alleles, [allele], "{name}");
            assert_eq!(typed.may_be_null, name.is_null(), "{name}");
            assert_eq!(typed.classes.is_empty(), name.is_null(), "{name}");
        }
    }
}

const NAMES: [&str; 5] =
    ["Allelelist.txt", "hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt", "rel_dna_ser.txt"];

/// The refusal of a release of which one file was changed.
fn damaged(whole: &Texts, file: usize, change: &dyn Fn(&str) -> String) -> String {
    let mut texts = Texts(whole.0.clone());
    texts.0[file] = change(&texts.0[file]);
    let error = Release::from_files(&texts.files()).expect_err("damage must be found");
    format!("{}: {error}", error.code())
}

fn damage_is_named(whole: &Texts) {
    let version = whole.0[0].lines().nth(2).unwrap().rsplit(' ').next().unwrap();
    let half = |text: &str| text[..text.len() / 2].to_owned();
    for (file, name) in NAMES.iter().enumerate() {
        let error = damaged(whole, file, &half);
        assert!(error.contains(name) || error.contains("Allelelist"), "{name} cut in half: {error}");
        let error = damaged(whole, file, &|text| text.replacen(version, "2.0.0", 1));
        assert!(error.starts_with("release_mixed"), "{name} of another version: {error}");
        let error = damaged(whole, file, &|_| "<html>404</html>".into());
        assert!(error.starts_with("release_header") && error.contains(name), "{name} is a web page: {error}");
    }
    let empty = Texts(std::array::from_fn(|_| String::new()));
    assert!(matches!(Release::from_files(&empty.files()), Err(ReleaseError::Header { .. })));
}

#[test]
fn damaged_files_are_named() {
    damage_is_named(&support::mini_texts());
    let Some(dir) = support::release_dir() else { return };
    damage_is_named(&Texts::read(&dir));
}

#[test]
fn edited_lines_are_named() {
    let whole = support::mini_texts();
    let edits: [(usize, &str, &str, &str); 6] = [
        (
            3,
            "A*;91:05:01/",
            "A*;91:05:01/91:05:01/",
            "release_line: hla_nom_p.txt line 8: A*91:05:01 stands in two lines",
        ),
        (0, "HLA90001,", "HLA9OOO1,", "release_line: Allelelist.txt line 8: expected an accession"),
        (0, "A*91:01:01:01\n", "A*91:1:01:01\n", "release_line: Allelelist.txt line 8: field_invalid"),
        (
            1,
            "A*;91:10;",
            "A*;91:11;",
            "release_truncated: hla_nom.txt: A*91:10 is in Allelelist.txt but not here",
        ),
        (
            2,
            "A*;92:01:02/",
            "A*;92:01:09/",
            "release_line: hla_nom_g.txt line 10: A*92:01:09 is not in Allelelist.txt",
        ),
        (
            4,
            "A*;91:01:01:01;91;",
            "A*;91:01:01:01;9l;",
            "release_line: rel_dna_ser.txt line 7: 9l is no antigen number",
        ),
    ];
    for (file, from, to, expected) in edits {
        assert!(whole.0[file].contains(from), "{from}");
        let error = damaged(&whole, file, &|text| text.replacen(from, to, 1));
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_gene_unknown_to_the_program_does_not_make_a_release_useless() {
    let (mini, _) = support::mini();
    let mut texts = support::mini_texts();
    let lines = ["HLA99999,Z*01:01", "Z*;01:01;20000101;;;", "Z*;01:01;", "Z*;01:01;", "Z*;01:01;?;;;", ""];
    for (text, line) in texts.0.iter_mut().zip(lines) {
        text.push_str(line);
    }
    let release = Release::from_files(&texts.files()).unwrap();
    assert_eq!(release.allele_count(), mini.allele_count());
}
