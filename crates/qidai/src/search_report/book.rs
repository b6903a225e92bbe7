//! The report as a workbook: units, what was left out, the receipt.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{Told, class, numbered};
use crate::catalogue::UnitHit;
use crate::csv_row::harmless;
use crate::words::Words;

/// Names of columns are those of `qidai search --format csv`; numbers are numbers, identifiers text.
pub(super) fn workbook(told: &Told<'_>, w: &Words) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    units(book.add_worksheet().set_name(w.t("report-list"))?, told, &bold, w)?;
    excluded(book.add_worksheet().set_name(w.t("report-excluded-sheet"))?, told, &bold, w)?;
    receipt(book.add_worksheet().set_name(w.t("receipt"))?, told, w)?;
    book.save_to_buffer()
}

fn units(sheet: &mut Worksheet, told: &Told<'_>, bold: &Format, w: &Words) -> Result<(), XlsxError> {
    let heads = [
        "rank",
        "din",
        "x8",
        "x10",
        "x6",
        "A",
        "B",
        "C",
        "DRB1",
        "DQB1",
        "p0",
        "p1",
        "p2",
        "p3",
        "p4",
        "tnc_per_kg",
        "cd34_per_kg",
        "tnc_total",
        "cd34_total",
        "max_weight_kg",
        "abo",
        "rhd",
        "collection_date",
        "hla",
    ];
    for (column, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(0, column, head, bold)?;
    }
    let listed = told.answer.units.iter().filter(|unit| told.unit.is_none_or(|number| unit.din == number));
    for (row, unit) in (1_u32..).zip(listed) {
        one(sheet, row, unit, w)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn one(sheet: &mut Worksheet, row: u32, unit: &UnitHit, w: &Words) -> Result<(), XlsxError> {
    sheet.write_number(row, 0, f64::from(unit.rank))?;
    let mut texts = vec![numbered(unit)];
    texts.extend([(unit.x8, 8), (unit.x10, 10), (unit.x6, 6)].map(|(range, of)| class(range, of, w)));
    texts.extend(unit.loci.iter().map(|locus| super::letters(locus, w)));
    for (column, text) in (1_u16..).zip(&texts) {
        sheet.write_string(row, column, harmless(text).as_ref())?;
    }
    let p = unit.p.map_or([None; 5], |p| p.map(Some));
    let numbers = p.into_iter().chain([
        unit.tnc_per_kg,
        unit.cd34_per_kg,
        unit.tnc_total,
        unit.cd34_total,
        unit.max_weight_kg,
    ]);
    for (column, number) in (10_u16..).zip(numbers) {
        if let Some(number) = number {
            sheet.write_number(row, column, number)?;
        }
    }
    let texts = [&unit.abo, &unit.rhd, &unit.collection_date, &Some(unit.typing.clone())];
    for (column, text) in (20_u16..).zip(texts) {
        if let Some(text) = text {
            sheet.write_string(row, column, harmless(text).as_ref())?;
        }
    }
    Ok(())
}

fn excluded(sheet: &mut Worksheet, told: &Told<'_>, bold: &Format, w: &Words) -> Result<(), XlsxError> {
    for (column, key) in (0_u16..).zip(["report-rule", "report-count", "report-if-relaxed"]) {
        sheet.write_string_with_format(0, column, w.t(key), bold)?;
    }
    for (row, one) in (1_u32..).zip(&told.answer.excluded) {
        let rule = w.find(&format!("rule-{}", one.rule), &[]).unwrap_or_else(|| one.rule.clone());
        sheet.write_string(row, 0, rule)?;
        sheet.write_number(row, 1, one.count as f64)?;
        sheet.write_number(row, 2, one.if_relaxed as f64)?;
    }
    Ok(())
}

fn receipt(sheet: &mut Worksheet, told: &Told<'_>, w: &Words) -> Result<(), XlsxError> {
    let receipt = &told.answer.receipt;
    let request = serde_json::to_string(&receipt.request).unwrap_or_default();
    let rows = [
        (w.t("report-patient"), told.pseudonym.unwrap_or_default().to_owned()),
        (w.t("report-receiver"), told.given.receiver.clone().unwrap_or_default()),
        (w.t("request-hgr"), told.given.case().unwrap_or_default()),
        (w.t("receipt-profile"), receipt.profile_version.clone()),
        (w.t("receipt-order"), receipt.order_version.clone()),
        (w.t("receipt-release"), receipt.release.clone()),
        (w.t("coverage-frequencies"), receipt.frequency_set.clone().unwrap_or_default()),
        (w.t("receipt-engine"), receipt.engine.clone()),
        (w.t("receipt-generation"), receipt.generation.to_string()),
        (w.t("receipt-snapshot"), receipt.snapshot.clone()),
        (w.t("receipt-digest"), receipt.digest.clone()),
        (w.t("report-request"), request),
    ];
    for (row, (name, value)) in (0_u32..).zip(rows) {
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, harmless(&value).as_ref())?;
    }
    Ok(())
}
