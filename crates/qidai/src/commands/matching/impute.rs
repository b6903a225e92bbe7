//! `qidai match impute`: the pairs of haplotypes that people can have.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use qidai_hla::Nomenclature;
use qidai_match::frequency::{FrequencySet, Identity, Nulls};
use qidai_match::impute::Diplotype;

use super::basis::{self, Basis, Known};
use super::subjects::{self, FrequencyArgs};
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
    let rules = args.frequencies.rules(Identity::Name, Nulls::ByName);
    let mut outcome = Outcome::Done;
    let mut bases = Vec::new();
    let mut ids = Vec::new();
    for basis in basis::all(&args.frequencies, rules, &args.loci, &nomenclature)? {
        let subjects = subjects::read(&args.subjects, basis.imputer.understood(), &nomenclature)?;
        if bases.is_empty() {
            subjects.say_errors(&args.subjects);
            ids = subjects.ids();
        }
        if subjects.some_refused() {
            outcome = Outcome::SomeRefused;
        }
        let known = basis.know(subjects);
        basis.say_unrepresented(&ids, &known);
        let labels = Labels::new(basis.imputer.understood().set(), &basis.places);
        bases.push(Imputation { basis, known, labels });
    }
    let table = Table { with_basis: args.frequencies.has_fallback(), bases, ids };
    table.write(&mut outcome)?;
    Ok(outcome)
}

/// Everybody under one basis.
struct Imputation {
    basis: Basis,
    known: Vec<Known>,
    labels: Labels,
}

struct Table {
    with_basis: bool,
    bases: Vec<Imputation>,
    ids: Vec<String>,
}

impl Table {
    fn write(&self, outcome: &mut Outcome) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut write = |row: [&str; 5]| -> Result<(), Failure> {
            let cells = &row[..if self.with_basis { 5 } else { 4 }];
            csv_row(cells).and_then(|row| out.write_all(&row)).map_err(|error| stream::not_written(&error))
        };
        write(["subject", "haplotype_1", "haplotype_2", "probability", "basis"])?;
        for (at, id) in self.ids.iter().enumerate() {
            let mut is_answered = false;
            for imputation in &self.bases {
                let (pairs, basis) = imputation.of(at, id, outcome);
                for ((one, two), probability) in &pairs {
                    let (one, two) = (imputation.labels.label(*one), imputation.labels.label(*two));
                    write([id, one, two, &format!("{probability:.12e}"), &basis])?;
                }
                is_answered = !pairs.is_empty();
                if is_answered {
                    break;
                }
            }
            if !is_answered {
                write([id, "", "", "", ""])?;
            }
        }
        out.flush().map_err(|error| stream::not_written(&error))
    }
}

impl Imputation {
    /// The pairs of one person, the likeliest first, and what they rest on; none where the set does not represent the person.
    fn of(&self, at: usize, id: &str, outcome: &mut Outcome) -> (Pairs, String) {
        let known = &self.known[at];
        let imputed =
            known.phenotype.as_ref().map(|phenotype| self.basis.imputer.diplotypes(phenotype, PAIRS_MAX));
        let pairs = match imputed {
            Some(Ok(imputed)) => self.labels.pairs(&imputed.diplotypes),
            Some(Err(too_many)) => {
                eprintln!("{id}: {too_many}");
                *outcome = Outcome::SomeRefused;
                Vec::new()
            }
            None => Vec::new(),
        };
        (pairs, basis::said(&[&self.basis.label, known.dropped.as_deref().unwrap_or_default()]))
    }
}

/// Pairs of labels with their probabilities, the likeliest first.
type Pairs = Vec<((u32, u32), f64)>;

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
    fn pairs(&self, diplotypes: &[Diplotype]) -> Pairs {
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
