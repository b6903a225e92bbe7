//! The life of a unit at the console: registered, shown, moved, traced. Answers are JSON.

use jiff::Timestamp;
use qidai_bank::{BankType, HistoryEvent, NewUnit, Refusal, Trace, UnitAt, identity_to_register, workflow};
use serde_json::{Value, json};

use super::{identity_of, table};
use crate::commands::record::given::pair_of;
use crate::commands::record::{BankArgs, Desk, answer, at_desk};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::record_json;
use crate::words::Lang;

#[derive(clap::Subcommand)]
pub(crate) enum What {
    /// Register a unit by the number on the labels of its kit.
    Register {
        #[arg(value_name = "DIN")]
        number: String,
        /// public or family.
        #[arg(long, value_name = "BANK", value_parser = bank_of)]
        kind: BankType,
        #[command(flatten)]
        change: Change,
        #[command(flatten)]
        bank: BankArgs,
    },
    /// Show a unit: its state, what can be done next, and what stands in the way.
    Show {
        #[arg(value_name = "DIN")]
        number: String,
        #[command(flatten)]
        bank: BankArgs,
    },
    /// Move a unit to another state, by the name of the move or of the state. Exit status 2 when it is refused.
    Move {
        #[arg(value_name = "DIN")]
        number: String,
        /// Such as receive, or received.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        change: Change,
        #[command(flatten)]
        bank: BankArgs,
    },
    /// Write open fields of a unit without moving it; FIELD= takes a value away.
    Amend {
        #[arg(value_name = "DIN")]
        number: String,
        #[command(flatten)]
        change: Change,
        #[command(flatten)]
        bank: BankArgs,
    },
    /// The moves of units; with --table every pair of states, as text with tabs.
    Moves {
        #[arg(long)]
        table: bool,
    },
    /// All that happened to a unit and the records around it, newest first.
    Timeline {
        #[arg(value_name = "DIN")]
        number: String,
        /// At most so many events.
        #[arg(long, default_value_t = 200)]
        limit: u32,
        #[command(flatten)]
        bank: BankArgs,
    },
    /// What a unit, a kit, a person or a record is connected with, both ways.
    Trace {
        /// A DIN, or a subject such as kit/KIT-2026-0001 or account/S0012.
        #[arg(value_name = "WHAT")]
        what: String,
        #[command(flatten)]
        bank: BankArgs,
    },
}

#[derive(clap::Args)]
pub(crate) struct Change {
    /// Fields that are written with it.
    #[arg(value_name = "FIELD=VALUE", value_parser = pair_of)]
    fields: Vec<(String, String)>,
    /// Why, without names.
    #[arg(long)]
    reason: Option<String>,
    /// The version that was seen; refused when somebody was faster.
    #[arg(long)]
    seen: Option<u64>,
    /// When it was done, for an entry made later, such as 2026-03-31T08:15+08:00.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

fn bank_of(text: &str) -> Result<BankType, String> {
    BankType::parse(text).ok_or_else(|| "expected public or family".to_owned())
}

pub(super) fn run(what: &What, lang: Lang) -> Result<Outcome, Failure> {
    match what {
        What::Moves { table } => moves(*table),
        What::Register { number, kind, change, bank } => {
            at_desk(bank, async |desk| register((number, *kind), change, desk, lang).await)
        }
        What::Show { number, bank } => at_desk(bank, async |desk| show(number, desk, lang).await),
        What::Move { number, to, change, bank } => {
            at_desk(bank, async |desk| go(number, Some(to), change, desk, lang).await)
        }
        What::Amend { number, change, bank } => {
            at_desk(bank, async |desk| go(number, None, change, desk, lang).await)
        }
        What::Timeline { number, limit, bank } => {
            at_desk(bank, async |desk| timeline(number, *limit, desk).await)
        }
        What::Trace { what, bank } => at_desk(bank, async |desk| trace(what, desk).await),
    }
}

fn moves(as_table: bool) -> Result<Outcome, Failure> {
    let unit = workflow::known("unit")?;
    if as_table {
        table::print(unit)?;
    } else {
        stream::say(&record_json::of_concept(unit).to_string())?;
    }
    Ok(Outcome::Done)
}

async fn register(
    (number, bank_type): (&str, BankType),
    change: &Change,
    desk: &Desk,
    lang: Lang,
) -> Result<Outcome, Failure> {
    let identity = identity_to_register(number).map_err(Refusal::from)?;
    let new = NewUnit { identity, bank_type, fields: change.fields.clone() };
    let acting = desk.acting(change.reason.as_deref()).since(change.at);
    answer(record_json::of_answer(desk.people.store.register_unit(&new, &acting).await, lang)?)
}

async fn show(number: &str, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let identity = identity_of(store, number).await?;
    let unit = store.unit_life(&identity).await?.ok_or_else(|| crate::pages::unit_not_found(number))?;
    let moves = store.unit_moves(&identity, &desk.principal).await?;
    let mut shown = record_json::of_record(&unit, lang);
    if let Some(shown) = shown.as_object_mut() {
        let moves: Vec<Value> = moves.iter().map(|offer| record_json::of_offer(offer, lang)).collect();
        shown.insert("moves".to_owned(), moves.into());
    }
    stream::say(&shown.to_string())?;
    Ok(Outcome::Done)
}

/// Moves a unit, or only writes fields of it.
async fn go(
    number: &str,
    to: Option<&str>,
    change: &Change,
    desk: &Desk,
    lang: Lang,
) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let identity = identity_of(store, number).await?;
    let at = UnitAt { identity: &identity, expected_version: change.seen };
    let acting = desk.acting(change.reason.as_deref()).since(change.at);
    let done = match to {
        Some(to) => store.move_unit(at, to, &change.fields, &acting).await,
        None => store.amend_unit(at, &change.fields, &acting).await,
    };
    answer(record_json::of_answer(done, lang)?)
}

async fn timeline(number: &str, limit: u32, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let identity = identity_of(store, number).await?;
    for event in store.unit_timeline(&identity, None, limit.min(10_000)).await? {
        stream::say(&of_event(&event).to_string())?;
    }
    Ok(Outcome::Done)
}

fn of_event(event: &HistoryEvent) -> Value {
    let changes = event
        .changes
        .iter()
        .map(|one| json!({ "table": one.table, "column": one.column, "old": one.old, "new": one.new }));
    json!({
        "sequence": event.sequence,
        "effective_at": event.effective_at.to_string(),
        "recorded_at": event.recorded_at.to_string(),
        "late": event.effective_at != event.recorded_at,
        "actor": event.actor,
        "role": event.role,
        "site": event.site,
        "kind": event.kind,
        "subject": event.subject,
        "reason": event.reason,
        "changes": changes.collect::<Vec<_>>(),
        "hash": event.hash,
    })
}

async fn trace(what: &str, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let subject = if what.contains('/') {
        what.to_owned()
    } else {
        let identity = identity_of(store, what).await?;
        format!("unit/{}/{}", identity.scheme, identity.value)
    };
    stream::say(&of_trace(&store.trace(&subject).await?).to_string())?;
    Ok(Outcome::Done)
}

fn of_trace(trace: &Trace) -> Value {
    let lines = trace.lines.iter().map(|line| {
        json!({
            "subject": line.subject,
            "by": line.by,
            "from": line.from,
            "way": line.way.code(),
            "depth": line.depth,
        })
    });
    json!({ "lines": lines.collect::<Vec<_>>(), "has_more": trace.has_more })
}
