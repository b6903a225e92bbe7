//! The answer of a search as the template shows it.

use fluent_bundle::FluentValue;

use super::bar::ProbabilityBar;
use super::cell::LocusCell;
use super::dose::{CD34_SCALE, Dose, TNC_SCALE, WEIGHT_SCALE, rounded_down};
use super::explain::Explanation;
use super::form::LOCI;
use super::hit::{ClassView, UnitNumber};
use super::shelf::Answered;
use crate::catalogue::{Excluded, Placed, Receipt, SearchRequest, UnitHit};
use crate::words::{Words, thousands};

/// Everything right of the tool column.
pub(super) struct Results {
    /// Under which the search is kept.
    pub(super) id: String,
    pub(super) listed: String,
    pub(super) shown: Option<String>,
    pub(super) search_ms: String,
    /// Asked again after the bank changed: not the answer that was first shown here.
    pub(super) is_other: bool,
    pub(super) legend: Vec<LocusCell>,
    /// False: the dose columns show absolute counts and the heaviest patient served.
    pub(super) has_weight: bool,
    /// A least dose was set.
    pub(super) has_floor: bool,
    /// Units can be marked for a comparison.
    pub(super) may_choose: bool,
    pub(super) hits: Vec<HitRow>,
    pub(super) excluded_total: String,
    pub(super) exclusions: Vec<ExclusionRow>,
    /// Name of the set that probabilities were computed under.
    pub(super) frequency_set: Option<String>,
    pub(super) receipt: Vec<(String, String)>,
    /// Of the receipt, for the foot of every printed sheet.
    pub(super) digest: String,
    /// The criteria in one line, for paper.
    pub(super) criteria: Vec<(String, String)>,
}

/// One unit of the list.
pub(super) struct HitRow {
    pub(super) rank: u32,
    pub(super) number: UnitNumber,
    pub(super) source: String,
    /// The page of the unit, where it is the bank's own.
    pub(super) address: Option<String>,
    pub(super) cells: Vec<LocusCell>,
    /// The five loci read aloud.
    pub(super) spoken: String,
    pub(super) class: ClassView,
    /// P0 to P4, where they were predicted.
    pub(super) bar: Option<ProbabilityBar>,
    pub(super) doses: [Dose; 2],
    /// Absolute counts, when the weight is unknown.
    pub(super) totals: [Option<String>; 2],
    pub(super) abo: Option<String>,
    /// What is not a plain match, in words.
    pub(super) why: String,
    pub(super) open: Option<Explanation>,
}

/// One rule that kept units out of the list.
pub(super) struct ExclusionRow {
    pub(super) code: String,
    pub(super) rule: String,
    pub(super) count: String,
    /// How many would be listed if this rule alone were relaxed.
    pub(super) if_relaxed: String,
    /// The correction of the form that relaxes it.
    pub(super) fix: Option<String>,
    /// Length of a logarithmic bar, in percent.
    pub(super) length: String,
}

impl Results {
    /// Prepares the answer; `open` is the unit that is explained.
    pub(super) fn new(id: &str, answered: &Answered, open: Option<&Placed>, w: &Words) -> Results {
        let answer = &answered.answer;
        let total: u64 = answer.excluded.iter().map(|one| one.count).sum();
        let shown = answer.units.len() as u64;
        Results {
            id: id.to_owned(),
            listed: thousands(&answer.total_listed.to_string()),
            shown: (shown < answer.total_listed).then(|| thousands(&shown.to_string())),
            search_ms: format!("{:.1}", answered.search_ms),
            is_other: false,
            legend: LocusCell::legend(w),
            has_weight: answered.request.weight_kg.is_some(),
            has_floor: has_floor(&answered.request),
            may_choose: true,
            hits: answer.units.iter().map(|hit| row(hit, answered, open, w)).collect(),
            excluded_total: thousands(&total.to_string()),
            exclusions: exclusions(&answer.excluded, &answered.request, w),
            frequency_set: answer.receipt.frequency_set.clone(),
            receipt: receipt(&answer.receipt, w),
            digest: answer.receipt.digest.clone(),
            criteria: super::criteria::line(&answered.request, w),
        }
    }
}

fn has_floor(request: &SearchRequest) -> bool {
    request.min_tnc_per_kg_e7.or(request.min_cd34_per_kg_e5).is_some_and(|floor| floor > 0.0)
}

