//! `qidai lab import`: a laboratory sends a table, good rows wait for review, the others are told.

use std::path::{Path, PathBuf};

use qidai_exchange::LabMapping;
use qidai_hla::Nomenclature;

use super::{BankArgs, Desk, tell};
use crate::catalogue::{ReferenceArgs, release_of};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::lab::file::{FileWish, error_rows, import};
use crate::lab::phase_of;
use crate::reference;

/// Larger files are no deliveries of a laboratory.
const FILE_BYTES_MAX: u64 = 64 << 20;

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) bank: BankArgs,
    #[command(flatten)]
    reference: ReferenceArgs,
    file: PathBuf,
    /// The laboratory or the analyser that it comes from; its mapping is used, and kept.
    #[arg(long)]
    laboratory: String,
    /// Lines that say what its columns are.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// collected, processed or post_thaw, where the file does not say.
    #[arg(long, default_value = "", hide_default_value = true)]
    phase: String,
    /// Why, where rows amend approved results.
    #[arg(long)]
    reason: Option<String>,
    /// Say what would become of it, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write the rows that were refused to this file, with the reasons, to be mended.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
}

pub(super) async fn run(args: &ImportArgs, desk: &Desk) -> Result<Outcome, Failure> {
    let (store, keys) = (&desk.people.store, &desk.people.keys);
    let content = read(&args.file)?;
    let mapping = args.mapping.as_deref().map(read_text).transpose()?;
    let release = release_of(store, &args.reference).await?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose().map_err(Failure::from)?;
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let wish = FileWish {
        laboratory: &args.laboratory,
        mapping: mapping.as_deref(),
        phase: phase_of(&args.phase)?,
        only_check: args.dry_run,
    };
    let acting = desk.acting(args.reason.as_deref());
    let view = import((store, keys), &nomenclature, &content, &wish, &acting).await?;
    if let Some(path) = args.errors.as_deref().filter(|_| view.rows_refused > 0) {
        let remarks: Vec<qidai_bank::Remark> = view
            .issues
            .iter()
            .map(|one| qidai_bank::Remark::new(&one.place, &one.code, &one.sentence))
            .collect();
        std::fs::write(path, error_rows(&content, &remarks)?).map_err(|error| stream::not_written(&error))?;
    }
    tell(&view)?;
    Ok(if view.rows_refused > 0 { Outcome::SomeRefused } else { Outcome::Done })
}

/// Shows or replaces the mapping of a laboratory.
pub(super) async fn mapping(laboratory: &str, set: Option<&Path>, desk: &Desk) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    if let Some(path) = set {
        let text = read_text(path)?;
        LabMapping::parse(&text).map_err(|error| Failure::refused("lab_mapping_wrong", error.sentence))?;
        store.put_lab_mapping(laboratory, &text, &desk.acting(None)).await?;
    }
    let text = store.lab_mapping(laboratory, &desk.principal).await?;
    stream::say(text.unwrap_or_default().trim_end())?;
    Ok(Outcome::Done)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display().to_string();
    let unreadable = |error: &std::io::Error| {
        let sentence = format!("The file {shown} could not be read.");
        Failure::refused("file_not_readable", sentence)
            .with("file", shown.clone())
            .with("error", error.to_string())
    };
    let size = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if size > FILE_BYTES_MAX {
        let sentence = format!("The file {shown} has {size} bytes: expected at most {FILE_BYTES_MAX}.");
        return Err(Failure::refused("lab_file_too_long", sentence));
    }
    std::fs::read(path).map_err(|error| unreadable(&error))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    Ok(qidai_exchange::text_of(&read(path)?))
}
