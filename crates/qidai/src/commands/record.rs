//! `qidai record`: registers of the bank – institutions, licences, authorisations and others that are declared.

mod batch;
pub(super) mod given;

use std::path::PathBuf;

use jiff::civil::Date;
use qidai_bank::workflow::{self, Concept};
use qidai_bank::{
    Acting, BankError, NewRecord, Principal, Record, RecordAt, RecordFilter, RecordOrder, Role,
};
use serde_json::Value;

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::recheck::found_at_console;
use crate::words::Lang;
use crate::{console, record_json, typed_fields};
use given::pair_of;

/// Registers: list, show, create, amend, move records of a kind; answers are JSON.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum What {
    /// The kinds of records there are; with --kind all that is declared of one: fields, states, moves, clocks.
    Kinds {
        #[arg(long)]
        kind: Option<String>,
    },
    /// List records, one per line.
    List(ListArgs),
    /// Show one record, the moves that are possible now, and its history.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Make a record, or one for each line of a file.
    Create(CreateArgs),
    /// Change fields of a record; FIELD= takes a value away.
    Amend {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        change: Change,
    },
    /// Move a record to another state, by the name of the move or of the state.
    Move {
        #[command(flatten)]
        which: Which,
        /// Such as approve, or approved.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        change: Change,
    },
    /// May this member of staff do that on this day? Exit status 0 when yes, 2 when no.
    Authorised {
        #[command(flatten)]
        bank: BankArgs,
        /// Staff number.
        #[arg(long)]
        staff: String,
        /// Such as processing; `record kinds --kind authorisation` lists them.
        #[arg(long)]
        activity: String,
        /// The day, such as 2026-03-31; today without it.
        #[arg(long)]
        on: Option<Date>,
    },
}

#[derive(clap::Args)]
pub(super) struct BankArgs {
    #[command(flatten)]
    pub(super) people: PeopleArgs,
    /// The role in whose right you act; the history says so.
    #[arg(long = "as", value_name = "ROLE", default_value = "administrator", value_parser = role_of)]
    pub(super) role: Role,
}

#[derive(clap::Args)]
struct Which {
    #[command(flatten)]
    bank: BankArgs,
    /// Such as licence; `qidai record kinds` lists them.
    #[arg(long)]
    kind: String,
    /// Such as LIC-2026-0001.
    number: String,
}

#[derive(clap::Args)]
struct Change {
    /// The version that you saw; without it whatever is there is changed.
    #[arg(long, value_name = "VERSION")]
    seen: Option<u64>,
    /// Why, in your words, without names of people.
    #[arg(long)]
    reason: Option<String>,
    /// FIELD=VALUE; may be repeated.
    #[arg(value_name = "FIELD=VALUE", value_parser = pair_of)]
    fields: Vec<(String, String)>,
}

#[derive(clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    bank: BankArgs,
    /// Such as licence; `qidai record kinds` lists them.
    #[arg(long)]
    kind: String,
    /// The site that it belongs to.
    #[arg(long)]
    site: Option<String>,
    /// One JSON object per line, `-` for standard input: {"site":…,"fields":{…}}, or the fields alone. One answer per
    /// line, in the same order.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fields", "site"])]
    batch: Option<PathBuf>,
    /// FIELD=VALUE; may be repeated.
    #[arg(value_name = "FIELD=VALUE", value_parser = pair_of)]
    fields: Vec<(String, String)>,
}

#[derive(clap::Args)]
struct ListArgs {
    #[command(flatten)]
    bank: BankArgs,
    /// Such as licence; `qidai record kinds` lists them.
    #[arg(long)]
    kind: String,
    /// Only in this state; may be repeated.
    #[arg(long)]
    state: Vec<String>,
    /// Only of this site.
    #[arg(long)]
    site: Option<String>,
    /// Only with this value; may be repeated.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair_of)]
    fields: Vec<(String, String)>,
    /// Only with this text in the number or a searched field.
    #[arg(long)]
    text: Option<String>,
    /// number, changed, or a field.
    #[arg(long, default_value = "number")]
    order: String,
    /// The last ones first.
    #[arg(long)]
    descending: bool,
    /// At most so many.
    #[arg(long, default_value_t = u32::MAX, hide_default_value = true)]
    limit: u32,
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
    fn open(args: &BankArgs) -> Result<Self, Failure> {
        let principal = Principal::console_as(&console::system_user(), args.role);
        Ok(Self { people: People::open(&args.people)?, principal })
    }

    pub(super) fn acting<'a>(&'a self, reason: Option<&'a str>) -> Acting<'a> {
        Acting { principal: &self.principal, reason, ..self.people.acting() }
    }
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Kinds { kind: None } => {
            for concept in workflow::concepts() {
                stream::say(&format!("{}\t{}\t{}", concept.code, concept.label.zh, concept.label.en))?;
            }
            Ok(Outcome::Done)
        }
        What::Kinds { kind: Some(kind) } => {
            stream::say(&record_json::of_concept(workflow::known(kind)?).to_string())?;
            Ok(Outcome::Done)
        }
        What::List(args) => at_desk(&args.bank, async |desk| list(args, desk, lang).await),
        What::Show { which } => at_desk(&which.bank, async |desk| show(which, desk, lang).await),
        What::Create(args) => at_desk(&args.bank, async |desk| create(args, desk, lang).await),
        What::Amend { which, change } => {
            at_desk(&which.bank, async |desk| amend(which, change, desk, lang).await)
        }
        What::Move { which, to, change } => {
            at_desk(&which.bank, async |desk| go(which, (to, change), desk, lang).await)
        }
        What::Authorised { bank, staff, activity, on } => {
            at_desk(bank, async |desk| authorised((staff, activity), *on, desk).await)
        }
    }
}

