//! Sections of a snapshot, as slices; what is read later without a question is checked here.

use bytemuck::Pod;
use rayon::prelude::*;

use super::facts::StoredFacts;
use super::layout::{Beside, DPB1, Flags, Header, PerTextLocus, Row, Section};
use super::snapshot::SnapshotError;

/// Everything that is indexed later without a question is looked at here once; gives the number of rows by their flags.
pub(super) fn check_sections(all: &[u8], header: &Header) -> Result<[u64; Flags::COUNT], SnapshotError> {
    const UNFIT: SnapshotError = SnapshotError::Damaged("typings and rows do not fit together");
    let rows: &[Row] = view(all, header.rows)?;
    let keys: &[u64] = view(all, header.keys)?;
    let facts_of_row: &[u32] = view(all, header.facts_of_row)?;
    let facts: &[StoredFacts] = view(all, header.facts)?;
    let id_ends: &[u32] = view(all, header.id_ends)?;
    let ids: &[u8] = view(all, header.ids)?;
    let lengths = [rows.len(), keys.len(), facts_of_row.len(), id_ends.len()];
    if lengths.into_iter().any(|len| len as u64 != header.row_count) {
        return Err(SnapshotError::Damaged("row counts differ"));
    }
    let is_known = facts_of_row.par_iter().all(|number| (*number as usize) < facts.len());
    let ends = id_ends.last().map_or(0, |end| *end as usize);
    if !is_known || ends != ids.len() || !id_ends.is_sorted() {
        return Err(SnapshotError::Damaged("facts or identities do not fit the rows"));
    }
    let mut text_counts: PerTextLocus<u32> = Default::default();
    for (place, count) in text_counts.iter_mut().enumerate() {
        let genotype_of_text: &[u32] = view(all, header.genotype_of_text[place])?;
        let ends: &[u32] = view(all, header.text_ends[place])?;
        let bytes: &[u8] = view(all, header.text_bytes[place])?;
        let in_order = ends.is_sorted() && ends.last().is_some_and(|end| *end as usize == bytes.len());
        if ends.len() != genotype_of_text.len() || !in_order {
            return Err(UNFIT);
        }
        *count = ends.len() as u32;
    }
    let is_within = |row: &Row| row.texts().iter().zip(text_counts).all(|(text, count)| *text < count);
    if !rows.par_iter().all(is_within) {
        return Err(UNFIT);
    }
    check_beside(all, header, &text_counts)?;
    let mut by_flags = [0; Flags::COUNT];
    rows.iter().for_each(|row| by_flags[usize::from(row.flags().0) % Flags::COUNT] += 1);
    Ok(by_flags)
}

/// What rows have beside is numbered within bounds.
fn check_beside(all: &[u8], header: &Header, text_counts: &PerTextLocus<u32>) -> Result<(), SnapshotError> {
    let of_row: &[u32] = view(all, header.beside_of_row)?;
    let beside: &[Beside] = view(all, header.beside)?;
    let tce: &[u8] = view(all, header.tce_of_text)?;
    let is_counted = of_row.is_empty() || of_row.len() as u64 == header.row_count;
    let is_known = of_row.par_iter().all(|number| (*number as usize) < beside.len());
    let is_within = |one: &Beside| {
        let counts = text_counts.iter().enumerate();
        one.dpb1 < text_counts[DPB1] && counts.take(DPB1).all(|(place, count)| one.mother[place] < *count)
    };
    let has_levels = tce.len() == text_counts[DPB1] as usize;
    if is_counted && is_known && has_levels && beside.iter().all(is_within) {
        Ok(())
    } else {
        Err(SnapshotError::Damaged("what rows have beside does not fit"))
    }
}

/// A section as a slice.
pub(super) fn view<T: Pod>(all: &[u8], section: Section) -> Result<&[T], SnapshotError> {
    let start = section.start as usize;
    let end =
        start.checked_add(section.len as usize).ok_or(SnapshotError::Damaged("a section beyond the end"))?;
    let bytes = all.get(start..end).ok_or(SnapshotError::Damaged("a section beyond the end"))?;
    bytemuck::try_cast_slice(bytes).map_err(|_| SnapshotError::Damaged("a section off its boundary"))
}
