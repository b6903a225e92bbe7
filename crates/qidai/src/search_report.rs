//! The report of a search as a centre files it: who was searched for and how, by which versions, the ranked list, each unit
//! beside the patient, what was left out, and the legend. As PDF, as a workbook, as JSON.

mod book;
mod unit;

use qidai_bank::{Acting, Given, HgrCover, Store, UnitRecord};
use qidai_exchange::print::{Report, ReportTable, report_pdf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::{PairHit, Range, SearchAnswer, UnitHit};
use crate::error::Failure;
use crate::pages::search::cell::LocusCell;
use crate::pages::search::criteria;
use crate::paper::{self, Print};
use crate::words::{Words, thousands};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReportFormat {
    Pdf,
    Xlsx,
    Json,
}

impl ReportFormat {
    /// The end of a file's name.
    pub(crate) fn of_end(end: &str) -> Option<ReportFormat> {
        let known = [("pdf", Self::Pdf), ("xlsx", Self::Xlsx), ("json", Self::Json)];
        known.into_iter().find(|(name, _)| end.eq_ignore_ascii_case(name)).map(|(_, format)| format)
    }

    pub(crate) fn end(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xlsx => qidai_bank::MediaType::Xlsx.code(),
            Self::Json => "application/json",
        }
    }
}

/// What a report is of.
pub(crate) struct Told<'a> {
    pub(crate) answer: &'a SearchAnswer,
    /// What the centre calls the patient; never a name.
    pub(crate) pseudonym: Option<&'a str>,
    /// The one unit that is told, where not the whole list is.
    pub(crate) unit: Option<&'a str>,
    /// Its record, where it is the bank's own.
    pub(crate) record: Option<&'a UnitRecord>,
    /// To whom it is given, and under which case.
    pub(crate) given: &'a GivenTo,
}

/// Who gets a report. Abroad it is given under a case of human genetic resources only, whose number stands on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct GivenTo {
    /// Number of the institution.
    pub(crate) receiver: Option<String>,
    pub(crate) cover: Option<HgrCover>,
}

impl GivenTo {
    /// Gives to an institution, where one is named; `cover` is the case under which whoever asks sees typings at all.
    ///
    /// # Errors
    /// `institution_unknown`, `hgr_case_missing`.
    pub(crate) async fn of(
        store: &Store,
        receiver: Option<&str>,
        cover: Option<HgrCover>,
        acting: &Acting<'_>,
    ) -> Result<GivenTo, Failure> {
        let Some(receiver) = receiver.map(str::trim).filter(|number| !number.is_empty()) else {
            return Ok(GivenTo { receiver: None, cover });
        };
        let own = store.give_to(receiver, Given::Report, acting).await?;
        Ok(GivenTo { receiver: Some(receiver.to_ascii_uppercase()), cover: own.or(cover) })
    }

    /// `2026-CJ-0001 (HGR-2026-0001)`.
    pub(super) fn case(&self) -> Option<String> {
        self.cover.as_ref().map(|cover| format!("{} ({})", cover.approval_number, cover.case))
    }
}

/// The record of a unit, where it is the bank's own.
///
/// # Errors
/// The database fails.
pub(crate) async fn record_of(store: &Store, number: &str) -> Result<Option<UnitRecord>, Failure> {
    let value = qidai_bank::Identity::din(number).map_or_else(|_| number.to_owned(), |din| din.value);
    match store.identities_of(&value).await?.first() {
        Some(identity) => Ok(store.unit(identity).await?),
        None => Ok(None),
    }
}

/// Units that are told one by one behind the list.
const DETAILED: usize = 10;

/// The JSON form: the answer with its patient.
#[derive(Serialize)]
struct JsonReport<'a> {
    patient: Option<&'a str>,
    /// Number of the institution it is given to.
    receiver: Option<&'a str>,
    hgr_case: Option<&'a str>,
    hgr_approval: Option<&'a str>,
    #[serde(flatten)]
    answer: &'a SearchAnswer,
}

