//! `qidai request`: somebody asks for a patient – search, report, how long it takes. Making, moving and listing requests is
//! `qidai record`'s work.

use jiff::civil::Date;
use qidai_bank::{Given, Permission};
use serde_json::json;

use super::record::{self, BankArgs, Desk};
use super::{Outcome, stream};
use crate::catalogue::{BankArgs as SearchBank, Catalogue, ReferenceArgs};
use crate::error::Failure;
use crate::profiles;
use crate::requests::{self, Purpose, told};
use crate::words::Lang;

/// Search requests: run the search, give the report, count the time; answers are JSON.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum What {
    /// Run the search of an accepted request, with its patient's typing, weight, antibodies and mother; it keeps answer and receipt.
    Search(One),
    /// The searches of a request with their receipts' numbers, the newest first.
    Searches(One),
    /// The report: the last search, once the request is reported. Abroad only under an approved case, whose number it bears.
    Report(One),
    /// How long requests waited for their reports, and for how many there was a unit: in all, domestic, foreign.
    Times(TimesArgs),
    /// May something be given to an institution? What is given abroad, and what is refused, is written down.
    Give(GiveArgs),
}

#[derive(clap::Args)]
struct One {
    #[command(flatten)]
    bank: PatientBank,
    /// Such as REQ-2026-0001.
    number: String,
    #[command(flatten)]
    reference: ReferenceArgs,
}

#[derive(clap::Args)]
struct TimesArgs {
    #[command(flatten)]
    bank: PatientBank,
    /// First day on which they were handed in.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day, included.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
}

#[derive(clap::Args)]
struct GiveArgs {
    #[command(flatten)]
    bank: PatientBank,
    /// Number of the institution.
    institution: String,
    /// report, listing, dossier or material.
    #[arg(value_parser = given_of)]
    given: Given,
}

/// The bank, and in whose right: the search coordinator's, unless another role is named.
#[derive(clap::Args)]
pub(super) struct PatientBank {
    #[command(flatten)]
    people: super::people::PeopleArgs,
    /// The role in whose right you act; the history says so.
    #[arg(long = "as", value_name = "ROLE", default_value = "search_coordinator", value_parser = record::role_of)]
    role: qidai_bank::Role,
}

impl PatientBank {
    pub(super) fn bank(&self) -> BankArgs {
        BankArgs { people: self.people.clone(), role: self.role }
    }

    /// The same bank for searching.
    pub(super) fn catalogue(&self, reference: &ReferenceArgs) -> SearchBank {
        SearchBank {
            bank: Some(self.people.bank.clone()),
            reference: reference.clone(),
            snapshot: None,
            frequencies: None,
        }
    }
}

fn given_of(text: &str) -> Result<Given, String> {
    let known: Vec<&str> = Given::all().map(Given::code).collect();
    Given::all()
        .find(|given| given.code() == text)
        .ok_or_else(|| format!("expected one of {}", known.join(", ")))
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let done = match &args.what {
        What::Search(one) => record::at_desk(&one.bank.bank(), async |desk| search(one, desk).await),
        What::Searches(one) => record::at_desk(&one.bank.bank(), async |desk| list(one, desk).await),
        What::Report(one) => record::at_desk(&one.bank.bank(), async |desk| report(one, desk).await),
        What::Times(args) => record::at_desk(&args.bank.bank(), async |desk| times(args, desk).await),
        What::Give(args) => record::at_desk(&args.bank.bank(), async |desk| give(args, desk).await),
    };
    refused_as_json(done, lang)
}

/// A refusal is an answer too, as JSON on standard output; an outage goes on.
pub(super) fn refused_as_json(done: Result<Outcome, Failure>, lang: Lang) -> Result<Outcome, Failure> {
    match done {
        Err(failure) if failure.is_refusal() => {
            let told = json!({ "code": failure.code(), "sentence": failure.sentence(lang) });
            stream::say(&json!({ "error": told }).to_string())?;
            Ok(Outcome::SomeRefused)
        }
        other => other,
    }
}

async fn search(one: &One, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let question = store.search_question(&one.number, &desk.principal).await?;
    desk.principal.may(Permission::OrderManage, question.request.site.as_deref())?;
    let catalogue = Catalogue::open(&one.bank.catalogue(&one.reference)).await?;
    let asked = profiles::resolved(store, requests::asked(&question)?).await?;
    let ran = requests::run(&question, &asked, &catalogue)?;
    let run = requests::keep(store, &question, &ran, &desk.acting(None)).await?;
    let told = json!({
        "request": run.request,
        "search": run.serial,
        "patient": run.patient,
        "typing": run.typing,
        "listed": run.listed,
        "best_x6": run.best_x6,
        "best_x8": run.best_x8,
        "answer": ran.answer,
    });
    stream::say(&told.to_string())?;
    Ok(Outcome::Done)
}

async fn list(one: &One, desk: &Desk) -> Result<Outcome, Failure> {
    for run in desk.people.store.search_runs(&one.number, &desk.principal).await? {
        let told = json!({
            "request": run.request,
            "search": run.serial,
            "run_at": run.run_at.to_string(),
            "typing": run.typing,
            "generation": run.generation,
            "release": run.release,
            "digest": run.digest,
            "listed": run.listed,
            "best_x6": run.best_x6,
            "best_x8": run.best_x8,
        });
        stream::say(&told.to_string())?;
    }
    Ok(Outcome::Done)
}

async fn report(one: &One, desk: &Desk) -> Result<Outcome, Failure> {
    let told = told(&desk.people.store, (&one.number, None), (Purpose::Report, &desk.acting(None))).await?;
    stream::say(&json!(told).to_string())?;
    Ok(Outcome::Done)
}

async fn times(args: &TimesArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let zone = jiff::tz::TimeZone::get(&store.bank_zone().await?).unwrap_or(jiff::tz::TimeZone::UTC);
    let span = requests::span(args.from.unwrap_or(Date::MIN), args.until.unwrap_or(Date::MAX), &zone);
    let times = store.request_times(span, &desk.principal).await?;
    for waiting in requests::waiting(&times) {
        stream::say(&json!(waiting).to_string())?;
    }
    Ok(Outcome::Done)
}

async fn give(args: &GiveArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let cover = desk.people.store.give_to(&args.institution, args.given, &desk.acting(None)).await?;
    let told = json!({
        "institution": args.institution,
        "given": args.given.code(),
        "needs_case": cover.is_some(),
        "hgr_case": cover.as_ref().map(|cover| cover.case.as_str()),
        "hgr_approval": cover.as_ref().map(|cover| cover.approval_number.as_str()),
    });
    stream::say(&told.to_string())?;
    Ok(Outcome::Done)
}
