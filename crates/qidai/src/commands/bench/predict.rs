//! `qidai bench predict`: all pairs of many patients and donors, typed like those of the WMDA matching validation.

use std::path::PathBuf;
use std::time::Instant;

use qidai_hla::{Locus, Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{Answer, Collection, Patient, People};
use qidai_match::simulate::{Habit, Simulator};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::hard_pairs::{self, HardPair};
use super::memory::resident_mb;
use super::processor::cpu_seconds;
use crate::commands::matching::not_understood;
use crate::commands::{Outcome, stream};
use crate::demo;
use crate::error::Failure;

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// Haplotype frequencies (`haplotype,freq`); without it those of the demonstration population.
    #[arg(long, value_name = "FILE")]
    frequencies: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 1000)]
    patients: usize,
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    donors: usize,
    /// The same seed gives the same people.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Write the people as patients.gl and donors.gl there, for other programs.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

/// How the WMDA study's people are typed (measured on its patients and donors): at A, C, B, DRB1, DQB1.
const PATIENT_HABITS: [(Locus, Habit); 5] = [
    (Locus::A, Habit { absent: 0.0, first_field: 0.86 }),
    (Locus::C, Habit { absent: 0.0, first_field: 0.73 }),
    (Locus::B, Habit { absent: 0.0, first_field: 0.83 }),
    (Locus::DRB1, Habit { absent: 0.0, first_field: 0.37 }),
    (Locus::DQB1, Habit { absent: 0.0, first_field: 0.05 }),
];
const DONOR_HABITS: [(Locus, Habit); 5] = [
    (Locus::A, Habit { absent: 0.0, first_field: 1.0 }),
    (Locus::C, Habit { absent: 0.797, first_field: 0.203 }),
    (Locus::B, Habit { absent: 0.0, first_field: 1.0 }),
    (Locus::DRB1, Habit { absent: 0.104, first_field: 0.896 }),
    (Locus::DQB1, Habit { absent: 0.889, first_field: 0.111 }),
];

/// What was measured; times are wall clock on all cores.
#[derive(Serialize)]
struct Measured {
    haplotypes: usize,
    patients: usize,
    donors: usize,
    pairs: u64,
    threads: usize,
    impute_patients_s: f64,
    impute_donors_s: f64,
    /// P0 to P4 of all pairs, and the values of each locus of the listed ones.
    predict_s: f64,
    total_s: f64,
    /// Of all threads, reading the set and drawing the people included.
    cpu_s: Option<f64>,
    donor_groups: usize,
    /// Pairs with a chance of at most two mismatches.
    listed_pairs: u64,
    rss_peak_mb: Option<f64>,
    /// The hardest pairs of people.
    hardest: Vec<HardPair>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = frequencies(args)?;
    let release = Release::starter();
    let rules = Rules { identity: Identity::Name, nulls: Nulls::ByName, resolution: Resolution::AsNamed };
    let understood = Understood::new(&set, &Nomenclature::new(&release, None), rules);
    let mut random = ChaCha8Rng::seed_from_u64(args.seed);
    let simulator = Simulator::new(&set);
    let mut people = |count: usize, habits: &[(Locus, Habit)]| -> Vec<Option<Phenotype>> {
        let habits = of_set(habits, &set);
        (0..count).map(|_| Some(simulator.person(&habits, &mut random).phenotype)).collect()
    };
    let patients = people(args.patients, &PATIENT_HABITS);
    let donors = people(args.donors, &DONOR_HABITS);
    if let Some(dir) = &args.write {
        write(dir, "patients.gl", "P", &patients, &simulator)?;
        write(dir, "donors.gl", "D", &donors, &simulator)?;
    }
    let measured = measure(&Imputer::new(understood), &patients, &donors)?;
    let text = match args.format {
        Format::Json => serde_json::to_string(&measured).unwrap_or_default(),
        Format::Table => table(&measured),
    };
    stream::say(&text)?;
    Ok(Outcome::Done)
}

fn frequencies(args: &Args) -> Result<FrequencySet, Failure> {
    let text = match &args.frequencies {
        None => demo::HAN_NORTH.to_owned(),
        Some(file) => std::fs::read_to_string(file).map_err(|error| not_used(file, &error))?,
    };
    let source = args.frequencies.clone().unwrap_or_else(|| "han_north".into());
    FrequencySet::read(&text).map_err(|error| not_understood(&source, &error))
}

