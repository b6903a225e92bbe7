//! The bank's public units as registries take them: the inventory XML or a table, whole or what changed, with a manifest.
//!
//! Nothing of a person stands in it: no mother, no child, no donor's name; the typing, the cells and the state of a unit
//! alone. When any record would be refused by a receiver, nothing is written: a registry removes a unit whose record it refuses.

mod hla;
mod manifest;
mod record;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qidai_bank::{Acting, Given, PublicList, Store};
use qidai_exchange::inventory::{
    Content, Inventory, RecordProblem, UpdateMode, write_inventory, write_listing_csv,
};
use qidai_hla::Nomenclature;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use manifest::Manifest;

use crate::error::{Failure, Kind};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListingFormat {
    /// The registries' inventory.
    Xml,
    /// A table.
    Csv,
}

/// What is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"format": "xml", "listing_organization": "9991", "pool": "9991"}))]
pub(crate) struct ListingRequest {
    pub(crate) format: ListingFormat,
    /// Issuing organisation number of who lists, 1000 to 9999.
    pub(crate) listing_organization: String,
    /// Issuing organisation number of where the units stand.
    pub(crate) pool: String,
    /// Only what changed since this event of the history (`generation` of an earlier manifest); left out: everything.
    #[serde(default)]
    pub(crate) since: Option<u64>,
    /// Number of the institution that receives it: one abroad needs an approved case of human genetic resources.
    #[serde(default)]
    pub(crate) to: Option<String>,
    /// Leave out units whose records would be refused, in place of refusing the whole; the manifest names them.
    #[serde(default)]
    pub(crate) leave_out_invalid: bool,
}

/// A list, ready to be given away.
pub(crate) struct Listing {
    pub(crate) manifest: Manifest,
    pub(crate) bytes: Vec<u8>,
}

/// When, and in what words names of HLA are understood.
pub(crate) struct Moment<'a> {
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a TimeZone,
}

impl Moment<'_> {
    fn today(&self) -> Date {
        self.now.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// Reads the units and writes the list.
///
/// # Errors
/// A record that a receiver would refuse (`listing_refused`, with unit and field), an event that this history does not have, a receiver
/// abroad without a case (`hgr_case_missing`).
pub(crate) async fn listing(
    store: &Store,
    request: &ListingRequest,
    nomenclature: &Nomenclature<'_>,
    moment: &Moment<'_>,
    acting: &Acting<'_>,
) -> Result<Listing, Failure> {
    let list = match request.since {
        None => store.public_list().await?,
        Some(since) => store.public_changes(since).await?.ok_or_else(|| since_unknown(since))?,
    };
    let mut listing = written(&list, request, nomenclature, moment)?;
    if let Some(to) = request.to.as_deref().filter(|to| !to.trim().is_empty()) {
        // Last: what is written down as given abroad can be given.
        let cover = store.give_to(to.trim(), Given::Listing, acting).await?;
        listing.manifest.to = Some(to.trim().to_owned());
        listing.manifest.hgr_approval = cover.map(|cover| cover.approval_number);
    }
    Ok(listing)
}

fn since_unknown(since: u64) -> Failure {
    let sentence = format!(
        "The history of this bank has no event {since} yet: is it the generation of a list of another bank?"
    );
    Failure::new(Kind::Refused, "listing_since_unknown", sentence).with("since", since.to_string())
}

fn written(
    list: &PublicList,
    request: &ListingRequest,
    nomenclature: &Nomenclature<'_>,
    moment: &Moment<'_>,
) -> Result<Listing, Failure> {
    let mut problems = Vec::new();
    let mut records = Vec::new();
    for unit in &list.units {
        let read = record::of_unit(unit, nomenclature);
        records.push(read.record);
        problems.extend(read.problems);
    }
    records.extend(list.gone.iter().map(|(identity, status)| record::of_gone(identity, *status)));
    let mut inventory = Inventory {
        listing_organization: request.listing_organization.trim().to_owned(),
        pool: request.pool.trim().to_owned(),
        content: Content::CordUnits,
        mode: if request.since.is_some() { UpdateMode::Diff } else { UpdateMode::Full },
        made_at: moment.now,
        snapshot_at: Some(moment.now),
        records,
    };
    problems.extend(qidai_exchange::inventory::check(&inventory, moment.today()));
    let mut left_out = Vec::new();
    if request.leave_out_invalid {
        left_out = leave_out(&mut inventory, &mut problems);
    }
    if !problems.is_empty() {
        return Err(refused(&problems));
    }
    let bytes = match request.format {
        ListingFormat::Xml => write_inventory(&inventory, moment.today()),
        ListingFormat::Csv => write_listing_csv(&inventory, moment.today()),
    };
    let bytes = bytes.map_err(|problems| refused(&problems))?;
    let label = nomenclature.release.label();
    let manifest = Manifest::of(&inventory, request, (list.generation, label), (&bytes, left_out));
    Ok(Listing { manifest, bytes })
}

/// Takes units with problems out; problems of the file itself stay.
fn leave_out(inventory: &mut Inventory, problems: &mut Vec<RecordProblem>) -> Vec<RecordProblem> {
    let (of_records, of_file) =
        std::mem::take(problems).into_iter().partition(|one: &RecordProblem| !one.id.is_empty());
    let of_records: Vec<RecordProblem> = of_records;
    let is_wrong: std::collections::HashSet<&str> = of_records.iter().map(|one| one.id.as_str()).collect();
    inventory.records.retain(|record| !is_wrong.contains(record.key()));
    *problems = of_file;
    of_records
}

/// How many problems one sentence tells; all are counted.
const TOLD: usize = 20;

fn refused(problems: &[RecordProblem]) -> Failure {
    let told: Vec<String> = problems.iter().take(TOLD).map(ToString::to_string).collect();
    let sentence = format!(
        "Nothing was written: {} values would be refused by the receiver, and a unit whose record is refused is removed there. {}",
        problems.len(),
        told.join(" ")
    );
    Failure::refused("listing_refused", sentence)
        .with("count", problems.len().to_string())
        .with("told", told.join("\n"))
}
