//! `qidai bench repeat`: a new unit against many open patients, and many stored searches after a new generation.

use std::time::Instant;

use qidai_hla::{Nomenclature, Release};
use qidai_match::AntigenSpace;
use qidai_match::frequency::FrequencySet;
use qidai_match::search::{Facts, Origin, Snapshot, SnapshotBuilder, Source, UnitEntry};
use qidai_match::simulate::Mixed;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use crate::catalogue::{Asked, Catalogue, PatientInput, Repeated, SearchRequest};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::frequencies;

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// Stored searches, each of another patient.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
    searches: u64,
    /// Units that a new generation touched: half of them are new, half typed anew.
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..))]
    touched: u64,
    /// The same seed gives the same patients and units.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Wall clock; searches are understood before.
#[derive(Serialize)]
struct Measured {
    searches: u64,
    /// All searches read.
    understood_ms: f64,
    /// One new unit laid beside all of them; the median of twenty units.
    one_unit_ms: f64,
    one_unit_max_ms: f64,
    touched: u64,
    /// All searches after a generation.
    generation_ms: f64,
    told_new: usize,
    told_changed: usize,
    told_gone: usize,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = frequencies::built_in()?;
    let begun = Instant::now();
    let nobody = part(&[])?;
    let asked = questions(args, &set, &nobody)?;
    let understood_ms = begun.elapsed().as_secs_f64() * 1e3;
    let release = Release::starter();
    let mixed = Mixed::new(&set, &Nomenclature::new(&release, None));
    let mut random = ChaCha8Rng::seed_from_u64(args.seed);
    let mut typing = || {
        let mut text = String::new();
        mixed.write(&mut random, &mut text);
        text
    };
    let mut one_unit: Vec<f64> = Vec::new();
    for _ in 0..20 {
        let unit = part(&[(0, typing())])?;
        let begun = Instant::now();
        all(&nobody, &unit, &asked);
        one_unit.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let before: Vec<(u64, String)> = (0..args.touched / 2).map(|number| (number, typing())).collect();
    let now: Vec<(u64, String)> = (0..args.touched).map(|number| (number, typing())).collect();
    let (before, now) = (part(&before)?, part(&now)?);
    let begun = Instant::now();
    let told = all(&before, &now, &asked);
    let generation_ms = begun.elapsed().as_secs_f64() * 1e3;
    let measured = Measured {
        searches: args.searches,
        understood_ms,
        one_unit_ms: super::pool::quantile(&mut one_unit, 0.5),
        one_unit_max_ms: super::pool::quantile(&mut one_unit, 1.0),
        touched: args.touched,
        generation_ms,
        told_new: told.iter().map(|one| one.new.len()).sum(),
        told_changed: told.iter().map(|one| one.changed.len()).sum(),
        told_gone: told.iter().map(|one| one.gone.len()).sum(),
    };
    stream::say(&serde_json::to_string_pretty(&measured).unwrap_or_default())?;
    Ok(Outcome::Done)
}

fn all(before: &Catalogue, now: &Catalogue, asked: &[Asked]) -> Vec<Repeated> {
    asked.par_iter().map(|asked| Repeated::between(before, now, asked)).collect()
}

fn questions(args: &Args, set: &FrequencySet, catalogue: &Catalogue) -> Result<Vec<Asked>, Failure> {
    let release = Release::starter();
    let mixed = Mixed::new(set, &Nomenclature::new(&release, None));
    let question = |number: u64| {
        let mut text = String::new();
        mixed.write_exactly(&mut ChaCha8Rng::seed_from_u64(u64::MAX - args.seed - number), &mut text);
        catalogue.understand(&SearchRequest { patient: PatientInput::Gl(text), ..SearchRequest::default() })
    };
    (0..args.searches).map(question).collect()
}

/// Some units as a catalogue of their own.
fn part(units: &[(u64, String)]) -> Result<Catalogue, Failure> {
    let release = Release::starter();
    let antigens = AntigenSpace::new(&release);
    let mut builder = SnapshotBuilder::new(Nomenclature::new(&release, None), &antigens);
    for (key, hla) in units {
        let facts = Facts { tnc_total: Some(1_000_000_000), ..Facts::unknown(Source::Unit) };
        builder.push(&UnitEntry { key: *key, id: &format!("U{key:07}"), hla, mother: "", facts });
    }
    let built: Result<Snapshot, _> = builder.finish(Origin { generation: 1, history_hash: [0; 32] });
    let snapshot = built.map_err(|error| {
        Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(&error)
    })?;
    Catalogue::of_snapshot_predicted(release, snapshot, None)
}
