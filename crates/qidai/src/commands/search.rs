//! `qidai search`: here is a patient, who is worth a phone call?

mod files;
mod patients;
mod places;
mod print;
mod repeat;
mod replay;
mod report;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::catalogue::{BankArgs, Catalogue, PatientInput, SearchRequest};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::words::Lang;
use patients::Patient;

/// Search the bank's available public units and the external lists for a patient.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    kept: Option<Kept>,
    #[command(flatten)]
    search: SearchArgs,
}

#[derive(clap::Subcommand)]
enum Kept {
    /// Ask the question of a receipt again, and say whether the answer is the same.
    Replay(replay::Args),
    /// What became of the search of a receipt since: units that are new, changed or gone.
    Repeat(repeat::RepeatArgs),
    /// Ask the question of a receipt again by itself from now on; what becomes of it is told as search alerts.
    Watch(repeat::WatchArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
}

#[derive(clap::Args)]
struct SearchArgs {
    #[command(flatten)]
    bank: BankArgs,
    /// Search this pool (`qidai pool freeze`) instead of the bank, by --release, --mac and --frequencies; with --among bank,NAME beside it.
    /// Given again for each pool.
    #[arg(long, value_name = "[NAME=]POOL")]
    pool: Vec<String>,
    /// Where to look: `bank`, and pools by their names. Without it in the pools that are given, else in the bank.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    among: Vec<String>,
    /// File of `id%GL-string` lines, `-` for standard input, or one GL String itself.
    #[arg(long, value_name = "FILE.gl")]
    patient: Option<String>,
    /// The patient as a laboratory writes it: "A*02:01,11:01 B*13:02,46:01 DRB1 07:01 09:01".
    #[arg(long, value_name = "LINE", conflicts_with_all = ["patient", "locus"])]
    typing: Option<String>,
    /// The patient locus by locus: --locus A=02:01,11:01 --locus B=13:02,46:01.
    #[arg(long, value_name = "LOCUS=ALLELES", conflicts_with = "patient")]
    locus: Vec<String>,
    /// Weight of the patient in kg; without it the heaviest patient a unit serves is shown.
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    weight: Option<f64>,
    #[command(flatten)]
    floors: Floors,
    #[command(flatten)]
    filters: Filters,
    /// Named floors, or a page of one's own (*.md): default (4/6 or 4/8), single_malignant, single_malignant_uk, single_nonmalignant,
    /// double_each, china_malignant, china_nonmalignant.
    #[arg(long, value_name = "NAME", default_value = "default")]
    profile: String,
    /// Named order, or a page of one's own (*.md): default (class, probability, dose), cd34, dose, nmdp, sm.
    #[arg(long, value_name = "NAME", default_value = "default")]
    order: String,
    /// What the patient has antibodies against: a file of `antigen or allele, MFI` lines, with a limit of its own as a third cell
    /// where one has another than --mfi-limit.
    #[arg(long, value_name = "FILE")]
    antibodies: Option<PathBuf>,
    /// Antibodies from this strength on keep a unit out.
    #[arg(long, value_name = "MFI", default_value_t = 1000)]
    mfi_limit: u32,
    /// The typing of the patient's mother: a GL String, a laboratory's line, or a file of one.
    #[arg(long, value_name = "FILE.gl")]
    mother: Option<String>,
    /// The patient's blood group: A, B, O or AB.
    #[arg(long, value_name = "GROUP")]
    patient_abo: Option<String>,
    /// How many units are listed.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Also propose so many pairs of units, of the first 200 that pass; see the profile double_each.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pairs: usize,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Also write a report of the (last) search for the files of a centre: .pdf, .xlsx or .json, in the language of --lang.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// What the report calls the patient; without it the identifier of the file. Never a name.
    #[arg(long, value_name = "TEXT", requires = "report")]
    pseudonym: Option<String>,
    /// The report is of this unit alone, which must be listed.
    #[arg(long, value_name = "NUMBER", requires = "report")]
    report_unit: Option<String>,
    /// The institution that the report is given to. Abroad it needs a case of human genetic resources, whose number is printed on it.
    #[arg(long, value_name = "INST", requires = "report", conflicts_with = "pool")]
    to: Option<String>,
    /// Also write the receipt of the (last) search to this file.
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
}

#[derive(clap::Args)]
struct Floors {
    /// At least N of 6 (A, B antigen, DRB1). Class floors that are named replace the profile's, and each is required.
    #[arg(long, value_name = "N")]
    min_x6: Option<u8>,
    /// At least N of 8 (A, B, C, DRB1).
    #[arg(long, value_name = "N")]
    min_x8: Option<u8>,
    /// At least N of 10 (A, B, C, DRB1, DQB1).
    #[arg(long, value_name = "N")]
    min_x10: Option<u8>,
    /// No class floor at all.
    #[arg(long, conflicts_with_all = ["min_x6", "min_x8", "min_x10"])]
    all: bool,
    /// Judge units that lack a required locus by what their typing allows, instead of leaving them out.
    #[arg(long)]
    allow_not_computable: bool,
    /// At least so many 10⁷ TNC per kg (needs --weight).
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    min_tnc_per_kg_e7: Option<f64>,
    /// At least so many 10⁵ CD34+ cells per kg (needs --weight).
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    min_cd34_per_kg_e5: Option<f64>,
    /// At least so many TNC in the unit.
    #[arg(long, value_name = "CELLS")]
    min_tnc_total: Option<u64>,
    /// At least so many CD34+ cells in the unit.
    #[arg(long, value_name = "CELLS")]
    min_cd34_total: Option<u64>,
}

#[derive(clap::Args)]
struct Filters {
    /// Collected on this day or later.
    #[arg(long, value_name = "DATE")]
    collected_from: Option<Date>,
    /// F or M.
    #[arg(long, value_name = "F|M")]
    sex: Option<String>,
    /// One of these blood groups.
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    abo: Vec<String>,
    /// + or -.
    #[arg(long, value_name = "+|-", allow_hyphen_values = true)]
    rhd: Option<String>,
    /// Only units whose red cells were removed.
    #[arg(long)]
    rbc_depleted: bool,
    /// At least N attached segments.
    #[arg(long, value_name = "N")]
    min_segments: Option<u8>,
    /// All of these accreditations: fact, aabb, wmda.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    accreditation: Vec<String>,
    /// Only the bank's own units.
    #[arg(long, conflicts_with = "only_lists")]
    only_units: bool,
    /// Only external lists.
    #[arg(long)]
    only_lists: bool,
}

impl SearchArgs {
    fn request(&self, patient: &str, given: &Given) -> SearchRequest {
        let (floors, filters, standard) = (&self.floors, &self.filters, SearchRequest::default());
        let named = floors.min_x6.or(floors.min_x8).or(floors.min_x10).is_some() || floors.all;
        SearchRequest {
            patient: PatientInput::Gl(patient.to_owned()),
            weight_kg: self.weight,
            min_x6: if named { floors.min_x6 } else { standard.min_x6 },
            min_x8: if named { floors.min_x8 } else { standard.min_x8 },
            min_x10: floors.min_x10,
            require_all_floors: named,
            allow_not_computable: floors.allow_not_computable,
            min_tnc_per_kg_e7: floors.min_tnc_per_kg_e7,
            min_cd34_per_kg_e5: floors.min_cd34_per_kg_e5,
            min_tnc_total: floors.min_tnc_total,
            min_cd34_total: floors.min_cd34_total,
            collected_from: filters.collected_from,
            sex: filters.sex.clone(),
            abo: filters.abo.clone(),
            rhd: filters.rhd.clone(),
            rbc_depleted: filters.rbc_depleted,
            min_segments: filters.min_segments,
            accreditation: filters.accreditation.clone(),
            include_units: !filters.only_lists,
            include_lists: !filters.only_units,
            order: self.order.clone(),
            limit: self.limit,
            pairs: self.pairs,
            profile: self.profile.clone(),
            patient_abo: self.patient_abo.clone(),
            mfi_limit: self.mfi_limit,
            ..given.request.clone()
        }
    }

