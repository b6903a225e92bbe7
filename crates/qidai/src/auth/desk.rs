//! The open bank with its keys: what a page needs to know who acts, and to let them act.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Acting, IdSource, KeyRing, Principal, RandomSource, Store};

use super::{demo, form_key};
use crate::error::Failure;
use crate::keys;

/// The largest file that is kept where no setting says otherwise, in MiB: a scanned consent form has one or two.
pub(crate) const DOCUMENT_MB_USUAL: usize = 20;

/// One bank behind one server.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) keys: KeyRing,
    pub(crate) zone: TimeZone,
    /// The largest file that is kept.
    pub(crate) document_bytes_max: usize,
    ids: IdSource,
    random: RandomSource,
    demo: Option<DemoDoor>,
}

/// How visitors of a demonstration come in without a sign-in.
pub(super) struct DemoDoor {
    /// The account as which they act.
    pub(super) account: String,
    /// Stands in their forms.
    pub(super) form_key: String,
}

impl Desk {
    /// # Errors
    /// The database fails.
    pub(crate) async fn new(store: Store, keys: KeyRing) -> Result<Desk, Failure> {
        let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
        let ids = IdSource::new(|| uuid::Uuid::now_v7().to_string());
        let random = keys::random();
        Ok(Desk { store, keys, zone, document_bytes_max: DOCUMENT_MB_USUAL << 20, ids, random, demo: None })
    }

    /// The same with another limit of files.
    pub(crate) fn keeping_files_of(self, mb_max: usize) -> Desk {
        Desk { document_bytes_max: mb_max << 20, ..self }
    }

    /// Lets visitors of this machine act as the demonstration's account. Only for banks of invented units.
    pub(crate) async fn with_demo_visitors(mut self) -> Result<Desk, Failure> {
        let account = demo::ensure_demo_account(&self.store, &self.keys).await?;
        let form_key = form_key::of_visitors(&self.keys.visitor_form_secret(&account));
        self.demo = Some(DemoDoor { account, form_key });
        Ok(self)
    }

    /// The door of a demonstration, which other banks do not have.
    pub(super) fn demo(&self) -> Option<&DemoDoor> {
        self.demo.as_ref()
    }

    /// What stands in the forms of a demonstration's visitors.
    #[cfg(test)]
    pub(crate) fn demo_form_key(&self) -> Option<&str> {
        self.demo.as_ref().map(|demo| demo.form_key.as_str())
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
