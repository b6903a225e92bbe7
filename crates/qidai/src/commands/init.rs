//! `qidai init`: an empty bank, its keys, and a link for its first administrator.

use jiff::tz::TimeZone;
use qidai_bank::{Actor, Grant, Role, WriteContext};

use super::people::{People, PeopleArgs, show_link};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::keys;
use crate::words::Lang;

/// Make a bank, its keys and a first administrator.
///
/// Prints a link once, with which the administrator chooses a password and adds a second factor. There is no default
/// password. A bank that an import made is begun in the same way; one that has accounts is refused.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    people: PeopleArgs,
    /// Staff number of the first administrator; not a name.
    #[arg(long, value_name = "NUMBER", default_value = "A0001")]
    administrator: String,
    /// Time zone in which the bank's days begin and end.
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    zone: String,
    /// When the bank was founded: 1993-05-20, or 1993 where nobody knows the day. Its age is computed from it.
    #[arg(long, value_name = "DATE")]
    founded: Option<String>,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    if TimeZone::get(&args.zone).is_err() {
        let sentence = format!("There is no time zone {}: expected a name such as Asia/Shanghai.", args.zone);
        return Err(Failure::refused("zone_not_known", sentence).with("zone", args.zone.clone()));
    }
    let people = People::create_or_open(&args.people)?;
    let link = people.runtime.block_on(begin(args, &people))?;
    let values =
        [("bank", people.store.address().into()), ("keys", keys::place_of(&args.people.bank).into())];
    stream::say(&lang.words().say("init-made", &values))?;
    show_link(&args.administrator, &link, &args.people.url, lang)?;
    people.close()?;
    Ok(Outcome::Done)
}

async fn begin(args: &Args, people: &People) -> Result<qidai_bank::Token, Failure> {
    let accounts = people.store.accounts().await?;
    if let Some(first) = accounts.first() {
        let sentence = format!(
            "{} has {} accounts already, the first is {}: add others with 'qidai user add'.",
            people.store.address(),
            accounts.len(),
            first.staff_number
        );
        return Err(Failure::refused("bank_begun_before", sentence).with("bank", people.store.address()));
    }
    let acting = people.acting();
    let (actor, ids) = (Actor::administrator(acting.principal.name()), acting.ids);
    let context = WriteContext::new(acting.now, actor, ids);
    if let Some(founded) = &args.founded {
        people.store.set_bank_founded(founded, &context).await?;
    }
    let grants = [Grant::everywhere(Role::Administrator)];
    let (_, link) = people.store.add_account(&args.administrator, &grants, &acting).await?;
    people.store.set_bank_zone(&args.zone, &context).await?;
    Ok(link)
}
