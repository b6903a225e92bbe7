//! `qidai lab`: tests, their results and their review.

mod import;
mod listen;
mod messages;
mod qc;

use std::path::PathBuf;

use jiff::Timestamp;
use qidai_bank::{Acting, FORMULAS, NewResult, Principal, ResultSource, Role, WorklistFilter, tests};
use qidai_hla::{Nomenclature, Release};

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::api::lab::review_of;
use crate::catalogue::{ReferenceArgs, release_of};
use crate::error::Failure;
use crate::lab::{self, ResultView, TestView, phase_of, test_of};
use crate::storage::unit_of as identity_of;
use crate::words::Lang;
use crate::{console, record_json, reference};

/// Tests of the laboratory, their results and their review; answers are JSON.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum What {
    /// The tests there are, one per line.
    Tests,
    /// Enter a result; where one is approved already, with --reason, its amendment.
    Enter(EnterArgs),
    /// The results of a unit and its mother, one per line, every version.
    Results {
        #[command(flatten)]
        bank: BankArgs,
        /// DIN, with or without its check character, or the bank's own number.
        #[arg(value_name = "DIN")]
        number: String,
    },
    /// The results that wait for review, one per line, the oldest first.
    Worklist {
        #[command(flatten)]
        bank: BankArgs,
        /// Only of this test.
        #[arg(long)]
        test: Option<String>,
    },
    /// Agree with a result, or reject it; not for who entered it.
    Review {
        #[command(flatten)]
        bank: BankArgs,
        /// Its id.
        id: String,
        /// agree or reject.
        #[arg(long = "say", value_name = "REVIEW")]
        said: String,
        /// Why, where it is rejected.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Compute a formula of processing, such as tnc_corrected 9.5 8 92.35; without a name they are listed with their
    /// inputs, units and sources.
    Compute {
        formula: Option<String>,
        /// The inputs, in the order in which the list names them.
        inputs: Vec<String>,
    },
    /// Internal quality control: control material, its measurements, and the rules of Westgard.
    Qc {
        #[command(subcommand)]
        what: qc::What,
    },
    /// Enter the results of a file, CSV or XLSX: rows for specimens with a column for each test, or a row for each result.
    /// Good rows are taken whole, the others told; the file is kept. Exit status 2 when a row was refused.
    Import(import::ImportArgs),
    /// Show, or with --set replace, what a laboratory calls its columns.
    Mapping {
        #[command(flatten)]
        bank: BankArgs,
        laboratory: String,
        /// Lines such as '白细胞计数 = wbc_raw processed 10^9/L'.
        #[arg(long, value_name = "FILE")]
        set: Option<PathBuf>,
    },
    /// Enter a line of a message as a result of a unit, because somebody knows whose it is.
    Assign(messages::AssignArgs),
    /// Receive results of analysers until interrupted; each message is kept for ever, with what became of it.
    Listen {
        #[command(flatten)]
        bank: BankArgs,
        /// For LIS2-A2 (ASTM) over TCP: a port of this machine, or an address with a port.
        #[arg(long, value_name = "ADDR")]
        astm: Option<String>,
        /// For HL7 v2 ORU^R01 over MLLP: a port of this machine, or an address with a port.
        #[arg(long, value_name = "ADDR")]
        hl7: Option<String>,
    },
    /// The messages of analysers, the newest first, one per line, with what was wrong with each.
    Messages {
        #[command(flatten)]
        bank: BankArgs,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Take a message from a file, as if the analyser had sent it. Exit status 2 when some of it was refused.
    Bring {
        #[command(flatten)]
        bank: BankArgs,
        file: PathBuf,
    },
    /// Print a message of an analyser, byte by byte as it came. It may hold a name: the access log says who opened it.
    Message {
        #[command(flatten)]
        bank: BankArgs,
        id: String,
        /// What it is opened for: laboratory_work, quality_investigation, legal_request.
        #[arg(long, default_value = "laboratory_work")]
        purpose: String,
    },
}

/// Which bank, and in whose right.
#[derive(clap::Args)]
pub(super) struct BankArgs {
    #[command(flatten)]
    people: PeopleArgs,
    /// The role in whose right you act; the history says so. Without it the one whose work this is.
    #[arg(long = "as", value_name = "ROLE", value_parser = role_of)]
    role: Option<Role>,
}

#[derive(clap::Args)]
struct EnterArgs {
    #[command(flatten)]
    bank: BankArgs,
    #[command(flatten)]
    reference: ReferenceArgs,
    /// DIN, with or without its check character, or the bank's own number.
    #[arg(value_name = "DIN")]
    number: String,
    /// Code of the test; `qidai lab tests` lists them.
    #[arg(long)]
    test: String,
    /// collected, processed or post_thaw, where the test has phases.
    #[arg(long, default_value = "", hide_default_value = true)]
    phase: String,
    /// As it was measured.
    #[arg(long, allow_hyphen_values = true)]
    value: String,
    /// Unit of a number; that of the test without it.
    #[arg(long)]
    unit: Option<String>,
    /// Such as the analyser or the kit.
    #[arg(long)]
    method: Option<String>,
    /// When it was measured, such as 2026-11-24T08:30:00Z.
    #[arg(long, value_name = "TIME")]
    measured_at: Option<Timestamp>,
    /// Why, where it amends an approved result.
    #[arg(long)]
    reason: Option<String>,
}

pub(super) fn role_of(text: &str) -> Result<Role, String> {
    let known: Vec<&str> = Role::all().map(Role::code).collect();
    Role::parse(text).ok_or_else(|| format!("expected one of {}", known.join(", ")))
}

/// An open bank and who acts in it.
pub(super) struct Desk {
    pub(super) people: People,
    pub(super) principal: Principal,
}

impl Desk {
    fn open(args: &BankArgs, usual: Role) -> Result<Self, Failure> {
        let role = args.role.unwrap_or(usual);
        let principal = Principal::console_as(&console::system_user(), role);
        Ok(Self { people: People::open(&args.people)?, principal })
    }

    pub(super) fn acting<'a>(&'a self, reason: Option<&'a str>) -> Acting<'a> {
        Acting { principal: &self.principal, reason, ..self.people.acting() }
    }
}

/// Opens the bank, does something, signs a checkpoint and closes it. A refusal is an answer.
pub(super) fn at_desk(
    args: &BankArgs,
    (usual, lang): (Role, Lang),
    act: impl AsyncFnOnce(&Desk) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let desk = Desk::open(args, usual)?;
    let outcome = desk.people.runtime.block_on(act(&desk));
    desk.people.close()?;
    match outcome {
        Err(failure) if failure.is_refusal() => {
            stream::say(&record_json::of_failure(&failure, lang).to_string())?;
            Ok(Outcome::SomeRefused)
        }
        other => other,
    }
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Tests => {
            for test in tests() {
                tell(&TestView::of(test))?;
            }
            Ok(Outcome::Done)
        }
        What::Compute { formula: None, .. } => {
            for one in &FORMULAS {
                let inputs = one.inputs.join(" ");
                stream::say(&format!("{}\t{inputs}\t{}\t{}", one.name, one.unit, one.source))?;
            }
            Ok(Outcome::Done)
        }
        What::Compute { formula: Some(code), inputs } => {
            let formula = qidai_bank::formula(code)?;
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let result = formula.compute(&inputs).map_err(qidai_bank::BankError::from)?;
            stream::say(&format!("{result}\t{}", formula.unit))?;
            Ok(Outcome::Done)
        }
        What::Qc { what } => qc::run(what, lang),
        What::Enter(args) => {
            at_desk(&args.bank, (Role::Technologist, lang), async |desk| enter(args, desk).await)
        }
        What::Results { bank, number } => {
            at_desk(bank, (Role::Technologist, lang), async |desk| results(number, desk).await)
        }
        What::Worklist { bank, test } => {
            at_desk(bank, (Role::Reviewer, lang), async |desk| worklist(test.as_deref(), desk).await)
        }
        What::Review { bank, id, said, reason } => at_desk(bank, (Role::Reviewer, lang), async |desk| {
            let store = &desk.people.store;
            let result = store.review_result(id, review_of(said)?, &desk.acting(reason.as_deref())).await?;
            tell(&ResultView::from(&result))?;
            Ok(Outcome::Done)
        }),
        What::Import(args) => {
            at_desk(&args.bank, (Role::Technologist, lang), async |desk| import::run(args, desk).await)
        }
        What::Mapping { bank, laboratory, set } => at_desk(bank, (Role::Technologist, lang), async |desk| {
            import::mapping(laboratory, set.as_deref(), desk).await
        }),
        What::Assign(args) => {
            at_desk(&args.bank, (Role::Technologist, lang), async |desk| messages::assign(args, desk).await)
        }
        What::Listen { bank, astm, hl7 } => at_desk(bank, (Role::Technologist, lang), async |desk| {
            listen::listen(desk, astm.as_deref(), hl7.as_deref()).await
        }),
        What::Messages { bank, limit } => {
            at_desk(bank, (Role::Technologist, lang), async |desk| messages::list(desk, *limit).await)
        }
        What::Bring { bank, file } => {
            at_desk(bank, (Role::Technologist, lang), async |desk| messages::bring(file, desk).await)
        }
        What::Message { bank, id, purpose } => {
            at_desk(bank, (Role::Technologist, lang), async |desk| messages::raw(desk, id, purpose).await)
        }
    }
}

