//! `qidai match predict`: every patient with every donor.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use qidai_hla::Nomenclature;
use qidai_match::frequency::{Identity, Nulls, Understood};
use qidai_match::impute::{Counted, Imputer, Phenotype};
use qidai_match::predict::{ANSWERED, Answer, Collection, People};
use rayon::prelude::*;

use super::subjects::{self, FrequencyArgs, Subject, Subjects};
use crate::catalogue::ReferenceArgs;
use crate::commands::{Outcome, stream};
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::reference;

/// Patients whose answers are held at once; more only fill the memory.
const PATIENTS_AT_ONCE: usize = 64;

#[derive(clap::Args)]
pub(super) struct PredictArgs {
    #[command(flatten)]
    frequencies: FrequencyArgs,
    /// File of `id%GL-string` lines.
    #[arg(long, value_name = "FILE")]
    patients: PathBuf,
    /// File of `id%GL-string` lines.
    #[arg(long, value_name = "FILE")]
    donors: PathBuf,
    /// Loci whose mismatches are counted; typing elsewhere still informs. Without it all of the set's.
    #[arg(long, value_name = "LOCI", value_delimiter = ',')]
    loci: Vec<String>,
    /// When two alleles are the same.
    #[arg(long, value_name = "NAME", default_value = "p-group", value_parser = ["p-group", "name"])]
    identity: String,
    /// How alleles without a product are compared.
    #[arg(long, value_name = "NAME", default_value = "not-expressed", value_parser = ["not-expressed", "by-name"])]
    nulls: String,
    /// List every pair, not only those with a chance of at most two mismatches.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    reference: ReferenceArgs,
}

pub(super) fn run(args: &PredictArgs) -> Result<Outcome, Failure> {
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let set = args.frequencies.read()?;
    let identity = if args.identity == "name" { Identity::Name } else { Identity::PGroup };
    let nulls = if args.nulls == "by-name" { Nulls::ByName } else { Nulls::NotExpressed };
    let understood = Understood::new(&set, &nomenclature, args.frequencies.rules(identity, nulls));
    let places = subjects::counted_loci(&args.loci, &understood)?;
    let patients = subjects::read(&args.patients, &understood, &nomenclature)?;
    let donors = subjects::read(&args.donors, &understood, &nomenclature)?;
    let imputer = Imputer::new(understood);
    let counted = Counted::new(&imputer, &places);
    let table = Table { args, patients: &patients, donors: &donors, imputer: &imputer, counted: &counted };
    table.write()?;
    let some_refused = patients.some_refused || donors.some_refused;
    Ok(if some_refused { Outcome::SomeRefused } else { Outcome::Done })
}

struct Table<'t, 'i, 's> {
    args: &'t PredictArgs,
    patients: &'t Subjects,
    donors: &'t Subjects,
    imputer: &'t Imputer<'s>,
    counted: &'t Counted<'i, 's>,
}

impl Table<'_, '_, '_> {
    fn write(&self) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        let not_written = |error: io::Error| stream::not_written(&error);
        out.write_all(&self.header().map_err(not_written)?).map_err(not_written)?;
        let patients = People::impute(self.imputer, self.counted, &phenotypes(&self.patients.all));
        let donors = Collection::freeze(self.counted, phenotypes(&self.donors.all));
        let all: Vec<usize> = (0..patients.len()).collect();
        for some in all.chunks(PATIENTS_AT_ONCE) {
            let texts: Vec<io::Result<Vec<u8>>> =
                some.par_iter().map(|patient| self.rows(*patient, &patients, &donors)).collect();
            for text in texts {
                text.and_then(|text| out.write_all(&text)).map_err(not_written)?;
            }
        }
        out.flush().map_err(not_written)
    }

    fn header(&self) -> io::Result<Vec<u8>> {
        let set = self.imputer.understood().set();
        let mut cells: Vec<String> =
            ["patient", "donor", "p0", "p1", "p2", "p3", "p4"].map(str::to_owned).into();
        for place in self.counted.places() {
            cells.extend((0..3).map(|m| format!("{}_p{m}", set.loci()[*place].name())));
        }
        csv_row(cells)
    }

    fn rows(
        &self,
        patient: usize,
        patients: &People<'_, '_, '_>,
        donors: &Collection,
    ) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let seen = patients.patient(patient);
        let answers = donors.predict_all(&seen);
        let shown: Vec<u32> = (0..donors.len() as u32)
            .filter(|donor| self.args.all || has_chance(&answers[*donor as usize]))
            .collect();
        let loci = donors.at_loci(&seen, &shown);
        let names = |donor: usize| [&self.patients.all[patient].id, &self.donors.all[donor].id];
        let width = 3 * self.counted.places().len();
        for (donor, loci) in shown.iter().zip(loci) {
            let donor = *donor as usize;
            let known = match &answers[donor] {
                Answer::Predicted(prediction) => Some(prediction),
                _ => None,
            };
            let mut cells: Vec<String> = names(donor).map(Clone::clone).into();
            match known.zip(loci) {
                Some((known, loci)) => {
                    cells
                        .extend(known.totals.iter().chain(loci.iter().flatten()).map(|p| format!("{p:.12}")));
                }
                None => cells.resize(cells.len() + ANSWERED + width, String::new()),
            }
            text.extend(csv_row(cells)?);
        }
        Ok(text)
    }
}

/// Of at most two mismatches.
fn has_chance(answer: &Answer) -> bool {
    matches!(answer, Answer::Predicted(known) if known.totals[..3].iter().any(|p| *p > 0.0))
}

fn phenotypes(subjects: &[Subject]) -> Vec<Option<Phenotype>> {
    subjects.iter().map(|subject| subject.phenotype.clone()).collect()
}