    /// What stands in files beside the patient.
    fn given(&self) -> Result<Given, Failure> {
        let page = |name: &str| {
            let is_file = Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
            is_file.then(|| files::read(Path::new(name))).transpose()
        };
        let antibodies = self.antibodies.as_deref().map(files::antibodies).transpose()?.unwrap_or_default();
        let mother = self.mother.as_deref().map(patients::read).transpose()?;
        let mother = mother.and_then(|people| people.into_iter().next()).map(|mother| mother.typing);
        let (profile_page, order_page) = (page(&self.profile)?, page(&self.order)?);
        Ok(Given {
            request: SearchRequest {
                antibodies,
                mother,
                profile_page,
                order_page,
                ..SearchRequest::default()
            },
        })
    }

    fn patients(&self) -> Result<Vec<Patient>, Failure> {
        if let Some(line) = &self.typing {
            return Ok(vec![Patient { id: None, typing: line.clone() }]);
        }
        match &self.patient {
            Some(source) => patients::read(source),
            None if self.locus.is_empty() => {
                let sentence = "No patient: give --patient FILE.gl, --typing LINE or --locus LOCUS=ALLELES.";
                Err(Failure::refused("patient_not_named", sentence))
            }
            None => Ok(vec![Patient { id: None, typing: patients::of_loci(&self.locus)? }]),
        }
    }
}

/// A request of which only that is set which files say.
struct Given {
    request: SearchRequest,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.kept {
        Some(Kept::Replay(replay)) => replay::run(replay, lang),
        Some(Kept::Repeat(args)) => repeat::repeat(args, lang),
        Some(Kept::Watch(args)) => repeat::watch(args, lang),
        None => run_search(&args.search, lang),
    }
}

fn run_search(args: &SearchArgs, lang: Lang) -> Result<Outcome, Failure> {
    let patients = args.patients()?;
    let given = args.given()?;
    args.report.as_deref().map(report::format_of).transpose()?;
    let places = places::Places::open(&args.pool, &args.among, &args.bank)?;
    let (catalogue, among) = (places.first(), places.among());
    let mut printer = print::Printer::new(args.format, lang, io::stdout().lock(), patients.len() > 1);
    let mut outcome = Outcome::Done;
    for patient in &patients {
        let searched = places
            .resolved(args.request(&patient.typing, &given), &args.bank)
            .and_then(|request| among.search(&request))
            .map(|answer| answer.told_in(lang));
        if let (Ok(answer), Some(path)) = (&searched, &args.receipt) {
            write_receipt(path, &answer.receipt)?;
        }
        if let (Ok(answer), Some(path)) = (&searched, &args.report) {
            report::write(path, answer, patient, args, (catalogue, lang))?;
        }
        match searched {
            Ok(answer) => printer.answer(patient, &answer).map_err(|error| stream::not_written(&error))?,
            // One patient: the failure is the answer. Of several, the others still get theirs.
            Err(failure) if patients.len() == 1 => return Err(failure),
            Err(failure) => {
                outcome = Outcome::SomeRefused;
                printer.refused(patient, &failure).map_err(|error| stream::not_written(&error))?;
            }
        }
    }
    printer.finish().map_err(|error| stream::not_written(&error))?;
    Ok(outcome)
}

/// The typings of a file of patients.
pub(crate) fn typings_of(source: &str) -> Result<Vec<String>, Failure> {
    Ok(patients::read(source)?.into_iter().map(|patient| patient.typing).collect())
}

/// Searches with the standard floors and prints the first units as a table.
pub(crate) fn show_first(
    catalogue: &Catalogue,
    typing: &str,
    weight_kg: f64,
    limit: usize,
    lang: Lang,
) -> Result<(), Failure> {
    let request = SearchRequest {
        patient: PatientInput::Gl(typing.to_owned()),
        weight_kg: Some(weight_kg),
        limit,
        ..SearchRequest::default()
    };
    let answer = catalogue.search(&request)?.told_in(lang);
    let mut printer = print::Printer::new(Format::Table, lang, io::stdout().lock(), false);
    let patient = Patient { id: None, typing: typing.to_owned() };
    printer
        .answer(&patient, &answer)
        .and_then(|()| printer.finish())
        .map_err(|error| stream::not_written(&error))
}

fn write_receipt(path: &PathBuf, receipt: &crate::catalogue::Receipt) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(receipt).map_err(io::Error::other);
    let written = text.and_then(|text| std::fs::File::create(path)?.write_all(&text));
    written.map_err(|error| {
        let sentence = format!("The receipt {} could not be written: {error}.", path.display());
        Failure::outage("receipt_not_written", sentence)
            .with("file", path.display().to_string())
            .with("error", error.to_string())
            .because(&error)
    })
}