pub(super) fn row(hit: &UnitHit, answered: &Answered, open: Option<&Placed>, w: &Words) -> HitRow {
    let cells: Vec<LocusCell> =
        LOCI.iter().zip(&hit.loci).map(|(locus, one)| LocusCell::new(locus.name(), one, w)).collect();
    let spoken: Vec<String> = cells.iter().map(|cell| format!("{} {}", cell.locus, cell.words)).collect();
    HitRow {
        rank: hit.rank,
        number: UnitNumber::new(&hit.din),
        source: source(hit, w),
        address: hit.list.is_none().then(|| format!("/find?number={}", crate::pages::escaped(&hit.din))),
        spoken: spoken.join(&w.t("list-separator")),
        why: why(&cells, w),
        cells,
        class: ClassView::new(hit, w),
        bar: hit.p.as_ref().map(ProbabilityBar::new),
        doses: doses(hit, answered),
        totals: [
            hit.tnc_total.map(|count| rounded_down(count / 1e7, 1)),
            hit.cd34_total.map(|count| rounded_down(count / 1e6, 2)),
        ],
        abo: hit.abo.as_ref().map(|abo| format!("{abo}{}", hit.rhd.as_deref().unwrap_or_default())),
        open: open
            .filter(|placed| placed.unit.rank == hit.rank && placed.unit.din == hit.din)
            .map(|placed| Explanation::new(hit, placed, &answered.request, w)),
    }
}

/// Never "100 %" unless it is exact, and no second decimal.
pub(super) fn percent(p: f64) -> String {
    match p * 100.0 {
        percent if p < 1.0 && percent >= 99.95 => "> 99.9%".to_owned(),
        percent if p > 0.0 && percent < 0.05 => "< 0.1%".to_owned(),
        percent if percent >= 99.0 && p < 1.0 => format!("{percent:.1}%"),
        percent => format!("{percent:.0}%"),
    }
}

/// The loci that are not a plain match; a row of matches says so in three words.
fn why(cells: &[LocusCell], w: &Words) -> String {
    let notable: Vec<String> = cells
        .iter()
        .filter(|cell| cell.letter != "A")
        .map(|cell| format!("{} {}", cell.locus, cell.short_words))
        .collect();
    if notable.is_empty() { w.t("all-loci-match") } else { notable.join(&w.t("list-separator")) }
}

/// Where the unit comes from, and the year of its collection.
pub(super) fn source(hit: &UnitHit, w: &Words) -> String {
    let list = hit.list.clone().unwrap_or_else(|| w.t("source-public"));
    match hit.collection_date.as_deref().and_then(|date| date.get(..4)) {
        Some(year) => format!("{list} · {year}"),
        None => list,
    }
}

fn doses(hit: &UnitHit, answered: &Answered) -> [Dose; 2] {
    let request = &answered.request;
    if request.weight_kg.is_none() {
        return [Dose::new(hit.max_weight_kg, 0, WEIGHT_SCALE, None), Dose::new(None, 0, 1.0, None)];
    }
    [
        Dose::new(hit.tnc_per_kg.map(|dose| dose / 1e7), 2, TNC_SCALE, request.min_tnc_per_kg_e7),
        Dose::new(hit.cd34_per_kg.map(|dose| dose / 1e5), 2, CD34_SCALE, request.min_cd34_per_kg_e5),
    ]
}

fn exclusions(excluded: &[Excluded], request: &SearchRequest, w: &Words) -> Vec<ExclusionRow> {
    let most = excluded.iter().map(|one| one.count).max().unwrap_or(0) as f64;
    let row = |one: &Excluded| ExclusionRow {
        code: one.rule.clone(),
        rule: w.find(&format!("rule-{}", one.rule), &[]).unwrap_or_else(|| one.rule.clone()),
        count: thousands(&one.count.to_string()),
        if_relaxed: thousands(&one.if_relaxed.to_string()),
        fix: (one.if_relaxed > 0).then(|| super::relax::fix(&one.rule, request)).flatten(),
        length: format!("{:.1}%", (one.count as f64).ln_1p() / most.ln_1p() * 100.0),
    };
    excluded.iter().filter(|one| one.count > 0).map(row).collect()
}

fn receipt(receipt: &Receipt, w: &Words) -> Vec<(String, String)> {
    let generation = w.t1("receipt-generation-value", "number", FluentValue::from(receipt.generation as f64));
    let entries = [
        ("receipt-generation", generation),
        ("receipt-release", receipt.release.clone()),
        ("receipt-engine", receipt.engine.clone()),
        ("receipt-profile", receipt.profile_version.clone()),
        ("receipt-order", receipt.order_version.clone()),
        ("receipt-snapshot", receipt.snapshot.clone()),
        ("receipt-digest", receipt.digest.clone()),
    ];
    entries.into_iter().map(|(key, value)| (w.t(key), value)).collect()
}
