//! The bank as an import sees it: written to, or only looked at in a dry run.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qidai_bank::{AddOutcome, Difference, ListedRecord, ReleaseInForce, Store, StoreError, UnitRecord};
use qidai_hla::Release;
use tokio::runtime::Runtime;

use super::pace::Pace;
use super::turns::Turns;
use crate::checkpoints::Checkpoints;
use crate::commands::runtime;
use crate::console::Console;
use crate::error::Failure;
use crate::{keys, reference};

/// Zone of a bank that does not exist yet: the store's own default.
const ZONE_OF_NEW_BANK: &str = "Asia/Shanghai";

/// Adds records to a shelf; one outcome for each.
pub(super) type Add<'a, R> = dyn Fn(&Shelf, &[R]) -> Result<Vec<AddOutcome>, Failure> + 'a;

pub(super) struct Shelf {
    runtime: Runtime,
    /// None in a dry run for a bank that does not exist yet.
    store: Option<Store>,
    dry_run: bool,
    address: String,
    console: Console,
    pace: Pace,
    turns: OnceCell<Arc<Turns>>,
}

impl Shelf {
    /// Opens a bank, and makes it when it is absent, unless nothing may be written.
    pub(super) fn open(address: &str, dry_run: bool) -> Result<Shelf, Failure> {
        folder_exists(address)?;
        let runtime = runtime()?;
        let store = if dry_run {
            match runtime.block_on(Store::open(address)) {
                Err(StoreError::DatabaseMissing { .. }) => None,
                opened => Some(opened?),
            }
        } else {
            let store = runtime.block_on(Store::create_or_open(address))?;
            runtime.block_on(keys::ensure(address, &store))?;
            Some(store)
        };
        Ok(Shelf {
            runtime,
            store,
            dry_run,
            address: address.to_owned(),
            console: Console::new(),
            pace: Pace::new(),
            turns: OnceCell::new(),
        })
    }

    /// Writes are timed by `turns` from now on.
    pub(super) fn time_writes(&self, turns: &Arc<Turns>) {
        if let Some(store) = &self.store {
            // A shelf has one owner who measures.
            let _ = self.turns.set(Arc::clone(turns));
            let turns = Arc::clone(turns);
            store.watch_writes(Arc::new(move |turn| turns.note(turn)));
        }
    }

    /// The bank's day.
    pub(super) fn today(&self) -> Result<Date, Failure> {
        let zone = match &self.store {
            Some(store) => self.wait(store.bank_zone())?,
            None => ZONE_OF_NEW_BANK.to_owned(),
        };
        let zone = TimeZone::get(&zone).map_err(|error| {
            Failure::outage("zone_unknown", format!("The bank's zone {zone} is not known to this machine."))
                .with("zone", &zone)
                .because(&error)
        })?;
        Ok(zone.to_datetime(Timestamp::now()).date())
    }

    /// The release by which the bank understands typings.
    pub(super) fn release_in_force(&self) -> Result<Release, Failure> {
        let known = match &self.store {
            Some(store) => self.wait(store.release_in_force())?,
            None => None,
        };
        known.as_ref().map_or_else(|| Ok(Release::starter()), reference::load_remembered)
    }

    /// A new bank takes the release its first typings are accepted by, so that a search understands them without
    /// being told again. A bank with a history keeps what it has: changing its release changes its results.
    pub(super) fn adopt_release(&self, release: &Release, directory: Option<&Path>) -> Result<(), Failure> {
        let (Some(store), Some(directory), false) = (&self.store, directory, self.dry_run) else {
            return Ok(());
        };
        if self.wait(store.generation())? > 0 {
            return Ok(());
        }
        let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let adopted =
            ReleaseInForce { label: release.label().to_owned(), directory: directory.display().to_string() };
        self.wait(store.set_release_in_force(&adopted, &self.console.context()))
    }

    pub(super) fn add_units(&self, records: &[UnitRecord]) -> Result<Vec<AddOutcome>, Failure> {
        let Some(store) = &self.store else { return Ok(all_new(records)) };
        if self.dry_run {
            return records.iter().map(|record| self.look_at_unit(store, record)).collect();
        }
        self.in_parts(records, |part| self.wait(store.add_units(part, &self.console.context())))
    }

