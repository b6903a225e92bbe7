//! What an import says at its end, and its progress before.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use qidai_exchange::Issue;
use serde::Serialize;

use super::said;
use crate::commands::stream;
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::words::{Lang, Words};

/// Most issues kept; the others are counted. A wrong file has one in every row, and nobody reads beyond.
const ISSUES_MAX: usize = 100_000;
/// Issues listed for people.
const ISSUES_SHOWN: usize = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

/// The result of an import.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) accepted: u64,
    pub(crate) unchanged: u64,
    pub(crate) issues: Vec<Issue>,
    /// Issues beyond those listed.
    pub(crate) issues_not_listed: u64,
    pub(crate) columns_not_used: Vec<String>,
    pub(crate) dry_run: bool,
    /// The release by which typings were judged; none when it did not come to that.
    pub(super) release: Option<String>,
    /// How long the writer was held at most; the wait for other writers is not counted.
    pub(super) longest_write_ms: u128,
}

impl Report {
    pub(super) fn of_columns_not_used(columns_not_used: Vec<String>) -> Report {
        Report { columns_not_used, ..Report::default() }
    }

    /// Of a file that could not be used at all.
    pub(super) fn refused(issues: Vec<Issue>) -> Report {
        Report { issues, ..Report::default() }
    }

    pub(super) fn of_dry_run(self, dry_run: bool) -> Report {
        Report { dry_run, ..self }
    }

    pub(super) fn add(&mut self, issues: Vec<Issue>) {
        let room = ISSUES_MAX - self.issues.len();
        self.issues_not_listed += issues.len().saturating_sub(room) as u64;
        self.issues.extend(issues.into_iter().take(room));
    }

    pub(super) fn has_issues(&self) -> bool {
        !self.issues.is_empty()
    }

    /// With the sentences of every issue in a language.
    pub(super) fn said(mut self, lang: Lang) -> Report {
        self.issues.iter_mut().for_each(|issue| said::say(issue, lang));
        self
    }

    /// Prints the result on standard output.
    pub(super) fn print(&self, format: Format, lang: Lang) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        let written = match format {
            Format::Json => {
                serde_json::to_writer(&mut out, self).map_err(io::Error::from).and_then(|()| writeln!(out))
            }
            Format::Table => self.write_table(&mut out, lang),
        };
        written.and_then(|()| out.flush()).map_err(|error| stream::not_written(&error))
    }

    /// Writes every listed issue into a file that a spreadsheet opens; without issues it holds the header alone, so that
    /// an older file never passes for this import's.
    pub(super) fn write_errors(&self, file: &Path) -> Result<(), Failure> {
        let not_written = |error: io::Error| {
            let sentence = format!("{} could not be written.", file.display());
            Failure::outage("errors_file_not_written", sentence)
                .with("path", file.display().to_string())
                .because(&error)
        };
        std::fs::write(file, self.errors_csv()?).map_err(not_written)
    }

    /// Every listed issue as CSV.
    pub(crate) fn errors_csv(&self) -> Result<Vec<u8>, Failure> {
        let not_made = |error: io::Error| {
            Failure::outage("errors_file_not_written", "The file of issues could not be made.")
                .because(&error)
        };
        // Spreadsheets take UTF-8 for it by this mark.
        let mut content = "\u{feff}".as_bytes().to_vec();
        content.extend(csv_row(["row", "column", "value", "code", "reason", "hint"]).map_err(not_made)?);
        for issue in &self.issues {
            let row = issue.row.map(|row| row.to_string()).unwrap_or_default();
            let cells = [row.as_str(), &issue.column, &issue.value, issue.code, &issue.reason, &issue.hint];
            content.extend(csv_row(cells).map_err(not_made)?);
        }
        Ok(content)
    }

    fn write_table(&self, out: &mut dyn Write, lang: Lang) -> io::Result<()> {
        let words = lang.words();
        let issue_count = self.issues.len() as u64 + self.issues_not_listed;
        let numbers = [
            ("accepted", self.accepted.into()),
            ("unchanged", self.unchanged.into()),
            ("issues", issue_count.into()),
        ];
        let key = if self.dry_run { "import-summary-dry-run" } else { "import-summary" };
        writeln!(out, "{}", words.say(key, &numbers))?;
        if !self.columns_not_used.is_empty() {
            let columns = self.columns_not_used.join(", ");
            writeln!(out, "{}", words.t1("import-columns-not-used", "columns", columns))?;
        }
        self.write_issues(out, words, issue_count)
    }

    fn write_issues(&self, out: &mut dyn Write, words: &Words, issue_count: u64) -> io::Result<()> {
        for issue in self.issues.iter().take(ISSUES_SHOWN) {
            writeln!(out, "\n{}", place(issue, words))?;
            writeln!(out, "    {}: {}; {}", issue.code, issue.reason, issue.hint)?;
        }
        let hidden = issue_count.saturating_sub(ISSUES_SHOWN as u64);
        if hidden > 0 {
            writeln!(out, "\n{}", words.t1("import-more-issues", "count", hidden))?;
        }
        Ok(())
    }
}

/// Row, column and value, as far as the issue has them.
fn place(issue: &Issue, words: &Words) -> String {
    let row = match issue.row {
        Some(row) => words.t1("import-row", "row", row.to_string()),
        None => words.t("import-file"),
    };
    let value = issue.value.replace(['\n', '\t'], " ");
    [row, issue.column.clone(), value]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Bytes of the file on standard error; silent when that is no terminal.
pub(super) fn progress_bar(file: &Path) -> ProgressBar {
    let bytes = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    let style = ProgressStyle::with_template("{bar:40} {bytes} / {total_bytes}, {eta} left");
    let bar = ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
