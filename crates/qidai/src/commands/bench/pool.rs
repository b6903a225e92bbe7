//! `qidai bench search --pool N`: pools of growing size, typed as registries hold them, frozen, counted and ranked.

use std::fmt::Write as _;
use std::time::Instant;

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::AntigenSpace;
use qidai_match::search::{Abo, Facts, Origin, Sex, Snapshot, SnapshotBuilder, Source, UnitEntry};
use qidai_match::simulate::Mixed;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::memory::resident_mb;
use super::pool_chart;
use super::search::{Args, Format};
use crate::catalogue::{Catalogue, PatientInput, SearchRequest};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::frequencies;

/// Smaller pools that are measured before the one that was asked for.
const GROWTH: [u64; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
/// Lines that are read at once.
const PIECE: u64 = 1 << 16;
/// Candidates of a ranked list.
const RANKED: usize = 50_000;
/// Of so many entries one is a unit of cord blood, with doses; the others are donors.
const ONE_CORD_OF: u64 = 50;
/// Ranked lists are slower than counts: of so many patients one is ranked.
const ONE_RANKED_OF: u64 = 5;

/// One pool, measured. Times are wall clock.
#[derive(Serialize)]
pub(super) struct Measured {
    pub(super) rows: u64,
    /// Lines of the file read, their typings looked up, in a second.
    lines_per_s: f64,
    /// Sorted and frozen.
    freeze_s: f64,
    /// From the file to the snapshot, all in all, in a second.
    rows_per_s: f64,
    distinct_genotypes: [usize; 5],
    /// Entries with at most four mismatches of 8 counted.
    pub(super) counts_median_ms: f64,
    pub(super) counts_p99_ms: f64,
    within_four_mean: f64,
    /// A ranked list of at most 50,000 with P0 to P4, every line told.
    pub(super) ranked_median_ms: f64,
    ranked_max_ms: f64,
    /// The same for patients typed by first fields only.
    ranked_first_fields_max_ms: f64,
    ranked_mean: f64,
    rss_mb: Option<f64>,
    rss_peak_mb: Option<f64>,
}

pub(super) fn run(args: &Args, rows: u64) -> Result<Outcome, Failure> {
    let mut sizes: Vec<u64> = GROWTH.into_iter().filter(|size| *size < rows).collect();
    sizes.push(rows);
    let mut all = Vec::new();
    for size in sizes {
        all.push(measure(args, size)?);
        if args.format == Format::Table {
            let last: Vec<&Measured> = all.last().into_iter().collect();
            stream::say(&table(&last, all.len() == 1))?;
        }
    }
    if args.format == Format::Json {
        stream::say(&serde_json::to_string_pretty(&all).unwrap_or_default())?;
    }
    if let Some(file) = &args.chart {
        std::fs::write(file, pool_chart::svg(&all)).map_err(|error| {
            let file = file.display().to_string();
            Failure::outage("bench_file_failed", format!("{file} could not be read or written: {error}."))
                .with("file", file)
                .with("error", error.to_string())
                .because(&error)
        })?;
    }
    Ok(Outcome::Done)
}

fn measure(args: &Args, rows: u64) -> Result<Measured, Failure> {
    let release = Release::starter();
    let antigens = AntigenSpace::new(&release);
    let set = frequencies::built_in()?;
    let mixed = Mixed::new(&set, &Nomenclature::new(&release, None));
    let (snapshot, lines_per_s, freeze_s) =
        build(&mixed, Nomenclature::new(&release, None), &antigens, rows, args.seed)?;
    let distinct_genotypes = std::array::from_fn(|place| snapshot.genotype_count(place));
    let catalogue = Catalogue::of_snapshot_predicted(release, snapshot, args.bank.frequencies.as_deref())?;
    let mut times = Times::default();
    for number in 0..args.patients {
        let mut text = String::new();
        mixed.write_exactly(&mut ChaCha8Rng::seed_from_u64(u64::MAX - args.seed - number), &mut text);
        times.patient(&catalogue, &text, number % ONE_RANKED_OF == 0)?;
    }
    let memory = resident_mb();
    let patients = args.patients.max(1) as f64;
    Ok(Measured {
        rows,
        lines_per_s,
        freeze_s,
        rows_per_s: rows as f64 / (rows as f64 / lines_per_s + freeze_s),
        distinct_genotypes,
        counts_median_ms: quantile(&mut times.counts, 0.5),
        counts_p99_ms: quantile(&mut times.counts, 0.99),
        within_four_mean: times.within_four as f64 / patients,
        ranked_median_ms: quantile(&mut times.ranked, 0.5),
        ranked_max_ms: quantile(&mut times.ranked, 1.0),
        ranked_first_fields_max_ms: quantile(&mut times.first_fields, 1.0),
        ranked_mean: times.listed as f64 / times.ranked.len().max(1) as f64,
        rss_mb: memory.map(|(now, _)| now),
        rss_peak_mb: memory.map(|(_, peak)| peak),
    })
}

/// In milliseconds.
#[derive(Default)]
struct Times {
    counts: Vec<f64>,
    ranked: Vec<f64>,
    first_fields: Vec<f64>,
    within_four: u64,
    listed: usize,
}

impl Times {
    fn patient(&mut self, catalogue: &Catalogue, text: &str, is_ranked: bool) -> Result<(), Failure> {
        let begun = Instant::now();
        let counts = catalogue.mismatch_counts(text)?;
        self.counts.push(begun.elapsed().as_secs_f64() * 1e3);
        self.within_four += counts.possible.iter().take(5).sum::<u64>();
        if is_ranked {
            let (ms, listed) = ranked(catalogue, text)?;
            self.ranked.push(ms);
            self.listed += listed;
            let coarse =
                PersonTyping::read(text, &catalogue.nomenclature()).map(|typing| first_fields(&typing));
            if let Ok(coarse) = coarse {
                self.first_fields.push(ranked(catalogue, &coarse)?.0);
            }
        }
        Ok(())
    }
}

fn ranked(catalogue: &Catalogue, text: &str) -> Result<(f64, usize), Failure> {
    let patient = PatientInput::Gl(text.to_owned());
    let request = SearchRequest { patient, limit: RANKED, ..SearchRequest::default() };
    let begun = Instant::now();
    let answer = catalogue.search(&request)?;
    Ok((begun.elapsed().as_secs_f64() * 1e3, answer.units.len()))
}

/// The same person, typed by first fields only.
fn first_fields(typing: &PersonTyping) -> String {
    let coarse = |allele: &str| format!("{}:XX", allele.split(':').next().unwrap_or(allele));
    let locus = |text: &str| text.split('+').map(coarse).collect::<Vec<_>>().join("+");
    typing.to_gl_string().split('^').map(locus).collect::<Vec<_>>().join("^")
}

pub(super) fn quantile(times: &mut [f64], part: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * part) as usize;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// Lines as a file has them, read in pieces; writing them is not measured.
fn build(
    mixed: &Mixed<'_>,
    nomenclature: Nomenclature<'_>,
    antigens: &AntigenSpace,
    rows: u64,
    seed: u64,
) -> Result<(Snapshot, f64, f64), Failure> {
    let mut builder = SnapshotBuilder::new(nomenclature, antigens);
    let list = Source::Listed(builder.list("pool"));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut reading_s = 0.0;
    for from in (0..rows).step_by(PIECE as usize) {
        let count = PIECE.min(rows - from);
        let mut text = String::with_capacity(128 * count as usize);
        let mut facts = Vec::with_capacity(count as usize);
        for number in from..from + count {
            let _ = write!(text, "P{number:012}%");
            let mut person = String::new();
            mixed.write(&mut random, &mut person);
            text.push_str(&person);
            text.push('\n');
            facts.push(invented(number, list, &mut random));
        }
        let begun = Instant::now();
        let entries = text.lines().filter_map(|line| line.split_once('%')).zip(facts).zip(from..);
        let entries: Vec<UnitEntry<'_>> =
            entries.map(|(((id, hla), facts), key)| UnitEntry { key, id, hla, mother: "", facts }).collect();
        builder.push_all(&entries);
        reading_s += begun.elapsed().as_secs_f64();
    }
    let begun = Instant::now();
    let built = builder.finish(Origin { generation: seed, history_hash: [0; 32] });
    let snapshot = built.map_err(|error| {
        Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(&error)
    })?;
    Ok((snapshot, rows as f64 / reading_s.max(1e-9), begun.elapsed().as_secs_f64()))
}

/// Doses of cords, sex and blood group of donors.
fn invented(number: u64, list: Source, random: &mut ChaCha8Rng) -> Facts {
    let groups = [Abo::A, Abo::B, Abo::O, Abo::AB];
    let is_cord = number.is_multiple_of(ONE_CORD_OF);
    Facts {
        tnc_total: is_cord.then(|| random.random_range(500_000_000..2_500_000_000)),
        cd34_total: is_cord.then(|| random.random_range(1_000_000..10_000_000)),
        sex: Some(if random.random_bool(0.5) { Sex::Female } else { Sex::Male }),
        abo: Some(groups[random.random_range(0..groups.len())]),
        ..Facts::unknown(list)
    }
}

fn table(all: &[&Measured], has_header: bool) -> String {
    let mut text = String::new();
    if has_header {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>11} {:>10} {:>9} {:>10} {:>10} {:>10} {:>11} {:>10} {:>10} {:>10} {:>8}",
            "rows",
            "lines/s",
            "freeze s",
            "rows/s",
            "count ms",
            "p99 ms",
            "within 4",
            "ranked ms",
            "max ms",
            "XX max ms",
            "peak MB"
        );
    }
    for m in all {
        let _ = write!(
            text,
            "{:>11} {:>10.0} {:>9.2} {:>10.0} {:>10.1} {:>10.1} {:>11.0} {:>10.1} {:>10.1} {:>10.1} {:>8.0}",
            m.rows,
            m.lines_per_s,
            m.freeze_s,
            m.rows_per_s,
            m.counts_median_ms,
            m.counts_p99_ms,
            m.within_four_mean,
            m.ranked_median_ms,
            m.ranked_max_ms,
            m.ranked_first_fields_max_ms,
            m.rss_peak_mb.unwrap_or(f64::NAN),
        );
    }
    text
}
