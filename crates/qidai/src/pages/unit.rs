//! One unit: what is known of it, what was counted, how it was typed, and what happened to it.

pub(crate) mod act;
pub(crate) mod dossier;
mod excursion;
pub(crate) mod import;
mod life;
mod moves;
pub(crate) mod register;
mod typing;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use qidai_bank::{HistoryEvent, Identity, Measure, Permission, Phase, TestOutcome, UnitRecord};

use super::badge::Badge;
use super::history::EventView;
use super::records::field::Input;
use super::records::field::Shown;
use super::records::offer::Offer;
use super::{Frame, Reader, documents, escaped, render, shown, units};
use crate::app::AppState;
use crate::error::Failure;
use crate::words::Words;
use excursion::ExcursionLine;
use life::Step;
use moves::{Around, Beside, SignatureView};
use typing::TypingView;

/// Events on the page; the history page tells all.
const EVENTS_SHOWN: u32 = 40;

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage {
    frame: Frame,
    number: Vec<String>,
    written: String,
    scheme: String,
    badge: Badge,
    bank: String,
    /// One line of the most asked facts.
    context: Vec<(String, Option<String>)>,
    steps: Vec<Step>,
    phases: Vec<String>,
    /// Measures with a value in some phase.
    counts: Vec<CountRow>,
    /// The others, in one sentence.
    counts_missing: Option<String>,
    cryovolume: Option<String>,
    typings: Vec<TypingView>,
    mother_typings: Vec<TypingView>,
    release: String,
    facts: Vec<(String, Option<String>)>,
    tests: Vec<(String, Option<(String, &'static str)>)>,
    marks: Vec<(String, Option<bool>)>,
    address: String,
    version: String,
    digest: String,
    /// Excursions that nobody has evaluated.
    excursions: Vec<ExcursionLine>,
    offers: Vec<Offer>,
    has_session: bool,
    refused: Option<(String, &'static str)>,
    /// Open fields, and what was found in other records.
    own: Vec<(String, Option<Shown>)>,
    own_missing: Option<String>,
    around: Vec<Around>,
    signatures: Vec<SignatureView>,
    /// The unit in the address of the page that explains a match, and whether the reader may open that.
    match_unit: String,
    may_search: bool,
    documents: documents::Panel,
    lab_address: String,
    decision_address: String,
    /// The file that travels with the bag, where an order holds the unit.
    dossier_address: Option<String>,
    /// Everything that hangs together with it.
    affected_address: String,
    /// Nothing where the reader may not see the history.
    history: Option<History>,
}

/// A measure in all phases.
struct CountRow {
    name: String,
    unit: &'static str,
    cells: Vec<Option<String>>,
}

struct History {
    count: String,
    address: String,
    events: Vec<EventView>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value)): Path<(String, String)>,
) -> Result<Response, Failure> {
    page(&state, &reader, &Identity { scheme, value }, Beside::default()).await
}

/// The page of a unit, with what was sent and refused.
async fn page(
    state: &AppState,
    reader: &Reader,
    identity: &Identity,
    beside: Beside<'_>,
) -> Result<Response, Failure> {
    let (store, principal) = (&state.desk().store, reader.visitor.principal()?);
    let unit = store.unit(identity).await?.ok_or_else(|| units::not_found(&identity.written()))?;
    let record = store.unit_life(identity).await?.ok_or_else(|| units::not_found(&identity.written()))?;
    let subject = record.subject();
    let history = if reader.visitor.may(Permission::HistoryView) {
        let count = store.history_count(&subject).await?;
        Some((count, store.unit_timeline(identity, None, EVENTS_SHOWN).await?))
    } else {
        None
    };
    let history = history.map(|(count, events)| history_view(&subject, count, &events, state, reader));
    let documents = documents::panel(state, reader, &subject).await?;
    let found = store.unit_moves(identity, principal).await?;
    let sites = super::people::sites(state.desk()).await?;
    let mut shown = facts_of(&unit, state, reader, (documents, history));
    shown.offers = super::records::offer::offers(&found, &record, beside.sent.as_ref(), (&sites, reader));
    shown.excursions = excursion::lines(&store.open_excursions(identity).await?, state, reader);
    shown.refused = beside.refused;
    shown.dossier_address =
        record.field("order").map(|_| format!("{}/dossier/pdf", shown::unit_address(identity)));
    shown.version = record.version.to_string();
    shown.digest = record.canonical().digest_shown();
    shown.own = moves::own_fields(&record, &state.desk().zone, reader.lang);
    shown.own_missing = super::records::field::missing(&shown.own, reader.lang);
    shown.around = moves::around(&store.trace(&subject).await?, reader);
    shown.signatures =
        moves::signatures(&store.signatures(&record.canonical()).await?, &record, state, reader.lang);
    render(&shown)
}

fn facts_of(
    unit: &UnitRecord,
    state: &AppState,
    reader: &Reader,
    (documents, history): (documents::Panel, Option<History>),
) -> UnitPage {
    let w = reader.lang.words();
    let catalogue = state.catalogue();
    let n = catalogue.nomenclature();
    let (counts, missing) = count_rows(unit, w);
    let views = |typings: &[qidai_bank::Typing]| -> Vec<TypingView> {
        typings.iter().rev().enumerate().map(|(at, one)| TypingView::new(one, at == 0, &n, w)).collect()
    };
    UnitPage {
        frame: Frame::new(reader),
        number: shown::number_parts(&unit.identity),
        written: unit.identity.written(),
        scheme: unit.identity.scheme.clone(),
        badge: Badge::of_status(unit.status, w),
        bank: w.t(&format!("bank-{}", unit.bank_type.code())),
        context: context(unit, w),
        steps: life::steps(unit, w),
        phases: Phase::ALL.iter().map(|phase| w.t(&format!("phase-{}", phase.code()))).collect(),
        counts,
        counts_missing: missing,
        cryovolume: unit.cryovolume_ul.map(|ul| Measure::Volume.format_amount(ul)),
        typings: views(&unit.typings),
        mother_typings: views(&unit.mother_typings),
        release: catalogue.release_label().to_owned(),
        facts: facts(unit, w),
        tests: tests(unit, w),
        marks: marks(unit, w),
        address: shown::unit_address(&unit.identity),
        version: String::new(),
        digest: String::new(),
        excursions: Vec::new(),
        offers: Vec::new(),
        has_session: !reader.visitor.is_demo(),
        refused: None,
        own: Vec::new(),
        own_missing: None,
        around: Vec::new(),
        signatures: Vec::new(),
        match_unit: format!("{}/{}", escaped(&unit.identity.scheme), escaped(&unit.identity.value)),
        may_search: reader.visitor.may(Permission::SearchRun),
        documents,
        lab_address: format!("{}/lab", shown::unit_address(&unit.identity)),
        decision_address: super::decision::address_of(&unit.identity),
        dossier_address: None,
        affected_address: format!(
            "/affected?from=unit/{}/{}",
            escaped(&unit.identity.scheme),
            escaped(&unit.identity.value)
        ),
        history,
    }
}

fn context(unit: &UnitRecord, w: &Words) -> Vec<(String, Option<String>)> {
    let sex = unit.sex.map(|sex| w.t(&format!("sex-{}", sex.code())));
    vec![
        (w.t("unit-collected"), unit.collection_date.map(|day| day.to_string())),
        (w.t("unit-sex"), sex),
        (w.t("unit-blood-group"), units::blood_group(unit.abo, unit.rhd)),
    ]
}

/// What a measure is told in: the power of ten of its cells, and the unit as written.
pub(crate) fn scale(measure: Measure) -> (Option<i32>, &'static str) {
    match measure {
        Measure::TncTotal | Measure::MncTotal => (Some(8), "×10⁸"),
        Measure::NrbcTotal => (Some(7), "×10⁷"),
        Measure::Cd34Total => (Some(6), "×10⁶"),
        Measure::CfuGmTotal => (Some(5), "×10⁵"),
        Measure::Viability | Measure::Cd34Viability | Measure::Cd45Viability => (None, "%"),
        Measure::Volume => (None, "ml"),
    }
}

/// Rows of the measures that were taken, and a sentence about those that were not.
fn count_rows(unit: &UnitRecord, w: &Words) -> (Vec<CountRow>, Option<String>) {
    let rows = Measure::ALL.iter().map(|measure| count_row(unit, *measure, w));
    let (taken, missing): (Vec<_>, Vec<_>) = rows.partition(|row| row.cells.iter().any(Option::is_some));
    let names: Vec<String> = missing.into_iter().map(|row| row.name).collect();
    let names = names.join(&w.t("list-separator"));
    (
        taken,
        Some(names).filter(|names| !names.is_empty()).map(|names| w.t1("counts-missing", "measures", names)),
    )
}

fn count_row(unit: &UnitRecord, measure: Measure, w: &Words) -> CountRow {
    let (power, written) = scale(measure);
    let shown = |amount: i64| match power {
        Some(power) => shown::in_powers(amount, power),
        None => measure.format_amount(amount),
    };
    let cells = Phase::ALL.iter().map(|phase| unit.counts.get(*phase, measure).map(shown));
    CountRow { name: w.t(&format!("measure-{}", measure.code())), unit: written, cells: cells.collect() }
}

fn facts(unit: &UnitRecord, w: &Words) -> Vec<(String, Option<String>)> {
    let yes_no = |yes: bool| w.t(if yes { "yes" } else { "no" });
    vec![
        (w.t("unit-birth-date"), unit.birth_date.map(|day| day.to_string())),
        (w.t("unit-expiry-date"), unit.expiry_date.map(|day| day.to_string())),
        (w.t("unit-processing-method"), unit.processing_method.clone()),
        (w.t("unit-rbc-depleted"), unit.rbc_depleted.map(yes_no)),
        (w.t("unit-segments"), unit.attached_segments.map(|count| count.to_string())),
        (w.t("unit-identity-confirmed"), unit.identity_confirmed.map(yes_no)),
    ]
}

fn tests(unit: &UnitRecord, w: &Words) -> Vec<(String, Option<(String, &'static str)>)> {
    let outcome = |outcome: TestOutcome| {
        let tone = match outcome.code() {
            "negative" => "open",
            "positive" => "wait",
            _ => "plan",
        };
        (shown::word(w, "outcome", outcome.code()), tone)
    };
    [
        ("unit-idm", unit.idm),
        ("unit-cmv", unit.cmv),
        ("unit-haemoglobinopathy", unit.haemoglobinopathy),
        ("unit-microbial-growth", unit.microbial_growth),
    ]
    .map(|(key, result)| (w.t(key), result.map(outcome)))
    .into()
}

fn marks(unit: &UnitRecord, w: &Words) -> Vec<(String, Option<bool>)> {
    vec![
        ("FACT".to_owned(), unit.fact_accredited),
        ("AABB".to_owned(), unit.aabb_accredited),
        (w.t("unit-wmda-qualified"), unit.wmda_qualified),
    ]
}

fn history_view(
    subject: &str,
    count: u64,
    events: &[HistoryEvent],
    state: &AppState,
    reader: &Reader,
) -> History {
    let zone = &state.desk().zone;
    History {
        count: shown::count(count),
        address: format!("/history?subject={}", shown::escaped(subject)),
        events: events.iter().map(|event| EventView::new(event, zone, reader)).collect(),
    }
}