/// Makes the report.
///
/// # Errors
/// The unit that is asked for is not in the list (`report_unit_not_listed`); the paper cannot be made.
pub(crate) fn report(told: &Told<'_>, format: ReportFormat, print: &Print<'_>) -> Result<Vec<u8>, Failure> {
    let one = told.unit.map(|number| listed(told.answer, number)).transpose()?;
    match format {
        ReportFormat::Json => {
            let cover = told.given.cover.as_ref();
            let json = JsonReport {
                patient: told.pseudonym,
                receiver: told.given.receiver.as_deref(),
                hgr_case: cover.map(|cover| cover.case.as_str()),
                hgr_approval: cover.map(|cover| cover.approval_number.as_str()),
                answer: told.answer,
            };
            serde_json::to_vec_pretty(&json).map_err(|error| not_made(&error))
        }
        ReportFormat::Xlsx => book::workbook(told, print.words()).map_err(|error| not_made(&error)),
        ReportFormat::Pdf => {
            let report = match one {
                Some(unit) => unit::report(told, unit, print),
                None => of_list(told, print),
            };
            let pdf = report_pdf(&report, paper::fonts()?, &print.imprint(report.title.clone()));
            pdf.map_err(|error| paper::failure(&error))
        }
    }
}

fn not_made(error: &dyn std::error::Error) -> Failure {
    Failure::outage("paper_failed", "The report could not be made.").because(error)
}

/// The unit of the list with this number.
fn listed<'a>(answer: &'a SearchAnswer, number: &str) -> Result<&'a UnitHit, Failure> {
    answer.units.iter().find(|unit| unit.din == number).ok_or_else(|| {
        let sentence = format!(
            "{number} is not among the units that this search lists: raise --limit, or check the number."
        );
        Failure::refused("report_unit_not_listed", sentence).with("number", number)
    })
}

fn of_list(told: &Told<'_>, print: &Print<'_>) -> Report {
    let (answer, w) = (told.answer, print.words());
    let mut tables = vec![list_table(answer, w)];
    tables.extend((!answer.pairs.is_empty()).then(|| pairs_table(&answer.pairs, w)));
    tables.extend((!answer.excluded.is_empty()).then(|| excluded_table(answer, w)));
    tables.extend(answer.units.iter().take(DETAILED).map(|hit| unit::beside_patient(answer, hit, w)));
    let values = [
        ("shown", thousands(&answer.units.len().to_string()).into()),
        ("total", thousands(&answer.total_listed.to_string()).into()),
    ];
    let mut report = Report {
        title: w.t("paper-search"),
        subtitle: w.say("report-listed", &values),
        notice: print.notice(),
        facts: facts(told, print),
        tables,
        notes: notes(answer, w),
        landscape: true,
        ..Report::default()
    };
    report.foot = print.foot(&report);
    report
}

/// Who, how, and by which versions.
fn facts(told: &Told<'_>, print: &Print<'_>) -> Vec<(String, String)> {
    let (answer, w) = (told.answer, print.words());
    let (receipt, request) = (&answer.receipt, &answer.receipt.request);
    let mut facts =
        vec![(w.t("report-patient"), told.pseudonym.map_or_else(|| w.t("missing"), str::to_owned))];
    facts.extend(told.given.receiver.clone().map(|receiver| (w.t("report-receiver"), receiver)));
    facts.extend(told.given.case().map(|case| (w.t("request-hgr"), case)));
    // The order is told once, with its version.
    let order = w.t("order-label");
    facts.extend(criteria::line(request, w).into_iter().filter(|(label, _)| *label != order));
    let antibodies: Vec<String> = request
        .antibodies
        .iter()
        .map(|one| match one.mfi {
            Some(mfi) => format!("{} ({mfi})", one.against),
            None => one.against.clone(),
        })
        .collect();
    if !antibodies.is_empty() {
        let limit = w.t1("report-mfi", "limit", f64::from(request.mfi_limit));
        facts.push((w.t("report-antibodies"), format!("{} · {limit}", antibodies.join(", "))));
    }
    facts.extend(request.mother.as_ref().map(|mother| (w.t("report-mother"), mother.replace('^', " "))));
    let set = receipt.frequency_set.clone().unwrap_or_else(|| w.t("report-no-frequencies"));
    let versions = [
        ("receipt-profile", receipt.profile_version.clone()),
        (
            "receipt-order",
            format!("{} · {}", w.t(&format!("order-{}", request.order)), receipt.order_version),
        ),
        ("receipt-release", release(&receipt.release, w)),
        ("coverage-frequencies", set),
        ("receipt-engine", receipt.engine.clone()),
        (
            "receipt-generation",
            format!("#{} · {}", thousands(&receipt.generation.to_string()), receipt.snapshot),
        ),
        ("receipt-digest", receipt.digest.clone()),
        ("report-made", print.minute(print.now)),
    ];
    facts.extend(versions.into_iter().map(|(key, value)| (w.t(key), value)));
    facts
}

