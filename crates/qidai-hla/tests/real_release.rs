//! The published files, read whole: counts, parse∘print, membership, and damage that must be named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use qidai_hla::{AlleleName, GroupKind, Nomenclature, Release, ReleaseError};
use support::Texts;

/// Every release at hand with its texts.
fn releases() -> impl Iterator<Item = (Texts, Release)> {
    support::all_release_dirs().into_iter().map(|dir| {
        let texts = Texts::read(&dir);
        let release =
            Release::from_files(&texts.files()).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        (texts, release)
    })
}

#[test]
fn every_name_parses_and_prints() {
    for (texts, release) in releases() {
        let mut count = 0;
        for line in texts.0[0].lines().filter(|l| l.starts_with("HLA")) {
            let name = line.split(',').nth(1).unwrap();
            assert_eq!(name.parse::<AlleleName>().unwrap().to_string(), name);
            count += 1;
        }
        assert_eq!(release.allele_count(), count, "{}", release.label());
    }
}

#[test]
fn groups_are_the_files_groups() {
    for (texts, release) in releases() {
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
            let nomenclature = Nomenclature::new(&release, None);
            for (name, members) in release.all_groups(kind) {
                assert!(members.iter().all(|m| release.group_of(*m, kind) == Some(name)), "{name}");
                let typed = nomenclature.read(&name.to_string()).unwrap();
                assert_eq!(typed.alleles, members, "{name} stands for its members");
            }
        }
    }
}

#[test]
fn every_allele_and_antigen_is_a_typing() {
    for (texts, release) in releases() {
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
        let published = texts.0[1].lines().filter(|l| !l.starts_with('#') && !l.contains('*'));
        assert_eq!(release.serology().all().len(), published.count(), "{}: antigens", release.label());
        for antigen in release.serology().all() {
            let in_use = release.serology().status(antigen) == Some(true) && antigen.locus().is_some();
            match nomenclature.read(&antigen.to_string()) {
                Ok(typed) => assert!(in_use && typed.antigen == Some(antigen), "{antigen}"),
                Err(error) => assert!(!in_use, "{antigen}: {error}"),
            }
        }
    }
}

const NAMES: [&str; 5] =
    ["Allelelist.txt", "hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt", "rel_dna_ser.txt"];

