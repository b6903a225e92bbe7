//! `qidai match impute`: the pairs of haplotypes that people can have.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use qidai_hla::Nomenclature;
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Understood};
use qidai_match::impute::{Diplotype, Imputer};

use super::subjects::{self, FrequencyArgs, Subjects};
use crate::catalogue::ReferenceArgs;
use crate::commands::{Outcome, stream};
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::reference;

/// More pairs than this are not listed for one person.
const PAIRS_MAX: u64 = 20_000_000;

#[derive(clap::Args)]
pub(super) struct ImputeArgs {
    #[command(flatten)]
    frequencies: FrequencyArgs,
    /// File of `id%GL-string` lines.
    #[arg(long, value_name = "FILE")]
    subjects: PathBuf,
    /// Loci that are imputed; typing elsewhere does not count. Without it all of the set's.
    #[arg(long, value_name = "LOCI", value_delimiter = ',')]
    loci: Vec<String>,
    #[command(flatten)]
    reference: ReferenceArgs,
}

pub(super) fn run(args: &ImputeArgs) -> Result<Outcome, Failure> {
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let set = args.frequencies.read()?;
    let understood =
        Understood::new(&set, &nomenclature, args.frequencies.rules(Identity::Name, Nulls::ByName));
    let places = subjects::counted_loci(&args.loci, &understood)?;
    let subjects = subjects::read(&args.subjects, &understood, &nomenclature)?;
    let imputer = Imputer::new(understood);
    write_all(&set, &imputer, &places, &subjects)
}

fn write_all(
    set: &FrequencySet,
    imputer: &Imputer<'_>,
    places: &[usize],
    subjects: &Subjects,
) -> Result<Outcome, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let labels = Labels::new(set, places);
    let mut outcome = if subjects.some_refused { Outcome::SomeRefused } else { Outcome::Done };
    let mut write = |row: [&str; 4]| -> Result<(), Failure> {
        csv_row(row).and_then(|row| out.write_all(&row)).map_err(|error| stream::not_written(&error))
    };
    write(["subject", "haplotype_1", "haplotype_2", "probability"])?;
    for subject in &subjects.all {
        let imputed = subject.phenotype.as_ref().map(|phenotype| imputer.diplotypes(phenotype, PAIRS_MAX));
        let pairs = match imputed {
            Some(Ok(imputed)) => labels.pairs(&imputed.diplotypes),
            Some(Err(too_many)) => {
                eprintln!("{}: {too_many}", subject.id);
                outcome = Outcome::SomeRefused;
                Vec::new()
            }
            None => Vec::new(),
        };
        for ((one, two), probability) in &pairs {
            write([&subject.id, labels.label(*one), labels.label(*two), &format!("{probability:.12e}")])?;
        }
        if pairs.is_empty() {
            write([&subject.id, "", "", ""])?;
        }
    }
    out.flush().map_err(|error| stream::not_written(&error))?;
    Ok(outcome)
}

/// Haplotypes cut down to the loci that were asked for.
struct Labels {
    /// Each different label once, sorted.
    labels: Vec<String>,
    of_haplotype: Vec<u32>,
}

impl Labels {
    fn new(set: &FrequencySet, places: &[usize]) -> Self {
        let label = |haplotype: u32| {
            let alleles = set.haplotype(haplotype);
            let names = places.iter().map(|place| &*set.names(*place)[usize::from(alleles[*place])]);
            names.collect::<Vec<_>>().join("~")
        };
        let all: Vec<String> = (0..set.len() as u32).map(label).collect();
        let mut labels = all.clone();
        labels.sort_unstable();
        labels.dedup();
        let of_haplotype =
            all.iter().map(|label| labels.partition_point(|known| known < label) as u32).collect();
        Labels { labels, of_haplotype }
    }

    fn label(&self, number: u32) -> &str {
        &self.labels[number as usize]
    }

    /// Pairs that are the same at these loci are one; the likeliest first.
    fn pairs(&self, diplotypes: &[Diplotype]) -> Vec<((u32, u32), f64)> {
        let mut sums: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for pair in diplotypes {
            let (one, two) =
                (self.of_haplotype[pair.first as usize], self.of_haplotype[pair.second as usize]);
            *sums.entry((one.min(two), one.max(two))).or_default() += pair.probability;
        }
        let mut pairs: Vec<_> = sums.into_iter().collect();
        pairs.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        pairs
    }
}