/// The starter release is not for clinical use, and every sheet says so.
fn release(label: &str, w: &Words) -> String {
    if label == "starter" { format!("{label} · {}", w.t("banner-starter")) } else { label.to_owned() }
}

/// `7/8`, `6–8/8` where typings leave it open.
pub(super) fn class(range: Option<Range>, of: u8, w: &Words) -> String {
    match range {
        None => w.t("not-computable"),
        Some(Range { best, worst }) if best == worst => format!("{best}/{of}"),
        Some(Range { best, worst }) => format!("{worst}–{best}/{of}"),
    }
}

/// Rounded down: no dose looks as if it reached a floor that it misses.
pub(super) fn dose(value: Option<f64>, unit: f64) -> String {
    let floor = |value: f64| (value / unit * 100.0 * (1.0 + 1e-12)).floor() / 100.0;
    value.map_or_else(|| "—".to_owned(), |value| format!("{:.2}", floor(value)))
}

/// Never "100 %" unless it is exact.
pub(super) fn percent(p: f64) -> String {
    match p * 100.0 {
        percent if p < 1.0 && percent >= 99.95 => "> 99.9%".to_owned(),
        percent if p > 0.0 && percent < 0.05 => "< 0.1%".to_owned(),
        percent => format!("{percent:.1}%"),
    }
}

fn list_table(answer: &SearchAnswer, w: &Words) -> ReportTable {
    let has_weight = answer.receipt.request.weight_kg.is_some();
    let doses = if has_weight { ["table-tnc-kg", "table-cd34-kg"] } else { ["table-tnc", "table-cd34"] };
    let keys = ["table-rank", "table-unit", "table-x8", "table-x10", "table-x6"];
    let mut heads: Vec<String> = keys.iter().map(|key| w.t(key)).collect();
    heads.extend(["A", "B", "C", "DRB1", "DQB1"].map(str::to_owned));
    heads.extend(["P0", "P1", "P2"].map(str::to_owned));
    heads.extend([doses[0], doses[1], "table-serves", "table-abo", "unit-collected"].map(|key| w.t(key)));
    let row = |unit: &UnitHit| {
        let mut cells = vec![
            unit.rank.to_string(),
            numbered(unit),
            class(unit.x8, 8, w),
            class(unit.x10, 10, w),
            class(unit.x6, 6, w),
        ];
        cells.extend(unit.loci.iter().map(|locus| letters(locus, w)));
        let p = unit.p.map(|p| [percent(p[0]), percent(p[1]), percent(p[2])]);
        cells.extend(p.unwrap_or_else(|| ["—"; 3].map(str::to_owned)));
        let (tnc, cd34) = match has_weight {
            true => (unit.tnc_per_kg, unit.cd34_per_kg),
            false => (unit.tnc_total, unit.cd34_total),
        };
        cells.extend([dose(tnc, 1e7), dose(cd34, 1e5)]);
        cells.push(unit.max_weight_kg.map_or_else(|| "—".to_owned(), |kg| format!("{kg:.0} kg")));
        let abo = unit.abo.as_ref().map(|abo| format!("{abo}{}", unit.rhd.as_deref().unwrap_or_default()));
        cells.push(abo.unwrap_or_else(|| "—".to_owned()));
        cells.push(unit.collection_date.clone().unwrap_or_else(|| "—".to_owned()));
        cells
    };
    ReportTable {
        title: w.t("report-list"),
        heads,
        widths: vec![
            1.4, 4.2, 1.9, 2.1, 2.4, 1.2, 1.2, 1.2, 1.7, 1.7, 2.1, 2.1, 2.1, 2.2, 2.4, 2.0, 1.5, 2.8,
        ],
        rows: answer.units.iter().map(row).collect(),
    }
}