/// The refusal of a release of which one file was changed.
fn damaged(whole: &Texts, file: usize, change: &dyn Fn(&str) -> String) -> String {
    let mut texts = Texts(whole.0.clone());
    texts.0[file] = change(&texts.0[file]);
    match Release::from_files(&texts.files()) {
        Ok(release) => format!("{} alleles were read", release.allele_count()),
        Err(error) => format!("{}: {error}", error.code()),
    }
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

/// The invented release as one of today's, for which every rule holds without exception.
fn strict_mini() -> Texts {
    let mut texts = support::mini_texts();
    texts.0.iter_mut().for_each(|text| *text = text.replace("0.1.0", "9.1.0"));
    texts.0[4].push_str("MICA*;901:01;?;;;\n");
    for row in include_str!("../data/starter_antigens.tsv").lines().skip(1) {
        let [antigen, splits, associated] = row.split('\t').collect::<Vec<_>>()[..3] else { panic!("{row}") };
        let digits = antigen.find(|c: char| c.is_ascii_digit()).unwrap();
        let (letters, number) = antigen.split_at(digits);
        let bare = |list: &str| list.replace(letters, "");
        texts.0[5].push_str(&format!("{letters};{number};{};{}\n", bare(splits), bare(associated)));
    }
    Release::from_files(&texts.files()).unwrap_or_else(|e| panic!("{e}"));
    texts
}

fn data_lines(text: &str) -> Vec<usize> {
    let data = text.lines().enumerate().filter(|(_, l)| !l.starts_with('#') && !l.starts_with("AlleleID"));
    data.map(|(i, _)| i).collect()
}

fn without_line(text: &str, index: usize) -> String {
    text.lines().enumerate().filter(|(i, _)| *i != index).map(|(_, line)| format!("{line}\n")).collect()
}

#[test]
fn every_line_of_a_small_release_is_needed() {
    let whole = strict_mini();
    for (file, name) in NAMES.iter().enumerate() {
        for index in data_lines(&whole.0[file]) {
            let line = whole.0[file].lines().nth(index).unwrap().to_owned();
            // What a withdrawn name became, antigens that no allele has, and genes beside the typed ones in a group
            // file stand in one file only.
            let said_once = match file {
                1 => line.split(';').nth(3).is_some_and(|day| !day.is_empty()) || !line.contains('*'),
                2 | 3 => line.starts_with("MICA"),
                _ => false,
            };
            if said_once {
                continue;
            }
            let error = damaged(&whole, file, &|text| without_line(text, index));
            assert!(error.starts_with("release_truncated"), "{name} without {line}: {error}");
        }
    }
}

/// Cuts at a line's end, so that no half line betrays the damage.
fn first_percent(text: &str, percent: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[..lines.len() * percent / 100].iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_real_release_that_was_cut_or_edited_is_refused() {
    for dir in support::all_release_dirs() {
        let whole = Texts::read(&dir);
        Release::from_files(&whole.files()).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
        for file in 0..6 {
            for percent in [30, 50, 90] {
                let error = damaged(&whole, file, &|text| first_percent(text, percent));
                assert!(error.starts_with("release_"), "{percent} % of file {file}: {error}");
            }
        }
        for (file, name) in NAMES.iter().enumerate() {
            let lines = data_lines(&whole.0[file]);
            let middle = whole.0[file].lines().position(|line| {
                line.contains(",DRB1*07:01:01:02")
                    || line.starts_with("DRB1*;07:01:01:01") && line.ends_with([';', 'G', 'P'])
            });
            for index in [middle.unwrap(), *lines.last().unwrap()] {
                let error = damaged(&whole, file, &|text| without_line(text, index));
                assert!(error.starts_with("release_truncated"), "{name} without line {}: {error}", index + 1);
            }
        }
    }
}

#[test]
fn edited_groups_are_named() {
    let whole = strict_mini();
    let edits: [(usize, &str, &str, &str); 6] = [
        (
            2,
            "/92:02;92:02:01G",
            "/92:02;92:01:01G",
            "release_line: hla_nom_g.txt line 10: the group A*92:01:01G stands in two lines",
        ),
        (
            2,
            ";91:04:01G",
            ";91:05:01G",
            "release_inconsistent: hla_nom_g.txt: A*91:05:01G is named after none",
        ),
        (3, ";91:05P", ";91:11P", "release_inconsistent: hla_nom_p.txt: A*91:11P is named after none"),
        (3, ";93:01P", ";", "release_inconsistent: hla_nom_p.txt: the group of A*93:01:01 has no name"),
        (
            4,
            "A*;91:10;?;;;91\n",
            "A*;91:10;?;;;91\nA*;91:10;?;;;\n",
            "release_line: rel_dna_ser.txt line 19: A*91:10 stands in two lines",
        ),
        (
            5,
            "B;21;49/50;4005",
            "B;21;49/50;",
            "release_truncated: rel_ser_ser.txt: B4005 is not listed under B21",
        ),
    ];
    for (file, from, to, expected) in edits {
        assert!(whole.0[file].contains(from), "{from}");
        let error = damaged(&whole, file, &|text| text.replacen(from, to, 1));
        assert!(error.starts_with(expected), "{error}");
    }
    // A name that was withdrawn may live on as that of a group.
    let mut texts = Texts(whole.0.clone());
    texts.0[2] = texts.0[2].replacen(";91:04:01G", ";91:08:01G", 1);
    assert!(Release::from_files(&texts.files()).is_ok());
}
