//! `qidai bench hla`: how fast a release is loaded, typings are read and reduced, on one thread and without remembering
//! answers.

mod mix;

use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use qidai_hla::Nomenclature;
use qidai_hla::reduce::{self, Names, Prepared, Scratch};
use serde::Serialize;

use super::memory::resident_mb;
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::reference;
use mix::{Mixer, SHARES};

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// Folder of an IPD-IMGT/HLA release.
    #[arg(long, value_name = "DIR")]
    release: PathBuf,
    /// Table of multiple allele codes: a header, then code⇥alleles.
    #[arg(long, value_name = "FILE")]
    mac: PathBuf,
    /// How many typings: 60 % alleles (half of them cut to two fields), 15 % G and P groups, 15 % codes, 5 % lists, 4 %
    /// antigens, 1 % XX.
    #[arg(long, value_name = "N", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    typings: u64,
    /// How many GL Strings of five loci, each position of the same kinds.
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..))]
    strings: u64,
    /// The same seed gives the same typings.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Only print the typings, one a line, for another program to read.
    #[arg(long)]
    print_mix: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

/// What was measured: wall clock of one thread; every typing is asked once.
#[derive(Serialize)]
struct Measured {
    release: String,
    seed: u64,
    threads: usize,
    typings: u64,
    gl_strings: u64,
    mix_percent: Vec<(&'static str, u32)>,
    /// Reading the files and making the release of their text, checksums included.
    load_ms: f64,
    load_rss_mb: Option<f64>,
    /// The names of the release and its codes as keys.
    names_ms: f64,
    levels: Vec<OfLevel>,
    rss_mb: Option<f64>,
    rss_peak_mb: Option<f64>,
}

/// One level. Answers are slices of numbers; `printed` includes writing them out.
#[derive(Serialize)]
struct OfLevel {
    level: &'static str,
    prepare_ms: f64,
    typings_per_s: f64,
    printed_per_s: f64,
    gl_strings_per_s: f64,
    gl_printed_per_s: f64,
    /// The same typings without tables, as `hla reduce` answers a single one.
    unprepared_per_s: f64,
    /// Of the typings and strings, those that no table answers.
    long_way: u64,
    /// Terms in all answers, so that nothing can be left out unseen.
    terms: u64,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let begun = Instant::now();
    let release = reference::load_release(&args.release)?;
    let load_ms = ms(begun);
    let load_rss_mb = resident_mb().map(|(now, _)| now);
    let mac = reference::load_mac(&args.mac)?;
    let mut mixer = Mixer::new(&release, &mac, args.seed);
    let typings: Vec<String> = (0..args.typings).map(|_| mixer.typing()).collect();
    if args.print_mix {
        typings.iter().try_for_each(|typing| stream::say(typing))?;
        return Ok(Outcome::Done);
    }
    let strings: Vec<String> = (0..args.strings).map(|_| mixer.gl_string()).collect();
    let begun = Instant::now();
    let names = Names::new(Nomenclature::new(&release, Some(&mac)));
    let names_ms = ms(begun);
    let levels = ["G", "lgx", "P", "S"].iter().filter_map(|name| reduce::level(name));
    let levels = levels.map(|level| of_level(level, &names, &typings, &strings)).collect();
    let memory = resident_mb();
    print(
        args.format,
        &Measured {
            release: release.label().to_owned(),
            seed: args.seed,
            threads: 1,
            typings: args.typings,
            gl_strings: args.strings,
            mix_percent: SHARES.to_vec(),
            load_ms,
            load_rss_mb,
            names_ms,
            levels,
            rss_mb: memory.map(|(now, _)| now),
            rss_peak_mb: memory.map(|(_, peak)| peak),
        },
    )?;
    Ok(Outcome::Done)
}

fn of_level(
    level: &'static reduce::Level,
    names: &Names<'_>,
    typings: &[String],
    strings: &[String],
) -> OfLevel {
    let begun = Instant::now();
    let prepared = Prepared::new(names, level);
    let prepare_ms = ms(begun);
    let mut scratch = Scratch::default();
    let (mut terms, mut long_way) = (0, 0);
    let typings_per_s = per_second(typings, |typing| match prepared.terms(typing, &mut scratch) {
        Some(answer) => terms += black_box(answer).len() as u64,
        None => {
            long_way += 1;
            let _ = black_box(reduce::reduce(typing, level, names.nomenclature()));
        }
    });
    let gl_strings_per_s = per_second(strings, |text| match prepared.gl_terms(text, &mut scratch) {
        Some(answer) => {
            terms += black_box(&answer).loci().map(|(_, c)| c.map(<[_]>::len).sum::<usize>()).sum::<usize>()
                as u64;
        }
        None => {
            long_way += 1;
            let _ = black_box(reduce::reduce(text, level, names.nomenclature()));
        }
    });
    let mut out = String::with_capacity(1 << 20);
    let mut printed = |texts: &[String]| {
        per_second(texts, |text| {
            out.clear();
            if let Some(answer) = prepared.gl_terms(text, &mut scratch) {
                // Writing to a string cannot fail.
                let _ = write!(out, "{answer}");
            }
            black_box(&out);
        })
    };
    OfLevel {
        level: level.name,
        prepare_ms,
        typings_per_s,
        printed_per_s: printed(typings),
        gl_strings_per_s,
        gl_printed_per_s: printed(strings),
        unprepared_per_s: per_second(&typings[..typings.len().min(20_000)], |typing| {
            let _ = black_box(reduce::reduce(typing, level, names.nomenclature()));
        }),
        long_way,
        terms,
    }
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

fn per_second(texts: &[String], mut ask: impl FnMut(&str)) -> f64 {
    let begun = Instant::now();
    texts.iter().for_each(|text| ask(text));
    texts.len() as f64 / begun.elapsed().as_secs_f64()
}

fn print(format: Format, measured: &Measured) -> Result<(), Failure> {
    if format == Format::Json {
        return stream::say(&serde_json::to_string_pretty(measured).unwrap_or_default());
    }
    let mut text = format!(
        "release {}, {} typings, {} GL Strings, one thread\nload {:.0} ms, names {:.0} ms\n",
        measured.release, measured.typings, measured.gl_strings, measured.load_ms, measured.names_ms
    );
    for level in &measured.levels {
        text.push_str(&format!(
            "{:<4} prepare {:>4.0} ms  typings/s {:>9.0} (printed {:>9.0}, unprepared {:>7.0})  GL/s {:>8.0} (printed {:>8.0})  the long way {}\n",
            level.level, level.prepare_ms, level.typings_per_s, level.printed_per_s, level.unprepared_per_s,
            level.gl_strings_per_s, level.gl_printed_per_s, level.long_way
        ));
    }
    stream::say(text.trim_end())
}
