//! Counts as columns: one for each phase and measure.

use std::sync::LazyLock;

use super::StoreError;
use super::cell::Cell;
use super::row::RowReader;
use super::table::Column;
use crate::{Counts, Measure, Phase};

/// Every phase and measure with its column, in the order of the columns.
static COLUMNS: LazyLock<Vec<(Phase, Measure, String)>> = LazyLock::new(|| {
    let mut columns = Vec::new();
    for phase in Phase::ALL {
        for measure in Measure::ALL {
            columns.push((phase, measure, column(phase, measure)));
        }
    }
    columns
});

/// The column of a count. Its name ends with the unit that it is stored in.
pub(super) fn column(phase: Phase, measure: Measure) -> String {
    let name = match measure {
        Measure::TncTotal => "tnc_total",
        Measure::Cd34Total => "cd34_total",
        Measure::CfuGmTotal => "cfu_gm_total",
        Measure::MncTotal => "mnc_total",
        Measure::NrbcTotal => "nrbc_total",
        Measure::Viability => "viability_centipercent",
        Measure::Cd34Viability => "cd34_viability_centipercent",
        Measure::Cd45Viability => "cd45_viability_centipercent",
        Measure::Volume => "volume_ul",
    };
    format!("{}_{name}", phase.code())
}

pub(super) fn columns() -> impl Iterator<Item = Column> {
    COLUMNS.iter().map(|(_, _, name)| Column::int(name))
}

pub(super) fn cells(counts: &Counts) -> impl Iterator<Item = Option<Cell>> + '_ {
    COLUMNS.iter().map(|(phase, measure, _)| counts.get(*phase, *measure).map(Cell::Int))
}

pub(super) fn read(row: &mut RowReader<'_>) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    for (phase, measure, _) in COLUMNS.iter() {
        counts.set(*phase, *measure, row.int()?);
    }
    Ok(counts)
}
