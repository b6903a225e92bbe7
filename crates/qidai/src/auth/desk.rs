//! The open bank with its keys: what a page needs to know who acts, and to let them act.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Acting, IdSource, KeyRing, Principal, RandomSource, Store};

use super::demo;
use crate::error::Failure;
use crate::keys;

/// One bank behind one server.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) keys: KeyRing,
    pub(crate) zone: TimeZone,
    ids: IdSource,
    random: RandomSource,
    /// The account of the demonstration, when visitors act as it without a sign-in.
    demo_account: Option<String>,
}

impl Desk {
    /// # Errors
    /// The database fails.
    pub(crate) async fn new(store: Store, keys: KeyRing) -> Result<Desk, Failure> {
        let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        let random = keys::random();
        Ok(Desk { store, keys, zone, ids, random, demo_account: None })
    }

    /// Lets visitors of this machine act as the demonstration's account. Only for banks of invented units.
    pub(crate) async fn with_demo_visitors(mut self) -> Result<Desk, Failure> {
        self.demo_account = Some(demo::ensure_demo_account(&self.store, &self.keys).await?);
        Ok(self)
    }

    /// The account as which visitors of the demonstration act.
    pub(crate) fn demo_account(&self) -> Option<&str> {
        self.demo_account.as_deref()
    }

    /// Where ids and random bytes come from.
    pub(crate) fn sources(&self) -> (&IdSource, &RandomSource) {
        (&self.ids, &self.random)
    }

    /// Somebody acts, now.
    pub(crate) fn acting<'a>(&'a self, principal: &'a Principal) -> Acting<'a> {
        Acting::new(principal, Timestamp::now(), &self.ids, &self.random)
    }
}
