//! The table of `docs/safety.md`: every promise has a test, and the test exists.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

#[test]
fn every_promise_has_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/safety.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| what "))
        .map(|line| line.split('|').collect())
        .collect();
    assert!(rows.len() > 15, "the table is no longer found: {}", rows.len());
    for row in rows {
        let [_, promise, _, file, test, _] = row[..] else { panic!("{row:?} has not four cells") };
        let bare = |cell: &str| cell.trim().trim_matches('`').to_owned();
        let text =
            fs::read_to_string(root.join(bare(file))).unwrap_or_else(|error| panic!("{file}: {error}"));
        let name = bare(test);
        assert!(text.contains(&format!("fn {name}(")), "{file} has no test {name}, which holds: {promise}");
    }
}
