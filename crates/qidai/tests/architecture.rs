//! What is deliberately absent, and what must stay true of the house as a whole.
//!
//! Absence cannot be seen in code, so each sentence of `ARCHITECTURE.md` about it is a test here. The tests read
//! the sources of the workspace; product code is a file without its comments and without its test module.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A source file: its path from the root and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Numbered lines without comments, up to the test module, which stands last in a file.
    fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        let lines = self.text.lines().enumerate().map(|(place, line)| (place + 1, line));
        lines
            .take_while(move |(_, line)| !is_test && line.trim() != "mod tests {")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// `path:line` of product lines that contain one of the words.
    fn places_of(&self, words: &[&str]) -> Vec<String> {
        self.product_lines()
            .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
            .map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim()))
            .collect()
    }
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push(Source { path, text });
        }
    }
}

/// All sources below the `src` of a crate.
fn sources(name: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join("crates").join(name).join("src"), &mut found);
    assert!(!found.is_empty(), "{name} has sources");
    found
}

const CRATES: [&str; 5] = ["qidai-hla", "qidai-match", "qidai-bank", "qidai-exchange", "qidai"];

fn all_sources() -> Vec<Source> {
    CRATES.iter().flat_map(|name| sources(name)).collect()
}

#[track_caller]
fn assert_none(what: &str, places: impl IntoIterator<Item = String>) {
    let places: Vec<String> = places.into_iter().collect();
    assert!(places.is_empty(), "{what}:\n{}", places.join("\n"));
}

#[test]
fn names_and_matching_open_nothing_and_read_no_clock() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "File::open",
        "std::time",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "tokio",
        "async fn",
        "rand::rng()",
        "from_os_rng",
        "thread_rng",
    ];
    let places = ["qidai-hla", "qidai-match"].iter().flat_map(|name| sources(name));
    assert_none("I/O, clock or async", places.flat_map(|source| source.places_of(&forbidden)));
}

#[test]
fn the_bank_reads_no_clock_and_makes_no_id() {
    let forbidden = ["Timestamp::now", "Zoned::now", "SystemTime", "Uuid::now", "Uuid::new", "rand::rng()"];
    let sources = sources("qidai-bank");
    assert_none("clock or id", sources.iter().flat_map(|source| source.places_of(&forbidden)));
}

#[test]
fn sql_stands_only_in_the_store() {
    let sql =
        ["\"SELECT ", "\"INSERT INTO", "\"UPDATE ", "\"DELETE FROM", "\"CREATE ", "\"PRAGMA ", "\"DROP "];
    let elsewhere =
        all_sources().into_iter().filter(|source| !source.path.starts_with("crates/qidai-bank/src/store"));
    assert_none("SQL", elsewhere.flat_map(|source| source.places_of(&sql)));
}

#[test]
fn a_search_reads_the_snapshot_and_never_the_database() {
    let database = ["sea_orm", "qidai_bank", "sqlx"];
    assert_none(
        "database in the engine",
        sources("qidai-match").iter().flat_map(|source| source.places_of(&database)),
    );
}

