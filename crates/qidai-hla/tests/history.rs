//! Names across releases: the published lists, and invented ones that are damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::Instant;

use qidai_hla::history::{Fate, History, HistoryFile, MigrationError, Migrator, ReleaseVersion};

fn version(text: &str) -> ReleaseVersion {
    text.parse().unwrap()
}

#[test]
fn every_name_of_every_release_is_in_the_newest_or_told_what_became_of_it() {
    let start = Instant::now();
    let Some(history) = support::history() else { return };
    eprintln!("{} releases in {:?}", history.releases().len(), start.elapsed());
    let since_2010 = history.releases().iter().filter(|r| r.version >= version("3.0.0"));
    assert!(since_2010.clone().count() >= 59);
    let newest = history.releases().last().unwrap().version;
    for known in since_2010 {
        let names = history.names_of(known.version);
        assert_eq!(names.len(), known.name_count, "{}", known.version);
        let mut fates = [0_usize; Fate::ALL.len()];
        for (name, accession) in &names {
            let migration = history.migrate(name, Some(known.version), newest).unwrap();
            assert_eq!(migration.accession, *accession, "{name} of {}", known.version);
            assert_eq!(migration.name.is_none(), migration.fate >= Fate::Deleted, "{name}");
            if migration.fate == Fate::Unchanged {
                assert_eq!(migration.name.unwrap().to_string(), *name);
            }
            fates[migration.fate as usize] += 1;
        }
        assert_eq!(fates.iter().sum::<usize>(), names.len(), "the summary adds up");
        assert_eq!(fates[Fate::NotYetNamed as usize], 0);
        if known.version == version("3.0.0") || known.version == newest {
            eprintln!("{} → {newest}: {fates:?} of {}", known.version, names.len());
        }
        if known.version == newest {
            assert_eq!(fates[Fate::Unchanged as usize], names.len());
        }
    }
}

#[test]
fn names_go_where_the_publisher_says() {
    let Some(history) = support::history() else { return };
    for (name, from, to, expected, fate) in [
        ("A*01:01:01:01", "3.0.0", "3.58.0", "A*01:01:01:01", Fate::Unchanged),
        ("A*11:12", "3.0.0", "3.58.0", "A*11:12:01", Fate::Extended),
        ("C*03:23", "3.30.0", "3.58.0", "C*03:23N", Fate::SuffixChanged),
        ("C*03:99", "3.20.0", "3.58.0", "C*01:169:01", Fate::Renumbered),
        ("A*23:19Q", "3.0.0", "3.58.0", "A*23:19N", Fate::SuffixChanged),
        ("A*01:34N", "3.0.0", "3.58.0", "A*01:01:38L", Fate::Renumbered),
        ("A*11:53", "3.0.0", "3.58.0", "A*11:02:01:01", Fate::Merged),
        ("A*02:100", "3.0.0", "3.58.0", "", Fate::NeverAssigned),
        ("A*02:1040", "3.58.0", "3.0.0", "A*02:01:08", Fate::Renumbered),
        ("A*02:1192", "3.58.0", "3.0.0", "", Fate::NotYetNamed),
        ("A*11:12:01", "3.58.0", "3.0.0", "A*11:12", Fate::Extended),
        ("A*9201", "2.28.0", "3.58.0", "A*02:101:01", Fate::Extended),
    ] {
        let migration = history.migrate(name, Some(version(from)), version(to));
        let migration = migration.unwrap_or_else(|e| panic!("{name} {from}: {e:?}"));
        let found = migration.name.map(|n| n.to_string()).unwrap_or_default();
        assert_eq!((found.as_str(), migration.fate), (expected, fate), "{name}: {migration:?}");
    }
    let unknown = history.migrate("A*02:1040", Some(version("3.0.0")), version("3.58.0"));
    assert_eq!(unknown, Err(MigrationError::NameUnknown));
    assert_eq!(history.migrate("A*01:01", None, version("4.0.0")), Err(MigrationError::ReleaseUnknown));
}

#[test]
fn a_name_that_several_sequences_bore_needs_its_release() {
    let Some(history) = support::history() else { return };
    let bearers = history.bearers("A*30:100");
    assert_eq!(bearers, [9547, 14873, 18590]);
    let newest = history.releases().last().unwrap().version;
    let mut seen = Vec::new();
    for known in history.releases() {
        if let Ok(migration) = history.migrate("A*30:100", Some(known.version), newest) {
            seen.push(migration.accession);
            assert!(migration.bearers.is_empty(), "the release tells which is meant");
        }
    }
    seen.dedup();
    seen.sort_unstable();
    assert_eq!(seen, bearers);
    let walked_back = history.migrate("A*30:100", None, newest).unwrap();
    assert_eq!(walked_back.bearers, bearers, "without a release it is said that there are several");
}

#[test]
fn a_day_means_the_release_that_was_in_force() {
    let Some(history) = support::history() else { return };
    let on = |day: &str| history.release(day).map(|v| v.to_string());
    assert_eq!(on("2021-04-20").as_deref(), Some("3.44.0"));
    assert_eq!(on("2021-07-01").as_deref(), Some("3.44.0"));
    assert_eq!(on("2009-01-01"), None);
    assert_eq!(on("3.13.1").as_deref(), Some("3.13.1"));
    assert_eq!(on("3.13.0"), None, "there was no such release");
}

