//! Keeps the search in step with the bank: release, codes and snapshot, and the questions asked of them.
//!
//! A search never reads the database. It reads a frozen snapshot with a generation number, which is the
//! number of the last event in the bank's history when it was built. The snapshot lies beside an SQLite bank
//! as `<bank>.snapshot` and is mapped. Of an older generation it is brought up to date with the rows that the
//! events since then touched; of another release, or too old, it is built again from everything.

mod among;
mod answer;
mod antibody;
mod asked;
mod build;
mod find;
mod finer;
mod follow;
mod likely;
mod mapped;
mod mother;
mod placed;
mod pool;
mod reason;
mod receipt;
mod repeat;
mod request;
mod selection;
#[cfg(test)]
mod tests;
mod then;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use qidai_bank::Store;
use qidai_hla::{MacTable, Nomenclature, Release};
use qidai_match::predict::Heard;
use qidai_match::search::{Facts, Snapshot, Source};
use qidai_match::{AntigenSpace, Interpreter};

pub(crate) use among::{Among, BANK, Place, unknown as place_unknown};
pub(crate) use answer::{
    Direction, Excluded, LocusHit, Note, PairHit, PositionHit, PositionKind, Range, SearchAnswer, UnitHit,
};
pub(crate) use antibody::Antibody;
pub(crate) use asked::Asked;
pub(crate) use build::save;
pub(crate) use finer::MotherHit;
pub(crate) use mapped::map;
pub(crate) use placed::{Placed, Rung};
pub(crate) use pool::{PoolReport, freeze as freeze_pool};
pub(crate) use reason::Reason;
pub(crate) use receipt::{PoolReceipt, Receipt};
pub(crate) use repeat::{ChangedHit, Repeated, compared_with_text};
pub(crate) use request::{PatientInput, SearchRequest};

use crate::demo::HAN_NORTH;
use crate::error::Failure;
use crate::frequencies::{self, Named};
use crate::reference;
use likely::Frequencies;

/// Setting of a bank that holds invented units.
const DEMO_SETTING: &str = "demo_plan";

/// Which bank, and what its typings are read with.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct BankArgs {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL: command lines are seen by others).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    pub(crate) bank: Option<String>,
    #[command(flatten)]
    pub(crate) reference: ReferenceArgs,
    /// Where the search snapshot is kept; without it beside an SQLite bank, and in memory for PostgreSQL.
    #[arg(long, value_name = "FILE")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Haplotype frequencies (`haplotype,freq`), by which P0 to P4 are predicted; a demonstration bank has its own.
    #[arg(long, value_name = "FILE", env = "QIDAI_FREQUENCIES")]
    pub(crate) frequencies: Option<PathBuf>,
}

impl BankArgs {
    /// The bank that was named.
    ///
    /// # Errors
    /// None was.
    pub(crate) fn address(&self) -> Result<&str, Failure> {
        self.bank.as_deref().ok_or_else(|| {
            Failure::refused("bank_not_named", "No bank: give --bank FILE, or set QIDAI_DATABASE_URL.")
        })
    }
}

/// What typings are read with.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ReferenceArgs {
    /// Folder of an IPD-IMGT/HLA release; without it the bank's own, or the starter release.
    #[arg(long, value_name = "DIR")]
    pub(crate) release: Option<PathBuf>,
    /// Table of multiple allele codes: a header, then code⇥alleles.
    #[arg(long, value_name = "FILE")]
    pub(crate) mac: Option<PathBuf>,
}

/// What typings are read with.
struct Reading {
    release: Release,
    mac: Option<MacTable>,
    antigens: AntigenSpace,
    frequencies: Option<Frequencies>,
}

impl Reading {
    fn new(release: Release, mac: Option<MacTable>) -> Reading {
        let antigens = AntigenSpace::new(&release);
        Reading { release, mac, antigens, frequencies: None }
    }

    /// With the frequencies that were named, else with the bank's own; a bank of invented units has those of its population.
    fn with_frequencies(
        mut self,
        file: Option<&Path>,
        own: Option<Named>,
        is_synthetic: bool,
    ) -> Result<Reading, Failure> {
        let built_in =
            || Frequencies::of_text("han_north", HAN_NORTH, Path::new("han_north"), &self.nomenclature());
        let of_bank = |own: Named| {
            Frequencies::of_text(&own.name, &own.text, Path::new(&own.name), &self.nomenclature())
        };
        self.frequencies = match (file, own) {
            (Some(file), _) => Some(Frequencies::of_file(file, &self.nomenclature())?),
            (None, Some(own)) => Some(of_bank(own)?),
            (None, None) if is_synthetic => Some(built_in()?),
            (None, None) => None,
        };
        Ok(self)
    }

    fn nomenclature(&self) -> Nomenclature<'_> {
        Nomenclature::new(&self.release, self.mac.as_ref())
    }
}

