//! `qidai match predict`: every patient with every donor.

mod table;

use std::path::PathBuf;

use qidai_hla::{Locus, Nomenclature};
use qidai_match::frequency::{Identity, Nulls, Rules};
use qidai_match::impute::Counted;
use qidai_match::predict::{Collection, LOCI_MAX};

use self::table::Table;
use super::basis::{self, Basis, Known};
use super::subjects::{self, FrequencyArgs};
use crate::catalogue::ReferenceArgs;
use crate::commands::Outcome;
use crate::error::Failure;
use crate::reference;

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
    /// Loci and identity of a class at once: x6 is A and B as antigens at split level and DRB1 by P group, x8 is A, C, B and DRB1,
    /// x10 DQB1 too, both by P group.
    #[arg(long, value_name = "CLASS", value_parser = ["x6", "x8", "x10"], conflicts_with_all = ["loci", "identity"])]
    class: Option<String>,
    /// When two alleles are the same; antigen: A and B at split level, all else by P group.
    #[arg(long, value_name = "NAME", default_value = "p-group", value_parser = ["p-group", "name", "antigen"])]
    identity: String,
    /// How alleles without a product are compared.
    #[arg(long, value_name = "NAME", default_value = "not-expressed", value_parser = ["not-expressed", "by-name"])]
    nulls: String,
    /// Add for each locus where the mismatches are, given that there are exactly so many in all: columns such as `A_p1_given_2`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..5))]
    given: Option<u8>,
    /// List every pair, not only those with a chance of at most two mismatches.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    reference: ReferenceArgs,
}

/// Everybody under one basis.
struct Sides {
    basis: Basis,
    patients: Vec<Known>,
    donors: Vec<Known>,
    collection: Collection,
}

pub(super) fn run(args: &PredictArgs) -> Result<Outcome, Failure> {
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let mut outcome = Outcome::Done;
    let mut ids: Option<[Vec<String>; 2]> = None;
    let mut sides = Vec::new();
    for basis in basis::all(&args.frequencies, args.rules(), &args.counted(), &nomenclature)? {
        let read = |file| subjects::read(file, basis.imputer.understood(), &nomenclature);
        let (patients, donors) = (read(&args.patients)?, read(&args.donors)?);
        if patients.some_refused() || donors.some_refused() {
            outcome = Outcome::SomeRefused;
        }
        if ids.is_none() {
            patients.say_errors(&args.patients);
            donors.say_errors(&args.donors);
        }
        let [patient_ids, donor_ids] = &*ids.get_or_insert_with(|| [patients.ids(), donors.ids()]);
        let (patients, donors) = (basis.know(patients), basis.know(donors));
        basis.say_unrepresented(patient_ids, &patients);
        basis.say_unrepresented(donor_ids, &donors);
        let collection = freeze(&basis, &donors)?;
        sides.push(Sides { basis, patients, donors, collection });
    }
    let [patient_ids, donor_ids] = ids.unwrap_or_default();
    let (with_basis, given) = (args.frequencies.has_fallback(), args.given.map(usize::from));
    let loci = sides.first().map(|side| side.basis.loci()).unwrap_or_default();
    Table { all: args.all, given, with_basis, loci, patient_ids, donor_ids, sides }.write()?;
    Ok(outcome)
}

fn freeze(basis: &Basis, donors: &[Known]) -> Result<Collection, Failure> {
    if basis.places.len() > LOCI_MAX {
        let sentence = format!(
            "{} loci are to be counted; at most {LOCI_MAX} are: name them with --loci.",
            basis.places.len()
        );
        return Err(Failure::refused("loci_too_many", sentence)
            .with("found", basis.places.len().to_string())
            .with("most", LOCI_MAX.to_string()));
    }
    let counted = Counted::new(&basis.imputer, &basis.places);
    Ok(Collection::freeze(&counted, donors.iter().map(|donor| donor.phenotype.clone())))
}

impl PredictArgs {
    fn rules(&self) -> Rules {
        let identity = match (self.class.as_deref(), self.identity.as_str()) {
            (Some("x6"), _) | (None, "antigen") => Identity::Antigen,
            (None, "name") => Identity::Name,
            _ => Identity::PGroup,
        };
        let nulls = if self.nulls == "by-name" { Nulls::ByName } else { Nulls::NotExpressed };
        self.frequencies.rules(identity, nulls)
    }

    fn counted(&self) -> Vec<String> {
        let loci: &[Locus] = match self.class.as_deref() {
            Some("x6") => &[Locus::A, Locus::B, Locus::DRB1],
            Some("x8") => &[Locus::A, Locus::C, Locus::B, Locus::DRB1],
            Some("x10") => &[Locus::A, Locus::C, Locus::B, Locus::DRB1, Locus::DQB1],
            _ => return self.loci.clone(),
        };
        loci.iter().map(|locus| locus.name().to_owned()).collect()
    }
}
