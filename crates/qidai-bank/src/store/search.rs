//! Everything a search needs, as a stream.

mod changes;
mod page;
mod then;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Store, StoreError, history};
use crate::{Abo, RhD, Sex, TestOutcome};

pub use changes::SearchableChanges;
pub use then::SearchableThen;

/// Whose unit or donor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchableKind {
    /// A public unit of this bank that can be asked for now.
    OwnUnit,
    /// An entry of another registry's list.
    Listed,
}

/// One searchable unit or donor. What is not known is `None`.
///
/// It is read from an array; `page` selects the columns in the order of these fields.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SearchableRow {
    /// Unique within its kind; for ever the same.
    pub key: i64,
    pub kind: SearchableKind,
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
    pub attached_segments: Option<i64>,
    #[serde(deserialize_with = "page::flag")]
    pub rbc_depleted: Option<bool>,
    #[serde(deserialize_with = "page::flag")]
    pub identity_confirmed: Option<bool>,
    #[serde(deserialize_with = "page::flag")]
    pub fact_accredited: Option<bool>,
    #[serde(deserialize_with = "page::flag")]
    pub aabb_accredited: Option<bool>,
    #[serde(deserialize_with = "page::flag")]
    pub wmda_qualified: Option<bool>,
    pub idm: Option<TestOutcome>,
    pub cmv: Option<TestOutcome>,
    pub haemoglobinopathy: Option<TestOutcome>,
}

impl Store {
    /// Gives every searchable row to `each`: own units first, then lists, each by key. Returns the
    /// generation that the rows are of; rows and number are read in one snapshot.
    pub async fn stream_searchable(
        &self,
        mut each: impl FnMut(SearchableRow) + Send,
    ) -> Result<u64, StoreError> {
        let snapshot = self.database.snapshot().await?;
        let generation = history::generation(snapshot.reader()).await?;
        page::read_all(snapshot.reader(), SearchableKind::OwnUnit, &mut each).await?;
        page::read_all(snapshot.reader(), SearchableKind::Listed, &mut each).await?;
        snapshot.end().await?;
        Ok(generation.unsigned_abs())
    }
}
