//! `qidai key`: the master keys of a bank.

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::keys;
use crate::words::Lang;

/// Master keys: list, rotate.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    people: PeopleArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the ids of the keys, the one in use first, and where they are. The keys themselves are not shown.
    List,
    /// Make a new key and bring everything under it. May be interrupted and run again; the bank is in use meanwhile.
    Rotate {
        /// Afterwards forget the older keys. Backups of before then open only with a copy of them.
        #[arg(long)]
        forget_older: bool,
    },
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let people = People::open(&args.people)?;
    let ring = match &args.what {
        What::List => people.keys.clone(),
        What::Rotate { forget_older } => rotate(args, &people, *forget_older)?,
    };
    let place = keys::place_of(&args.people.bank);
    stream::say(&lang.words().t1("key-place", "place", place))?;
    for key in ring.all() {
        stream::say(key.id())?;
    }
    people.close()?;
    Ok(Outcome::Done)
}

/// A rotation that was interrupted is finished, not begun again: rows under older keys say so.
fn rotate(args: &Args, people: &People, forget_older: bool) -> Result<qidai_bank::KeyRing, Failure> {
    let address = args.people.bank.as_str();
    let in_use = people.runtime.block_on(people.store.master_keys_in_use())?;
    let current = people.keys.current().id();
    let begun = people.keys.all().count() > 1 && in_use.iter().any(|id| id != current);
    let ring = if begun { people.keys.clone() } else { keys::rotate(address, &people.keys)? };
    while people.runtime.block_on(people.store.rewrap(&ring, &people.acting()))? > 0 {}
    if forget_older { keys::keep_current_only(address, &ring) } else { Ok(ring) }
}
