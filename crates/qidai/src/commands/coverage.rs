//! `qidai coverage`: how many patients a bank serves, and what more units would add.

mod print;

use std::io::Write;

use qidai_hla::Nomenclature;
use qidai_match::AntigenSpace;
use qidai_match::search::{Origin, SnapshotBuilder};

use super::{Outcome, runtime, search, stream};
use crate::catalogue::{BankArgs, Catalogue};
use crate::coverage::{Coverage, CoverageRequest, NextUnit};
use crate::error::Failure;
use crate::reference;
use crate::words::Lang;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
}

/// How many patients a bank serves: by formula, and counted in the bank; without --bank by formula alone.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    bank: BankArgs,
    /// So many patients are drawn from the frequencies.
    #[arg(long, value_name = "N", default_value_t = 300)]
    patients: u32,
    /// The same seed draws the same patients.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Real patients in place of drawn ones: a file of `id%GL-string` lines, or `-`. They are counted in the bank.
    #[arg(long, value_name = "FILE.gl", conflicts_with_all = ["patients", "seed"])]
    typings: Option<String>,
    /// Weights of patients in kg: for each, shares are told with the dose that it needs.
    #[arg(long, value_name = "KG", value_delimiter = ',', allow_negative_numbers = true)]
    weight: Vec<f64>,
    /// 10⁷ TNC that a unit must have per kg.
    #[arg(long, value_name = "X", default_value_t = 2.5, allow_negative_numbers = true)]
    min_tnc_per_kg_e7: f64,
    /// 10⁵ CD34+ cells that it must have per kg as well.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    min_cd34_per_kg_e5: Option<f64>,
    /// The share of units that are large enough for each weight, in place of the bank's own.
    #[arg(long, value_name = "SHARE", value_delimiter = ',', allow_negative_numbers = true)]
    large_enough: Vec<f64>,
    /// Numbers of units of the curve.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    sizes: Vec<u64>,
    /// The forecast: what so many units more would add.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    more: u64,
    /// Only the formula; the bank is not walked.
    #[arg(long)]
    no_count: bool,
    /// Name of an external list: patients whom it does not serve and the bank does.
    #[arg(long, value_name = "LIST")]
    unmatched_in: Option<String>,
    /// Bank this one? The typing of a unit that is not in the bank.
    #[arg(long, value_name = "TYPING")]
    unit: Option<String>,
    /// Its nucleated cells.
    #[arg(long, value_name = "CELLS", requires = "unit", value_parser = cells)]
    unit_tnc: Option<u64>,
    /// Its CD34+ cells.
    #[arg(long, value_name = "CELLS", requires = "unit", value_parser = cells)]
    unit_cd34: Option<u64>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// A count of cells as people write it: 1500000000 or 1.5e9.
fn cells(text: &str) -> Result<u64, String> {
    let value: f64 = text.parse().map_err(|_| "expected a number of cells such as 1.5e9".to_owned())?;
    if value.fract() == 0.0 && (0.0..1e15).contains(&value) {
        return Ok(value as u64);
    }
    Err("expected a whole number of cells from 0 on, such as 1.5e9".to_owned())
}

impl Args {
    fn request(&self) -> Result<CoverageRequest, Failure> {
        let standard = CoverageRequest::default();
        let typings = self.typings.as_deref().map(search::typings_of).transpose()?.unwrap_or_default();
        let unit = self.unit.as_ref().map(|hla| NextUnit {
            hla: hla.clone(),
            tnc_total: self.unit_tnc,
            cd34_total: self.unit_cd34,
        });
        Ok(CoverageRequest {
            patients: self.patients,
            seed: self.seed,
            typings,
            weights_kg: self.weight.clone(),
            min_tnc_per_kg_e7: self.min_tnc_per_kg_e7,
            min_cd34_per_kg_e5: self.min_cd34_per_kg_e5,
            large_enough: self.large_enough.clone(),
            sizes: if self.sizes.is_empty() { standard.sizes } else { self.sizes.clone() },
            more: self.more,
            count: !self.no_count && self.bank.bank.is_some(),
            unmatched_in: self.unmatched_in.clone(),
            unit,
        })
    }

    fn catalogue(&self) -> Result<Catalogue, Failure> {
        if self.bank.bank.is_some() {
            return runtime()?.block_on(Catalogue::open(&self.bank));
        }
        let release = reference::release_from(self.bank.reference.release.as_deref())?;
        let antigens = AntigenSpace::new(&release);
        let empty = SnapshotBuilder::new(Nomenclature::new(&release, None), &antigens);
        let snapshot = empty.finish(Origin { generation: 0, history_hash: [0; 32] });
        let snapshot = snapshot.map_err(|error| {
            Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(&error)
        })?;
        Catalogue::of_snapshot_predicted(release, snapshot, self.bank.frequencies.as_deref())
    }
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let request = args.request()?;
    let catalogue = args.catalogue()?;
    let answer = Coverage::of(&catalogue, request)?.answer(&catalogue)?;
    let text = match args.format {
        Format::Json => serde_json::to_string(&answer).unwrap_or_default() + "\n",
        Format::Csv => print::csv(&answer)?,
        Format::Table => print::table(&answer, lang.words()),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| stream::not_written(&error))?;
    Ok(Outcome::Done)
}