/// Opens the bank, does something, signs a checkpoint and closes it.
pub(super) fn at_desk(
    args: &BankArgs,
    act: impl AsyncFnOnce(&Desk) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let desk = Desk::open(args)?;
    let outcome = desk.people.runtime.block_on(act(&desk))?;
    desk.people.close()?;
    Ok(outcome)
}

async fn list(args: &ListArgs, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    /// Lines that are read in one go.
    const PAGE: u32 = 500;
    let concept = workflow::known(&args.kind)?;
    let order = RecordOrder::read(&args.order, concept).ok_or_else(|| {
        let sentence = format!(
            "A {} is not sorted by '{}': take number, changed or one of its fields.",
            concept.label.en, args.order
        );
        Failure::refused("record_order_unknown", sentence).with("order", args.order.as_str())
    })?;
    let filter = RecordFilter {
        states: args.state.clone(),
        site: args.site.clone(),
        fields: args.fields.clone(),
        text: args.text.clone(),
        order,
        descending: args.descending,
    };
    let (mut left, mut after): (u32, Option<String>) = (args.limit, None);
    while left > 0 {
        let page = (after.as_deref(), left.min(PAGE));
        let lines = desk.people.store.record_page(concept, &filter, page, &desk.principal).await?;
        let Some(last) = lines.last() else { break };
        after = Some(last.cursor().to_owned());
        left = left.saturating_sub(u32::try_from(lines.len()).unwrap_or(left));
        for line in &lines {
            stream::say(&record_json::of_line(line, lang).to_string())?;
        }
    }
    Ok(Outcome::Done)
}

async fn show(which: &Which, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    /// Events that are shown; older ones are in the history of the bank.
    const EVENTS: u32 = 1_000;
    let store = &desk.people.store;
    let record = store.record(workflow::known(&which.kind)?, &which.number, &desk.principal).await?;
    let moves = store.record_moves(&record, &desk.principal).await?;
    let history = store.record_history(&record, None, EVENTS).await?;
    let mut shown = record_json::of_record(&record, lang);
    if let Some(shown) = shown.as_object_mut() {
        let moves: Vec<Value> = moves.iter().map(|offer| record_json::of_offer(offer, lang)).collect();
        shown.insert("moves".to_owned(), moves.into());
        shown.insert("history".to_owned(), history.iter().map(record_json::of_event).collect());
    }
    stream::say(&shown.to_string())?;
    Ok(Outcome::Done)
}

async fn create(args: &CreateArgs, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let concept = workflow::known(&args.kind)?;
    if let Some(file) = &args.batch {
        return batch::create(concept, file, desk, lang).await;
    }
    let new = NewRecord { concept, site: args.site.clone(), fields: args.fields.clone() };
    let made = create_checked(&new, desk).await?;
    answer(record_json::of_answer(made, lang)?)
}

/// Makes a record whose typings can be read.
pub(super) async fn create_checked(
    new: &NewRecord,
    desk: &Desk,
) -> Result<Result<Record, BankError>, Failure> {
    let people = &desk.people;
    Ok(match typed_fields::check_at_console(&people.store, new.concept, &new.fields).await? {
        Ok(()) => people.store.create_record(new, &people.keys, &desk.acting(None)).await,
        Err(error) => Err(error),
    })
}

fn at<'a>(which: &'a Which, change: &Change) -> Result<RecordAt<'a>, Failure> {
    let concept: &'static Concept = workflow::known(&which.kind)?;
    Ok(RecordAt { concept, number: &which.number, expected_version: change.seen })
}

async fn amend(which: &Which, change: &Change, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let acting = desk.acting(change.reason.as_deref());
    let store = &desk.people.store;
    let at = at(which, change)?;
    let amended = match typed_fields::check_at_console(store, at.concept, &change.fields).await? {
        Ok(()) => store.amend_record(at, &change.fields, &desk.people.keys, &acting).await,
        Err(error) => Err(error),
    };
    answer(record_json::of_answer(amended, lang)?)
}

async fn go(
    which: &Which,
    (to, change): (&str, &Change),
    desk: &Desk,
    lang: Lang,
) -> Result<Outcome, Failure> {
    let acting = desk.acting(change.reason.as_deref());
    let store = &desk.people.store;
    let at = at(which, change)?;
    let moved = match typed_fields::check_at_console(store, at.concept, &change.fields).await? {
        Ok(()) => match found_at_console(store, (at.concept, at.number, to), acting.principal).await? {
            Ok(found) => {
                let given = (&change.fields[..], found);
                store.move_record_found(at, to, given, &desk.people.keys, &acting).await
            }
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    answer(record_json::of_answer(moved, lang)?)
}

async fn authorised(
    (staff, activity): (&str, &str),
    on: Option<Date>,
    desk: &Desk,
) -> Result<Outcome, Failure> {
    let now = jiff::Timestamp::now();
    let store = &desk.people.store;
    let at = match on {
        None => now,
        Some(day) => store.end_of_day(day).await?,
    };
    let number = store.authorisation(staff, activity, at).await?;
    let outcome = if number.is_some() { Outcome::Done } else { Outcome::SomeRefused };
    let told = serde_json::json!({ "staff": staff, "activity": activity, "at": at.to_string(), "authorisation": number });
    stream::say(&told.to_string())?;
    Ok(outcome)
}

pub(super) fn answer((done, told): (bool, Value)) -> Result<Outcome, Failure> {
    stream::say(&told.to_string())?;
    Ok(if done { Outcome::Done } else { Outcome::SomeRefused })
}