/// An open bank, ready to be searched.
pub(crate) struct Catalogue {
    /// Shared with the catalogues that follow, until the bank takes another release.
    reading: Arc<Reading>,
    snapshot: Snapshot,
    is_synthetic: bool,
    counts: Counts,
    /// What its texts ask under the frequencies in use, once that was asked for.
    heard: Arc<OnceLock<Heard>>,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Available public units of this bank.
    pub(crate) public_units: u64,
    /// Entries of external lists.
    pub(crate) listed: u64,
}

impl Catalogue {
    /// Opens a bank and maps its snapshot, building it when there is none of the bank's present state.
    ///
    /// # Errors
    /// No such bank, an unreadable release or code table, a database that fails.
    pub(crate) async fn open(args: &BankArgs) -> Result<Catalogue, Failure> {
        let store = Store::open(args.address()?).await?;
        let opened = Self::of_store(&store, args).await;
        // The first error is the one to tell.
        let closed = store.close().await.map_err(Failure::from);
        let catalogue = opened?;
        closed?;
        Ok(catalogue)
    }

    /// The same of a bank that is open.
    ///
    /// # Errors
    /// Those of [`Catalogue::open`].
    pub(crate) async fn of_store(store: &Store, args: &BankArgs) -> Result<Catalogue, Failure> {
        let release = release_of(store, &args.reference).await?;
        let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
        let is_synthetic = is_synthetic(store).await?;
        let own = frequencies::of_searches(store).await?;
        let reading =
            Reading::new(release, mac).with_frequencies(args.frequencies.as_deref(), own, is_synthetic)?;
        let reading = Arc::new(reading);
        let snapshot = build::current(store, &reading, snapshot_path(args)).await?;
        Ok(Catalogue { is_synthetic, ..Catalogue::new(reading, snapshot) })
    }

    /// Puts a snapshot together with what it was built with.
    pub(crate) fn of_snapshot(release: Release, mac: Option<MacTable>, snapshot: Snapshot) -> Catalogue {
        Catalogue::new(Arc::new(Reading::new(release, mac)), snapshot)
    }

    /// The same with frequencies.
    ///
    /// # Errors
    /// They cannot be read.
    pub(crate) fn of_snapshot_predicted(
        release: Release,
        snapshot: Snapshot,
        frequencies: Option<&Path>,
    ) -> Result<Catalogue, Failure> {
        let reading = Reading::new(release, None).with_frequencies(frequencies, None, true)?;
        Ok(Catalogue::new(Arc::new(reading), snapshot))
    }

    fn new(reading: Arc<Reading>, snapshot: Snapshot) -> Catalogue {
        let rows = 0..snapshot.row_count() as u32;
        let own = rows.filter(|row| snapshot.facts(*row).source == Source::Unit).count() as u64;
        let counts = Counts { public_units: own, listed: snapshot.row_count() as u64 - own };
        Catalogue { reading, snapshot, is_synthetic: false, counts, heard: Arc::default() }
    }

    /// What typings are read with.
    pub(crate) fn nomenclature(&self) -> Nomenclature<'_> {
        self.reading.nomenclature()
    }

    pub(crate) fn interpreter(&self) -> Interpreter<'_> {
        Interpreter::new(&self.reading.release, &self.reading.antigens)
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The release in force, e.g. `3.58.0` or `starter`.
    pub(crate) fn release_label(&self) -> &str {
        self.reading.release.label()
    }

    /// The history number up to which the snapshot was built.
    pub(crate) fn generation(&self) -> u64 {
        self.snapshot.generation()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// True when the bank's units are invented.
    pub(crate) fn is_synthetic(&self) -> bool {
        self.is_synthetic
    }

    fn facts(&self, row: u32) -> Facts {
        self.snapshot.facts(row)
    }
}

/// True when a bank's units are invented.
///
/// # Errors
/// The database fails.
pub(crate) async fn is_synthetic(store: &Store) -> Result<bool, Failure> {
    Ok(store.setting(DEMO_SETTING).await?.is_some())
}

/// The release of the option, else the bank's own, else the starter.
///
/// # Errors
/// The folder that was asked for, or that the bank remembers, does not hold a whole release.
pub(crate) async fn release_of(store: &Store, args: &ReferenceArgs) -> Result<Release, Failure> {
    let remembered = store.release_in_force().await?;
    let (mut release, dir) = match (&args.release, remembered) {
        (Some(dir), _) => (reference::load_release(dir)?, dir.clone()),
        (None, Some(remembered)) => {
            (reference::load_remembered(&remembered)?, PathBuf::from(&remembered.directory))
        }
        (None, None) => return Ok(Release::starter()),
    };
    reference::add_proteins(&mut release, &dir)?;
    Ok(release)
}

fn snapshot_path(args: &BankArgs) -> Option<PathBuf> {
    let beside = || {
        let bank = args.bank.as_deref().filter(|bank| !bank.contains("://"))?;
        Some(PathBuf::from(format!("{bank}.snapshot")))
    };
    args.snapshot.clone().or_else(beside)
}
