//! How likely does this pair match, and what leaves it open? (`match.html`)
//!
//! Typings come in forms and never stand in an address: a unit of the bank comes by its number.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use qidai_bank::{Identity, Permission};
use qidai_match::frequency::Rules;
use serde::Deserialize;

use super::search::may_see_typings;
use super::{Frame, Reader, render};
use crate::app::AppState;
use crate::doubt::{Pair, PairExplained, explain, percent, typing_of};
use crate::error::{Failure, Kind};
use crate::frequencies::Choice;
use crate::words::Words;

#[derive(Template)]
#[template(path = "match.html")]
struct MatchPage {
    frame: Frame,
    asked: Asked,
    refused: Option<(String, &'static str)>,
    found: Option<Found>,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    patient: String,
    unit: String,
    registry: String,
    population: String,
}

/// What fills the form beforehand.
#[derive(Deserialize)]
pub(crate) struct Wish {
    /// `unit/din/G1234…`
    #[serde(default)]
    subject: String,
}

/// A form that only changes its language asks for no answer before it is whole.
#[derive(Deserialize)]
pub(crate) struct Switched {
    lang: Option<String>,
}

/// An answer in words.
struct Found {
    frequencies: String,
    is_synthetic: bool,
    loci: String,
    totals: Vec<(String, String)>,
    bits: String,
    left_out: Option<String>,
    by_locus: Vec<LocusRow>,
    sides: Vec<SideView>,
    next: Vec<String>,
}

struct LocusRow {
    locus: &'static str,
    p: [String; 3],
    bits: String,
}

struct SideView {
    name: String,
    genotypes: String,
    likeliest: Vec<(String, String)>,
    not_used: Option<String>,
}

/// The form, filled with the typing of a unit where the address names one.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wish): Query<Wish>,
) -> Result<Response, Failure> {
    let mut asked = Asked::default();
    if let Some((scheme, value)) = wish.subject.strip_prefix("unit/").and_then(|unit| unit.split_once('/'))
        && reader.visitor.may(Permission::UnitView)
    {
        // The typing of a unit is seen as in a search: abroad under a case only.
        may_see_typings(&state, &reader).await?;
        let identity = Identity { scheme: scheme.to_owned(), value: value.to_owned() };
        asked.unit = typing_of(&state.desk().store, &identity).await?;
    }
    render(&page(&reader, asked))
}

/// The form; a switch of language sends it along.
fn page(reader: &Reader, asked: Asked) -> MatchPage {
    let frame = Frame::new(reader).with_form_at("pair", &reader.address);
    MatchPage { frame, asked, refused: None, found: None }
}

/// Explains a pair. What is refused comes back with what was typed.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(switched): Query<Switched>,
    Form(asked): Form<Asked>,
) -> Result<Response, Failure> {
    let is_half = asked.patient.trim().is_empty() || asked.unit.trim().is_empty();
    if is_half && switched.lang.is_some() {
        return render(&page(&reader, asked));
    }
    let pair = Pair { patient: &asked.patient, unit: &asked.unit };
    let found = explained(&state, pair, Vec::new(), (&asked.registry, &asked.population)).await;
    let w = reader.lang.words();
    let mut page = page(&reader, asked.clone());
    match found {
        Ok(found) => {
            page.found = Some(Found::new(&found, w));
            render(&page)
        }
        Err(failure) if failure.is_refusal() => {
            page.refused = Some((failure.sentence(reader.lang), failure.code()));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

/// Explains a pair with the frequencies that the bank chooses, away from the threads that answer requests.
pub(crate) async fn explained(
    state: &AppState,
    pair: Pair<'_>,
    loci: Vec<String>,
    (registry, population): (&str, &str),
) -> Result<PairExplained, Failure> {
    let choice = Choice::of_bank(&state.desk().store, registry.trim(), population.trim()).await?;
    let (patient, unit) = (pair.patient.to_owned(), pair.unit.to_owned());
    let catalogue = state.catalogue();
    let work = move || {
        let pair = Pair { patient: &patient, unit: &unit };
        explain(pair, &loci, &choice, &catalogue.nomenclature(), Rules::default())
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::new(Kind::Outage, "search_stopped", "The search stopped before its end.").because(&error)
    })?
}

impl Found {
    fn new(found: &PairExplained, w: &Words) -> Found {
        let row = |locus: &crate::doubt::LocusDoubt| LocusRow {
            locus: locus.locus,
            p: locus.p.map(percent),
            bits: format!("{:.2}", locus.doubt_bits),
        };
        let side = |key: &str, side: &crate::doubt::SideExplained| SideView {
            name: w.t(key),
            genotypes: w.t1("doubt-genotypes", "count", side.genotypes.to_string()),
            likeliest: side
                .likeliest
                .iter()
                .map(|one| (one.typing.replace('^', " "), percent(one.probability)))
                .collect(),
            not_used: (!side.not_used.is_empty())
                .then(|| w.t1("doubt-not-used", "texts", side.not_used.join(", "))),
        };
        Found {
            frequencies: found.frequencies.said(w),
            is_synthetic: found.frequencies.synthetic,
            loci: found.loci.join(" "),
            totals: found.p.iter().enumerate().map(|(k, p)| (format!("P{k}"), percent(*p))).collect(),
            bits: w.t1("doubt-bits", "bits", format!("{:.2}", found.doubt_bits)),
            left_out: (found.left_out > 0.0).then(|| w.t1("doubt-left-out", "part", percent(found.left_out))),
            by_locus: found.by_locus.iter().map(row).collect(),
            sides: vec![side("doubt-patient", &found.patient), side("doubt-unit", &found.unit)],
            next: found.next.iter().map(|next| next.said(w)).collect(),
        }
    }
}
