//! The file of a rack scanner: put in what it saw, with columns that are said once for each scanner.

use std::path::PathBuf;

use qidai_bank::StoredKind;
use qidai_exchange::table::{ReadOptions, Table};
use qidai_exchange::{Issue, RackColumns, RackFileError, RackLine, Seen, read_rack_file};

use super::{At, Desk, go, kind_of};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::storage::scanned;
use crate::unread;

/// What the settings that keep a scanner's columns begin with.
const KEPT: &str = "rack_scanner.";
/// A tube whose code the scanner could not read.
const UNREAD: &str = "rack_number_unread";

/// Put in what a rack scanner saw. One answer per line: place, number, what was done.
#[derive(clap::Args)]
pub(super) struct RackArgs {
    /// The file: text with commas, semicolons or tabs, or XLSX.
    file: PathBuf,
    /// The scanner; what its columns mean is kept under this name and used again.
    #[arg(long, value_name = "NAME")]
    scanner: Option<String>,
    /// What a column means: 'Tube Pos=position'. rack, position, number or kind; may be repeated.
    #[arg(long = "column", value_name = "COLUMN=FIELD")]
    columns: Vec<String>,
    /// Tank and rack of places that name neither: T117-S4-K06.
    #[arg(long, value_name = "RACK")]
    rack: Option<String>,
    /// Say what the file says; put nothing in.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) at: At,
}

pub(super) async fn run(args: &RackArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let columns = columns_of(args, desk).await?;
    let options = ReadOptions::default();
    let read = Table::open(&args.file, &options).map_err(|error| unusable(&error.into()));
    let read = read.and_then(|table| read_rack_file(table, &columns).map_err(|error| unusable(&error)));
    let lines = match read {
        Ok(lines) => lines,
        Err(failure) => {
            if failure.is_refusal() && !args.dry_run {
                keep_file(args, &failure, desk).await?;
            }
            return Err(failure);
        }
    };
    // A file that could be read with these columns: they are kept.
    keep(args, &columns, desk).await?;
    let mut refused: Option<String> = None;
    for line in lines {
        let (place, number, answer) = match line {
            Ok(line) => put_in(&line, args, desk).await?,
            Err(issue) => told(&issue),
        };
        if answer.starts_with("error:") {
            refused.get_or_insert_with(|| format!("{place} {number}: {answer}"));
        }
        stream::say(&format!("{place}\t{number}\t{answer}"))?;
    }
    let Some(first) = refused else { return Ok(Outcome::Done) };
    if !args.dry_run {
        let sentence = format!("Some places of the file were refused, the first one: {}.", first.trim());
        keep_file(args, &Failure::refused("rack_rows_refused", sentence), desk).await?;
    }
    Ok(Outcome::SomeRefused)
}

/// Place and number, as far as the line tells them, and why it is not taken.
fn told(issue: &Issue) -> (String, String, String) {
    let answer = format!("error:{}", issue.code);
    let value = issue.value.replace(['\n', '\t'], " ");
    match issue.code {
        "rack_place_twice" => (value, String::new(), answer),
        "rack_number_twice" => (String::new(), value, answer),
        _ => (String::new(), String::new(), answer),
    }
}

/// A file with something that was refused is kept as it came, with the reason.
async fn keep_file(args: &RackArgs, failure: &Failure, desk: &Desk) -> Result<(), Failure> {
    let content = std::fs::read(&args.file).map_err(|error| {
        let sentence = format!("{} could not be read.", args.file.display());
        Failure::outage("storage_file_unreadable", sentence).because(&error)
    })?;
    let from = args.scanner.clone().or_else(|| Some(args.file.file_name()?.to_string_lossy().into_owned()));
    let (from, bank) = (from.unwrap_or_default(), (&desk.people.store, &desk.people.keys));
    unread::keep(bank, ("scanner", &from), &content, failure, &desk.acting(None)).await
}

async fn put_in(line: &RackLine, args: &RackArgs, desk: &Desk) -> Result<(String, String, String), Failure> {
    let place = match &args.rack {
        Some(rack) if line.place.matches('-').count() < 2 => format!("{rack}-{}", line.place),
        _ => line.place.clone(),
    };
    let number = match &line.seen {
        Seen::Number(number) => number.clone(),
        Seen::Nothing => return Ok((place, String::new(), "empty".to_owned())),
        Seen::Unreadable => return Ok((place, String::new(), format!("error:{UNREAD}"))),
    };
    if args.dry_run {
        let read = scanned(&place).and_then(|_| kind_of(&line.kind));
        let answer = read.map_or_else(|failure| format!("error:{}", failure.code()), |_| "seen".to_owned());
        return Ok((place, number, answer));
    }
    let kind = if line.kind.is_empty() { StoredKind::Unit.code() } else { &line.kind };
    match go(desk, (&number, kind), ("", &place), None).await {
        Ok((done, ..)) => Ok((place, number, done.to_owned())),
        Err(failure) if failure.is_refusal() => Ok((place, number, format!("error:{}", failure.code()))),
        Err(failure) => Err(failure),
    }
}

/// What was said of the columns now, over what was kept of the scanner.
async fn columns_of(args: &RackArgs, desk: &Desk) -> Result<RackColumns, Failure> {
    let mut columns = RackColumns::new();
    if let Some(scanner) = &args.scanner
        && let Some(kept) = desk.people.store.setting(&setting(scanner)?).await?
    {
        columns = serde_json::from_str(&kept).unwrap_or_default();
    }
    for said in &args.columns {
        let Some((column, field)) = said.rsplit_once('=') else {
            let sentence = format!(
                "'{said}' says nothing of a column: write COLUMN=FIELD, such as 'Tube Pos=position'."
            );
            return Err(Failure::refused("rack_mapping_wrong", sentence).with("value", said.as_str()));
        };
        columns.retain(|_, known| known != field.trim());
        columns.insert(column.trim().to_owned(), field.trim().to_owned());
    }
    Ok(columns)
}

async fn keep(args: &RackArgs, columns: &RackColumns, desk: &Desk) -> Result<(), Failure> {
    let (Some(scanner), false) = (&args.scanner, args.columns.is_empty()) else { return Ok(()) };
    let context = desk.acting(None).allowed(qidai_bank::Permission::StorageMove, None)?;
    let text = serde_json::to_string(columns).map_err(|error| {
        Failure::outage("internal_error", "The columns could not be written.").because(&error)
    })?;
    Ok(desk.people.store.set_setting(&setting(scanner)?, &text, &context).await?)
}

fn setting(scanner: &str) -> Result<String, Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if scanner.is_empty() || scanner.len() > 40 || !scanner.chars().all(fits) {
        let sentence = format!(
            "'{scanner}' is no name of a scanner: expected 1 to 40 Latin letters, digits, '-', '_' and '.'."
        );
        return Err(Failure::refused("rack_scanner_invalid", sentence).with("value", scanner));
    }
    Ok(format!("{KEPT}{scanner}"))
}

fn unusable(error: &RackFileError) -> Failure {
    let sentence = format!("The file of the scanner cannot be used: {error}.");
    match error {
        RackFileError::Table(table) if table.is_outage() => {
            Failure::outage("storage_file_unreadable", sentence).because(error)
        }
        _ => Failure::refused(error.code(), sentence).with("detail", error.to_string()),
    }
}
