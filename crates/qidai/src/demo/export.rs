//! The demonstration bank as a table that `qidai import units` reads without a mapping.

use std::io::{self, Write};

use qidai_bank::{Measure, Phase, TestOutcome, Typing, UnitRecord};
use rayon::prelude::*;

use crate::csv_row::csv_row;

/// A column of the table: its name in the import, and what a unit says there. Not known is empty.
struct Column {
    name: &'static str,
    value: fn(&UnitRecord) -> String,
}

/// The default header of the import comes first.
const COLUMNS: &[Column] = &[
    column("din", |unit| unit.identity.written()),
    column("bank_type", |unit| unit.bank_type.code().to_owned()),
    column("collection_date", |unit| text(unit.collection_date)),
    column("sex", |unit| text(unit.sex.map(|sex| sex.code()))),
    column("abo", |unit| text(unit.abo.map(|abo| abo.code()))),
    column("rhd", |unit| text(unit.rhd.map(|rhd| rhd.code()))),
    column("tnc_total", |unit| count(unit, Phase::Processed, Measure::TncTotal)),
    column("cd34_total", |unit| count(unit, Phase::Processed, Measure::Cd34Total)),
    column("volume_ml", |unit| count(unit, Phase::Processed, Measure::Volume)),
    column("viability_percent", |unit| count(unit, Phase::Processed, Measure::Viability)),
    column("hla", |unit| typing(&unit.typings, |typing| typing.written.clone())),
    column("status", |unit| unit.status.code().to_owned()),
    column("birth_date", |unit| text(unit.birth_date)),
    column("tnc_collected", |unit| count(unit, Phase::Collected, Measure::TncTotal)),
    column("volume_collected_ml", |unit| count(unit, Phase::Collected, Measure::Volume)),
    column("cfu_gm_total", |unit| count(unit, Phase::Processed, Measure::CfuGmTotal)),
    column("nrbc_total", |unit| count(unit, Phase::Processed, Measure::NrbcTotal)),
    column("cd34_post_thaw", |unit| count(unit, Phase::PostThaw, Measure::Cd34Total)),
    column("cd34_viability_post_thaw_percent", |unit| count(unit, Phase::PostThaw, Measure::Cd34Viability)),
    column("cd45_viability_post_thaw_percent", |unit| count(unit, Phase::PostThaw, Measure::Cd45Viability)),
    column("cryovolume_ml", |unit| {
        text(unit.cryovolume_ul.map(|volume_ul| Measure::Volume.format_amount(volume_ul)))
    }),
    column("rbc_depleted", |unit| yes_or_no(unit.rbc_depleted)),
    column("processing_method", |unit| unit.processing_method.clone().unwrap_or_default()),
    column("attached_segments", |unit| text(unit.attached_segments)),
    column("identity_confirmed", |unit| yes_or_no(unit.identity_confirmed)),
    column("fact_accredited", |unit| yes_or_no(unit.fact_accredited)),
    column("aabb_accredited", |unit| yes_or_no(unit.aabb_accredited)),
    column("wmda_qualified", |unit| yes_or_no(unit.wmda_qualified)),
    column("idm", |unit| outcome(unit.idm)),
    column("cmv", |unit| outcome(unit.cmv)),
    column("haemoglobinopathy", |unit| outcome(unit.haemoglobinopathy)),
    column("microbial_growth", |unit| outcome(unit.microbial_growth)),
    column("hla_method", |unit| typing(&unit.typings, |typing| text(typing.method.as_deref()))),
    column("hla_typed_on", |unit| typing(&unit.typings, |typing| text(typing.typed_on))),
    column("mother_hla", |unit| typing(&unit.mother_typings, |typing| typing.written.clone())),
    column("mother_hla_method", |unit| typing(&unit.mother_typings, |typing| text(typing.method.as_deref()))),
    column("mother_hla_typed_on", |unit| typing(&unit.mother_typings, |typing| text(typing.typed_on))),
];

const fn column(name: &'static str, value: fn(&UnitRecord) -> String) -> Column {
    Column { name, value }
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn count(unit: &UnitRecord, phase: Phase, measure: Measure) -> String {
    text(unit.counts.get(phase, measure).map(|amount| measure.format_amount(amount)))
}

fn yes_or_no(value: Option<bool>) -> String {
    text(value.map(|yes| if yes { "yes" } else { "no" }))
}

fn outcome(value: Option<TestOutcome>) -> String {
    text(value.map(TestOutcome::code))
}

/// Of the typing in force; a row has room for one.
fn typing(typings: &[Typing], part: fn(&Typing) -> String) -> String {
    typings.last().map(part).unwrap_or_default()
}

/// Writes a CSV file, chunk by chunk.
pub(crate) struct Export<W: Write> {
    file: W,
}

impl<W: Write> Export<W> {
    /// Begins with the header.
    pub(crate) fn begin(mut file: W) -> io::Result<Self> {
        file.write_all(&csv_row(COLUMNS.iter().map(|column| column.name))?)?;
        Ok(Self { file })
    }

    /// Adds units; their rows are put together on all cores.
    pub(crate) fn add(&mut self, units: &[UnitRecord]) -> io::Result<()> {
        let rows: Vec<io::Result<Vec<u8>>> =
            units.par_iter().map(|unit| csv_row(COLUMNS.iter().map(|column| (column.value)(unit)))).collect();
        rows.into_iter().try_for_each(|row| self.file.write_all(&row?))
    }

    /// Writes what is still in memory.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.file.flush()?;
        Ok(self.file)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use qidai_bank::{BankType, Identity};

    use super::*;

    #[test]
    fn the_default_header_of_the_import_comes_first() {
        let file = Export::begin(Vec::new()).unwrap().finish().unwrap();
        let expected = "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,\
                        viability_percent,hla,";
        assert!(String::from_utf8(file).unwrap().starts_with(expected));
        let names: HashSet<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
    }

    #[test]
    fn what_is_not_known_is_empty() {
        let unit = UnitRecord::new(Identity::din("Z9D0021000001").unwrap(), BankType::Family);
        let mut export = Export::begin(Vec::new()).unwrap();
        export.add(&[unit]).unwrap();
        let text = String::from_utf8(export.finish().unwrap()).unwrap();
        let row = text.lines().nth(1).unwrap();
        assert_eq!(row.trim_end_matches(','), "Z9D0021000001M,family,,,,,,,,,,family_held");
    }
}
