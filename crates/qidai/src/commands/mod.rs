//! The verbs of the command line: one file each, one line each in [`Command`] and in [`run`].
//!
//! A verb is a `clap` argument struct and a function `run(args, lang) -> Result<Outcome, Failure>`.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod config;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod dossier;
pub(crate) mod figures;
pub(crate) mod frequencies;
pub(crate) mod hla;
pub(crate) mod id;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod key;
pub(crate) mod lab;
pub(crate) mod listing;
pub(crate) mod matching;
pub(crate) mod outcome;
pub(crate) mod patient;
pub(crate) mod people;
pub(crate) mod pool;
pub(crate) mod print;
pub(crate) mod profiles;
pub(crate) mod recall;
pub(crate) mod record;
pub(crate) mod release;
pub(crate) mod request;
pub(crate) mod restore;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod site;
pub(crate) mod storage;
mod stream;
pub(crate) mod telemetry;
pub(crate) mod unit;
pub(crate) mod user;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use qidai_bank::{holds_password, without_password};

use crate::error::Failure;
use crate::telemetry::LogSettings;
use crate::words::Lang;

/// 脐带: runs a cord blood bank.
#[derive(Parser)]
#[command(name = "qidai", version, max_term_width = 100)]
pub(crate) struct CommandLine {
    /// Language of sentences and pages: zh-CN or en. Without it QIDAI_LANG decides, in any spelling of a locale.
    #[arg(long, global = true, value_parser = Lang::from_option)]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum Command {
    /// Is the history whole, and do the tables say what it says?
    Audit(audit::Args),
    /// Copy a bank while others work in it, or check a copy.
    Backup(backup::Args),
    /// Measure, as the documents quote it.
    Bench(bench::Args),
    /// How a server is set up, and what is wrong with that.
    Config(config::Args),
    /// How many patients a bank serves, and what more units would add.
    Coverage(coverage::Args),
    /// Make a bank of invented units, search it, serve it.
    Demo(demo::Args),
    /// Everything that travels with the bag of an order, as PDF or JSON.
    Dossier(dossier::Args),
    /// The figures of the bank, as of a day, with their rows.
    Figures(figures::Args),
    /// Haplotype frequencies: estimate, compare, verify, check, and keep in a bank.
    Frequencies(frequencies::Args),
    /// Names and typings of HLA: reduce, explain, migrate, fetch.
    Hla(hla::Args),
    /// Check identifiers, one per line.
    Id(id::Args),
    /// Bring units or another registry's list into a bank.
    Import(import::Args),
    /// Make a bank, its keys and a first administrator.
    Init(init::Args),
    /// Master keys: list, rotate.
    Key(key::Args),
    /// The laboratory: tests, results, review.
    Lab(lab::Args),
    /// The bank's public units as registries take them.
    Listing(listing::Args),
    /// Compare people: counts, probabilities, what leaves them open.
    Match(matching::Args),
    /// Survival and engraftment of patients, with bands, and by dose.
    Outcome(outcome::Args),
    /// Patients: enter, show, their families.
    Patient(patient::Args),
    /// Lists of millions, as files of their own: freeze.
    Pool(pool::Args),
    /// Profiles and orders of searches: list, show, copy, edit.
    Profiles(profiles::Args),
    /// Recalls: what hangs together with a lot, an instrument, a person; recall it.
    Recall(recall::Args),
    /// Registers: list, make, amend and move records of every declared kind.
    Record(record::Args),
    /// The IPD-IMGT/HLA release of a bank: show, set.
    Release(release::Args),
    /// Search requests: run the search, give the report, count the time.
    Request(request::Args),
    /// Make a bank from a copy.
    Restore(restore::Args),
    /// Search the bank for a patient.
    Search(search::Args),
    /// Serve the pages and the API of a bank.
    Serve(serve::Args),
    /// Sites: add or change, list.
    Site(site::Args),
    /// Cryostorage: rooms, tanks, what stands where.
    Storage(storage::Args),
    /// Units: register, show, move, decide on, trace them; reserve one, or end its reservation.
    Unit(unit::Args),
    /// Readings of tanks: probes, listening to a broker, alarms.
    Telemetry(telemetry::Args),
    /// Paper: labels, the inventory of a tank, the passport of a unit.
    Print(print::Args),
    /// Accounts: add, list, give and take roles, disable, make a new link.
    User(user::Args),
}

