//! `qidai import`: the bank's own units, or another registry's list, from a file.
//!
//! A reader thread splits the file, workers on all cores read rows and judge typings, and this thread
//! alone writes, one chunk after the other ([`pipeline`]).

mod input;
mod judge;
mod ledger;
mod pace;
mod pipeline;
mod report;
mod said;
mod shelf;
mod stop;
mod turns;
mod uploaded;

use std::path::PathBuf;
use std::sync::Arc;

use qidai_exchange::mapping::Mapping;
use qidai_exchange::table::{ReadOptions, Table, TextEncoding};
use qidai_exchange::{ListRows, UnitRows};
use qidai_hla::Nomenclature;

use crate::commands::Outcome;
use crate::error::Failure;
use crate::reference;
use crate::words::Lang;
pub(crate) use report::Report;
pub(crate) use shelf::compared;
pub(crate) use uploaded::{Uploaded, units};

use input::Input;
use ledger::Ledger;
use report::Format;
use shelf::{Add, Shelf};
use stop::Stop;
use turns::Turns;

/// Longest name of an external list.
const LIST_NAME_CHARS_MAX: usize = 100;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The bank's own units, from CSV or XLSX.
    ///
    /// The first row names the columns; din, bank_type and hla are needed, all others are optional.
    /// Good rows are kept, every other row is listed with all that is wrong with it. Running it again
    /// changes nothing.
    Units(FileArgs),
    /// Another registry's donors or units, from CSV, XLSX or a GL file (`id%GL-string` lines).
    List(ListArgs),
}

#[derive(clap::Args)]
struct FileArgs {
    /// The file: text with commas, semicolons or tabs, or XLSX; - is standard input.
    file: PathBuf,
    /// Path of the bank, made when absent. A PostgreSQL address comes from the environment.
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
    /// Saved mapping of the sender's columns, values and units (JSON).
    #[arg(long, value_name = "M")]
    mapping: Option<PathBuf>,
    /// Say what would happen; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also write every issue into this file, as CSV for a spreadsheet: row, column, value, code, reason, hint.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder of an IPD-IMGT/HLA release; without it the bank's, or the starter release.
    #[arg(long, value_name = "DIR")]
    release: Option<PathBuf>,
    /// Table of multiple allele codes: a header, then code, tab, alleles.
    #[arg(long, value_name = "FILE")]
    mac: Option<PathBuf>,
    /// Encoding of a text file, such as utf-8 or gb18030; without it, detected.
    #[arg(long, value_name = "E")]
    encoding: Option<String>,
    /// Sheet of an XLSX file; without it, the first.
    #[arg(long, value_name = "S")]
    sheet: Option<String>,
}

#[derive(clap::Args)]
struct ListArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Name of the list in the bank, such as the registry's; without it the name of the file, or stdin.
    #[arg(long)]
    name: Option<String>,
}

impl ListArgs {
    fn name(&self) -> String {
        let of_file = || match self.file.file.file_stem() {
            Some(stem) if stem != "-" => stem.to_string_lossy().into_owned(),
            _ => "stdin".to_owned(),
        };
        self.name.as_deref().map_or_else(of_file, |name| name.trim().to_owned())
    }
}

/// What is known of a file once its header is understood.
struct Header {
    /// The column of the identifier, as the file names it.
    identity_column: String,
    columns_not_used: Vec<String>,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let (file, outcome) = match &args.what {
        What::Units(args) => (args, units_of(args)),
        What::List(args) => (&args.file, list(&args.file, &args.name())),
    };
    let report = match outcome {
        Ok(report) => report,
        Err(Stop::Refused(issues)) => Report::refused(issues),
        Err(Stop::Failed(failure)) => return Err(*failure),
    };
    let report = report.of_dry_run(file.dry_run);
    let report = report.said(lang);
    if let Some(errors) = &file.errors {
        report.write_errors(errors)?;
    }
    report.print(file.format, lang)?;
    Ok(if report.has_issues() { Outcome::SomeRefused } else { Outcome::Done })
}

