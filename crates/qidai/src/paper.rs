//! What stands on labels and reports: units and tanks in words, in the reader's language.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{
    DIN_SCHEME, Identity, Measure, Phase, SlotView, Stored, StoredKind, Tank, UnitRecord, check_character,
};
use qidai_exchange::print::{Fonts, Imprint, Label, PrintError, Report, ReportTable};
use sha2::{Digest as _, Sha256};

use crate::error::Failure;
use crate::pages::{blood_group, in_powers, measure_scale};
use crate::words::{Lang, Words};

/// When and for whom something is printed.
#[derive(Clone, Copy)]
pub(crate) struct Print<'a> {
    pub(crate) lang: Lang,
    pub(crate) zone: &'a TimeZone,
    pub(crate) now: Timestamp,
    /// Of invented units.
    pub(crate) is_synthetic: bool,
}

impl Print<'_> {
    pub(crate) fn words(&self) -> &'static Words {
        self.lang.words()
    }

    pub(crate) fn minute(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    pub(crate) fn notice(&self) -> Option<String> {
        self.is_synthetic.then(|| self.words().t("paper-synthetic"))
    }

    pub(crate) fn imprint(&self, title: impl Into<String>) -> Imprint {
        Imprint { title: title.into(), lang: self.lang.tag(), made_at: self.now }
    }

    /// The foot: when it was made, and the digest of what it says.
    pub(crate) fn foot(&self, report: &Report) -> String {
        let said = format!("{}\n{:?}\n{:?}", report.title, report.facts, report.tables);
        let digest = Sha256::digest(said.as_bytes());
        let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let values = [("time", self.minute(self.now).into()), ("digest", digest.into())];
        self.words().say("paper-foot", &values)
    }
}

/// The fonts of this system, found once.
///
/// # Errors
/// `font_missing`.
pub(crate) fn fonts() -> Result<&'static Fonts, Failure> {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    if let Some(fonts) = FONTS.get() {
        return Ok(fonts);
    }
    let fonts = Fonts::of_system().map_err(|error| failure(&error))?;
    Ok(FONTS.get_or_init(|| fonts))
}

/// A sheet that cannot be made is an outage of this machine; a number that is no barcode is refused.
pub(crate) fn failure(error: &PrintError) -> Failure {
    match error {
        PrintError::NoBarcode { .. } => Failure::refused("barcode_impossible", error.to_string()),
        PrintError::FontMissing => Failure::outage("font_missing", error.to_string()),
        PrintError::GlyphMissing { text } => {
            Failure::outage("glyph_missing", error.to_string()).with("text", text.as_str())
        }
        PrintError::Failed { .. } => Failure::outage("paper_failed", error.to_string()),
    }
}

/// What the barcodes of a thing hold: data structure 001 of ISBT 128 for a DIN, the number itself otherwise.
fn code_of(stored: &Stored) -> String {
    let Identity { scheme, value } = &stored.identity;
    if scheme == DIN_SCHEME { format!("={value}00") } else { value.clone() }
}

/// A DIN in its groups, with its check character apart.
fn number_of(stored: &Stored) -> (String, Option<char>) {
    let Identity { scheme, value } = &stored.identity;
    if scheme != DIN_SCHEME || value.len() != 13 || !value.is_ascii() {
        return (value.clone(), None);
    }
    (format!("{} {} {}", &value[..5], &value[5..7], &value[7..]), check_character(value))
}

/// The label of a unit.
pub(crate) fn unit_label(unit: &UnitRecord, is_reprint: bool, print: &Print<'_>) -> Label {
    let (stored, w) = (Stored::unit(unit.identity.clone()), print.words());
    let (number, check) = number_of(&stored);
    let blood = blood_group(unit.abo, unit.rhd);
    let volume = unit.cryovolume_ul.map(|ul| format!("{} ml", Measure::Volume.format_amount(ul)));
    let bank = w.t(&format!("bank-{}", unit.bank_type.code()));
    let first = [Some(bank), blood, volume];
    let collected = unit.collection_date.map(|day| format!("{} {day}", w.t("unit-collected")));
    let lines = [Some(joined(first)), collected, Some(w.t("label-storage"))];
    let notices = [is_reprint.then(|| w.t("label-reprint")), print.notice()];
    Label {
        code: code_of(&stored),
        number,
        check,
        title: w.t("label-product"),
        lines: lines.into_iter().flatten().collect(),
        notice: Some(joined(notices)).filter(|text| !text.is_empty()),
    }
}

/// The label of anything else that is stored.
pub(crate) fn other_label(stored: &Stored, is_reprint: bool, print: &Print<'_>) -> Label {
    let w = print.words();
    let (number, check) = number_of(stored);
    let notices = [is_reprint.then(|| w.t("label-reprint")), print.notice()];
    Label {
        code: code_of(stored),
        number,
        check,
        title: w.t(&format!("stored-kind-{}", stored.kind.code())),
        lines: Vec::new(),
        notice: Some(joined(notices)).filter(|text| !text.is_empty()),
    }
}

