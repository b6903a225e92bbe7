//! Reductions as another respected tool (NMDP's py-ard) answers them: orientation, not truth.
//!
//! Where both differ by a rule, the rule is named in [`reason`]; every other difference fails the test. The table is
//! read where it exists (`QIDAI_SHARED_DATA`, by default beside the project) and said to be absent otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use qidai_hla::typing::MacTable;
use qidai_hla::{Nomenclature, TypingError, reduce};

struct Row {
    id: String,
    category: String,
    input: String,
    level: String,
    status: String,
    expected: String,
}

fn shared() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    std::env::var_os("QIDAI_SHARED_DATA").map_or(default, PathBuf::from)
}

fn rows() -> Option<Vec<Row>> {
    let file = shared().join("nomenclature/pyard_cases.tsv");
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: no {}", file.display());
        return None;
    };
    let row = |line: &str| {
        let f: Vec<&str> = line.split('\t').collect();
        let own = |i: usize| f[i].to_owned();
        Row { id: own(0), category: own(1), input: own(2), level: own(3), status: own(4), expected: own(5) }
    };
    Some(text.lines().skip(1).map(row).collect())
}

/// Lists as sets, copies and loci as sorted multisets, haplotypes in order.
fn canonical(gl: &str) -> String {
    let list = |s: &str| s.split('/').collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("/");
    let haplotype = |s: &str| s.split('~').map(list).collect::<Vec<_>>().join("~");
    let sorted = |mut v: Vec<String>, op: &str| {
        v.sort();
        v.join(op)
    };
    let genotype = |s: &str| sorted(s.split('+').map(haplotype).collect(), "+");
    let segment = |s: &str| {
        s.split('|').map(genotype).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("|")
    };
    sorted(gl.split('^').map(segment).collect(), "^")
}

fn ours(row: &Row, nomenclature: &Nomenclature<'_>) -> Result<String, TypingError> {
    let level = reduce::level(&row.level).unwrap();
    reduce::reduce(&row.input, level, nomenclature).map(|reduced| reduced.text)
}

fn agrees(row: &Row, ours: &Result<String, TypingError>) -> bool {
    match (row.status.as_str(), ours) {
        ("ok", Ok(text)) => canonical(text) == canonical(&row.expected),
        ("empty", Ok(text)) => text.is_empty(),
        (status, Err(_)) => status.starts_with("err:"),
        _ => false,
    }
}

/// The rule by which a difference is right, or `None`. Each is explained in `docs/nomenclature.md`.
fn reason(row: &Row, ours: &Result<String, TypingError>) -> Option<&'static str> {
    let by_category = match row.category.as_str() {
        "v2" if !row.input.starts_with("MIC") => {
            Some("names of before 2010 are read by the table of 2010, and those that lost their colons")
        }
        "list-mixed" => Some("alternatives are of one locus"),
        "deleted" => Some("a withdrawn name is followed to its successor"),
        "other-loci" | "v2" => Some("the same rules at every locus"),
        _ => None,
    };
    let Ok(ours) = ours else { return by_category };
    by_category.or_else(|| by_level(row, &names(ours), &names(&row.expected)))
}