fn units_of(args: &FileArgs) -> Result<Report, Stop> {
    let input = Input::open(&args.file)?;
    let table = Table::open(input.path(), &args.read_options()?)
        .map_err(|error| Stop::table(&error, input.shown()))?;
    let rows = UnitRows::bind(table.header(), &args.mapping()?)?;
    let header = Header {
        identity_column: rows.identity_column().to_owned(),
        columns_not_used: rows.columns_not_used().to_vec(),
    };
    args.import(&input, table, header, &|row, reading| rows.read(row, reading), &Shelf::add_units)
}

fn list(args: &FileArgs, name: &str) -> Result<Report, Stop> {
    check_list_name(name)?;
    let input = Input::open(&args.file)?;
    let table = Table::open_list(input.path(), &args.read_options()?)
        .map_err(|error| Stop::table(&error, input.shown()))?;
    let rows = ListRows::bind(table.header(), &args.mapping()?)?;
    let header = Header {
        identity_column: rows.identity_column().to_owned(),
        columns_not_used: rows.columns_not_used().to_vec(),
    };
    let add = |shelf: &Shelf, records: &[_]| shelf.add_listed(name, records);
    args.import(&input, table, header, &|row, reading| rows.read(row, reading), &add)
}

impl FileArgs {
    fn read_options(&self) -> Result<ReadOptions, Stop> {
        let named =
            |label: &String| TextEncoding::named(label).map_err(|error| Stop::table(&error, &self.file));
        Ok(ReadOptions {
            encoding: self.encoding.as_ref().map(named).transpose()?,
            sheet: self.sheet.clone(),
        })
    }

    fn mapping(&self) -> Result<Mapping, Stop> {
        Ok(self.mapping.as_deref().map(Mapping::load).transpose()?.unwrap_or_default())
    }

    /// Everything after the header: opens reference and bank, then runs the pipeline.
    fn import<R: Send>(
        &self,
        input: &Input,
        table: Table,
        header: Header,
        read: &pipeline::Read<'_, R>,
        add: &Add<'_, R>,
    ) -> Result<Report, Stop> {
        let given =
            self.release.as_deref().map(reference::load_release).transpose().map_err(Failure::from)?;
        let mac = self.mac.as_deref().map(reference::load_mac).transpose().map_err(Failure::from)?;
        let shelf = Shelf::open(&self.bank, self.dry_run)?;
        let turns = Arc::new(Turns::default());
        shelf.time_writes(&turns);
        let release = match given {
            Some(release) => {
                shelf.adopt_release(&release, self.release.as_deref())?;
                release
            }
            None => shelf.release_in_force()?,
        };
        let nomenclature = Nomenclature::new(&release, mac.as_ref());
        let judging = pipeline::Judging { nomenclature, today: shelf.today()? };
        let progress = report::progress_bar(input.path());
        let mut ledger = Ledger::new(header, |records: &[R]| add(&shelf, records));
        pipeline::run(table, read, &judging, &progress, &mut |batch| ledger.take(batch))
            .or_else(|stop| ledger.note(stop, input.shown()))?;
        progress.finish_and_clear();
        let mut report = ledger.into_report();
        report.release = Some(release.label().to_owned());
        report.longest_write_ms = turns.longest_ms();
        shelf.close()?;
        Ok(report)
    }
}

fn check_list_name(name: &str) -> Result<(), Failure> {
    let length = name.chars().count();
    if (1..=LIST_NAME_CHARS_MAX).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let sentence =
        format!("The list name {name:?} has {length} characters, expected 1 to {LIST_NAME_CHARS_MAX}.");
    Err(Failure::refused("list_name_wrong", sentence)
        .with("value", name)
        .with("length", length.to_string())
        .with("most", LIST_NAME_CHARS_MAX.to_string()))
}