/// An entry of a list is told with the list.
fn numbered(unit: &UnitHit) -> String {
    unit.list.as_ref().map_or_else(|| unit.din.clone(), |list| format!("{} ({list})", unit.din))
}

/// A letter, with an arrow where only one side could react.
fn letters(locus: &crate::catalogue::LocusHit, w: &Words) -> String {
    let cell = LocusCell::new("", locus, w);
    format!("{}{}", cell.letter, cell.arrow.unwrap_or_default())
}

fn pairs_table(pairs: &[PairHit], w: &Words) -> ReportTable {
    let row = |pair: &PairHit| {
        vec![
            pair.units.join(" + "),
            class(pair.x8, 8, w),
            class(pair.x6, 6, w),
            pair.likely.map_or_else(|| "—".to_owned(), percent),
            dose(pair.tnc_per_kg.or(pair.tnc_total), 1e7),
            dose(pair.cd34_per_kg.or(pair.cd34_total), 1e5),
            class(pair.between_x8, 8, w),
        ]
    };
    let heads = [
        "report-pair",
        "table-x8",
        "table-x6",
        "table-probability",
        "report-tnc-sum",
        "report-cd34-sum",
        "report-between",
    ];
    ReportTable {
        title: w.t("report-pairs"),
        heads: heads.map(|key| w.t(key)).into(),
        widths: vec![6.0, 2.0, 2.0, 2.0, 2.4, 2.4, 2.4],
        rows: pairs.iter().map(row).collect(),
    }
}

fn excluded_table(answer: &SearchAnswer, w: &Words) -> ReportTable {
    let row = |one: &crate::catalogue::Excluded| {
        let rule = w.find(&format!("rule-{}", one.rule), &[]).unwrap_or_else(|| one.rule.clone());
        vec![rule, thousands(&one.count.to_string()), thousands(&one.if_relaxed.to_string())]
    };
    ReportTable {
        title: w.t("report-excluded"),
        heads: ["report-rule", "report-count", "report-if-relaxed"].map(|key| w.t(key)).into(),
        widths: vec![8.0, 2.0, 3.0],
        rows: answer.excluded.iter().map(row).collect(),
    }
}

/// The legend, what was read otherwise than written, and what probabilities mean.
pub(super) fn notes(answer: &SearchAnswer, w: &Words) -> Vec<String> {
    let legend: Vec<String> =
        LocusCell::legend(w).iter().map(|cell| format!("{} {}", cell.letter, cell.words)).collect();
    let mut notes = vec![format!("{} · {}", legend.join(" · "), w.t("legend-arrows"))];
    if let Some(set) = &answer.receipt.frequency_set {
        notes.push(w.t1("report-probability", "set", set.as_str()));
    }
    notes.push(w.t("report-doses"));
    notes.extend(answer.notes.iter().map(|note| note.sentence.clone()));
    notes.push(w.t1("report-replay", "digest", answer.receipt.digest.as_str()));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_is_told_with_the_number_of_the_authority() {
        let cover = HgrCover { case: "HGR-2026-0001".to_owned(), approval_number: "CJ0042".to_owned() };
        let given = GivenTo { receiver: None, cover: Some(cover) };
        assert_eq!(given.case().as_deref(), Some("CJ0042 (HGR-2026-0001)"));
        assert_eq!(GivenTo::default().case(), None);
    }
}