    pub(super) fn add_listed(
        &self,
        list: &str,
        records: &[ListedRecord],
    ) -> Result<Vec<AddOutcome>, Failure> {
        let Some(store) = &self.store else { return Ok(all_new(records)) };
        if self.dry_run {
            return records.iter().map(|record| self.look_at_listed(store, list, record)).collect();
        }
        self.in_parts(records, |part| self.wait(store.add_listed(list, part, &self.console.context())))
    }

    /// Writes so many rows at a time that others do not wait for long.
    fn in_parts<R>(
        &self,
        records: &[R],
        write: impl Fn(&[R]) -> Result<Vec<AddOutcome>, Failure>,
    ) -> Result<Vec<AddOutcome>, Failure> {
        let (mut outcomes, mut rest) = (Vec::with_capacity(records.len()), records);
        while !rest.is_empty() {
            let (part, later) = rest.split_at(rest.len().min(self.pace.rows()));
            outcomes.extend(write(part)?);
            if let (Some(turns), true) = (self.turns.get(), part.len() == self.pace.rows()) {
                self.pace.note(turns.last());
            }
            rest = later;
        }
        Ok(outcomes)
    }

    /// Closes the bank, so that its file is whole without its log.
    pub(super) fn close(self) -> Result<(), Failure> {
        let Some(store) = self.store else { return Ok(()) };
        if !self.dry_run {
            self.runtime.block_on(Checkpoints::of(&self.address).add_or_warn(&store));
        }
        self.runtime.block_on(store.close()).map_err(Failure::from)
    }

    fn look_at_unit(&self, store: &Store, record: &UnitRecord) -> Result<AddOutcome, Failure> {
        let known = self.wait(store.unit(&record.identity))?;
        Ok(compared(known.map(|known| known.fields()), || record.fields()))
    }

    fn look_at_listed(
        &self,
        store: &Store,
        list: &str,
        record: &ListedRecord,
    ) -> Result<AddOutcome, Failure> {
        let known = self.wait(store.listed(list, &record.id))?;
        Ok(compared(known.map(|known| known.fields()), || record.fields()))
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, Failure> {
        self.runtime.block_on(answer).map_err(Failure::from)
    }
}

/// The file of a bank can be made, its folder not: a mistyped path would make a second bank somewhere.
fn folder_exists(address: &str) -> Result<(), Failure> {
    let path = match address.split_once("://") {
        Some((scheme, path)) if scheme.eq_ignore_ascii_case("sqlite") => path,
        Some(_) => return Ok(()),
        None => address.strip_prefix("sqlite:").unwrap_or(address),
    };
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.exists() && !address.starts_with("postgres") => {
            let folder = folder.display().to_string();
            let sentence = format!(
                "There is no folder {folder}, in which the bank {path} could be made: make it, or correct the path."
            );
            Err(Failure::outage("bank_folder_missing", sentence).with("folder", folder).with("address", path))
        }
        _ => Ok(()),
    }
}

type Fields = Vec<(String, String)>;

/// What the bank would say about a record, without asking it to write.
pub(crate) fn compared(known: Option<Fields>, given: impl FnOnce() -> Fields) -> AddOutcome {
    let Some(known) = known else { return AddOutcome::Accepted };
    let given = given();
    if known == given {
        return AddOutcome::Unchanged;
    }
    let text = |fields: &Fields, name: &str| {
        fields.iter().find(|(field, _)| field == name).map(|(_, text)| text.clone())
    };
    let added = given.iter().filter(|(name, _)| text(&known, name).is_none());
    let all = known.iter().chain(added).map(|(name, _)| Difference {
        field: name.clone(),
        stored: text(&known, name),
        given: text(&given, name),
    });
    AddOutcome::Conflict(all.filter(|difference| difference.stored != difference.given).collect())
}

fn all_new<R>(records: &[R]) -> Vec<AddOutcome> {
    vec![AddOutcome::Accepted; records.len()]
}
