//! `qidai frequencies estimate`: from typed people to haplotype frequencies.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

use indicatif::ProgressBar;
use qidai_hla::{Locus, Nomenclature, TypingError, reduce};
use qidai_match::estimate::{self, Estimate, Options, Sample, Start, Understanding};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::checkpoint::Checkpoint;
use super::people::People;
use super::report::Report;
use super::{Format, write_whole};
use crate::catalogue::ReferenceArgs;
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::reference;

/// So many people are named of those who are not counted; the others are only counted.
const NAMED_MAX: usize = 20;

#[derive(clap::Args)]
pub(super) struct Args {
    /// File of `id%GL-string` lines, or a CSV with the header id and loci, such as id,A,C,B,DRB1,DQB1. An empty cell is
    /// an untyped locus.
    #[arg(long, value_name = "FILE")]
    subjects: PathBuf,
    /// Where the frequencies go: a CSV with haplotype, freq and the expected count.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Loci of the haplotypes; without it all that somebody is typed at.
    #[arg(long, value_name = "LOCI", value_delimiter = ',')]
    loci: Vec<String>,
    /// Bring every typing to this level first (lgx, G, P, U2 …), so that names that mean the same are one. Without it
    /// names are taken as written.
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
    /// Where to begin: both give the same frequencies where the sample decides.
    #[arg(long, value_name = "NAME", default_value = "product", value_parser = ["product", "uniform", "random"])]
    start: String,
    /// Of random starts and of the bootstrap.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// So much of each person's probability may be left out whenever pairs of haplotypes are chosen; 0 keeps all.
    #[arg(long, value_name = "P", default_value_t = Options::default().left_out, value_parser = part)]
    left_out: f64,
    /// A stage ends when the frequencies together move by less.
    #[arg(long, value_name = "X", default_value_t = Options::default().tolerance, value_parser = part)]
    tolerance: f64,
    /// A stage ends after so many steps, converged or not.
    #[arg(long, value_name = "N", default_value_t = Options::default().iterations_max)]
    iterations: u32,
    /// Add a column se: standard errors from so many samples drawn from these people with replacement.
    #[arg(long, value_name = "N", default_value_t = 0)]
    bootstrap: u32,
    /// Keep what is reached in this file, and go on from it when it is there.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// How the report on standard output is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    reference: ReferenceArgs,
}

