//! Reductions as another respected tool (NMDP's py-ard) answers them: orientation, not truth.
//!
//! Where both differ by a rule, the rule is named in [`reason`]; every other difference fails the test. The table is
//! read where it exists (`QIDAI_SHARED_DATA`, by default beside the project) and said to be absent otherwise.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use qidai_hla::typing::MacTable;
use qidai_hla::{Nomenclature, Release, TypingError, reduce};

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

/// The rule by which a difference is right, or `None`.
fn reason(_row: &Row, _ours: &Result<String, TypingError>, _release: &Release) -> Option<&'static str> {
    None
}

#[test]
fn differences_have_a_reason() {
    let (Some(rows), Some(release)) = (rows(), support::release()) else { return };
    let Ok(mac) = std::fs::read_to_string(shared().join("mac/mac_slice.tsv")) else { return };
    let mac = MacTable::read(&mac).unwrap();
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let mut per_level: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for row in &rows {
        let ours = ours(row, &nomenclature);
        let counts = per_level.entry(&row.level).or_default();
        if agrees(row, &ours) {
            counts.0 += 1;
        } else if reason(row, &ours, &release).is_some() {
            counts.1 += 1;
        } else {
            counts.2 += 1;
            let short = |s: &str| s.chars().take(100000).collect::<String>();
            let ours = ours.map_or_else(|e| e.to_string(), |text| text);
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
}