fn by_level(row: &Row, ours: &BTreeSet<&str>, theirs: &BTreeSet<&str>) -> Option<&'static str> {
    let (category, level) = (row.category.as_str(), row.level.as_str());
    let more: Vec<&&str> = ours.difference(theirs).collect();
    let nothing_lost = ours.is_superset(theirs);
    let plain = |name: &&str| name.replace('N', "");
    let shorter: Vec<&&str> = theirs.difference(ours).collect();
    let misnamed = |name: &&&&str| *name == &&"C*02:02:37G";
    let in_full = shorter
        .iter()
        .filter(|name| !misnamed(name))
        .all(|short| more.iter().any(|name| name.starts_with(&format!("{short}:"))));
    match level {
        "G" if nothing_lost && more.iter().all(|name| !name.ends_with('G')) => {
            Some("ungrouped members are kept")
        }
        "G" if in_full && !row.input.contains('/') => {
            Some("a short name that was not written is named in full")
        }
        "G" if category.starts_with("MAC") => Some("a name that is one allele is written in full"),
        "P" if nothing_lost && more.iter().all(|name| name.ends_with('N')) => Some("a G group may be null"),
        "P" if category == "G-name" => Some("the P group of a G group's members"),
        "W" | "exon" if ours.is_subset(theirs) && row.input.ends_with('G') => {
            Some("a group is its published members")
        }
        "U2" if category == "P-name" => Some("a P group is no two-field name"),
        "U2" if ours.iter().all(|name| row.input.contains(name)) => Some("two fields stay as they are"),
        "lg" | "lgx" if ours.iter().map(plain).eq(theirs.iter().map(plain)) => {
            Some("nulls alone keep their suffix")
        }
        "S" => Some("antigens of the alleles themselves, from the file"),
        _ if category == "serology" && nothing_lost => Some("an antigen may be any allele of its broad"),
        _ if category == "MAC" && nothing_lost => Some("a member that got a suffix since is followed"),
        _ => None,
    }
}

fn names(gl: &str) -> BTreeSet<&str> {
    gl.split(['^', '|', '+', '~', '/']).filter(|name| !name.is_empty()).collect()
}

/// The page lists every row that differs, under its rule.
const PAGE: &str = "../../docs/known-differences.md";
const LIST_BEGINS: &str = "## Rows of the py-ard table\n";

/// The list as it stands on the page: one line for each rule, its rows by number.
fn listed(by_rule: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut text = format!(
        "{LIST_BEGINS}\nEvery row of `pyard_cases.tsv` (py-ard 2.3.1, release 3.58.0) that is answered differently, under the rule that decides it.\n\
         Made by `crates/qidai-hla/tests/other_tool.rs` with `QIDAI_WRITE_DOCS=1`.\n\n| rule | rows |\n|---|---|\n"
    );
    for (rule, ids) in by_rule {
        text.push_str(&format!("| {rule} | {} |\n", ids.join(" ")));
    }
    text
}

/// Compares the page with the rows that differ, or writes it anew when asked to.
fn compare_page(by_rule: &BTreeMap<&str, Vec<&str>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once(LIST_BEGINS).unwrap_or((&page, ""));
    let wanted = format!("{}\n\n{}", before.trim_end(), listed(by_rule));
    if std::env::var_os("QIDAI_WRITE_DOCS").is_some() {
        std::fs::write(&path, wanted).unwrap();
        return;
    }
    assert_eq!(page, wanted, "docs/known-differences.md is old: run this test once with QIDAI_WRITE_DOCS=1");
}

#[test]
fn differences_have_a_reason() {
    let (Some(rows), Some(release)) = (rows(), support::whole_release()) else { return };
    let Ok(mac) = std::fs::read_to_string(shared().join("mac/mac_slice.tsv")) else { return };
    let mac = MacTable::read(&mac).unwrap();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut per_level: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut by_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &rows {
        let ours = ours(row, &nomenclature);
        let counts = per_level.entry(&row.level).or_default();
        if agrees(row, &ours) {
            counts.0 += 1;
        } else if let Some(rule) = reason(row, &ours) {
            by_rule.entry(rule).or_default().push(&row.id);
            counts.1 += 1;
        } else {
            counts.2 += 1;
            let short = |s: &str| s.chars().take(100000).collect::<String>();
            let ours = ours.unwrap_or_else(|e| e.to_string());
            unexplained.push(format!(
                "{} {} {} {}: {} {} | ours {}",
                row.id,
                row.category,
                row.input,
                row.level,
                row.status,
                short(&row.expected),
                short(&ours)
            ));
        }
    }
    for (level, (same, by_rule, other)) in per_level {
        eprintln!("{level}: {same} agree, {by_rule} differ by a rule, {other} unexplained");
    }
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), unexplained.join("\n"));
    if release.label() == "3.58.0" {
        compare_page(&by_rule);
    }
}
