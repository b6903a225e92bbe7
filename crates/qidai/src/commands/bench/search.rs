//! `qidai bench search`: how long one search takes, over many patients of the demonstration population.

use std::path::PathBuf;
use std::time::Instant;

use jiff::civil::date;
use qidai_hla::{Nomenclature, Release};
use qidai_match::AntigenSpace;
use qidai_match::search::{Facts, Origin, Snapshot, SnapshotBuilder, Source, UnitEntry};
use qidai_match::simulate::Mixed;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::memory::resident_mb;
use super::pool::quantile;
use crate::catalogue::{self, BankArgs, Catalogue, PatientInput, SearchRequest};
use crate::commands::{Outcome, runtime, stream};
use crate::demo::{Generator, Lives, Mix, Plan};
use crate::error::Failure;
use crate::frequencies;

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    #[command(flatten)]
    pub(super) bank: BankArgs,
    /// Without a bank: search so many invented units, kept in the file of --snapshot when that is given.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    rows: u64,
    /// How many patients are searched for.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) patients: u64,
    /// How many units are listed for each.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Predict P0 to P4 too, under --frequencies or those of the demonstration population.
    #[arg(long)]
    predict: bool,
    /// Measure pools of 10,000 entries, ten times more, and so on up to this many, typed as registries hold them: a quarter of positions
    /// as lists, by first field or by antigen, loci missing.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "rows")]
    pool: Option<u64>,
    /// Also draw the growth of --pool into this file (SVG).
    #[arg(long, value_name = "FILE", requires = "pool")]
    pub(super) chart: Option<PathBuf>,
    /// Type the invented units by two fields at five loci, and not as registries hold them.
    #[arg(long)]
    two_field: bool,
    /// The same seed gives the same units and patients.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

/// What was measured. Times are wall clock; a search is counts, classes and the first `limit` ranked.
#[derive(Serialize)]
struct Measured {
    rows: u64,
    patients: u64,
    threads: usize,
    /// Opening: the release, and the snapshot built from the database or mapped from its file.
    open_s: f64,
    median_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// Everybody counted by mismatches, nobody ranked.
    counts_median_ms: f64,
    counts_p99_ms: f64,
    /// Resident after the searches, and at most.
    rss_mb: Option<f64>,
    rss_peak_mb: Option<f64>,
    distinct_genotypes: [usize; 5],
    /// Units that passed the floors, averaged over the patients.
    passed_mean: f64,
    release: String,
    generation: u64,
    snapshot: String,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    if let Some(rows) = args.pool {
        return super::pool::run(args, rows);
    }
    let begun = Instant::now();
    let catalogue = match args.bank.bank {
        Some(_) => runtime()?.block_on(Catalogue::open(&args.bank))?,
        None => synthetic(args)?,
    };
    let open_s = begun.elapsed().as_secs_f64();
    let generator = generator(args)?;
    let (mut times_ms, mut counts_ms) = (Vec::new(), Vec::new());
    let mut passed = 0;
    for number in 0..args.patients {
        let typing = generator.patient_number(number).gl_string;
        let begun = Instant::now();
        catalogue.mismatch_counts(&typing)?;
        counts_ms.push(begun.elapsed().as_secs_f64() * 1e3);
        let request = SearchRequest {
            patient: PatientInput::Gl(typing),
            limit: args.limit,
            ..SearchRequest::default()
        };
        let begun = Instant::now();
        let answer = catalogue.search(&request)?;
        times_ms.push(begun.elapsed().as_secs_f64() * 1e3);
        passed += answer.total_listed;
    }
    let mut time = |q: f64| quantile(&mut times_ms, q);
    let memory = resident_mb();
    print(
        args.format,
        &Measured {
            rows: catalogue.snapshot().row_count() as u64,
            patients: args.patients,
            threads: rayon::current_num_threads(),
            open_s,
            median_ms: time(0.5),
            p99_ms: time(0.99),
            max_ms: time(1.0),
            counts_median_ms: quantile(&mut counts_ms, 0.5),
            counts_p99_ms: quantile(&mut counts_ms, 0.99),
            rss_mb: memory.map(|(now, _)| now),
            rss_peak_mb: memory.map(|(_, peak)| peak),
            distinct_genotypes: std::array::from_fn(|place| catalogue.snapshot().genotype_count(place)),
            passed_mean: passed as f64 / args.patients.max(1) as f64,
            release: catalogue.release_label().to_owned(),
            generation: catalogue.generation(),
            snapshot: catalogue.snapshot().checksum(),
        },
    )?;
    Ok(Outcome::Done)
}