#[test]
fn unsafe_stands_only_where_the_snapshot_is_mapped() {
    const MAPPED: &str = "crates/qidai/src/catalogue/mapped.rs";
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe_code"];
    let elsewhere = all_sources().into_iter().filter(|source| source.path != MAPPED);
    assert_none("unsafe", elsewhere.flat_map(|source| source.places_of(&words)));
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not contain them.
    let words = [
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
        ["FIX", "ME"].concat(),
        ["dbg", "!("].concat(),
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_none("unfinished", all_sources().iter().flat_map(|source| source.places_of(&words)));
}

#[test]
fn a_file_is_one_concept_of_at_most_400_lines() {
    let long = all_sources().into_iter().filter_map(|source| {
        let last = source.product_lines().last().map_or(0, |(number, _)| number);
        (last > 400).then(|| format!("{}: {last} lines", source.path))
    });
    assert_none("long files", long);
}

/// `cargo metadata` of the locked workspace, for the platform it ships for.
fn metadata() -> Value {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Direct dependencies of a crate of the workspace.
fn dependencies(metadata: &Value, name: &str) -> Vec<String> {
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    let listed = package["dependencies"].as_array().unwrap();
    listed.iter().map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_rooms_of_the_house_know_only_whom_they_may() {
    let metadata = metadata();
    let allowed: [(&str, &[&str]); 5] = [
        ("qidai-hla", &[]),
        ("qidai-match", &["qidai-hla"]),
        ("qidai-bank", &["qidai-hla"]),
        ("qidai-exchange", &["qidai-bank", "qidai-hla"]),
        ("qidai", &["qidai-bank", "qidai-exchange", "qidai-hla", "qidai-match"]),
    ];
    for (name, may_know) in allowed {
        for known in dependencies(&metadata, name).iter().filter(|known| known.starts_with("qidai")) {
            assert!(may_know.contains(&known.as_str()), "{name} must not know {known}");
        }
    }
}

#[test]
fn only_the_executable_speaks_http_and_only_the_bank_speaks_to_the_database() {
    let metadata = metadata();
    for (library, owner) in [("axum", "qidai"), ("sea-orm", "qidai-bank"), ("clap", "qidai")] {
        for name in CRATES.iter().filter(|name| **name != owner) {
            assert!(
                !dependencies(&metadata, name).iter().any(|known| known == library),
                "{library} in {name}"
            );
        }
    }
}

/// Licences under which a library may be part of the program.
const ALLOWED_LICENCES: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // Root certificates as Mozilla publishes them, as data.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn is_allowed(licence: &str) -> bool {
    let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX);
    expression.is_ok_and(|expression| {
        expression.evaluate(|asked| asked.license.id().is_some_and(|id| ALLOWED_LICENCES.contains(&id.name)))
    })
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "the dependencies are listed");
    let refused = packages.iter().filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or("none");
        (!is_allowed(licence)).then(|| format!("{} {}: {licence}", package["name"], package["version"]))
    });
    assert_none("licences", refused);
}

#[test]
fn licence_expressions_are_understood() {
    for (licence, allowed) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 OR GPL-2.0-only", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT AND GPL-3.0-only", false),
        ("AGPL-3.0-only", false),
        ("none", false),
    ] {
        assert_eq!(is_allowed(licence), allowed, "{licence}");
    }
}

#[test]
fn one_cryptography_library_and_one_sqlite() {
    let metadata = metadata();
    let names: Vec<&str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    for unwanted in ["aws-lc-sys", "aws-lc-rs", "openssl-sys"] {
        assert!(!names.contains(&unwanted), "{unwanted} slipped in");
    }
    assert_eq!(names.iter().filter(|name| **name == "libsqlite3-sys").count(), 1, "one SQLite");
}

/// Lines of the fenced `sh` blocks of a document.
fn shell_lines(markdown: &str) -> Vec<&str> {
    let mut inside = false;
    markdown
        .lines()
        .filter(|line| {
            let fence = line.starts_with("```");
            inside = if fence { !inside && line.trim() == "```sh" } else { inside };
            inside && !fence
        })
        .collect()
}

#[test]
fn readme_begins_with_the_demonstration_and_the_test_command_of_ci() {
    let readme = read("README.md");
    let lines = shell_lines(&readme);
    assert_eq!(lines[0], "cargo run --release -- demo");
    let test_command = lines[1];
    let ci = read(".ci/run");
    let commands: Vec<&str> = ci.lines().filter(|line| line.starts_with("scripts/")).collect();
    assert_eq!(commands.first(), Some(&test_command), "{commands:?}");
    assert!(root().join(test_command).exists(), "{test_command}");
}

