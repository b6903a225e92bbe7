//! What goes with a list: what it holds, of which moment, and the hash of the file.

use std::collections::BTreeMap;

use qidai_exchange::inventory::{Inventory, RecordProblem, SCHEMA_VERSION};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{ListingFormat, ListingRequest};

/// Describes one file; `generation` of it is the `since` of the next file of changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Manifest {
    pub(crate) file: String,
    pub(crate) format: ListingFormat,
    /// `FULL` or `DIFF`.
    pub(crate) mode: String,
    pub(crate) listing_organization: String,
    pub(crate) pool: String,
    pub(crate) schema_version: String,
    /// Number of the last event of the history that the file is of.
    pub(crate) generation: u64,
    /// Changes are told from this event on; null: everything is told.
    pub(crate) since: Option<u64>,
    /// Number of the institution that receives it.
    pub(crate) to: Option<String>,
    /// Approval of the case that covers a receiver abroad.
    pub(crate) hgr_approval: Option<String>,
    /// UTC.
    pub(crate) made_at: String,
    /// By which typings were read.
    pub(crate) release: String,
    pub(crate) records: usize,
    /// Records by status: AV available, RS reserved, TU not to be had now, DE no longer listed.
    pub(crate) by_status: BTreeMap<String, usize>,
    pub(crate) bytes: usize,
    /// Of the file, hexadecimal.
    pub(crate) sha256: String,
    /// Units that were left out, each with what is wrong with it.
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) program: String,
}

/// A value for which a unit was left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct LeftOut {
    pub(crate) id: String,
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) code: String,
    pub(crate) expected: String,
}

impl Manifest {
    pub(super) fn of(
        inventory: &Inventory,
        request: &ListingRequest,
        (generation, release): (u64, &str),
        (bytes, left_out): (&[u8], Vec<RecordProblem>),
    ) -> Manifest {
        let mut by_status = BTreeMap::new();
        for record in &inventory.records {
            *by_status.entry(record.get("STATUS").unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
        let file = match request.format {
            ListingFormat::Xml => inventory.file_name(),
            ListingFormat::Csv => inventory.file_name().replace(".xml", ".csv"),
        };
        let left_out = left_out.into_iter().map(|one| LeftOut {
            id: one.id,
            field: one.field,
            value: one.value,
            code: one.code.to_owned(),
            expected: one.expected,
        });
        Manifest {
            file,
            format: request.format,
            mode: inventory.mode.code().to_owned(),
            listing_organization: inventory.listing_organization.clone(),
            pool: inventory.pool.clone(),
            schema_version: SCHEMA_VERSION.to_owned(),
            generation,
            since: request.since,
            to: None,
            hgr_approval: None,
            made_at: inventory.made_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            release: release.to_owned(),
            records: inventory.records.len(),
            by_status,
            bytes: bytes.len(),
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            left_out: left_out.collect(),
            program: concat!("qidai ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
