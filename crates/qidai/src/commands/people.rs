//! An open bank with its keys, for the commands that keep its people.

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use jiff::Timestamp;
use qidai_bank::{Acting, Grant, IdSource, KeyRing, Principal, RandomSource, Role, Store, Token};
use tokio::runtime::Runtime;

use super::{runtime, serve, stream};
use crate::checkpoints::Checkpoints;
use crate::error::Failure;
use crate::words::Lang;
use crate::{console, keys};

/// Where the page of a one-time link is; the token follows.
pub(crate) const LINK_PATH: &str = "/welcome/";

/// The address of the bank and of its pages.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PeopleArgs {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL: command lines are seen by others).
    // Before or after the verb: clap lets no argument be both, and required.
    #[arg(long, value_name = "DB", global = true, env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    #[arg(default_value = "", hide_default_value = true)]
    pub(crate) bank: String,
    /// Address of the bank's pages, for one-time links.
    #[arg(long, value_name = "URL", global = true, env = "QIDAI_URL", default_value_t = format!("http://{}", serve::DEFAULT_LISTEN))]
    pub(crate) url: String,
}

impl PeopleArgs {
    /// Ends the program as clap does when no bank was named.
    fn need_bank(&self) {
        if self.bank.is_empty() {
            let missing = "the following required arguments were not provided:\n  --bank <DB>";
            super::CommandLine::command().error(ErrorKind::MissingRequiredArgument, missing).exit();
        }
    }
}

/// Whoever can open the bank and its keys acts.
pub(crate) struct People {
    pub(crate) runtime: Runtime,
    pub(crate) store: Store,
    pub(crate) keys: KeyRing,
    checkpoints: Checkpoints,
    principal: Principal,
    ids: IdSource,
    random: RandomSource,
}

impl People {
    /// Opens a bank that is there; makes its keys when it has none yet.
    pub(crate) fn open(args: &PeopleArgs) -> Result<Self, Failure> {
        args.need_bank();
        let runtime = runtime()?;
        let store = runtime.block_on(Store::open(&args.bank))?;
        Self::with(runtime, store, args)
    }

    /// Opens a bank, or makes an empty one.
    pub(crate) fn create_or_open(args: &PeopleArgs) -> Result<Self, Failure> {
        args.need_bank();
        let runtime = runtime()?;
        let store = runtime.block_on(Store::create_or_open(&args.bank))?;
        Self::with(runtime, store, args)
    }

    fn with(runtime: Runtime, store: Store, args: &PeopleArgs) -> Result<Self, Failure> {
        let keys = runtime.block_on(keys::ensure(&args.bank, &store))?;
        let principal = Principal::console(&console::system_user());
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        let checkpoints = Checkpoints::of(&args.bank);
        Ok(Self { runtime, store, keys, checkpoints, principal, ids, random: keys::random() })
    }

    /// Where ids and random bytes come from.
    pub(crate) fn sources(&self) -> (&IdSource, &RandomSource) {
        (&self.ids, &self.random)
    }

    /// The person at the console, now.
    pub(crate) fn acting(&self) -> Acting<'_> {
        Acting::new(&self.principal, Timestamp::now(), &self.ids, &self.random)
    }

    /// Signs a checkpoint of what was written, and closes the bank, so that its file is whole without its log.
    pub(crate) fn close(self) -> Result<(), Failure> {
        self.runtime.block_on(self.checkpoints.add_or_warn(&self.store));
        self.runtime.block_on(self.store.close()).map_err(Failure::from)
    }
}

/// Prints a one-time link: once, here, and nowhere else.
pub(crate) fn show_link(staff_number: &str, link: &Token, url: &str, lang: Lang) -> Result<(), Failure> {
    let address = format!("{}{LINK_PATH}{}", url.trim_end_matches('/'), link.reveal());
    let values = [("number", staff_number.into()), ("link", address.into())];
    stream::say(&lang.words().say("people-link", &values))
}

/// Reads `collection` or `collection@jinan`.
pub(crate) fn grant_of(text: &str) -> Result<Grant, String> {
    let (role, site) = text.split_once('@').map_or((text, None), |(role, site)| (role, Some(site)));
    let known: Vec<&str> = Role::all().map(Role::code).collect();
    let role = Role::parse(role)
        .ok_or_else(|| format!("there is no role '{role}'; expected one of {}", known.join(", ")))?;
    Ok(site.map_or_else(|| Grant::everywhere(role), |site| Grant::at(role, site)))
}
