//! Many places at once, from a file.

use std::path::{Path, PathBuf};

use qidai_bank::{Counted, Position};

use super::{At, Desk, go, kind_of};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::storage::{rack_of, stored_of};

#[derive(clap::Args)]
pub(super) struct FileArgs {
    /// Lines of place, number and kind; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    pub(super) at: At,
}

#[derive(clap::Args)]
pub(super) struct CountArgs {
    tank: String,
    /// Only this rack, such as S4-K06.
    #[arg(long)]
    rack: Option<String>,
    #[command(flatten)]
    pub(super) file: FileArgs,
}

/// Place, number and kind of a line.
fn cells(line: &str) -> (&str, &str, &str) {
    let mut cells = line.split('\t').map(str::trim);
    let mut next = || cells.next().unwrap_or_default();
    (next(), next(), next())
}

pub(super) async fn fill(args: &FileArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for line in text_of(&args.file)?.lines() {
        let (place, number, kind) = cells(line);
        let answer = match go(desk, (number, kind), ("", place), None).await {
            Ok((kind, ..)) => kind.to_owned(),
            Err(failure) if failure.is_refusal() => {
                outcome = Outcome::SomeRefused;
                format!("error:{}", failure.code())
            }
            Err(failure) => return Err(failure),
        };
        stream::say(&format!("{place}\t{number}\t{answer}"))?;
    }
    Ok(outcome)
}

/// Prints what differs; exit status 2 when something does.
pub(super) async fn count(args: &CountArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let rack = args.rack.as_deref().map(rack_of).transpose()?;
    let mut counted = Vec::new();
    for line in text_of(&args.file.file)?.lines().filter(|line| !line.trim().is_empty()) {
        let (place, number, kind) = cells(line);
        let stored = stored_of(store, kind_of(kind)?, number).await?;
        counted.push(Counted { position: Position::parse(place)?, stored });
    }
    let result = store.count_storage(&args.tank, rack, &counted, &desk.acting(None)).await?;
    stream::say(&format!("expected\t{}\nmatched\t{}", result.expected, result.matched))?;
    for finding in &result.findings {
        let (found, expected) = (finding.found.as_deref(), finding.expected.as_deref());
        let [found, expected] = [found, expected].map(Option::unwrap_or_default);
        stream::say(&format!("{}\t{}\t{found}\t{expected}", finding.kind, finding.number))?;
    }
    Ok(if result.findings.is_empty() { Outcome::Done } else { Outcome::SomeRefused })
}

fn text_of(path: &Path) -> Result<String, Failure> {
    let read = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| {
        let sentence = format!("{} could not be read.", path.display());
        Failure::outage("storage_file_unreadable", sentence)
            .with("path", path.display().to_string())
            .because(&error)
    })
}