/// The habits in the order of the set's loci; loci of the set that have none are not typed.
fn of_set(habits: &[(Locus, Habit)], set: &FrequencySet) -> Vec<Habit> {
    let habit = |locus: &Locus| habits.iter().find(|(of, _)| of == locus).map(|(_, habit)| *habit);
    set.loci().iter().map(|locus| habit(locus).unwrap_or(Habit { absent: 1.0, first_field: 0.0 })).collect()
}

fn write(
    dir: &std::path::Path,
    name: &str,
    letter: &str,
    people: &[Option<Phenotype>],
    simulator: &Simulator<'_>,
) -> Result<(), Failure> {
    let lines =
        people.iter().flatten().enumerate().map(|(index, phenotype)| {
            format!("{letter}{:06}%{}\n", index + 1, simulator.gl_string(phenotype))
        });
    let file = dir.join(name);
    std::fs::create_dir_all(dir)
        .and_then(|()| std::fs::write(&file, lines.collect::<String>()))
        .map_err(|error| not_used(&file, &error))
}

fn not_used(file: &std::path::Path, error: &std::io::Error) -> Failure {
    let file = file.display().to_string();
    Failure::outage("bench_file_failed", format!("{file} could not be read or written: {error}."))
        .with("file", &file)
        .with("error", error.to_string())
        .because(error)
}

fn measure(
    imputer: &Imputer<'_>,
    patients: &[Option<Phenotype>],
    donors: &[Option<Phenotype>],
) -> Result<Measured, Failure> {
    let set = imputer.understood().set();
    let places: Vec<usize> = (0..set.loci().len()).collect();
    let begun = Instant::now();
    let counted = Counted::new(imputer, &places);
    let patients = People::impute(imputer, &counted, patients);
    let patients_done = begun.elapsed().as_secs_f64();
    let collection = Collection::freeze(&counted, donors.iter().cloned());
    let donors_done = begun.elapsed().as_secs_f64();
    let listed: u64 = (0..patients.len())
        .into_par_iter()
        .map(|patient| listed(&patients.patient(patient), &collection))
        .sum();
    let total_s = begun.elapsed().as_secs_f64();
    // Read before the hardest pairs, which are no part of it.
    let (cpu_s, rss_peak_mb) = (cpu_seconds(), resident_mb().map(|(_, peak)| peak));
    Ok(Measured {
        haplotypes: set.len(),
        patients: patients.len(),
        donors: donors.len(),
        pairs: patients.len() as u64 * donors.len() as u64,
        threads: rayon::current_num_threads(),
        impute_patients_s: patients_done,
        impute_donors_s: donors_done - patients_done,
        predict_s: total_s - donors_done,
        cpu_s,
        total_s,
        donor_groups: collection.group_count(),
        listed_pairs: listed,
        rss_peak_mb,
        hardest: hard_pairs::measure(imputer, &counted),
    })
}

/// Predicts one patient with everybody and the loci of the pairs that a list would show; how many those are.
fn listed(patient: &Patient, collection: &Collection) -> u64 {
    let answers = collection.predict_all(patient);
    let shown: Vec<u32> =
        (0..collection.len() as u32).filter(|donor| has_chance(&answers[*donor as usize])).collect();
    std::hint::black_box(collection.at_loci(patient, &shown));
    shown.len() as u64
}

fn has_chance(answer: &Answer) -> bool {
    matches!(answer, Answer::Predicted(known) if known.totals[..3].iter().any(|p| *p > 0.0))
}

fn table(m: &Measured) -> String {
    format!(
        "{} patients × {} donors, {} haplotypes, {} threads\n\
         impute patients {:.3} s, donors {:.3} s, {} groups of haplotypes\n\
         predict {:.3} s: {} pairs, of which {} listed\n\
         together {:.3} s, {} CPU-s, at most {} MB\n\
         hardest pairs:\n{}",
        m.patients,
        m.donors,
        m.haplotypes,
        m.threads,
        m.impute_patients_s,
        m.impute_donors_s,
        m.donor_groups,
        m.predict_s,
        m.pairs,
        m.listed_pairs,
        m.total_s,
        m.cpu_s.map_or("?".to_owned(), |s| format!("{s:.2}")),
        m.rss_peak_mb.map_or("?".to_owned(), |mb| format!("{mb:.0}")),
        hard_pairs::table(&m.hardest),
    )
}
