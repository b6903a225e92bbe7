//! `qidai figures`: what the bank says about itself in numbers, and the rows behind each number.

mod print;

use std::io::{self, BufWriter, Write};

use jiff::civil::Date;
use qidai_bank::{Figure, Store};

use super::{Outcome, runtime, stream};
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::words::Lang;

/// Compute the bank's figures, as of a day.
///
/// Each figure is a named query over the history. Its value and its hash belong to the day and to what was known: the
/// same --as-of and --known-at give the same ones for ever. Without --known-at everything is taken that is known now,
/// and what was entered after the day ended is told as the difference. docs/figures.md says what each figure means.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
    /// The day at whose end the figures are taken, in the bank's zone, such as 2021-12-31.
    #[arg(long, value_name = "DATE", value_parser = day_of)]
    as_of: Date,
    /// Only events up to this number of the history are known; it stands in every answer.
    #[arg(long, value_name = "N")]
    known_at: Option<u64>,
    /// How the figures are printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Instead of the figures, the rows that one of them is computed of, as CSV: n1, or its query name. The SHA-256 of
    /// this output is the figure's hash.
    #[arg(long, value_name = "FIGURE", conflicts_with = "format")]
    rows: Option<String>,
    /// Of the rows only those that late entries added, removed or changed.
    #[arg(long, requires = "rows", conflicts_with = "known_at")]
    late: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

fn day_of(text: &str) -> Result<Date, String> {
    let is_day = text.len() == 10;
    let day = if is_day { text.parse().ok() } else { None };
    day.ok_or_else(|| "expected a day such as 2021-12-31".to_owned())
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let figure = args.rows.as_deref().map(Figure::find).transpose()?;
    runtime()?.block_on(async {
        let store = Store::open(&args.bank).await?;
        let answered = match figure {
            Some(figure) => rows(args, figure, &store).await,
            None => figures(args, &store, lang).await,
        };
        store.close().await?;
        answered.map(|()| Outcome::Done)
    })
}

async fn figures(args: &Args, store: &Store, lang: Lang) -> Result<(), Failure> {
    let figures = store.figures(args.as_of, args.known_at).await?;
    let text = match args.format {
        Format::Table => print::table(&figures, lang.words()),
        Format::Json => print::json(&figures),
    };
    stream::say(text.trim_end())
}

/// Rows come out as they are hashed. What late entries did to a row is a column more, only where that is asked.
async fn rows(args: &Args, figure: &'static Figure, store: &Store) -> Result<(), Failure> {
    let mut output = BufWriter::new(io::stdout());
    let change_column = if args.late { Some("change") } else { None };
    let header = change_column.into_iter().chain(figure.columns().iter().copied());
    let mut written = csv_row(header).and_then(|line| output.write_all(&line));
    store
        .figure_rows(figure, args.as_of, args.known_at, &mut |change, cells| {
            // A row that late entries removed is no row of the figure. After a failure nothing more is written.
            let is_wanted = if args.late { change.is_some() } else { !is_removed(change) };
            if is_wanted && written.is_ok() {
                let change = change.filter(|_| args.late).map(|change| change.code());
                let cells = change.into_iter().chain(cells.iter().map(String::as_str));
                written = csv_row(cells).and_then(|line| output.write_all(&line));
            }
        })
        .await?;
    written.and_then(|()| output.flush()).map_err(|error| stream::not_written(&error))
}

fn is_removed(change: Option<qidai_bank::LateChange>) -> bool {
    change == Some(qidai_bank::LateChange::Removed)
}
