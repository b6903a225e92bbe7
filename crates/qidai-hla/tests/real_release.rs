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

#[test]
fn damaged_files_are_named() {
    let Some(dir) = support::release_dir() else { return };
    let whole = Texts::read(&dir);
    let damage = |file: usize, change: &dyn Fn(&str) -> String| {
        let mut texts = Texts(whole.0.clone());
        texts.0[file] = change(&texts.0[file]);
        let error = Release::from_files(&texts.files()).expect_err("damage must be found");
        format!("{}: {error}", error.code())
    };
    let half = |text: &str| text[..text.len() / 2].to_owned();
    let names = ["Allelelist.txt", "hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt", "rel_dna_ser.txt"];
    for (file, name) in names.iter().enumerate() {
        let error = damage(file, &half);
        assert!(error.contains(name) || error.contains("Allelelist"), "{name} cut in half: {error}");
    }
    for (file, name) in names.iter().enumerate() {
        let error =
            damage(file, &|text| text.replacen("3.58.0", "3.57.0", 1).replacen("3.44.0", "3.43.0", 1));
        assert!(error.starts_with("release_mixed"), "{name} of another version: {error}");
        let error = damage(file, &|_| "<html>404</html>".into());
        assert!(error.starts_with("release_header") && error.contains(name), "{name} is a web page: {error}");
    }
    let error = damage(3, &|text| text.replacen("A*;01:01:01:01/", "A*;01:01:01:01/01:01:01:01/", 1));
    assert!(error.contains("hla_nom_p.txt line 7") && error.contains("two lines"), "{error}");
    let empty = Texts(std::array::from_fn(|_| String::new()));
    assert!(matches!(Release::from_files(&empty.files()), Err(ReleaseError::Header { .. })));
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
