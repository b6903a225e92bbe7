//! Tables that experts read: tab-separated, one header line, a column `source` last.

/// The rows of a table below its header; `(empty)` and `-` stand for nothing.
pub fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let width = text.lines().next().unwrap().split('\t').count();
    text.lines().skip(1).map(move |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), width, "{line}");
        assert!(!fields[width - 1].is_empty(), "a row without source: {line}");
        fields.into_iter().map(|f| if f == "(empty)" || f == "-" { "" } else { f }).collect()
    })
}

/// All differences at once, so that a table is corrected in one go.
pub fn report(differences: &[String]) {
    assert!(differences.is_empty(), "{} rows differ:\n{}", differences.len(), differences.join("\n"));
}
