//! `qidai profiles`: what searches ask for and what decides first, of the program and of the bank's own.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use qidai_bank::{Acting, NewRecord, Principal, Record, RecordAt, Role};
use qidai_match::selection::{ListedPage, ListedRule, ORDERS, PROFILES, renamed};

use crate::commands::people::{People, PeopleArgs};
use crate::commands::{Outcome, stream};
use crate::console;
use crate::error::Failure;
use crate::profiles::{self, Known};
use crate::words::{Lang, Words};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    people: PeopleArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Every profile and order: of the program, and with --bank of the bank.
    List,
    /// One, rule by rule, with source and whether that was read; or what differs from another one.
    Show {
        /// Name, number (SPF-…), or a file (*.md).
        name: String,
        /// Only what is otherwise there.
        #[arg(long, value_name = "NAME")]
        with: Option<String>,
        /// The page itself, as it is written: to be edited.
        #[arg(long, conflicts_with = "with")]
        page: bool,
    },
    /// Make one of the bank's own of another: a draft, to be edited and signed.
    Copy {
        /// Name, number, or a file (*.md).
        name: String,
        /// What it is called then; where the bank has one of this name the copy is its next version.
        #[arg(long = "as", value_name = "NAME")]
        new_name: String,
    },
    /// Put another page into a draft.
    Edit {
        /// Number of the draft (SPF-…).
        number: String,
        /// The page.
        #[arg(long, value_name = "FILE.md")]
        page: PathBuf,
    },
    /// Where a draft is signed.
    Sign {
        /// Number of the draft (SPF-…).
        number: String,
    },
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let w = lang.words();
    match &args.verb {
        Verb::List => list(&known(&args.people)?, w),
        Verb::Show { name, with, page } => show(&known(&args.people)?, name, (with.as_deref(), *page), w),
        Verb::Copy { name, new_name } => copy(args, name, new_name, w),
        Verb::Edit { number, page } => edit(args, number, page, w),
        Verb::Sign { number } => sign(args, number),
    }
}

/// Without a bank, those of the program.
fn known(people: &PeopleArgs) -> Result<Vec<Known>, Failure> {
    if people.bank.is_empty() {
        let read = |text: &&str| {
            let page = ListedPage::read(text).ok()?;
            Some(Known { page, text: (*text).to_owned(), record: None })
        };
        return Ok(PROFILES.iter().chain(&ORDERS).filter_map(read).collect());
    }
    let people = People::open(people)?;
    let all = people.runtime.block_on(profiles::all(&people.store));
    people.close()?;
    all
}

fn list(known: &[Known], w: &Words) -> Result<Outcome, Failure> {
    for one in known {
        let called = &one.page.called[usize::from(w.lang() == Lang::En)];
        let (number, state) = match &one.record {
            Some(record) => (record.number.as_str(), record.state.code),
            None => ("-", "-"),
        };
        let kind = one.page.kind.as_str();
        stream::say(&format!(
            "{kind}\t{}\t{}\t{number}\t{state}\t{called}",
            one.page.name, one.page.version
        ))?;
    }
    Ok(Outcome::Done)
}

fn show(
    known: &[Known],
    name: &str,
    (with, page): (Option<&str>, bool),
    w: &Words,
) -> Result<Outcome, Failure> {
    let one = find(known, name)?;
    if page {
        stream::say(one.text.trim_end())?;
        return Ok(Outcome::Done);
    }
    let rule = |rule: &ListedRule| {
        let checked = w.t(if rule.checked { "profile-read" } else { "profile-recalled" });
        format!("{}\t{}\t{}\t{checked}", rule.rule, rule.value, rule.source)
    };
    stream::say(&format!("{} {}", one.page.name, one.page.version))?;
    let Some(with) = with else {
        one.page.rules.iter().try_for_each(|one| stream::say(&rule(one)))?;
        return Ok(Outcome::Done);
    };
    let other = find(known, with)?;
    for change in one.page.changes(&other.page) {
        let lines = [("- ", change.before), ("+ ", change.after)];
        for (sign, one) in lines.into_iter().filter_map(|(sign, one)| Some((sign, one?))) {
            stream::say(&format!("{sign}{}", rule(&one)))?;
        }
    }
    Ok(Outcome::Done)
}