fn joined<const COUNT: usize>(parts: [Option<String>; COUNT]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Everything that stands in a tank, in the order of its places.
pub(crate) fn inventory(tank: &Tank, content: &[SlotView], print: &Print<'_>) -> Report {
    let w = print.words();
    let row = |slot: &SlotView| {
        let status = slot.status.map(|status| w.t(&format!("status-{}", status.code())));
        let state = status.unwrap_or_else(|| w.t(&format!("stored-kind-{}", slot.stored.kind.code())));
        let state =
            if slot.is_misplaced { format!("{state} · {}", w.t("storage-misplaced")) } else { state };
        vec![slot.position.to_string(), slot.stored.written(), state, print.minute(slot.placed_at)]
    };
    let places = [("used", (content.len() as f64).into()), ("capacity", (tank.capacity() as f64).into())];
    let class = w.t(&format!("tank-class-{}", tank.class.code()));
    let mut report = Report {
        title: w.t1("paper-inventory", "code", tank.code.as_str()),
        subtitle: format!("{} · {class} · {}", tank.room, w.say("storage-places", &places)),
        notice: print.notice(),
        facts: Vec::new(),
        tables: vec![ReportTable {
            title: w.t("paper-places"),
            heads: ["paper-place", "paper-number", "unit-status", "tank-place-since"]
                .map(|key| w.t(key))
                .into(),
            widths: vec![3.0, 2.4, 3.0, 2.2],
            rows: content.iter().map(row).collect(),
        }],
        ..Report::default()
    };
    report.foot = print.foot(&report);
    report
}

/// A unit on one sheet: who it is, what was counted, how it was typed.
pub(crate) fn passport(unit: &UnitRecord, place: Option<String>, print: &Print<'_>) -> Report {
    let w = print.words();
    let mut report = Report {
        title: w.t1("paper-passport", "number", unit.identity.written()),
        subtitle: format!(
            "HPC, CORD BLOOD · {} · {}",
            w.t(&format!("bank-{}", unit.bank_type.code())),
            w.t(&format!("status-{}", unit.status.code()))
        ),
        notice: print.notice(),
        facts: facts(unit, place, w),
        tables: vec![counts(unit, w), typings(unit, w)],
        ..Report::default()
    };
    report.tables.retain(|table| !table.rows.is_empty());
    report.foot = print.foot(&report);
    report
}

fn facts(unit: &UnitRecord, place: Option<String>, w: &Words) -> Vec<(String, String)> {
    let missing = || w.t("missing");
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(missing, |day| day.to_string());
    let outcome = |outcome: Option<qidai_bank::TestOutcome>| {
        outcome.map_or_else(missing, |outcome| w.t(&format!("outcome-{}", outcome.code())))
    };
    let blood = blood_group(unit.abo, unit.rhd).unwrap_or_else(missing);
    vec![
        (w.t("unit-collected"), day(unit.collection_date)),
        (w.t("unit-birth-date"), day(unit.birth_date)),
        (w.t("unit-sex"), unit.sex.map_or_else(missing, |sex| w.t(&format!("sex-{}", sex.code())))),
        (w.t("unit-blood-group"), blood),
        (w.t("unit-processing-method"), unit.processing_method.clone().unwrap_or_else(missing)),
        (w.t("unit-segments"), unit.attached_segments.map_or_else(missing, |count| count.to_string())),
        (w.t("unit-idm"), outcome(unit.idm)),
        (w.t("unit-cmv"), outcome(unit.cmv)),
        (w.t("unit-microbial-growth"), outcome(unit.microbial_growth)),
        (w.t("paper-place"), place.unwrap_or_else(missing)),
    ]
}

pub(crate) fn counts(unit: &UnitRecord, w: &Words) -> ReportTable {
    let row = |measure: &Measure| {
        let (power, written) = measure_scale(*measure);
        let shown = |amount: i64| {
            power.map_or_else(|| measure.format_amount(amount), |power| in_powers(amount, power))
        };
        let cells: Vec<Option<String>> =
            Phase::ALL.iter().map(|phase| unit.counts.get(*phase, *measure).map(shown)).collect();
        cells.iter().any(Option::is_some).then(|| {
            let name = format!("{} {written}", w.t(&format!("measure-{}", measure.code())));
            std::iter::once(name)
                .chain(cells.into_iter().map(|cell| cell.unwrap_or_else(|| "—".to_owned())))
                .collect()
        })
    };
    let heads = Phase::ALL.iter().map(|phase| w.t(&format!("phase-{}", phase.code())));
    ReportTable {
        title: w.t("counts-title"),
        heads: std::iter::once(w.t("measure")).chain(heads).collect(),
        widths: vec![2.6, 2.0, 2.0, 2.0, 2.0],
        rows: Measure::ALL.iter().filter_map(row).collect(),
    }
}

pub(crate) fn typings(unit: &UnitRecord, w: &Words) -> ReportTable {
    let row = |typing: &qidai_bank::Typing| {
        let typed_on = typing.typed_on.map(|day| day.to_string()).unwrap_or_default();
        vec![typing.written.clone(), typing.method.clone().unwrap_or_default(), typed_on]
    };
    ReportTable {
        title: w.t("typing-title"),
        heads: ["paper-typing-written", "paper-typing-method", "paper-typing-day"].map(|key| w.t(key)).into(),
        widths: vec![7.0, 1.6, 1.6],
        rows: unit.typings.iter().rev().map(row).collect(),
    }
}

/// A thing by its kind.
pub(crate) fn is_unit(stored: &Stored) -> bool {
    stored.kind == StoredKind::Unit
}
