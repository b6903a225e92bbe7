//! `qidai backup`: a copy of a bank while others work in it, and whether a copy is whole.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;

use crate::backup::{Checked, check, make};
use crate::checkpoints::Checkpoints;
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    make: MakeArgs,
}

#[derive(clap::Subcommand)]
enum What {
    /// Read a backup again, from its first to its last byte, and look into the bank in it.
    Verify(VerifyArgs),
}

#[derive(clap::Args)]
struct MakeArgs {
    /// The bank: a file. A PostgreSQL address comes from the environment.
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true, required = true)]
    bank: Option<String>,
    /// Folder of the new backup; when it is there already, a new one in it, named after the moment.
    #[arg(long, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(clap::Args)]
struct VerifyArgs {
    /// Folder of the backup.
    folder: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.what {
        Some(What::Verify(args)) => verify(args),
        None => make_one(&args.make),
    }
}

fn make_one(args: &MakeArgs) -> Result<Outcome, Failure> {
    let (Some(bank), Some(out)) = (&args.bank, &args.out) else {
        return Err(Failure::refused(
            "bank_not_named",
            "No bank: give --bank FILE, or set QIDAI_DATABASE_URL.",
        ));
    };
    let checkpoints = Checkpoints::of(bank).file;
    let made = make(bank, &checkpoints, out, Timestamp::now());
    let (folder, manifest) = runtime()?.block_on(made)?;
    let text = match args.format {
        Format::Json => json!({ "folder": folder, "manifest": manifest }).to_string(),
        Format::Table => format!(
            "{}\nevent {} ({}), {} bytes\nThe keys are not in it: keep a copy of them apart.",
            folder.display(),
            manifest.history.sequence,
            manifest.history.hash,
            manifest.files.iter().map(|file| file.bytes).sum::<u64>()
        ),
    };
    stream::say(&text)?;
    Ok(Outcome::Done)
}

fn verify(args: &VerifyArgs) -> Result<Outcome, Failure> {
    let checked = runtime()?.block_on(check(&args.folder))?;
    stream::say(&told(&args.folder, &checked, args.format))?;
    if checked.complaints.is_empty() {
        return Ok(Outcome::Done);
    }
    let detail = args.folder.display().to_string();
    Err(Failure::outage("backup_damaged", format!("{detail} is not whole.")).with("detail", detail))
}

fn told(folder: &Path, checked: &Checked, format: Format) -> String {
    let whole = checked.complaints.is_empty();
    if format == Format::Json {
        let complaints = &checked.complaints;
        return json!({ "whole": whole, "manifest": checked.manifest, "complaints": complaints }).to_string();
    }
    let history = &checked.manifest.history;
    let mut lines = vec![format!("{}: {}", folder.display(), if whole { "whole" } else { "NOT whole" })];
    lines.push(format!("made {} by {}", checked.manifest.made_at, checked.manifest.program));
    lines.push(format!("event {} ({})", history.sequence, history.hash));
    lines.extend(checked.complaints.iter().cloned());
    lines.join("\n")
}
