//! `qidai hla migrate`: typings of one release under another, line by line, with a summary that adds up.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use qidai_hla::history::{Fate, History, MigratedTyping, Migrator, ReleaseVersion};
use qidai_hla::{Release, TypingError};
use serde::Serialize;

use super::warnings::notes;
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::reference;

#[derive(clap::Args)]
pub(super) struct Args {
    /// File of typings, one a line (a name, a list, a GL String, or `id%typing`); `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Release of the typings, such as 3.44.0, or a day (2021-06-30); without it a name is read under the newest release
    /// that has it.
    #[arg(long, value_name = "RELEASE")]
    from: Option<String>,
    /// Release wanted; without it that of the first --release.
    #[arg(long, value_name = "RELEASE")]
    to: Option<String>,
    /// Folder of an IPD-IMGT/HLA release with the lists of earlier ones; may be given again, for the groups of --from.
    #[arg(long, value_name = "DIR", required = true)]
    release: Vec<PathBuf>,
    /// Table of multiple allele codes.
    #[arg(long, value_name = "FILE")]
    mac: Option<PathBuf>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Tsv)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Lines `typing⇥status⇥result⇥note`; the summary on standard error.
    Tsv,
    /// One object with `lines` and `summary`.
    Json,
}

/// One line of the answer.
#[derive(Serialize)]
struct Answer {
    typing: String,
    status: String,
    result: String,
    note: String,
}

/// How many lines and alleles met each fate.
#[derive(Serialize, Default)]
struct Summary {
    from: Option<String>,
    to: String,
    lines: usize,
    by_status: BTreeMap<String, usize>,
    alleles: usize,
    alleles_by_fate: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Report {
    lines: Vec<Answer>,
    summary: Summary,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let dirs: Vec<&Path> = args.release.iter().map(PathBuf::as_path).collect();
    let releases = dirs.iter().map(|dir| reference::load_release(dir)).collect::<Result<Vec<_>, _>>()?;
    let history = reference::load_history(&dirs, releases.first())?.ok_or_else(no_history)?;
    let mac = args.mac.as_deref().map(reference::load_mac).transpose()?;
    let from = args.from.as_deref().map(|text| known(&history, text)).transpose()?;
    let to = args.to.as_deref().or_else(|| releases.first().map(Release::label)).unwrap_or_default();
    let to = known(&history, to)?;
    let loaded = |version: ReleaseVersion| releases.iter().find(|r| r.label().parse() == Ok(version));
    let migrator = Migrator {
        history: &history,
        from,
        to,
        mac: mac.as_ref(),
        old_release: from.and_then(loaded),
        new_release: loaded(to),
    };
    let report = report(&read(&args.file)?, &migrator);
    write(&report, args.format).map_err(|error| stream::not_written(&error))?;
    let refused = |answer: &Answer| answer.result.is_empty() && answer.status != "error:typing_empty";
    Ok(if report.lines.iter().any(refused) { Outcome::SomeRefused } else { Outcome::Done })
}

fn no_history() -> Failure {
    Failure::refused(
        "history_not_there",
        "The folder has no lists of earlier releases: it needs Allelelist_history.txt or allelelist/ (qidai hla fetch).",
    )
}

fn known(history: &History, text: &str) -> Result<ReleaseVersion, Failure> {
    history.release(text).ok_or_else(|| {
        let versions: Vec<String> = history.releases().iter().map(|r| r.version.to_string()).collect();
        let (first, last) = (versions.first().cloned(), versions.last().cloned());
        let range = format!("{} – {}", first.unwrap_or_default(), last.unwrap_or_default());
        Failure::refused(
            "history_release_unknown",
            format!("No release {text} is known here; known: {range}."),
        )
        .with("value", text)
        .with("known", range)
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    done.map_err(|problem| reference::ReferenceError::Unreadable {
        file: file.display().to_string(),
        problem,
    })?;
    Ok(bytes)
}

fn report(bytes: &[u8], migrator: &Migrator<'_>) -> Report {
    let mut summary = Summary {
        from: migrator.from.map(|v| v.to_string()),
        to: migrator.to.to_string(),
        ..Summary::default()
    };
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
    let lines = lines.filter(|_| !bytes.is_empty());
    let lines: Vec<Answer> = lines.map(|line| answer(line, migrator, &mut summary)).collect();
    summary.lines = lines.len();
    for line in &lines {
        *summary.by_status.entry(line.status.clone()).or_default() += 1;
    }
    summary.alleles = summary.alleles_by_fate.values().sum();
    Report { lines, summary }
}

fn answer(line: &[u8], migrator: &Migrator<'_>, summary: &mut Summary) -> Answer {
    let typing = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
    let (id, bare) = match typing.split_once('%') {
        Some((id, bare)) => (format!("{id}%"), bare),
        None => (String::new(), typing.as_str()),
    };
    let read = if bare.trim().is_empty() { Err("typing_empty".to_owned()) } else { Ok(()) };
    let done = read
        .map_err(|code| (code, "the line is blank".to_owned()))
        .and_then(|()| migrator.migrate(bare).map_err(|e: TypingError| (e.code.to_string(), e.to_string())));
    match done {
        Ok(done) => accepted(id, typing, &done, summary),
        Err((code, note)) => Answer { typing, status: format!("error:{code}"), result: String::new(), note },
    }
}

fn accepted(id: String, typing: String, done: &MigratedTyping, summary: &mut Summary) -> Answer {
    for (fate, count) in Fate::ALL.iter().zip(done.alleles).filter(|(_, count)| *count > 0) {
        *summary.alleles_by_fate.entry(fate.as_str()).or_default() += count;
    }
    let result = if done.text.is_empty() { String::new() } else { id + &done.text };
    Answer { typing, status: done.fate.as_str().to_owned(), result, note: notes(&done.notes) }
}

fn write(report: &Report, format: Format) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
        return out.flush();
    }
    for line in &report.lines {
        let note = line.note.replace(['\t', '\r', '\n'], " ");
        writeln!(out, "{}\t{}\t{}\t{note}", line.typing, line.status, line.result)?;
    }
    out.flush()?;
    let summary = &report.summary;
    let from = summary.from.as_deref().unwrap_or("*");
    eprintln!("{from} → {}: {} lines, {} alleles", summary.to, summary.lines, summary.alleles);
    for (status, count) in &summary.by_status {
        eprintln!("lines\t{status}\t{count}");
    }
    for (fate, count) in &summary.alleles_by_fate {
        eprintln!("alleles\t{fate}\t{count}");
    }
    Ok(())
}
