//! Everything that hangs together with one thing (`affected.html`).

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use qidai_bank::{Affected, Permission, SentTo};
use serde::Deserialize;

use super::badge::Badge;
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::words::Words;

/// Units on the page; the command and the API have them all.
const UNITS_SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "affected.html")]
struct AffectedPage {
    frame: Frame,
    asked: String,
    refused: Option<(String, &'static str)>,
    found: Option<Found>,
}

struct Found {
    subject: String,
    address: Option<String>,
    /// What was found, in numbers.
    counts: Vec<(String, String)>,
    digest: String,
    /// As far as people compare it by eye.
    short_digest: String,
    units: Vec<UnitRow>,
    /// How many more there are than the page shows.
    more: Option<String>,
    orders: Vec<OrderRow>,
    /// Units that left before orders were known here.
    unknown: Option<String>,
    /// The form in which a recall is prepared, for whoever may.
    prepare: Option<String>,
}

struct UnitRow {
    number: String,
    address: String,
    bank: String,
    badge: Badge,
    by: String,
    by_address: Option<String>,
}

struct OrderRow {
    order: (String, String),
    number: String,
    institution: (String, String),
    patient: Option<(String, String)>,
    infusion: Option<(String, String)>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    from: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let asked: String = wishes.from.trim().chars().take(100).collect();
    let mut page =
        AffectedPage { frame: Frame::new(&reader), asked: asked.clone(), refused: None, found: None };
    if asked.is_empty() {
        return render(&page);
    }
    match state.desk().store.affected_by(&asked, reader.visitor.principal()?).await {
        Ok(found) => {
            page.found = Some(view(&found, &reader));
            render(&page)
        }
        Err(error) if error.is_refusal() => {
            let failure = Failure::from(error);
            page.refused = Some((failure.sentence(reader.lang), failure.code()));
            Ok(failure.on_page(render(&page)?))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(found: &Affected, reader: &Reader) -> Found {
    let w = reader.lang.words();
    let may_prepare = [Permission::NonconformityManage, Permission::UnitAccept];
    let unknown = found.without_order().count();
    let more = found.units.len().saturating_sub(UNITS_SHOWN);
    Found {
        address: address_of(&found.subject),
        counts: counts(found, w),
        digest: found.digest.clone(),
        short_digest: found.digest.chars().take(16).collect(),
        units: found.units.iter().take(UNITS_SHOWN).map(|unit| unit_row(unit, w)).collect(),
        more: (more > 0).then(|| w.t1("affected-more", "count", more as f64)),
        orders: found.recipients.iter().map(order_row).collect(),
        unknown: (unknown > 0).then(|| w.t1("affected-unknown", "count", unknown as f64)),
        prepare: may_prepare
            .into_iter()
            .any(|one| reader.visitor.may(one))
            .then(|| format!("/records/recall/new?f-began_with={}", shown::escaped(&found.subject))),
        subject: found.subject.clone(),
    }
}

fn counts(found: &Affected, w: &Words) -> Vec<(String, String)> {
    let count = |key: &str, count: usize| (w.t(key), shown::count(count as u64));
    vec![
        count("affected-units", found.units.len()),
        count("affected-in-store", found.in_store()),
        count("affected-orders", found.recipients.len()),
    ]
}

/// The page of a record, where the subject is one.
fn address_of(subject: &str) -> Option<String> {
    let (kind, number) = subject.split_once('/')?;
    qidai_bank::workflow::concept(kind).filter(|_| kind != "unit")?;
    Some(record(kind, number).1)
}

fn record(kind: &str, number: &str) -> (String, String) {
    (number.to_owned(), format!("/records/{kind}/{}", shown::escaped(number)))
}

fn unit_row(unit: &qidai_bank::AffectedUnit, w: &Words) -> UnitRow {
    UnitRow {
        number: unit.identity.written(),
        address: shown::unit_address(&unit.identity),
        bank: w.t(&format!("bank-{}", unit.bank_type.code())),
        badge: Badge::of_status(unit.status, w),
        by: unit.by.split_once('/').map_or(unit.by.as_str(), |(_, number)| number).to_owned(),
        by_address: address_of(&unit.by),
    }
}

fn order_row(sent: &SentTo) -> OrderRow {
    OrderRow {
        order: record("order", &sent.order),
        number: sent.identity.written(),
        institution: record("institution", &sent.institution),
        patient: sent.patient.as_deref().map(|number| record("patient", number)),
        infusion: sent.infusion.as_deref().map(|number| record("infusion", number)),
    }
}
