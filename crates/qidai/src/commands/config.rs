//! `qidai config check`: every setting with its value and where it comes from, and every mistake.

use serde_json::json;

use crate::commands::{Outcome, serve, stream};
use crate::config::{self, Reading};
use crate::error::Failure;
use crate::words::Lang;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show how `qidai serve` with the same options would be set up, without starting it.
    ///
    /// Exit status 2 when there are mistakes; all of them are told.
    Check(CheckArgs),
}

#[derive(clap::Args)]
struct CheckArgs {
    #[command(flatten)]
    serve: serve::Args,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args, lang: Option<Lang>) -> Result<Outcome, Failure> {
    let What::Check(args) = &args.what;
    let reading = config::read(&args.serve.given(lang), &config::of_process);
    match args.format {
        Format::Table => stream::say(&table(&reading))?,
        Format::Json => stream::say(&json(&reading).to_string())?,
    }
    Ok(if reading.mistakes.is_empty() { Outcome::Done } else { Outcome::SomeRefused })
}

fn table(reading: &Reading) -> String {
    let file = reading.file.as_ref().map_or_else(|| "none".to_owned(), |path| path.display().to_string());
    let mut lines = vec![format!("file of settings: {file}")];
    for effective in &reading.effective {
        let shown = effective.shown().unwrap_or_else(|| "-".to_owned());
        lines.push(format!("{:<16} {shown:<32} {}", effective.setting.name, effective.source));
    }
    for mistake in &reading.mistakes {
        lines.push(mistake.to_string());
    }
    let count = reading.mistakes.len();
    lines.push(if count == 0 { "no mistakes".to_owned() } else { format!("mistakes: {count}") });
    lines.join("\n")
}

fn json(reading: &Reading) -> serde_json::Value {
    let settings = reading.effective.iter().map(|effective| {
        json!({
            "name": effective.setting.name,
            "value": effective.shown(),
            "source": effective.source.to_string(),
            "variable": effective.setting.variable,
        })
    });
    json!({
        "file": reading.file,
        "settings": settings.collect::<Vec<_>>(),
        "mistakes": reading.mistakes,
    })
}
