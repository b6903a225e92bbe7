//! `qidai frequencies verify`: predictions laid beside the truth.

use std::path::{Path, PathBuf};

use qidai_bank::Store;
use qidai_hla::{Locus, Nomenclature};
use qidai_match::frequency::{FrequencySet, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::simulate::{Habit, Simulated, Simulator};
use qidai_match::verify::{Calibration, Case, LABORATORIES, calibrate, habits_of};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::verified::{Verified, diagram};
use super::{Format, compare, write_whole};
use crate::catalogue::ReferenceArgs;
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;
use crate::{frequencies, reference};

/// Predictions laid beside the truth: of all pairs that were given 30 %, 30 % must match.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Haplotype frequencies (`haplotype,freq`); may be given again, one report for each. Without it those of the
    /// demonstration population.
    #[arg(long, value_name = "FILE")]
    frequencies: Vec<PathBuf>,
    /// Take the units of this bank that were typed again: predicted from their first typing, compared with the last.
    #[arg(long, value_name = "DB")]
    bank: Option<String>,
    /// Units to invent, typed as the units of a bank are after twenty years.
    #[arg(long, value_name = "N", default_value_t = 40_000)]
    units: usize,
    /// Patients to invent, typed by sequence at every locus.
    #[arg(long, value_name = "N", default_value_t = 200)]
    patients: usize,
    /// The same seed invents the same people.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Draw the reliability diagram (SVG); the second set goes to FILE-2, and so on.
    #[arg(long, value_name = "FILE")]
    diagram: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    reference: ReferenceArgs,
}

/// What is asked: a name, the loci that are counted, the mismatches.
pub(super) const QUESTIONS: [(&str, &[Locus], usize); 4] = [
    ("6/6", &[Locus::A, Locus::B, Locus::DRB1], 0),
    ("5/6", &[Locus::A, Locus::B, Locus::DRB1], 1),
    ("8/8", &[Locus::A, Locus::C, Locus::B, Locus::DRB1], 0),
    ("10/10", &[Locus::A, Locus::C, Locus::B, Locus::DRB1, Locus::DQB1], 0),
];

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let retyped = args.bank.as_deref().map(retyped).transpose()?;
    if retyped.as_ref().is_some_and(Vec::is_empty) {
        return Err(Failure::refused(
            "no_confirmatory_typings",
            "No unit of the bank was typed a second time: there is nothing to compare predictions with. Leave --bank \
             out to verify with invented people.",
        ));
    }
    let sets = sets(&args.frequencies)?;
    let mut all = Vec::new();
    for (name, set) in &sets {
        let understood = Understood::new(set, &nomenclature, qidai_match::frequency::Rules::default());
        let cases = Cases::new(args, set, &understood, &nomenclature, retyped.as_deref());
        let found = asked(&Imputer::new(understood), &cases);
        all.push(Verified::new(name, args.bank.is_some(), args.seed, &cases, found));
    }
    for (at, verified) in all.iter().enumerate() {
        if let Some(file) = &args.diagram {
            write_whole(&numbered(file, at), &diagram(verified))?;
        }
    }
    let text = match args.format {
        Format::Json => serde_json::to_string(&all).unwrap_or_default(),
        Format::Table => all.iter().map(Verified::table).collect::<Vec<_>>().join("\n"),
    };
    stream::say(text.trim_end())?;
    Ok(Outcome::Done)
}

fn sets(files: &[PathBuf]) -> Result<Vec<(String, FrequencySet)>, Failure> {
    if files.is_empty() {
        let name = "han_north (synthetic frequencies)".to_owned();
        return Ok(vec![(name, frequencies::built_in()?)]);
    }
    files.iter().map(|file| Ok((file.display().to_string(), compare::read(file)?))).collect()
}

fn numbered(file: &Path, at: usize) -> PathBuf {
    if at == 0 {
        return file.to_owned();
    }
    let (stem, end) = (file.file_stem().unwrap_or_default(), file.extension().unwrap_or_default());
    file.with_file_name(format!("{}-{}.{}", stem.display(), at + 1, end.display()))
}

fn retyped(bank: &str) -> Result<Vec<[String; 2]>, Failure> {
    runtime()?.block_on(async {
        let store = Store::open(bank).await?;
        let found = store.retyped().await;
        store.close().await?;
        Ok(found?)
    })
}

/// Patients and units with known truth.
pub(super) struct Cases {
    pub(super) patients: Vec<Case>,
    pub(super) units: Vec<Case>,
}

impl Cases {
    fn new(
        args: &Args,
        set: &FrequencySet,
        understood: &Understood<'_>,
        nomenclature: &Nomenclature<'_>,
        retyped: Option<&[[String; 2]]>,
    ) -> Cases {
        let simulator = Simulator::new(set);
        let mut random = ChaCha8Rng::seed_from_u64(args.seed);
        let exact = vec![Habit::EXACT; set.loci().len()];
        let known = |habits: &[Habit], random: &mut ChaCha8Rng| {
            let Simulated { truth, phenotype } = simulator.person(habits, random);
            Case { typed: phenotype, truth: simulator.typed(truth, &exact, random) }
        };
        let patients = (0..args.patients).map(|_| known(&exact, &mut random)).collect();
        let units = match retyped {
            Some(retyped) => {
                retyped.iter().filter_map(|pair| read_case(pair, understood, nomenclature)).collect()
            }
            None => {
                let habits = LABORATORIES.map(|laboratory| habits_of(&laboratory, set));
                let mut unit = || known(&habits[drawn(&mut random)], &mut random);
                (0..args.units).map(|_| unit()).collect()
            }
        };
        Cases { patients, units }
    }
}

/// Which laboratory typed the next unit.
fn drawn(random: &mut ChaCha8Rng) -> usize {
    let mut at = random.random_range(0..100_u32);
    for (place, laboratory) in LABORATORIES.iter().enumerate() {
        if at < laboratory.percent {
            return place;
        }
        at -= laboratory.percent;
    }
    LABORATORIES.len() - 1
}

/// A unit that was typed again; `None` when one of its typings cannot be read any more.
fn read_case(
    [first, last]: &[String; 2],
    understood: &Understood<'_>,
    nomenclature: &Nomenclature<'_>,
) -> Option<Case> {
    let read =
        |text: &str| Phenotype::read(text, understood, nomenclature).ok().map(|(phenotype, _)| phenotype);
    Some(Case { typed: read(first)?, truth: read(last)? })
}

/// Every question that the set has the loci for.
fn asked(imputer: &Imputer<'_>, cases: &Cases) -> Vec<(&'static str, Calibration)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < QUESTIONS.len() {
        let loci = QUESTIONS[at].1;
        let same: Vec<_> = QUESTIONS[at..].iter().take_while(|question| question.1 == loci).collect();
        at += same.len();
        let places: Option<Vec<usize>> =
            loci.iter().map(|locus| imputer.understood().place(*locus)).collect();
        let Some(places) = places else { continue };
        let counted = Counted::new(imputer, &places);
        let wanted: Vec<usize> = same.iter().map(|question| question.2).collect();
        let answers = calibrate(imputer, &counted, &cases.patients, &cases.units, &wanted);
        found.extend(same.iter().map(|question| question.0).zip(answers));
    }
    found
}
