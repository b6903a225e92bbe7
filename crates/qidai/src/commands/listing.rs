//! `qidai listing`: the bank's public units as registries take them, and the check of such a file.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Acting, Store};
use qidai_exchange::inventory::{check, read_inventory};
use qidai_hla::Nomenclature;

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::catalogue::{self, ReferenceArgs};
use crate::error::Failure;
use crate::listing::{self, Listing, ListingFormat, ListingRequest, Manifest, Moment};
use crate::reference;
use crate::words::Lang;

/// The bank's public units as registries take them.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write the list, and its manifest beside it; nothing when any record would be refused.
    Export(ExportArgs),
    /// Check an inventory file, ours or another's: everything that is wrong, one line each.
    Check {
        /// The file, or `-` for standard input.
        #[arg(value_name = "FILE.xml")]
        file: String,
    },
}

#[derive(clap::Args)]
struct ExportArgs {
    #[command(flatten)]
    people: PeopleArgs,
    #[command(flatten)]
    reference: ReferenceArgs,
    #[arg(long, value_enum, default_value = "xml")]
    format: ListingFormat,
    /// Issuing organisation number of who lists, 1000 to 9999.
    #[arg(long, value_name = "ION")]
    ion: String,
    /// Issuing organisation number of where the units stand; the same when left out.
    #[arg(long, value_name = "ION")]
    pool: Option<String>,
    /// Everything; that is so when nothing is said.
    #[arg(long, conflicts_with = "diff_since")]
    full: bool,
    /// Only what changed since: the manifest of an earlier list, or its generation.
    #[arg(long, value_name = "MANIFEST|N")]
    diff_since: Option<String>,
    /// Number of the institution that receives it; one abroad needs an approved case of human genetic resources.
    #[arg(long, value_name = "INSTITUTION")]
    to: Option<String>,
    /// Leave out units whose records would be refused; the manifest names them.
    #[arg(long)]
    leave_out_invalid: bool,
    /// The folder for the file, whose name receivers prescribe; it is written over.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Export(args) => export(args, lang),
        What::Check { file } => check_file(file),
    }
}

fn export(args: &ExportArgs, lang: Lang) -> Result<Outcome, Failure> {
    let request = ListingRequest {
        format: args.format,
        listing_organization: args.ion.clone(),
        pool: args.pool.clone().unwrap_or_else(|| args.ion.clone()),
        since: args.diff_since.as_deref().map(since_of).transpose()?,
        to: args.to.clone(),
        leave_out_invalid: args.leave_out_invalid,
    };
    let people = People::open(&args.people)?;
    let made = people.runtime.block_on(made(&people.store, args, &request, &people.acting()));
    let closed = people.close();
    let listing = made?;
    closed?;
    let manifest = serde_json::to_vec_pretty(&listing.manifest).unwrap_or_default();
    let file = args.out.join(&listing.manifest.file);
    write(&file, &listing.bytes)?;
    write(&args.out.join(format!("{}.manifest.json", listing.manifest.file)), &manifest)?;
    stream::say(&said(&listing.manifest, &file, lang))?;
    Ok(if listing.manifest.left_out.is_empty() { Outcome::Done } else { Outcome::SomeRefused })
}

async fn made(
    store: &Store,
    args: &ExportArgs,
    request: &ListingRequest,
    acting: &Acting<'_>,
) -> Result<Listing, Failure> {
    let release = catalogue::release_of(store, &args.reference).await?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let zone = TimeZone::get(&store.bank_zone().await?).unwrap_or(TimeZone::UTC);
    let moment = Moment { now: Timestamp::now(), zone: &zone };
    listing::listing(store, request, &Nomenclature::new(&release, mac.as_ref()), &moment, acting).await
}

/// A number, or a manifest that holds it.
fn since_of(text: &str) -> Result<u64, Failure> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let read = std::fs::read_to_string(text).map_err(|error| error.to_string());
    let manifest =
        read.and_then(|text| serde_json::from_str::<Manifest>(&text).map_err(|error| error.to_string()));
    manifest.map(|manifest| manifest.generation).map_err(|error| {
        let sentence = format!("{text} is neither a generation nor the manifest of a list: {error}.");
        Failure::refused("listing_manifest_unreadable", sentence).with("file", text).with("error", error)
    })
}

fn said(manifest: &Manifest, file: &Path, lang: Lang) -> String {
    let w = lang.words();
    let by_status: Vec<String> =
        manifest.by_status.iter().map(|(status, count)| format!("{status} {count}")).collect();
    let values = [
        ("file", file.display().to_string().into()),
        ("mode", manifest.mode.as_str().into()),
        ("records", (manifest.records as f64).into()),
        ("statuses", by_status.join(", ").into()),
        ("generation", manifest.generation.to_string().into()),
        ("sha256", manifest.sha256.as_str().into()),
    ];
    let mut said = w.say("listing-written", &values);
    for one in &manifest.left_out {
        said.push_str(&format!("\n{}: {}, {} ({})", one.code, one.id, one.field, one.value));
    }
    said
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| {
        let file = file.display().to_string();
        Failure::outage("listing_not_written", format!("{file} could not be written: {error}."))
            .with("file", file)
            .with("error", error.to_string())
            .because(&error)
    })
}

fn check_file(file: &str) -> Result<Outcome, Failure> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        path => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.map_err(|error| {
        Failure::refused("listing_file_unreadable", format!("{file} could not be read: {error}."))
            .with("file", file)
            .with("error", error.to_string())
    })?;
    let today = Timestamp::now().to_zoned_datetime(TimeZone::UTC).date();
    let problems = match read_inventory(&text) {
        Ok(inventory) if inventory.pool.is_empty() => Vec::new(),
        Ok(inventory) => check(&inventory, today),
        Err(problem) => vec![problem],
    };
    let lines: Vec<String> = problems.iter().map(|one| format!("{}\t{one}", one.code)).collect();
    if lines.is_empty() {
        return Ok(Outcome::Done);
    }
    stream::say(&lines.join("\n"))?;
    Ok(Outcome::SomeRefused)
}
