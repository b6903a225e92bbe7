//! `qidai search repeat RECEIPT`: what became of a search since; `qidai search watch RECEIPT`: ask it again by itself from now on.

use std::path::PathBuf;

use jiff::Timestamp;
use qidai_bank::{Acting, NewRecord, Principal, Role, Store, workflow};
use serde_json::json;

use super::replay::{read, tell_units};
use super::{Format, Outcome};
use crate::catalogue::{BankArgs, Catalogue, ChangedHit, Repeated, UnitHit};
use crate::commands::people::{People, PeopleArgs};
use crate::commands::{runtime, stream};
use crate::console;
use crate::error::Failure;
use crate::words::{Lang, Words};

#[derive(clap::Args)]
pub(super) struct RepeatArgs {
    /// File with a receipt, or with a whole JSON answer.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    bank: BankArgs,
    /// table or json.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(clap::Args)]
pub(super) struct WatchArgs {
    /// File with a receipt, or with a whole JSON answer.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    people: PeopleArgs,
    /// What the search is called: a pseudonym, no name.
    #[arg(long)]
    label: String,
    /// The request that it belongs to; its alerts are told with it, and with its patient.
    #[arg(long, value_name = "REQ")]
    request: Option<String>,
}

/// Exit status 0 whether something changed or not; the answer says it.
pub(super) fn repeat(args: &RepeatArgs, lang: Lang) -> Result<Outcome, Failure> {
    let (receipt, _) = read(&args.receipt)?;
    let work = async {
        let store = Store::open(args.bank.address()?).await?;
        let catalogue = Catalogue::of_store(&store, &args.bank).await?;
        let since = match receipt.origin() {
            Some(origin) => catalogue.touched_since(&store, origin).await?,
            None => None,
        };
        store.close().await?;
        Ok::<_, Failure>((catalogue, since))
    };
    let (catalogue, since) = runtime()?.block_on(work)?;
    let Some([before, now]) = since else {
        let sentence = format!("Nothing is known of what happened since generation {}.", receipt.generation);
        return Err(Failure::refused("search_not_repeatable", sentence)
            .with("generation", receipt.generation.to_string()));
    };
    let asked = catalogue.understand(&receipt.request)?;
    let repeated = Repeated::between(&before, &now, &asked).told_in(lang);
    if args.format == Format::Json {
        let told = json!({
            "since": receipt.generation,
            "generation": catalogue.generation(),
            "release": catalogue.release_label(),
            "new": repeated.new,
            "changed": repeated.changed,
            "gone": repeated.gone,
        });
        stream::say(&told.to_string())?;
    } else {
        let w = lang.words();
        let values = [
            ("then", receipt.generation.to_string().into()),
            ("now", catalogue.generation().to_string().into()),
        ];
        stream::say(&w.say("repeat-since", &values))?;
        tell(&repeated, w)?;
    }
    Ok(Outcome::Done)
}

/// Three lines.
pub(super) fn tell(repeated: &Repeated, w: &Words) -> Result<(), Failure> {
    let din = |unit: &UnitHit| unit.din.clone();
    let changed = |one: &ChangedHit| format!("{} ({})", one.now.din, one.fields.join(", "));
    let new: Vec<String> = repeated.new.iter().map(din).collect();
    let changed: Vec<String> = repeated.changed.iter().map(changed).collect();
    let gone: Vec<String> = repeated.gone.iter().map(din).collect();
    tell_units(w, [&new, &changed, &gone])
}

pub(super) fn watch(args: &WatchArgs, lang: Lang) -> Result<Outcome, Failure> {
    let (receipt, _) = read(&args.receipt)?;
    let people = People::open(&args.people)?;
    let question = serde_json::to_string(&receipt.request).unwrap_or_default();
    let mut fields = vec![("label", args.label.clone()), ("question", question)];
    // Who works at the console searches as a coordinator does; the history says so.
    let coordinator = Principal::console_as(&console::system_user(), Role::SearchCoordinator);
    let mut site = None;
    if let Some(request) = &args.request {
        let concept = workflow::known("search_request").map_err(qidai_bank::BankError::from)?;
        let request = people.runtime.block_on(people.store.record(concept, request, &coordinator))?;
        fields.push(("patient", request.field("patient").unwrap_or_default().to_owned()));
        fields.push(("request", request.number.clone()));
        site = request.site;
    }
    let generation = people.runtime.block_on(people.store.generation())?;
    let fields = fields.into_iter().chain([("generation", generation.to_string())]);
    let new = NewRecord {
        concept: workflow::known("watched_search").map_err(qidai_bank::BankError::from)?,
        site,
        fields: fields.map(|(field, value)| (field.to_owned(), value)).collect(),
    };
    let (ids, random) = people.sources();
    let acting = Acting::new(&coordinator, Timestamp::now(), ids, random);
    let made = people.runtime.block_on(people.store.create_record(&new, &people.keys, &acting));
    let number = made?.number;
    people.close()?;
    stream::say(&lang.words().t1("watch-begun", "number", number))?;
    Ok(Outcome::Done)
}