/// Texts between backticks that name a file or a crate of ours.
fn named_files(markdown: &str) -> Vec<&str> {
    let spans = markdown.split('`').skip(1).step_by(2);
    spans
        .filter(|span| !span.contains(char::is_whitespace) && !span.contains(['<', '{', '*', '$']))
        .filter(|span| span.starts_with("crates/") || span.starts_with("docs/") || span.starts_with("qidai-"))
        .collect()
}

#[test]
fn every_file_and_crate_of_the_map_exists() {
    let map = read("ARCHITECTURE.md");
    let named = named_files(&map);
    assert!(named.len() > 20, "the map names its places: {named:?}");
    for name in named {
        let place = if name.starts_with("qidai-") { Path::new("crates").join(name) } else { name.into() };
        assert!(root().join(&place).exists(), "ARCHITECTURE.md names {name}, which does not exist");
    }
}

#[test]
fn committed_texts_name_no_path_of_one_machine() {
    let machine = [["/", "root/"].concat(), ["/", "work/"].concat(), ["/", "home/"].concat()];
    let documents =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", ".ci/run", "scripts/test"];
    for document in documents {
        let text = read(document);
        assert!(!machine.iter().any(|path| text.contains(path.as_str())), "{document}");
    }
    let words: Vec<&str> = machine.iter().map(String::as_str).collect();
    assert_none("machine paths", all_sources().iter().flat_map(|source| source.places_of(&words)));
}

/// Codes in the first cells of the tables of `docs/errors.md`.
fn explained_codes(markdown: &str) -> Vec<&str> {
    let first_cells =
        markdown.lines().filter(|line| line.starts_with("| `")).filter_map(|row| row.split('|').nth(1));
    first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

/// The text of the literal that follows, when it is a code: `snake_case` with at least two words.
fn code_after(text: &str) -> Option<&str> {
    let literal = text.trim_start().trim_start_matches("Kind::").trim_start_matches(char::is_alphanumeric);
    let literal = literal.trim_start_matches(',').trim_start().strip_prefix('"')?;
    let code = &literal[..literal.find('"')?];
    let is_code = code.contains('_')
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_code.then_some(code)
}

#[test]
fn every_code_is_explained_and_every_explained_code_exists() {
    let page = read("docs/errors.md");
    let explained = explained_codes(&page);
    let mut all_product = String::new();
    let mut unexplained = Vec::new();
    for source in all_sources() {
        let product: String = source.product_lines().map(|(_, line)| format!("{line}\n")).collect();
        let mut starts = vec!["Failure::refused(", "Failure::outage(", "Failure::new(", "code: "];
        if source.path.ends_with("error.rs") {
            starts.push("=> ");
        }
        let codes = starts.iter().flat_map(|start| product.split(start).skip(1)).filter_map(code_after);
        let missing = codes.filter(|code| !explained.contains(code));
        unexplained.extend(missing.map(|code| format!("{code} of {}", source.path)));
        all_product.push_str(&product);
    }
    assert_none("docs/errors.md lacks", unexplained);
    let gone = explained.iter().filter(|code| !all_product.contains(&format!("\"{code}\"")));
    assert_none("docs/errors.md explains what no longer exists", gone.map(ToString::to_string));
}

/// Targets of relative links and pictures of a document, without their anchors.
fn link_targets(markdown: &str) -> Vec<&str> {
    let targets = markdown.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|target| target.split('#').next().unwrap_or(""))
        .filter(|t| !t.is_empty() && !t.contains("://"))
        .collect()
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let mut documents: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).into();
    for folder in ["docs", "docs/decisions"] {
        let files = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        documents.extend(
            files
                .map(|name| Path::new(folder).join(name))
                .filter(|path| path.extension().is_some_and(|e| e == "md")),
        );
    }
    assert!(documents.len() > 10, "{documents:?}");
    for document in documents {
        let text = read(&document);
        let folder = document.parent().unwrap_or(Path::new(""));
        for target in link_targets(&text) {
            assert!(
                root().join(folder).join(target).exists(),
                "{}: {target} does not exist",
                document.display()
            );
        }
    }
}