fn part(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (0.0..1.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to below 1, such as 1e-4".to_owned())
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let people = People::read(&args.subjects)?;
    let sample = args.sample(&people)?;
    let not_counted = people.not_counted(&sample.not_counted);
    for (place, _, sentence) in not_counted.iter().take(NAMED_MAX) {
        eprintln!("line {}, {}: {sentence}", people.lines[*place], people.ids[*place]);
    }
    if not_counted.len() > NAMED_MAX {
        eprintln!("… and {} more who are not counted", not_counted.len() - NAMED_MAX);
    }
    let found = args.estimate(&people, &sample)?;
    for place in found.unrepresented.iter().take(NAMED_MAX) {
        eprintln!(
            "line {}, {}: no pair of haplotypes answers the typing",
            people.lines[*place], people.ids[*place]
        );
    }
    let errors = (args.bootstrap > 0).then(|| {
        let mut random = ChaCha8Rng::seed_from_u64(args.seed);
        estimate::bootstrap(&found, args.bootstrap, &args.options(), &mut random)
    });
    write_whole(&args.out, &table(&found, errors.as_deref()))?;
    let report = Report::new(&sample, &found, &not_counted, people.ids.len());
    stream::say(report.text(args.format).trim_end())?;
    let some_refused = not_counted.iter().any(|(_, is_mistake, _)| *is_mistake);
    Ok(if some_refused { Outcome::SomeRefused } else { Outcome::Done })
}

impl Args {
    fn options(&self) -> Options {
        let start = match self.start.as_str() {
            "uniform" => Start::Uniform,
            "random" => Start::Random(self.seed),
            _ => Start::Product,
        };
        let (left_out, tolerance) = (self.left_out, self.tolerance);
        Options { start, left_out, tolerance, iterations_max: self.iterations.max(1) }
    }

    fn sample(&self, people: &People) -> Result<Sample, Failure> {
        let release = reference::release_from(self.reference.release.as_deref())?;
        let mac = self.reference.mac.as_deref().map(reference::load_mac).transpose()?;
        let nomenclature = Nomenclature::new(&release, mac.as_ref());
        let level = self.level.as_deref().map(level).transpose()?;
        let rewrite = |text: &str| -> Result<String, TypingError> {
            level.map_or_else(
                || Ok(text.to_owned()),
                |level| Ok(reduce::reduce(text, level, &nomenclature)?.text),
            )
        };
        let loci = self.loci.iter().map(|name| locus(name)).collect::<Result<Vec<Locus>, Failure>>()?;
        let rewrite = level.is_some().then_some(&rewrite as &estimate::Rewrite<'_>);
        Ok(Sample::new(&people.gathered, &Understanding { rewrite, loci: &loci, nomenclature }))
    }

    fn estimate(&self, people: &People, sample: &Sample) -> Result<Estimate, Failure> {
        let options = self.options();
        let question = self.question(people, sample, &options);
        let mut checkpoint =
            self.checkpoint.as_deref().map(|file| Checkpoint::open(file, &question)).transpose()?;
        let reached = checkpoint.as_ref().map_or_else(Vec::new, Checkpoint::stages);
        let spinner = ProgressBar::new_spinner();
        let mut failed = None;
        let found = estimate::estimate(sample, &options, reached, &mut |stage| {
            let loci: Vec<&str> = stage.set.loci().iter().map(|locus| locus.name()).collect();
            spinner.set_message(format!(
                "{}: step {}, {} haplotypes, moved by {:.1e}",
                loci.join("~"),
                stage.iterations,
                stage.set.len(),
                stage.change
            ));
            spinner.tick();
            match checkpoint.as_mut().map(|checkpoint| checkpoint.keep(stage)) {
                Some(Err(failure)) => {
                    failed = Some(failure);
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        });
        spinner.finish_and_clear();
        match (failed, found) {
            (Some(failure), _) => Err(failure),
            (None, Some(found)) if found.people > 0.0 => Ok(found),
            _ => Err(nobody(&self.subjects.display().to_string())),
        }
    }

    /// What must be the same for a checkpoint to be gone on from.
    fn question(&self, people: &People, sample: &Sample, options: &Options) -> String {
        let mut digest = Sha256::new();
        digest.update(people.text.as_bytes());
        digest.update(format!("{options:?} {:?} {:?} {}", sample.loci(), self.level, qidai_match::ENGINE));
        digest.update(format!("{:?}", sample.not_counted));
        digest.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn table(found: &Estimate, errors: Option<&[f64]>) -> String {
    let mut text =
        String::from(if errors.is_some() { "haplotype,freq,se,count\n" } else { "haplotype,freq,count\n" });
    for h in 0..found.set.len() as u32 {
        let frequency = found.set.frequency(h);
        let error = errors.map_or_else(String::new, |errors| format!(",{:.6e}", errors[h as usize]));
        let _ = writeln!(
            text,
            "{},{frequency:.12e}{error},{:.6}",
            found.set.label(h),
            frequency * 2.0 * found.people
        );
    }
    text
}

fn level(name: &str) -> Result<&'static reduce::Level, Failure> {
    reduce::level(name).ok_or_else(|| {
        let known: Vec<&str> = reduce::ALL_LEVELS.iter().map(|level| level.name).collect();
        let known = known.join(", ");
        Failure::refused("level_unknown", format!("--level {name}: expected one of {known}."))
            .with("value", name)
            .with("known", known)
    })
}

fn locus(name: &str) -> Result<Locus, Failure> {
    Locus::from_name(name.trim()).ok_or_else(|| {
        let known: Vec<&str> = Locus::TYPED.iter().map(|locus| locus.name()).collect();
        let known = known.join(", ");
        Failure::refused("locus_not_in_frequencies", format!("--loci {name}: expected loci such as {known}."))
            .with("locus", name)
            .with("known", known)
    })
}

fn nobody(file: &str) -> Failure {
    Failure::refused("subjects_nobody_counted", format!("Nobody in {file} has a typing that can be counted."))
        .with("file", file)
}
