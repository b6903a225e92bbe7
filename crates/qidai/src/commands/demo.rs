//! `qidai demo`: a synthetic bank in a folder, an example search in it, and the page.

use std::fs::{self, File};
use std::io::BufWriter;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use qidai_bank::Store;

use crate::catalogue::{BankArgs, Catalogue, ReferenceArgs};
use crate::checkpoints::Checkpoints;
use crate::commands::{Outcome, runtime, search, serve, stream};
use crate::demo::{Export, Generator, Lives, Made, Mix, Plan, export_failure, make};
use crate::error::Failure;
use crate::keys;
use crate::words::Lang;

/// The day on which the published figures of the bank that shaped the program were counted.
const DEFAULT_TODAY: Date = date(2021, 12, 31);
/// Units of the example list.
const UNITS_SHOWN: usize = 20;
/// Of the default demonstration, one unit in so many has its whole life: enough that no page is empty.
const LIVES_ONE_IN: u64 = 60;
/// Before this day the history of the demonstration bank would be too short.
const EARLIEST_TODAY: Date = date(2001, 1, 1);

/// Make a bank of invented units, search it for an invented patient, and serve it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of the bank; made when it is absent. The bank is its `bank.sqlite`.
    #[arg(long, default_value = "demo")]
    dir: PathBuf,
    /// Public units that a search can find; family units and units not yet available come on top.
    #[arg(long, value_name = "N", default_value_t = 20_000,
          value_parser = clap::value_parser!(u64).range(1..=10_000_000), conflicts_with = "scale")]
    units: u64,
    /// Size of a whole bank instead: `province` has 720,000 stored units, 110,000 of them public.
    #[arg(long, value_enum)]
    scale: Option<Scale>,
    /// Give every unit that is in the house its whole life: about 30 records each, from its mother's consent to its
    /// place in a tank. Without it some hundred units have theirs.
    #[arg(long)]
    records: bool,
    /// The same seed gives the same bank.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The day on which the demonstration takes place.
    #[arg(long, value_name = "DATE", default_value_t = DEFAULT_TODAY)]
    today: Date,
    /// End after printing.
    #[arg(long)]
    no_serve: bool,
    /// Address and port of the page.
    #[arg(long, value_name = "ADDRESS", default_value = serve::DEFAULT_LISTEN)]
    listen: SocketAddr,
    /// Also write all units as a CSV file that `qidai import units` reads.
    #[arg(long, value_name = "FILE.csv")]
    export: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Scale {
    Province,
}

impl Args {
    fn plan(&self) -> Result<Plan, Failure> {
        if self.today < EARLIEST_TODAY {
            return Err(Failure::refused(
                "demo_date_out_of_range",
                format!("--today {} is too early: expected a day from {EARLIEST_TODAY} on.", self.today),
            )
            .with("today", self.today.to_string()));
        }
        let mix = match self.scale {
            Some(Scale::Province) => Mix::province(),
            None => Mix::of_searchable(self.units),
        };
        let lives = if self.records { Lives::All } else { Lives::OneIn(LIVES_ONE_IN) };
        Ok(Plan { mix, lives, seed: self.seed, today: self.today })
    }

    fn bank_path(&self) -> PathBuf {
        self.dir.join("bank.sqlite")
    }
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let generator = Generator::new(args.plan()?)?;
    fs::create_dir_all(&args.dir).map_err(|error| folder_failure(&args.dir, &error))?;
    runtime()?.block_on(make_and_show(args, &generator, lang))?;
    Ok(Outcome::Done)
}

async fn make_and_show(args: &Args, generator: &Generator, lang: Lang) -> Result<(), Failure> {
    let made = make_bank(args, generator).await?;
    print_summary(args, generator, made, lang)?;
    let bank = BankArgs {
        bank: Some(args.bank_path().to_string_lossy().into_owned()),
        reference: ReferenceArgs::default(),
        snapshot: None,
        frequencies: None,
    };
    let catalogue = Catalogue::open(&bank).await?;
    let patient = generator.patient();
    search::show_first(&catalogue, &patient.gl_string, patient.weight_kg, UNITS_SHOWN, lang)?;
    drop(catalogue);
    if args.no_serve { Ok(()) } else { serve::serve(serve::Plan::local(bank, args.listen, lang)).await }
}

async fn make_bank(args: &Args, generator: &Generator) -> Result<Made, Failure> {
    let mut export = args.export.as_deref().map(begin_export).transpose()?;
    let address = args.bank_path().to_string_lossy().into_owned();
    let store = Store::create_or_open(&address).await?;
    keys::ensure(&address, &store).await?;
    let made = make(&store, generator, export.as_mut()).await?;
    Checkpoints::of(&address).add_or_warn(&store).await;
    store.close().await?;
    if let Some(export) = export {
        export.finish().map_err(|error| export_failure(&error))?;
    }
    Ok(made)
}

fn begin_export(path: &Path) -> Result<Export<BufWriter<File>>, Failure> {
    let file = File::create(path).map_err(|error| export_failure(&error))?;
    Export::begin(BufWriter::new(file)).map_err(|error| export_failure(&error))
}

/// What was made, and for whom the example search is.
fn print_summary(args: &Args, generator: &Generator, made: Made, lang: Lang) -> Result<(), Failure> {
    let words = lang.words();
    let mix = generator.mix();
    let key = match made {
        Made::Now(_) => "demo-made",
        Made::Before => "demo-before",
    };
    let values = [
        ("bank", args.bank_path().display().to_string().into()),
        ("units", mix.total().into()),
        ("searchable", mix.searchable.into()),
        ("seed", args.seed.to_string().into()),
    ];
    stream::say(&words.say(key, &values))?;
    if let Some(file) = &args.export {
        stream::say(&words.t1("demo-exported", "file", file.display().to_string()))?;
    }
    let patient = generator.patient();
    let values = [("weight", patient.weight_kg.into()), ("typing", patient.gl_string.as_str().into())];
    stream::say(&words.say("demo-patient", &values))
}

fn folder_failure(dir: &Path, error: &std::io::Error) -> Failure {
    Failure::outage(
        "folder_not_made",
        format!("The folder {} could not be made: {error}. Choose another --dir.", dir.display()),
    )
    .with("folder", dir.display().to_string())
    .with("error", error.to_string())
    .because(error)
}
