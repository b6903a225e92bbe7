//! Builds the snapshot from the bank, writes it to its file, and finds out whether the file is still true.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Date, date};
use qidai_bank::{Identity, SearchableKind, SearchableRow, Store};
use qidai_match::search::{
    Abo, Facts, Origin, Sex, Snapshot, SnapshotBuilder, SnapshotError, Source, UnitEntry,
};

use super::{Reading, follow, mapped};
use crate::error::Failure;

/// The snapshot of the bank's present state: mapped from its file, brought up to date, or built; then written.
pub(super) async fn current(
    store: &Store,
    reading: &Arc<Reading>,
    path: Option<PathBuf>,
) -> Result<Snapshot, Failure> {
    let origin = origin(store, store.generation().await?).await?;
    let is_readable = |kept: &Snapshot| kept.check(&reading.nomenclature()).is_ok();
    let kept = path.as_deref().and_then(mapped::map).filter(is_readable);
    if let Some(kept) = kept {
        if kept.origin() == origin {
            return Ok(kept);
        }
        if let Some(changes) = follow::changes(store, &kept).await? {
            let is_same_content = changes.touched.is_empty();
            let next = follow::next(reading, &kept, changes).await?;
            // A new header alone is not worth writing everything again.
            return if is_same_content { Ok(next) } else { keep(next, path.as_deref()) };
        }
    }
    keep(from_store(store, reading).await?, path.as_deref())
}

/// Writes a snapshot to its file and maps it from there. When it cannot be written the search works from memory.
///
/// # Errors
/// The place holds somebody else's file.
pub(super) fn keep(built: Snapshot, path: Option<&Path>) -> Result<Snapshot, Failure> {
    let Some(path) = path else { return Ok(built) };
    match save(&built, path) {
        // Mapped pages can be given back to the system and are shared between processes.
        Ok(()) => Ok(mapped::map(path).unwrap_or(built)),
        // What was asked for by name must not be something else; beside the bank it is only a convenience.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::refused("snapshot_path_taken", format!("{error}.")))
        }
        Err(error) => {
            // The next start builds again.
            tracing::warn!(path = %path.display(), %error, "the search snapshot was not written");
            Ok(built)
        }
    }
}

/// Reads everything searchable and freezes it.
async fn from_store(store: &Store, reading: &Reading) -> Result<Snapshot, Failure> {
    let mut builder = SnapshotBuilder::new(reading.nomenclature(), &reading.antigens);
    let read = store.stream_searchable(|row| push(&mut builder, &row)).await;
    let generation = read?;
    tell_unreadable(&builder);
    builder.finish(origin(store, generation).await?).map_err(|error| not_built(&error))
}

pub(super) fn tell_unreadable(builder: &SnapshotBuilder<'_>) {
    for (id, error) in builder.unreadable() {
        // The identity, never the typing: logs hold nothing personal.
        tracing::warn!(id, code = error.code.as_str(), "a typing cannot be read under the release in force");
    }
}

pub(super) fn not_built(error: &SnapshotError) -> Failure {
    Failure::outage("snapshot_not_built", "The search snapshot could not be built.").because(error)
}

/// Which history, and up to where: another bank of the same generation has another hash.
async fn origin(store: &Store, generation: u64) -> Result<Origin, Failure> {
    let history_hash = store.history_hash(generation).await?.unwrap_or_default();
    Ok(Origin { generation, history_hash })
}

/// Writes beside the place and renames, so that no reader ever sees half a snapshot. A file that is no
/// snapshot is somebody's and stays.
pub(crate) fn save(snapshot: &Snapshot, path: &Path) -> io::Result<()> {
    refuse_foreign(path)?;
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    let written = File::create(&unfinished).and_then(|mut file| {
        for piece in snapshot.pieces() {
            file.write_all(piece)?;
        }
        std::fs::rename(&unfinished, path)
    });
    if written.is_err() {
        // What is left of a failed attempt only takes room; its own removal may fail for the same reason.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

fn refuse_foreign(path: &Path) -> io::Result<()> {
    let mut first = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(8).read_to_end(&mut first)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if first.is_empty() || Snapshot::is_marked(&first) {
        return Ok(());
    }
    let sentence = format!("{} is no search snapshot and is not overwritten", path.display());
    Err(io::Error::new(io::ErrorKind::AlreadyExists, sentence))
}

pub(super) fn push(builder: &mut SnapshotBuilder<'_>, row: &SearchableRow) {
    let facts = Facts { source: source(builder, row), ..facts(row) };
    let id = match row.kind {
        SearchableKind::OwnUnit => {
            Identity { scheme: row.scheme_or_list.clone(), value: row.identity.clone() }.written()
        }
        SearchableKind::Listed => row.identity.clone(),
    };
    let key = row.key.unsigned_abs();
    let [hla, mother] = [&row.hla, &row.mother_hla].map(|text| text.as_deref().unwrap_or_default());
    builder.push(&UnitEntry { key, id: &id, hla, mother, facts });
}

fn source(builder: &mut SnapshotBuilder<'_>, row: &SearchableRow) -> Source {
    match row.kind {
        SearchableKind::OwnUnit => Source::Unit,
        SearchableKind::Listed => Source::Listed(builder.list(&row.scheme_or_list)),
    }
}

fn facts(row: &SearchableRow) -> Facts {
    let cells = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
    let thousandth = |value: Option<i64>| value.map(|value| value as f32 / 1000.0);
    let accredited = [row.fact_accredited, row.aabb_accredited, row.wmda_qualified];
    Facts {
        source: Source::Unit,
        tnc_total: cells(row.tnc_total),
        cd34_total: cells(row.cd34_total),
        volume_ml: thousandth(row.volume_ul),
        cryovolume_ml: thousandth(row.cryovolume_ul),
        viability_percent: row.viability_centipercent.map(|value| value as f32 / 100.0),
        collection_day: row.collection_date.map(day),
        sex: row.sex.map(|sex| match sex {
            qidai_bank::Sex::Female => Sex::Female,
            qidai_bank::Sex::Male => Sex::Male,
        }),
        abo: row.abo.map(|abo| match abo {
            qidai_bank::Abo::A => Abo::A,
            qidai_bank::Abo::B => Abo::B,
            qidai_bank::Abo::O => Abo::O,
            qidai_bank::Abo::Ab => Abo::AB,
        }),
        rhd_positive: row.rhd.map(|rhd| rhd == qidai_bank::RhD::Positive),
        rbc_depleted: row.rbc_depleted,
        attached_segments: row.attached_segments.map(|count| count.clamp(0, 254) as u8),
        accreditation: accredited
            .iter()
            .enumerate()
            .map(|(bit, held)| u8::from(*held == Some(true)) << bit)
            .sum(),
        mother_typed: row.mother_hla.is_some(),
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970-01-01.
pub(super) fn day(date: Date) -> i32 {
    (date.duration_since(EPOCH).as_hours() / 24) as i32
}

/// The date of a day number.
pub(super) fn date_of(day: i32) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().days(day)).ok()
}
