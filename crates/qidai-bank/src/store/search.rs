//! Everything a search needs, as a stream.

use futures::TryStreamExt;
use jiff::civil::Date;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, Statement, StreamTrait,
    TransactionTrait,
};

use super::row::RowReader;
use super::{Store, StoreError, history};
use crate::{Abo, RhD, Sex, TestOutcome};

/// Whose unit or donor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchableKind {
    /// A public unit of this bank that can be asked for now.
    OwnUnit,
    /// An entry of another registry's list.
    Listed,
}

/// One searchable unit or donor. What is not known is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchableRow {
    pub kind: SearchableKind,
    /// Unique within its kind; for ever the same.
    pub key: i64,
    /// The scheme of an own unit's identity, the name of an external list.
    pub scheme_or_list: String,
    /// The value of an own unit's identity (a DIN without its check character), the id in a list.
    pub identity: String,
    /// The typing in force, as written.
    pub hla: Option<String>,
    pub mother_hla: Option<String>,
    pub collection_date: Option<Date>,
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
    pub abo: Option<Abo>,
    pub rhd: Option<RhD>,
    /// Cells per unit, before freezing, after processing.
    pub tnc_total: Option<i64>,
    /// Cells per unit, before freezing, after processing.
    pub cd34_total: Option<i64>,
    pub viability_centipercent: Option<i64>,
    pub post_thaw_viability_centipercent: Option<i64>,
    pub volume_ul: Option<i64>,
    pub cryovolume_ul: Option<i64>,
    pub rbc_depleted: Option<bool>,
    pub attached_segments: Option<i64>,
    pub identity_confirmed: Option<bool>,
    pub fact_accredited: Option<bool>,
    pub aabb_accredited: Option<bool>,
    pub wmda_qualified: Option<bool>,
    pub idm: Option<TestOutcome>,
    pub cmv: Option<TestOutcome>,
    pub haemoglobinopathy: Option<TestOutcome>,
}

/// A family unit is never part of anybody's search.
const OWN_UNITS: &str = "SELECT u.unit_key, u.scheme, u.identity, t.written, m.written, \
     u.collection_date, u.birth_date, u.sex, u.abo, u.rhd, \
     u.processed_tnc_total, u.processed_cd34_total, u.processed_viability_centipercent, \
     u.post_thaw_viability_centipercent, u.processed_volume_ul, u.cryovolume_ul, \
     u.rbc_depleted, u.attached_segments, u.identity_confirmed, u.fact_accredited, \
     u.aabb_accredited, u.wmda_qualified, u.idm, u.cmv, u.haemoglobinopathy \
     FROM unit u \
     LEFT JOIN typing t ON t.unit_key = u.unit_key AND t.subject = 'unit' AND t.in_force \
     LEFT JOIN typing m ON m.unit_key = u.unit_key AND m.subject = 'mother' AND m.in_force \
     WHERE u.bank_type = 'public' AND u.status = 'available' ORDER BY u.unit_key";

const LISTED: &str = "SELECT e.listed_key, l.name, e.id, e.hla_written, e.mother_hla_written, \
     e.collection_date, e.birth_date, e.sex, e.abo, e.rhd, \
     e.processed_tnc_total, e.processed_cd34_total, e.processed_viability_centipercent, \
     e.post_thaw_viability_centipercent, e.processed_volume_ul \
     FROM listed e JOIN external_list l ON l.list_key = e.list_key ORDER BY e.listed_key";

impl Store {
    /// Gives every searchable row to `each`: own units first, then lists, each by key. Returns the
    /// generation that the rows are of; rows and number are read in one snapshot.
    pub async fn stream_searchable(
        &self,
        mut each: impl FnMut(SearchableRow) + Send,
    ) -> Result<u64, StoreError> {
        // SQLite reads one snapshot in any transaction; PostgreSQL must be asked for it.
        let isolation = Some(IsolationLevel::RepeatableRead);
        let snapshot = self.db.begin_with_config(isolation, Some(AccessMode::ReadOnly)).await?;
        let generation = history::generation(&snapshot).await?;
        stream(&snapshot, SearchableKind::OwnUnit, OWN_UNITS, &mut each).await?;
        stream(&snapshot, SearchableKind::Listed, LISTED, &mut each).await?;
        snapshot.rollback().await?;
        Ok(generation)
    }
}

async fn stream(
    snapshot: &DatabaseTransaction,
    kind: SearchableKind,
    sql: &str,
    each: &mut (impl FnMut(SearchableRow) + Send),
) -> Result<(), StoreError> {
    let statement = Statement::from_string(ConnectionTrait::get_database_backend(snapshot), sql);
    let mut rows = snapshot.stream_raw(statement).await?;
    while let Some(row) = rows.try_next().await? {
        each(read(kind, &mut RowReader::new("unit", &row))?);
    }
    Ok(())
}

fn read(kind: SearchableKind, row: &mut RowReader<'_>) -> Result<SearchableRow, StoreError> {
    let mut read = SearchableRow {
        kind,
        key: row.key()?,
        scheme_or_list: row.text()?,
        identity: row.text()?,
        hla: row.optional_text()?,
        mother_hla: row.optional_text()?,
        collection_date: row.date("collection_date")?,
        birth_date: row.date("birth_date")?,
        sex: row.optional_code("sex", Sex::parse)?,
        abo: row.optional_code("abo", Abo::parse)?,
        rhd: row.optional_code("rhd", RhD::parse)?,
        tnc_total: row.int()?,
        cd34_total: row.int()?,
        viability_centipercent: row.int()?,
        post_thaw_viability_centipercent: row.int()?,
        volume_ul: row.int()?,
        cryovolume_ul: None,
        rbc_depleted: None,
        attached_segments: None,
        identity_confirmed: None,
        fact_accredited: None,
        aabb_accredited: None,
        wmda_qualified: None,
        idm: None,
        cmv: None,
        haemoglobinopathy: None,
    };
    if kind == SearchableKind::OwnUnit {
        read_own(&mut read, row)?;
    }
    Ok(read)
}

/// What only the bank that holds a unit knows.
fn read_own(read: &mut SearchableRow, row: &mut RowReader<'_>) -> Result<(), StoreError> {
    read.cryovolume_ul = row.int()?;
    read.rbc_depleted = row.flag()?;
    read.attached_segments = row.int()?;
    read.identity_confirmed = row.flag()?;
    read.fact_accredited = row.flag()?;
    read.aabb_accredited = row.flag()?;
    read.wmda_qualified = row.flag()?;
    read.idm = row.optional_code("idm", TestOutcome::parse)?;
    read.cmv = row.optional_code("cmv", TestOutcome::parse)?;
    read.haemoglobinopathy = row.optional_code("haemoglobinopathy", TestOutcome::parse)?;
    Ok(())
}
