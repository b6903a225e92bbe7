//! Folders as people give them: right, wrong, cut, edited.

use std::path::{Path, PathBuf};

use super::*;

const FILES: [&str; 6] = [
    "Allelelist.txt",
    "wmda/hla_nom.txt",
    "wmda/hla_nom_g.txt",
    "wmda/hla_nom_p.txt",
    "wmda/rel_dna_ser.txt",
    "wmda/rel_ser_ser.txt",
];

fn mini() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini")
}

/// A copy of the invented release that a test may damage.
fn copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("wmda")).unwrap();
    for file in FILES {
        std::fs::copy(mini().join(file), dir.path().join(file)).unwrap();
    }
    dir
}

fn refusal(dir: &Path) -> (&'static str, String) {
    let error = load_release(dir).expect_err("must be refused");
    (error.code(), error.to_string())
}

#[test]
fn a_release_folder_loads_nested_or_flat() {
    let dir = copy();
    let nested = load_release(dir.path()).unwrap();
    for file in &FILES[1..] {
        let flat = dir.path().join(Path::new(file).file_name().unwrap());
        std::fs::rename(dir.path().join(file), flat).unwrap();
    }
    let flat = load_release(dir.path()).unwrap();
    assert_eq!(nested.label(), flat.label());
    assert_eq!(nested.allele_count(), flat.allele_count());
}

#[test]
fn the_same_files_twice_are_ambiguous() {
    let dir = copy();
    for file in &FILES[1..] {
        let flat = dir.path().join(Path::new(file).file_name().unwrap());
        std::fs::copy(dir.path().join(file), flat).unwrap();
    }
    assert_eq!(refusal(dir.path()).0, "release_folder_ambiguous");
}

#[test]
fn a_wrong_folder_says_what_is_missing_and_what_was_found() {
    let dir = copy();
    let (code, sentence) = refusal(&dir.path().join("wmda"));
    assert_eq!(code, "release_folder");
    assert!(sentence.contains("missing: Allelelist.txt; found: hla_nom.txt"), "{sentence}");
    let (code, sentence) = refusal(&dir.path().join("nowhere"));
    assert_eq!(code, "release_folder");
    assert!(sentence.contains("nowhere") && sentence.contains("found: nothing"), "{sentence}");
    std::fs::remove_file(dir.path().join("wmda/rel_ser_ser.txt")).unwrap();
    let (_, sentence) = refusal(dir.path());
    assert!(sentence.contains("missing: wmda/rel_ser_ser.txt;"), "{sentence}");
}

#[test]
fn an_edited_file_is_named_by_its_checksum() {
    let dir = copy();
    let list = dir.path().join("wmda/md5checksum.txt");
    for name in ["hla_nom_p.txt", "wmda/hla_nom_p.txt"] {
        std::fs::write(&list, format!("MD5 ({name}) = 00000000000000000000000000000000\n")).unwrap();
        let (code, sentence) = refusal(dir.path());
        assert_eq!(code, "release_checksum");
        assert!(sentence.contains("hla_nom_p.txt") && sentence.contains("md5checksum.txt"), "{sentence}");
    }
}

#[test]
fn a_file_that_is_no_text_is_named() {
    let dir = copy();
    std::fs::write(dir.path().join("Allelelist.txt"), b"# file: \xff").unwrap();
    let (code, sentence) = refusal(dir.path());
    assert_eq!(code, "reference_not_utf8");
    assert!(sentence.contains("Allelelist.txt") && sentence.contains("byte 9"), "{sentence}");
}

#[test]
fn a_cut_file_keeps_the_code_of_the_release_reader() {
    let dir = copy();
    let file = dir.path().join("wmda/hla_nom.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    let (code, sentence) = refusal(dir.path());
    assert!(code.starts_with("release_") && sentence.contains("hla_nom.txt"), "{code}: {sentence}");
}

#[test]
fn the_published_release_agrees_with_its_checksums() {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/imgt-hla-3.58.0");
    let dir = std::env::var_os("QIDAI_IMGT_HLA").map_or(default, PathBuf::from);
    if !dir.join("wmda/hla_nom.txt").is_file() {
        eprintln!("skipped: no IPD-IMGT/HLA release (set QIDAI_IMGT_HLA to a folder with wmda/hla_nom.txt)");
        return;
    }
    assert!(!load_release(&dir).unwrap().is_starter());
}

#[test]
fn a_code_table_names_its_bad_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mac.tsv");
    std::fs::write(&file, "code\talleles\nAB\t01/02\nA1\t01/02\n").unwrap();
    let error = load_mac(&file).unwrap_err();
    assert_eq!(error.code(), "mac_table_line");
    assert!(error.to_string().contains("line 3"), "{error}");
    assert_eq!(load_mac(&dir.path().join("none.tsv")).unwrap_err().code(), "reference_unreadable");
}