async fn enter(args: &EnterArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let unit = identity_of(store, &args.number).await?;
    let release: Release = release_of(store, &args.reference).await?;
    let mac: Option<PathBuf> = args.reference.mac.clone();
    let mac = mac.as_deref().map(reference::load_mac).transpose().map_err(Failure::from)?;
    let new = NewResult {
        unit: &unit,
        test: test_of(&args.test)?,
        phase: phase_of(&args.phase)?,
        written: &args.value,
        written_unit: args.unit.as_deref(),
        method: args.method.as_deref(),
        measured_at: args.measured_at,
        source: ResultSource::Form,
        message: None,
    };
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let result = lab::enter(store, &nomenclature, &new, &desk.acting(args.reason.as_deref())).await?;
    tell(&ResultView::from(&result))?;
    Ok(Outcome::Done)
}

async fn results(number: &str, desk: &Desk) -> Result<Outcome, Failure> {
    let unit = identity_of(&desk.people.store, number).await?;
    for result in &desk.people.store.test_results(&unit, &desk.principal).await? {
        tell(&ResultView::from(result))?;
    }
    Ok(Outcome::Done)
}

async fn worklist(test: Option<&str>, desk: &Desk) -> Result<Outcome, Failure> {
    /// Results that are read in one go.
    const PAGE: u32 = 500;
    let test = test.map(test_of).transpose()?.map(|test| test.code);
    let filter = WorklistFilter { states: Vec::new(), test };
    let mut last: Option<(Timestamp, String)> = None;
    loop {
        let after = last.as_ref().map(|(at, id)| (*at, id.as_str()));
        let found = desk.people.store.result_worklist(&filter, after, PAGE, &desk.principal).await?;
        for result in &found {
            tell(&ResultView::from(result))?;
        }
        last = found.last().map(|result| (result.entered.at, result.id.clone()));
        if found.len() < PAGE as usize {
            return Ok(Outcome::Done);
        }
    }
}

/// One line of JSON.
pub(super) fn tell(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| {
        Failure::outage("internal_error", "An answer could not be written.").because(&error)
    })?;
    stream::say(&text)
}