fn generator(args: &Args) -> Result<Generator, Failure> {
    Generator::new(Plan {
        mix: Mix::of_searchable(args.rows),
        lives: Lives::None,
        seed: args.seed,
        today: date(2021, 12, 31),
    })
}

/// Invented units without a database: mapped from the file when it has the right number, made when not.
fn synthetic(args: &Args) -> Result<Catalogue, Failure> {
    let release = match &args.bank.reference.release {
        Some(dir) => crate::reference::load_release(dir)?,
        None => Release::starter(),
    };
    let antigens = AntigenSpace::new(&release);
    let path = args.bank.snapshot.clone();
    let nomenclature = Nomenclature::new(&release, None);
    let kept = path.as_deref().and_then(catalogue::map).filter(|kept| {
        kept.row_count() as u64 == args.rows
            && kept.generation() == generation(args)
            && kept.check(&nomenclature).is_ok()
    });
    let snapshot = match kept {
        Some(kept) => kept,
        None => build(args, nomenclature, &antigens, path)?,
    };
    if args.predict {
        return Catalogue::of_snapshot_predicted(release, snapshot, args.bank.frequencies.as_deref());
    }
    Ok(Catalogue::of_snapshot(release, None, snapshot))
}

fn build(
    args: &Args,
    nomenclature: Nomenclature<'_>,
    antigens: &AntigenSpace,
    path: Option<PathBuf>,
) -> Result<Snapshot, Failure> {
    let mut builder = SnapshotBuilder::new(nomenclature, antigens);
    let set = frequencies::built_in()?;
    let mixed = Mixed::new(&set, &nomenclature);
    let mut random = ChaCha8Rng::seed_from_u64(args.seed);
    for number in 0..args.rows {
        let (id, mut hla) = (format!("B{number:013}"), String::new());
        if args.two_field {
            mixed.write_exactly(&mut random, &mut hla);
        } else {
            mixed.write(&mut random, &mut hla);
        }
        builder.push(&UnitEntry { key: number, id: &id, hla: &hla, mother: "", facts: facts(number) });
    }
    let snapshot =
        builder.finish(Origin { generation: generation(args), history_hash: [0; 32] }).map_err(|error| {
            Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(&error)
        })?;
    let Some(path) = path else { return Ok(snapshot) };
    catalogue::save(&snapshot, &path).map_err(|error| {
        let sentence = format!("The snapshot {} could not be written: {error}.", path.display());
        Failure::outage("snapshot_not_written", sentence)
            .with("file", path.display().to_string())
            .with("error", error.to_string())
            .because(&error)
    })?;
    Ok(snapshot)
}

/// Stands in place of a generation, since there is no history: the seed, and how units are typed.
fn generation(args: &Args) -> u64 {
    args.seed.wrapping_mul(2) | u64::from(args.two_field)
}

/// Doses spread over the usual range; nothing else matters for the time of a search.
fn facts(number: u64) -> Facts {
    Facts {
        tnc_total: Some(500_000_000 + number.wrapping_mul(2_654_435_761) % 2_000_000_000),
        cd34_total: Some(1_000_000 + number.wrapping_mul(40_503) % 9_000_000),
        ..Facts::unknown(Source::Unit)
    }
}

fn print(format: Format, measured: &Measured) -> Result<(), Failure> {
    if format == Format::Json {
        return stream::say(&serde_json::to_string_pretty(measured).unwrap_or_default());
    }
    let mut text =
        format!("{} rows, {} patients, {} threads\n", measured.rows, measured.patients, measured.threads);
    for (name, value, unit) in [
        ("open", measured.open_s, "s"),
        ("median", measured.median_ms, "ms"),
        ("p99", measured.p99_ms, "ms"),
        ("max", measured.max_ms, "ms"),
        ("counts", measured.counts_median_ms, "ms"),
        ("  p99", measured.counts_p99_ms, "ms"),
    ] {
        text.push_str(&format!("{name:<9} {value:>9.3} {unit}\n"));
    }
    if let (Some(rss), Some(peak)) = (measured.rss_mb, measured.rss_peak_mb) {
        text.push_str(&format!("resident  {rss:>9.1} MB, at most {peak:.1} MB\n"));
    }
    stream::say(&format!("{text}passed    {:>9.1} units per patient", measured.passed_mean))
}
