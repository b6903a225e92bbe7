//! `qidai match explain`: how likely one pair matches, what leaves it open, and what to type next.

use std::path::PathBuf;

use qidai_bank::Store;
use qidai_hla::Nomenclature;
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Resolution, Rules};

use super::subjects::{not_understood, read_text};
use crate::catalogue::ReferenceArgs;
use crate::commands::{Outcome, runtime, stream};
use crate::doubt::{Pair, PairExplained, explain};
use crate::error::Failure;
use crate::frequencies::Choice;
use crate::storage::unit_of;
use crate::words::Lang;
use crate::{doubt, reference};

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The patient's typing, a GL String.
    #[arg(long, value_name = "GL")]
    patient: String,
    /// The unit's typing, a GL String.
    #[arg(long, value_name = "GL", conflicts_with = "unit", required_unless_present = "unit")]
    donor: Option<String>,
    /// A unit of the bank, by its DIN: its typing in force.
    #[arg(long, value_name = "DIN", requires = "bank")]
    unit: Option<String>,
    /// Haplotype frequencies (`haplotype,freq`); without it those that the bank chooses, or the program's synthetic ones.
    #[arg(long, value_name = "FILE")]
    frequencies: Option<PathBuf>,
    /// The bank that chooses frequencies, and that has the unit.
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: Option<String>,
    /// Registry whose frequencies are wanted.
    #[arg(long, value_name = "NAME", default_value = "")]
    registry: String,
    /// Population of the registry.
    #[arg(long, value_name = "NAME", default_value = "")]
    population: String,
    /// Loci whose mismatches are counted; without it A, C, B, DRB1, DQB1, as far as the set has them.
    #[arg(long, value_name = "LOCI", value_delimiter = ',')]
    loci: Vec<String>,
    /// When two alleles are the same.
    #[arg(long, value_name = "NAME", default_value = "p-group", value_parser = ["p-group", "name"])]
    identity: String,
    /// How alleles without a product are compared.
    #[arg(long, value_name = "NAME", default_value = "not-expressed", value_parser = ["not-expressed", "by-name"])]
    nulls: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    reference: ReferenceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(args: &ExplainArgs, lang: Lang) -> Result<Outcome, Failure> {
    let (choice, unit) = args.of_bank()?;
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let rules = Rules {
        identity: if args.identity == "name" { Identity::Name } else { Identity::PGroup },
        nulls: if args.nulls == "by-name" { Nulls::ByName } else { Nulls::NotExpressed },
        resolution: Resolution::AsNamed,
    };
    let pair = Pair { patient: &args.patient, unit: &unit };
    let explained = explain(pair, &args.loci, &choice, &nomenclature, rules)?;
    stream::say(&args.said(&explained, lang))?;
    Ok(Outcome::Done)
}

impl ExplainArgs {
    /// The frequencies, and the unit's typing.
    fn of_bank(&self) -> Result<(Choice, String), Failure> {
        let file = self.frequencies.as_deref().map(|file| {
            let set = FrequencySet::read(&read_text(file)?).map_err(|error| not_understood(file, &error))?;
            Ok::<Choice, Failure>(Choice::file(file.display().to_string(), set))
        });
        let file = file.transpose()?;
        let Some(bank) = &self.bank else {
            let choice = file.map_or_else(Choice::built_in, Ok)?;
            return Ok((choice, self.donor.clone().unwrap_or_default()));
        };
        runtime()?.block_on(async {
            let store = Store::open(bank).await?;
            let found = async {
                let unit = match &self.unit {
                    Some(din) => doubt::typing_of(&store, &unit_of(&store, din).await?).await?,
                    None => self.donor.clone().unwrap_or_default(),
                };
                let choice = match file {
                    Some(choice) => choice,
                    None => Choice::of_bank(&store, &self.registry, &self.population).await?,
                };
                Ok((choice, unit))
            };
            let found = found.await;
            store.close().await?;
            found
        })
    }

    fn said(&self, explained: &PairExplained, lang: Lang) -> String {
        match self.format {
            Format::Json => serde_json::to_string(explained).unwrap_or_default(),
            Format::Text => explained.lines(lang.words()).join("\n"),
        }
    }
}