/// By number, by name (the newest of the bank's own first), or of a file.
fn find(known: &[Known], name: &str) -> Result<Known, Failure> {
    if Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("md")) {
        return of_file(Path::new(name));
    }
    let is_it = |one: &&Known| one.page.name == name || one.record.as_ref().is_some_and(|r| r.number == name);
    let found = known.iter().find(is_it).map(|one| Known {
        page: one.page.clone(),
        text: one.text.clone(),
        record: one.record.clone(),
    });
    found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|one| one.page.name.as_str()).collect();
        let (sentence, expected) = (format!("There is no profile or order \"{name}\"."), names.join(", "));
        Failure::refused("search_profile_missing", sentence).with("value", name).with("expected", expected)
    })
}

fn of_file(file: &Path) -> Result<Known, Failure> {
    let told = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::outage("search_file_unreadable", format!("{told} could not be read: {error}."))
            .with("file", &told)
            .with("error", error.to_string())
            .because(&error)
    })?;
    let page = ListedPage::read(&text).map_err(|error| {
        Failure::refused("selection_page_unreadable", format!("{told}: {error}."))
            .with("what", &told)
            .with("error", error.to_string())
    })?;
    Ok(Known { page, text, record: None })
}

fn copy(args: &Args, name: &str, new_name: &str, w: &Words) -> Result<Outcome, Failure> {
    let known = known(&args.people)?;
    let from = find(&known, name)?;
    let versions = known.iter().filter(|one| one.record.is_some() && one.page.name == new_name);
    let version = versions.map(|one| one.page.version).max().unwrap_or(0) + 1;
    let page = renamed(&from.text, new_name, version);
    let copied_from = format!("{} {}", from.page.name, from.page.version);
    let fields = fields(&page, new_name, version, from.page.kind.as_str());
    let record = at_bank(&args.people, async |people, acting| {
        let fields = fields.into_iter().chain([("copied_from".to_owned(), copied_from)]).collect();
        let new = NewRecord { concept: profiles::concept()?, site: None, fields };
        profiles::check(new.concept, &new.fields)?;
        Ok(people.store.create_record(&new, &people.keys, acting).await?)
    })?;
    tell(&record, w)
}

fn fields(page: &str, name: &str, version: u32, kind: &str) -> Vec<(String, String)> {
    let all =
        [("name_version", format!("{name} {version}")), ("kind", kind.to_owned()), ("page", page.to_owned())];
    all.into_iter().map(|(field, value)| (field.to_owned(), value)).collect()
}

fn edit(args: &Args, number: &str, file: &Path, w: &Words) -> Result<Outcome, Failure> {
    let Known { page, text, .. } = of_file(file)?;
    let changes = fields(&text, &page.name, page.version, page.kind.as_str());
    let record = at_bank(&args.people, async |people, acting| {
        let concept = profiles::concept()?;
        profiles::check(concept, &changes)?;
        let at = RecordAt { concept, number, expected_version: None };
        Ok(people.store.amend_record(at, &changes, &people.keys, acting).await?)
    })?;
    tell(&record, w)
}

/// A signature is of a person who is signed in, so it is given on the record's page.
fn sign(args: &Args, number: &str) -> Result<Outcome, Failure> {
    let place = format!("{}/records/{}/{number}", args.people.url, profiles::CONCEPT);
    let sentence = format!(
        "Only somebody who is signed in can sign, and not who wrote it: the medical director signs at {place}, then puts it in force."
    );
    Err(Failure::refused("search_profile_signed_on_page", sentence).with("address", place))
}

/// Acts as a search coordinator does; the history says so.
fn at_bank(
    args: &PeopleArgs,
    act: impl AsyncFnOnce(&People, &Acting<'_>) -> Result<Record, Failure>,
) -> Result<Record, Failure> {
    let people = People::open(args)?;
    let coordinator = Principal::console_as(&console::system_user(), Role::SearchCoordinator);
    let (ids, random) = people.sources();
    let acting = Acting::new(&coordinator, Timestamp::now(), ids, random);
    let record = people.runtime.block_on(act(&people, &acting));
    people.close()?;
    record
}

fn tell(record: &Record, w: &Words) -> Result<Outcome, Failure> {
    let values = [
        ("number", record.number.as_str().into()),
        ("name", record.title().into()),
        ("state", record.state.code.into()),
    ];
    stream::say(&w.say("profile-kept", &values))?;
    Ok(Outcome::Done)
}
