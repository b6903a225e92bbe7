//! `qidai unit`: registers units, moves them, tells their life; keeps a unit for somebody, and gives it back.

mod decide;
mod life;
mod table;

use qidai_bank::Store;

use super::{Outcome, runtime, stream};
use crate::checkpoints::Checkpoints;
use crate::console::Console;
use crate::error::Failure;
use crate::storage::unit_of as identity_of;
use crate::words::Lang;

/// Units: register, show, move, trace them; reserve one, or end its reservation.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum What {
    #[command(flatten)]
    Life(life::What),
    #[command(flatten)]
    Decide(decide::What),
    /// Keep a unit for somebody, without an order. Exit status 2 when somebody else has it.
    Reserve {
        /// DIN, with or without its check character, or the bank's own number.
        #[arg(value_name = "DIN")]
        number: String,
        /// The centre; never a patient's name.
        #[arg(long = "for", value_name = "NAME")]
        reserved_for: String,
        #[command(flatten)]
        at: At,
    },
    /// End the reservation of a unit: it is found and can be reserved again.
    Release {
        #[arg(value_name = "DIN")]
        number: String,
        #[command(flatten)]
        at: At,
    },
}

/// Which bank.
#[derive(clap::Args)]
struct At {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL: command lines are seen by others).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let at = match &args.what {
        What::Life(what) => return life::run(what, lang),
        What::Decide(what) => return decide::run(what, lang),
        What::Reserve { at, .. } | What::Release { at, .. } => at,
    };
    runtime()?.block_on(run_at(&at.bank, &args.what, lang))?;
    Ok(Outcome::Done)
}

async fn run_at(bank: &str, what: &What, lang: Lang) -> Result<(), Failure> {
    let store = Store::open(bank).await?;
    let done = act(what, &store, lang).await;
    // A refusal is written down too.
    Checkpoints::of(bank).add_or_warn(&store).await;
    let closed = store.close().await;
    // The first failure is the one to tell.
    done?;
    Ok(closed?)
}

async fn act(what: &What, store: &Store, lang: Lang) -> Result<(), Failure> {
    let console = Console::new();
    let context = console.context();
    match what {
        // Answered before a bank was opened.
        What::Life(_) | What::Decide(_) => Ok(()),
        What::Reserve { number, reserved_for, .. } => {
            let identity = identity_of(store, number).await?;
            store.reserve_unit(&identity, reserved_for, &context).await?;
            let values = [("number", identity.written().into()), ("name", reserved_for.trim().into())];
            stream::say(&lang.words().say("unit-reserved", &values))
        }
        What::Release { number, .. } => {
            let identity = identity_of(store, number).await?;
            store.end_reservation(&identity, &context).await?;
            stream::say(&lang.words().t1("unit-reservation-ended", "number", identity.written()))
        }
    }
}
