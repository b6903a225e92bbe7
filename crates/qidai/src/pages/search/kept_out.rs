//! The units behind one count of the exclusions, the nearest first.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::results::{HitRow, row};
use super::shelf::Answered;
use super::{away, kept, relax};
use crate::app::AppState;
use crate::catalogue::UnitHit;
use crate::error::Failure;
use crate::pages::{Frame, Reader, render};
use crate::pools::among;
use crate::words::thousands;

/// Units that are told; all are counted.
pub(crate) const SHOWN_MAX: usize = 100;

#[derive(Template)]
#[template(path = "search_kept_out.html")]
struct KeptOutPage {
    frame: Frame,
    id: String,
    rule: String,
    count: String,
    if_relaxed: String,
    /// The correction of the form that relaxes the rule, and the fields of the form.
    fix: Option<String>,
    form: Vec<(String, String)>,
    results: Listed,
}

/// What the table of hits asks for (`search_hits.html`).
struct Listed {
    id: String,
    has_weight: bool,
    may_choose: bool,
    hits: Vec<HitRow>,
}

/// `/search/{id}/excluded/{rule}`
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((id, rule)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let answered = kept(&state, &reader, &id).await?;
    let units = units(&state, &answered, &rule).await?;
    let w = reader.lang.words();
    let counted = answered.answer.excluded.iter().find(|one| one.rule == rule);
    let (count, if_relaxed) = counted.map_or((0, 0), |one| (one.count, one.if_relaxed));
    let hits: Vec<HitRow> = units.iter().map(|unit| row(unit, &answered, None, w)).collect();
    render(&KeptOutPage {
        rule: w.find(&format!("rule-{rule}"), &[]).unwrap_or_else(|| rule.clone()),
        count: thousands(&count.to_string()),
        if_relaxed: thousands(&if_relaxed.to_string()),
        fix: (if_relaxed > 0).then(|| relax::fix(&rule, &answered.request)).flatten(),
        form: state.searches().get(&id).map(|stored| stored.form.pairs()).unwrap_or_default(),
        results: Listed {
            id: id.clone(),
            has_weight: answered.request.weight_kg.is_some(),
            may_choose: false,
            hits,
        },
        frame: Frame::new(&reader),
        id,
    })
}

async fn units(state: &AppState, answered: &Answered, rule: &str) -> Result<Vec<UnitHit>, Failure> {
    let (catalogue, pools) = (state.catalogue(), state.pools().asked(&answered.request)?);
    let (request, rule) = (answered.request.clone(), rule.to_owned());
    away(move || among(&catalogue, &pools).kept_out(&request, &rule, SHOWN_MAX)).await
}
