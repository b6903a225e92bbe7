//! Units: the list, one with all that is known of it, its signatures, and the way from a number to its unit.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{BankType, Identity, Permission, Status, Typing, UnitFilter, UnitOrder, UnitRecord};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::history::Event;
use super::{Asked, InPath, List, Page, coded, short};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::{Reader, unit_not_found};

/// Events that come with a unit; `/api/history` has them all.
const EVENTS_SHOWN: u32 = 10;

/// No number of a unit is longer, with its blanks.
const NUMBER_CHARS_MAX: usize = 64;

/// Which units, in which order.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wishes {
    /// `public` or `family`.
    #[param(example = "public")]
    bank_type: Option<String>,
    /// A state such as `available`.
    #[param(example = "available")]
    status: Option<String>,
    /// The number begins with this text.
    #[param(max_length = 64)]
    number: Option<String>,
    /// `number`, or `newest` for the day of collection.
    order: Option<String>,
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl Wishes {
    fn filter(&self) -> Result<UnitFilter, Failure> {
        short("number", self.number.as_deref(), NUMBER_CHARS_MAX)?;
        let orders = [UnitOrder::Number, UnitOrder::Newest];
        let banks = [BankType::Public, BankType::Family];
        Ok(UnitFilter {
            bank_type: coded(
                "bank_type",
                self.bank_type.as_deref(),
                BankType::parse,
                banks.map(BankType::code).into_iter(),
            )?,
            status: coded("status", self.status.as_deref(), Status::parse, Status::all().map(Status::code))?,
            number: self.number.as_deref().map(stored_number).filter(|number| !number.is_empty()),
            order: coded(
                "order",
                self.order.as_deref(),
                UnitOrder::parse,
                orders.map(UnitOrder::code).into_iter(),
            )?
            .unwrap_or_default(),
        })
    }
}

/// A unit of a list. What is not known is null, never 0.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitLine {
    /// Of its number: `din` (ISBT 128), or one of the bank's own.
    #[schema(example = "din")]
    scheme: String,
    /// As in addresses.
    #[schema(example = "Z990119004217")]
    identity: String,
    /// As on the label, a DIN with its check character.
    #[schema(example = "Z990119004217U")]
    written: String,
    bank_type: &'static str,
    status: &'static str,
    #[schema(format = Date)]
    collection_date: Option<String>,
    sex: Option<&'static str>,
    abo: Option<&'static str>,
    rhd: Option<&'static str>,
    /// Cells per unit, before freezing, after processing.
    tnc_total: Option<i64>,
    /// Cells per unit, before freezing, after processing.
    cd34_total: Option<i64>,
}

/// Units
///
/// A page of the units that the filters leave.
#[utoipa::path(get, path = "/api/units", operation_id = "list_units", tag = "units", params(Wishes),
    responses((status = 200, description = "A page of units", body = Page<UnitLine>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(wishes): Asked<Wishes>,
) -> Result<Response, Failure> {
    let (desk, filter) = (state.desk(), wishes.filter()?);
    let filters = [
        ("bank_type", filter.bank_type.map(|bank| bank.code().to_owned())),
        ("status", filter.status.map(|status| status.code().to_owned())),
        ("number", filter.number.clone()),
        ("order", Some(filter.order.code().to_owned())),
    ];
    let list = List::new(&desk.keys, "/api/units", filters, wishes.limit)?;
    let after = list.place(wishes.cursor.as_deref())?;
    let found = desk.store.unit_page(&filter, after.as_deref(), list.one_more()).await?;
    let lines = found.get(..list.limit()).unwrap_or(&found);
    let next = lines.last().filter(|_| found.len() > lines.len()).map(|last| last.cursor(filter.order));
    Ok(list.answer(lines.iter().map(line).collect(), next))
}

fn line(unit: &qidai_bank::UnitLine) -> UnitLine {
    UnitLine {
        scheme: unit.identity.scheme.clone(),
        identity: unit.identity.value.clone(),
        written: unit.identity.written(),
        bank_type: unit.bank_type.code(),
        status: unit.status.code(),
        collection_date: unit.collection_date.map(|day| day.to_string()),
        sex: unit.sex.map(|sex| sex.code()),
        abo: unit.abo.map(|abo| abo.code()),
        rhd: unit.rhd.map(|rhd| rhd.code()),
        tnc_total: unit.tnc_total,
        cd34_total: unit.cd34_total,
    }
}

/// All that is known of a unit. What is not known is null or absent from a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unit {
    scheme: String,
    identity: String,
    written: String,
    bank_type: &'static str,
    status: &'static str,
    #[schema(format = Date)]
    collection_date: Option<String>,
    #[schema(format = Date)]
    birth_date: Option<String>,
    #[schema(format = Date)]
    expiry_date: Option<String>,
    sex: Option<&'static str>,
    abo: Option<&'static str>,
    rhd: Option<&'static str>,
    counts: Vec<UnitCount>,
    /// In the freezing bag, with cryoprotectant.
    cryovolume_ml: Option<f64>,
    rbc_depleted: Option<bool>,
    processing_method: Option<String>,
    attached_segments: Option<i64>,
    identity_confirmed: Option<bool>,
    fact_accredited: Option<bool>,
    aabb_accredited: Option<bool>,
    wmda_qualified: Option<bool>,
    /// `negative`, `positive` or another outcome of all mandatory markers of infection together.
    idm: Option<&'static str>,
    cmv: Option<&'static str>,
    haemoglobinopathy: Option<&'static str>,
    microbial_growth: Option<&'static str>,
    /// Oldest first; the last one is in force.
    typings: Vec<UnitTyping>,
    mother_typings: Vec<UnitTyping>,
    /// Null for whoever may not see the history.
    history: Option<UnitHistory>,
}