const OLD: &str = "# version: IPD-IMGT/HLA 3.1.0\n# date: 2010-07-01\nAlleleID,Allele\nHLA00001,A*01:01\nHLA00002,A*01:02\nHLA00003,A*01:03\nHLA00004,A*02:01\nHLA00005,A*03:01\n";
const NEW: &str = "# version: IPD-IMGT/HLA 3.2.0\n# date: 2010-10-01\nAlleleID,Allele\nHLA00001,A*01:01:01\nHLA00002,A*01:02N\nHLA00004,A*02:01\nHLA00006,A*01:01:02\nHLA00007,A*04:01\nHLA00005,A*04:03\n";
const DELETED: &str = "AlleleID,Allele,Description\nHLA00003,A*01:03,Sequence renamed A*01:01 (May 2010)\n";

fn read(texts: &[(&str, &str)], deleted: &str) -> Result<History, qidai_hla::history::HistoryError> {
    let files: Vec<HistoryFile<'_>> = texts.iter().map(|(name, text)| HistoryFile { name, text }).collect();
    History::read(&files, Some(HistoryFile { name: "deleted", text: deleted }))
}

#[test]
fn damaged_lists_are_named() {
    let third = NEW.replace("3.2.0", "3.3.0").replace("HLA00004,A*02:01\n", "");
    let fourth = NEW.replace("3.2.0", "3.4.0");
    for (texts, expected) in [
        (vec![("new", "HLA1,A*01:01")], "new line 1: no line \"# version: …\""),
        (
            vec![("new", "# version: IPD-IMGT/HLA 3.2.0\nHLA00001")],
            "new line 2: expected HLA00001,A*01:01:01:01",
        ),
        (vec![("t", "HLA_ID,3580,x\n")], "t line 1: \"x\" is no release"),
        (vec![("t", "HLA_ID,3580,3570\nHLA00001,A*01:01")], "t line 2: expected 2 names, found 1"),
        (
            vec![("new", NEW), ("3", &third), ("4", &fourth)],
            "4 line 0: HLA00004 is in releases before and after",
        ),
    ] {
        let error = read(&texts, DELETED).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let many: String = (1..2_000).map(|i| format!("HLA{i:05},A*01:{i:02}\n")).collect();
    let head = |v: &str| format!("# version: IPD-IMGT/HLA {v}\n");
    let cut = &many[..many.len() / 2 / 16 * 16];
    let cut = &cut[..=cut.rfind('\n').unwrap()];
    let texts = [("whole", &*(head("3.1.0") + &many)), ("half", &*(head("3.2.0") + cut))];
    assert!(read(&texts, DELETED).unwrap_err().to_string().contains("the file was cut"));
}

#[test]
fn typings_are_carried_over_name_by_name() {
    let history = read(&[("old", OLD), ("new", NEW)], DELETED).unwrap();
    let table = "HLA_ID,3.2.0,3.1.0\nHLA00001,A*01:01:01,A*01:01\n";
    assert!(History::read(&[HistoryFile { name: "t", text: table }], None).is_ok());
    let migrator = Migrator {
        history: &history,
        from: Some(version("3.1.0")),
        to: version("3.2.0"),
        mac: None,
        old_release: None,
        new_release: None,
    };
    for (text, expected, fate) in [
        ("A*02:01", "A*02:01", Fate::Unchanged),
        ("A*01:01+HLA-A*02:01", "A*01:01:01+HLA-A*02:01", Fate::Extended),
        ("A*01:02^A2", "A*01:02N^A2", Fate::SuffixChanged),
        ("A*01:XX", "A*01:XX", Fate::Merged),
        ("A*01:01/02", "A*01:01:01/A*01:02N", Fate::SuffixChanged),
        ("A*03:XX", "A*04:03", Fate::Renumbered),
        ("a*03:01", "A*04:03", Fate::Renumbered),
        ("A*NNNN?A*XXXX", "A*NNNN?A*XXXX", Fate::Unchanged),
    ] {
        let done = migrator.migrate(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!((done.text.as_str(), done.fate), (expected, fate), "{text}: {:?}", done.notes);
    }
    let back = Migrator { from: Some(version("3.2.0")), to: version("3.1.0"), ..migrator };
    assert_eq!(back.migrate("A*04:01").unwrap().fate, Fate::NotYetNamed);
    assert_eq!(
        back.migrate("A*01:01").unwrap().text,
        "A*01:01",
        "the short name of two, of which one existed"
    );
    for (text, code, position) in [
        ("A*01:01+A*99:01", "allele_unknown", 9),
        ("A*01:01+", "gl_structure_invalid", 9),
        ("A*01:AB", "mac_table_missing", 1),
        ("A*01:01G", "release_needed", 1),
        ("A*01：01#", "character_unexpected", 8),
    ] {
        let error = migrator.migrate(text).unwrap_err();
        assert_eq!((error.code.as_str(), error.position), (code, position), "{error}");
    }
}
