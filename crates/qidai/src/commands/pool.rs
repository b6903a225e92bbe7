//! `qidai pool`: lists of millions, as snapshot files of their own that `qidai search --pool` reads.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use crate::catalogue::{PoolReport, ReferenceArgs, freeze_pool};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::words::{Lang, Words, thousands};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Make a pool of a file: lines id%GL-string, or a table with the columns id and hla, and any of tnc_total, cd34_total, sex, abo,
    /// collection_date.
    ///
    /// The pool takes the place of an older one at once, when it is whole; searches go on in the old one until then.
    Freeze(FreezeArgs),
}

#[derive(clap::Args)]
struct FreezeArgs {
    /// The file; - is standard input.
    file: PathBuf,
    /// Where the pool is kept.
    #[arg(long, value_name = "POOL")]
    out: PathBuf,
    /// Name of the list in answers; without it the name of the file.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    reference: ReferenceArgs,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let Verb::Freeze(args) = &args.verb;
    let of_file = || args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(of_file).unwrap_or_default();
    let mut input: Box<dyn Read> = if args.file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(&args.file).map_err(|error| {
            let file = args.file.display().to_string();
            Failure::refused("pool_unreadable", format!("{file} could not be read: {error}."))
                .with("file", file)
                .with("error", error.to_string())
        })?)
    };
    let report = freeze_pool(&mut *input, &name, &args.reference, &args.out)?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
        Format::Table => told(&report, lang.words()),
    };
    stream::say(&text)?;
    Ok(if report.refused > 0 { Outcome::SomeRefused } else { Outcome::Done })
}

fn told(report: &PoolReport, w: &Words) -> String {
    let number = |count: u64| thousands(&count.to_string());
    let values = [
        ("accepted", number(report.accepted).into()),
        ("refused", number(report.refused).into()),
        ("unreadable", number(report.unreadable).into()),
        ("seconds", format!("{:.1}", report.seconds).into()),
        ("digest", report.digest.clone().into()),
    ];
    let mut lines = vec![w.say("pool-frozen", &values)];
    lines.extend(report.issues.iter().map(|issue| {
        let values = [
            ("line", issue.line.to_string().into()),
            ("column", issue.column.into()),
            ("value", issue.value.clone().into()),
            ("code", issue.code.into()),
        ];
        w.say("pool-issue", &values)
    }));
    lines.join("\n")
}