/// One measure in one phase.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitCount {
    /// `collected`, `processed`, `frozen` or `post_thaw`.
    phase: &'static str,
    /// Such as `tnc_total` (cells per unit), `viability_percent`, `volume_ml`.
    measure: &'static str,
    /// In the unit that the measure names.
    amount: f64,
}

/// A typing as the laboratory wrote it.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitTyping {
    #[schema(example = "A*11:01+A*24:02^B*15:02+B*40:01")]
    written: String,
    method: Option<String>,
    /// IPD-IMGT/HLA release that the laboratory used.
    release: Option<String>,
    #[schema(format = Date)]
    typed_on: Option<String>,
}

/// The last events of a unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitHistory {
    /// All there are.
    events_total: u64,
    /// The newest ten, newest first.
    events: Vec<Event>,
}

/// A unit
///
/// Counts, typings, marks and the newest events of one unit.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}", operation_id = "get_unit", tag = "units",
    params(("scheme" = String, Path, description = "`din` or a scheme of the bank", example = "din"),
        ("identity" = String, Path, description = "The number, a DIN with or without its check character")),
    responses((status = 200, description = "The unit", body = Unit)))]
pub(crate) async fn get(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
) -> Result<Response, Failure> {
    let unit = known(&state, scheme, value).await?;
    let history = match reader.visitor.may(Permission::HistoryView) {
        true => Some(history_of(&state, &unit.identity).await?),
        false => None,
    };
    Ok(Json(shown(&unit, history)).into_response())
}

/// A DIN in an address may have its check character.
pub(super) fn identity_of(scheme: String, value: String) -> Identity {
    let din = (scheme == qidai_bank::DIN_SCHEME).then(|| Identity::din(&value).ok()).flatten();
    din.unwrap_or(Identity { scheme, value })
}

pub(super) async fn known(state: &AppState, scheme: String, value: String) -> Result<UnitRecord, Failure> {
    let identity = identity_of(scheme, value);
    let unit = state.desk().store.unit(&identity).await?;
    unit.ok_or_else(|| unit_not_found(&identity.written()))
}

async fn history_of(state: &AppState, identity: &Identity) -> Result<UnitHistory, Failure> {
    let subject = format!("unit/{}/{}", identity.scheme, identity.value);
    let store = &state.desk().store;
    let events_total = store.history_count(&subject).await?;
    let events = store.history_page(Some(&subject), None, EVENTS_SHOWN).await?;
    Ok(UnitHistory { events_total, events: events.iter().map(Event::new).collect() })
}

fn shown(unit: &UnitRecord, history: Option<UnitHistory>) -> Unit {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let typings = |typings: &[Typing]| typings.iter().map(typing).collect();
    let counts = unit.counts.iter().map(|count| UnitCount {
        phase: count.phase.code(),
        measure: count.measure.code(),
        amount: count.amount as f64 / 10_f64.powi(count.measure.decimals().cast_signed()),
    });
    Unit {
        scheme: unit.identity.scheme.clone(),
        identity: unit.identity.value.clone(),
        written: unit.identity.written(),
        bank_type: unit.bank_type.code(),
        status: unit.status.code(),
        collection_date: day(unit.collection_date),
        birth_date: day(unit.birth_date),
        expiry_date: day(unit.expiry_date),
        sex: unit.sex.map(|sex| sex.code()),
        abo: unit.abo.map(|abo| abo.code()),
        rhd: unit.rhd.map(|rhd| rhd.code()),
        counts: counts.collect(),
        cryovolume_ml: unit.cryovolume_ul.map(|ul| ul as f64 / 1_000.0),
        rbc_depleted: unit.rbc_depleted,
        processing_method: unit.processing_method.clone(),
        attached_segments: unit.attached_segments,
        identity_confirmed: unit.identity_confirmed,
        fact_accredited: unit.fact_accredited,
        aabb_accredited: unit.aabb_accredited,
        wmda_qualified: unit.wmda_qualified,
        idm: unit.idm.map(|outcome| outcome.code()),
        cmv: unit.cmv.map(|outcome| outcome.code()),
        haemoglobinopathy: unit.haemoglobinopathy.map(|outcome| outcome.code()),
        microbial_growth: unit.microbial_growth.map(|outcome| outcome.code()),
        typings: typings(&unit.typings),
        mother_typings: typings(&unit.mother_typings),
        history,
    }
}

fn typing(typing: &Typing) -> UnitTyping {
    UnitTyping {
        written: typing.written.clone(),
        method: typing.method.clone(),
        release: typing.release.clone(),
        typed_on: typing.typed_on.map(|day| day.to_string()),
    }
}

/// Without blanks; a DIN with its check character is its thirteen characters in the store.
fn stored_number(text: &str) -> String {
    let typed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Identity::din(&typed).map_or(typed, |din| din.value)
}
