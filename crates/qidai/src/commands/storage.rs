//! `qidai storage`: rooms and tanks, and what stands in them.

mod batch;
mod freeze;
mod rack;
mod tank;

use jiff::Timestamp;
use qidai_bank::{Acting, Principal, Role, Room, StorageMove, StoredKind};

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::console;
use crate::error::Failure;
use crate::storage::{scanned, stored_of};
use crate::words::Lang;

/// Cryostorage: rooms, tanks, what stands where; put in, move, take out, count.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Add a room, or change it: capital letters, digits and '-', such as SD-R2.
    Room {
        code: String,
        /// The name people use.
        #[arg(long)]
        name: String,
        /// The site that it belongs to.
        #[arg(long)]
        site: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Add a tank, or change it.
    Tank(tank::PutArgs),
    /// Let the readings of a tank raise alarms.
    Arm {
        tank: String,
        #[command(flatten)]
        at: At,
    },
    /// Silence a tank, for a reason.
    Disarm {
        tank: String,
        /// Why, in your words, without names of people.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        at: At,
    },
    /// All tanks: code, room, class, used, places, days until full, armed, open alarms; separated by tabs.
    Tanks {
        #[command(flatten)]
        at: At,
    },
    /// What stands in a tank: place, kind, number, state, since when.
    Show {
        tank: String,
        /// Only this rack, such as S4-K06.
        #[arg(long)]
        rack: Option<String>,
        #[command(flatten)]
        at: At,
    },
    /// Put in (--to), move (--from, --to) or take out (--from), as scanned.
    Move {
        number: String,
        #[arg(long)]
        from: Option<String>,
        #[arg(long)]
        to: Option<String>,
        /// unit, segment, sample or product.
        #[arg(long, default_value = "unit")]
        kind: String,
        /// When it was done, where it is told later: 2026-03-01T10:00:00+08:00.
        #[arg(long, value_name = "TIME")]
        done_at: Option<Timestamp>,
        #[command(flatten)]
        at: At,
    },
    /// Where something stands, and where it stood before.
    Where {
        number: String,
        /// unit, segment, sample or product.
        #[arg(long, default_value = "unit")]
        kind: String,
        #[command(flatten)]
        at: At,
    },
    /// Put in many: lines of place, number and kind (a unit without), separated by tabs; `-` is standard input. One
    /// answer per line, in the same order.
    Fill(batch::FileArgs),
    /// Put in what a rack scanner saw, from its file.
    Rack(rack::RackArgs),
    /// Keep and judge the curve of a freeze run.
    Freeze(freeze::FreezeArgs),
    /// Compare what was found in a tank or a rack with the books: lines of place, number and kind.
    Count(batch::CountArgs),
}

/// Which bank, and in which role.
#[derive(Debug, clap::Args)]
pub(super) struct At {
    #[command(flatten)]
    people: PeopleArgs,
    /// The role whose rights are used.
    #[arg(long, default_value = "storage_custodian", value_parser = role_of)]
    role: Role,
}

fn role_of(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Role::all().map(Role::code).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// An open bank and who acts in it.
pub(super) struct Desk {
    pub(super) people: People,
    principal: Principal,
}

impl Desk {
    pub(super) fn acting<'a>(&'a self, reason: Option<&'a str>) -> Acting<'a> {
        Acting { principal: &self.principal, reason, ..self.people.acting() }
    }
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Room { code, name, site, at } => at_desk(at, async |desk| {
            let room = Room { code: code.clone(), name: name.clone(), site: site.clone() };
            desk.people.store.put_room(&room, &desk.acting(None)).await?;
            Ok(Outcome::Done)
        }),
        What::Tank(args) => at_desk(args.at(), async |desk| tank::put(args, desk).await),
        What::Arm { tank, at } => at_desk(at, async |desk| {
            desk.people.store.arm_tank(tank, true, &desk.acting(None)).await?;
            Ok(Outcome::Done)
        }),
        What::Disarm { tank, reason, at } => at_desk(at, async |desk| {
            desk.people.store.arm_tank(tank, false, &desk.acting(Some(reason))).await?;
            Ok(Outcome::Done)
        }),
        What::Tanks { at } => at_desk(at, async |desk| tank::list(desk).await),
        What::Show { tank, rack, at } => {
            at_desk(at, async |desk| tank::show(tank, rack.as_deref(), desk).await)
        }
        What::Move { number, from, to, kind, done_at, at } => at_desk(at, async |desk| {
            let places = (from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default());
            let said = go(desk, (number, kind), places, *done_at).await?;
            stream::say(&lang.words().say(
                &format!("storage-done-{}", said.0),
                &[("number", said.1.into()), ("place", said.2.into())],
            ))?;
            Ok(Outcome::Done)
        }),
        What::Where { number, kind, at } => at_desk(at, async |desk| tank::places(number, kind, desk).await),
        What::Fill(args) => at_desk(&args.at, async |desk| batch::fill(args, desk).await),
        What::Rack(args) => at_desk(&args.at, async |desk| rack::run(args, desk).await),
        What::Freeze(args) => at_desk(args.at(), async |desk| freeze::run(args, desk).await),
        What::Count(args) => at_desk(&args.file.at, async |desk| batch::count(args, desk).await),
    }
}

/// Opens the bank, does something, signs a checkpoint and closes it.
pub(super) fn at_desk(
    at: &At,
    act: impl AsyncFnOnce(&Desk) -> Result<Outcome, Failure>,
) -> Result<Outcome, Failure> {
    let principal = Principal::console_as(&console::system_user(), at.role);
    let desk = Desk { people: People::open(&at.people)?, principal };
    let outcome = desk.people.runtime.block_on(act(&desk));
    desk.people.close()?;
    outcome
}

/// Makes one move; gives what was done, the number and the place.
async fn go(
    desk: &Desk,
    (number, kind): (&str, &str),
    (from, to): (&str, &str),
    done_at: Option<Timestamp>,
) -> Result<(&'static str, String, String), Failure> {
    let store = &desk.people.store;
    let stored = stored_of(store, kind_of(kind)?, number).await?;
    let (from, to) = (scanned(from)?, scanned(to)?);
    let asked = StorageMove { stored: &stored, from: from.as_ref(), to: to.as_ref(), done_at };
    let moved = store.move_stored(&asked, &desk.acting(None)).await?;
    let place = moved.to.or(moved.from).map(|place| place.to_string()).unwrap_or_default();
    Ok((moved.kind, stored.written(), place))
}

fn kind_of(text: &str) -> Result<StoredKind, Failure> {
    crate::storage::kind_of(text)
}