impl CommandLine {
    /// Reads the arguments of this process. Help, and arguments that are not understood, end it here.
    ///
    /// # Errors
    /// A password on the command line, where every user of the machine can read it.
    pub(crate) fn read() -> Result<CommandLine, Failure> {
        let matches = CommandLine::command().try_get_matches().unwrap_or_else(|error| end_with(&error));
        if password_is_argument(&matches) {
            return Err(password_on_command_line());
        }
        Ok(CommandLine::from_arg_matches(&matches).unwrap_or_else(|error| end_with(&error)))
    }

    /// The language of the option, else of the environment.
    pub(crate) fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(Lang::of_environment)
    }

    /// How this run writes its log: a server may say it in its file of settings.
    pub(crate) fn log(&self) -> LogSettings {
        match &self.command {
            Command::Serve(args) => args.log(),
            _ => LogSettings::of_environment(),
        }
    }
}

/// Prints help or a misuse. A misuse quotes arguments, which may be an address at the wrong place.
fn end_with(error: &clap::Error) -> ! {
    let text = error.to_string();
    let masked = without_password(&text);
    if masked == text {
        error.exit()
    }
    eprint!("{masked}");
    std::process::exit(error.exit_code())
}

/// True when an address with a password was typed, not set in the environment: only the matches know which.
fn password_is_argument(matches: &ArgMatches) -> bool {
    let typed = |name: &str| {
        let is_known = matches.try_contains_id(name).unwrap_or(false);
        is_known && matches.value_source(name) == Some(ValueSource::CommandLine)
    };
    let bank = if typed("bank") { matches.get_one::<String>("bank") } else { None };
    bank.is_some_and(|bank| holds_password(bank))
        || matches.subcommand().is_some_and(|(_, matches)| password_is_argument(matches))
}

fn password_on_command_line() -> Failure {
    Failure::refused(
        "password_on_command_line",
        "There is a password in --bank, and command lines are seen by others: put the address into the environment \
         variable QIDAI_DATABASE_URL and leave --bank out.",
    )
}

/// How a command ended when the program itself could work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was taken: exit status 0.
    Done,
    /// Some input was refused, and said so: exit status 2.
    SomeRefused,
}

pub(crate) fn run(line: CommandLine) -> Result<Outcome, Failure> {
    let (lang, given_lang) = (line.lang(), line.lang);
    let outcome = match line.command {
        Command::Audit(args) => audit::run(&args, lang),
        Command::Backup(args) => backup::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Config(args) => config::run(&args, given_lang),
        Command::Coverage(args) => coverage::run(&args, lang),
        Command::Demo(args) => demo::run(&args, lang),
        Command::Dossier(args) => dossier::run(&args, lang),
        Command::Figures(args) => figures::run(&args, lang),
        Command::Frequencies(args) => frequencies::run(&args, lang),
        Command::Hla(args) => hla::run(&args, lang),
        Command::Id(args) => id::run(&args),
        Command::Import(args) => import::run(&args, lang),
        Command::Init(args) => init::run(&args, lang),
        Command::Key(args) => key::run(&args, lang),
        Command::Lab(args) => lab::run(&args, lang),
        Command::Listing(args) => listing::run(&args, lang),
        Command::Match(args) => matching::run(&args, lang),
        Command::Recall(args) => recall::run(&args, lang),
        Command::Record(args) => record::run(&args, lang),
        Command::Outcome(args) => outcome::run(&args, lang),
        Command::Patient(args) => patient::run(&args, lang),
        Command::Pool(args) => pool::run(&args, lang),
        Command::Profiles(args) => profiles::run(&args, lang),
        Command::Print(args) => print::run(&args, lang),
        Command::Release(args) => release::run(&args, lang),
        Command::Request(args) => request::run(&args, lang),
        Command::Restore(args) => restore::run(&args),
        Command::Search(args) => search::run(&args, lang),
        Command::Serve(args) => serve::run(&args, given_lang),
        Command::Site(args) => site::run(&args),
        Command::Storage(args) => storage::run(&args, lang),
        Command::Telemetry(args) => telemetry::run(&args, lang),
        Command::Unit(args) => unit::run(&args, lang),
        Command::User(args) => user::run(&args, lang),
    };
    stream::quiet_when_closed(outcome)
}

/// The runtime in which a verb awaits the bank or serves pages.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::outage("runtime_not_started", "The program could not start its worker threads.")
            .because(&error)
    })
}
