//! Decisions on units, and the profiles by which they are made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{UnitOutcome, pareto, profiles};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, Body, InPath, List, Page};
use crate::app::AppState;
use crate::decision::{AgainView, DecisionView, ProfileView, profile_of};
use crate::error::Failure;
use crate::pages::Reader;

/// All profiles.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profiles {
    items: Vec<ProfileView>,
}

/// A unit to be decided on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"profile": "cn-public"}))]
pub(crate) struct DecisionWanted {
    /// Name of a profile, for its newest version, or name with version.
    profile: String,
}

/// Of which profile.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Name, or name with version.
    #[param(example = "cn-public")]
    profile: String,
}

/// Decisions in force of one profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct DecisionCounts {
    profile: String,
    accepted: u64,
    rejected: u64,
    incomplete: u64,
    /// Rejects by their first reason, the most frequent first; shares sum to exactly 100 %.
    rejects: Vec<RejectRow>,
}

/// One reason of rejects.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectRow {
    rule: String,
    units: u64,
    /// Hundredths of a percent.
    share_hundredths: u64,
    cumulative_hundredths: u64,
}

/// Profiles
///
/// Every version of every specification profile, with its rules, their sources, and whether the source was at hand.
#[utoipa::path(get, path = "/api/profiles", operation_id = "list_profiles", tag = "laboratory",
    responses((status = 200, description = "All profiles", body = Profiles)))]
pub(crate) async fn list_profiles() -> Response {
    Json(Profiles { items: profiles().iter().map(ProfileView::of).collect() }).into_response()
}

/// Reject Pareto
///
/// Decisions in force of one profile by outcome, and rejects by reason.
#[utoipa::path(get, path = "/api/decisions", operation_id = "count_decisions", tag = "laboratory", params(Which),
    responses((status = 200, description = "Counts", body = DecisionCounts),
        (status = 422, description = "No such profile", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn counts(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Asked(which): Asked<Which>,
) -> Result<Response, Failure> {
    let profile = profile_of(&which.profile)?;
    let counts = state.desk().store.decision_counts(profile, reader.visitor.principal()?).await?;
    let of = |outcome: UnitOutcome| {
        counts.iter().filter(|(code, ..)| code == outcome.code()).map(|(.., units)| units).sum()
    };
    let (accepted, rejected) = (of(UnitOutcome::Accepted), of(UnitOutcome::Rejected));
    let incomplete = of(UnitOutcome::Incomplete);
    let reasons = counts.iter().filter_map(|(_, reason, units)| Some((reason.clone()?, *units)));
    let rejects = pareto(reasons.collect()).into_iter().map(|row| RejectRow {
        rule: row.reason,
        units: row.units,
        share_hundredths: row.share_hundredths,
        cumulative_hundredths: row.cumulative_hundredths,
    });
    let rejects = rejects.collect();
    Ok(Json(DecisionCounts { profile: profile.key(), accepted, rejected, incomplete, rejects })
        .into_response())
}

/// Decisions on a unit
///
/// The newest first.
#[utoipa::path(get, path = "/api/units/{scheme}/{identity}/decisions", operation_id = "list_decisions",
    tag = "laboratory", params(("scheme" = String, Path, example = "din"), ("identity" = String, Path), super::cursor::Pages),
    responses((status = 200, description = "A page of decisions", body = Page<DecisionView>)))]
pub(crate) async fn of_unit(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
    Asked(pages): Asked<super::cursor::Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let unit = super::units::known(&state, scheme, value).await?.identity;
    let path = format!("/api/units/{}/{}/decisions", unit.scheme, unit.value);
    let list = List::new(&desk.keys, path, [], pages.limit)?;
    let decisions = desk.store.unit_decisions(&unit, reader.visitor.principal()?).await?;
    list.of_all(&decisions, pages.cursor.as_deref(), |one| &one.id, DecisionView::of)
}

/// Decide on a unit
///
/// Holds the unit against a profile, rule by rule, and writes the decision down with the facts that it saw.
#[utoipa::path(post, path = "/api/units/{scheme}/{identity}/decisions", operation_id = "decide_unit", tag = "laboratory",
    params(("scheme" = String, Path, example = "din"), ("identity" = String, Path)), request_body = DecisionWanted,
    responses((status = 201, description = "The decision", body = DecisionView)))]
pub(crate) async fn decide(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath((scheme, value)): InPath<(String, String)>,
    Body(wanted): Body<DecisionWanted>,
) -> Result<Response, Failure> {
    let unit = super::units::known(&state, scheme, value).await?.identity;
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    let decision = desk.store.decide_unit(&unit, profile_of(&wanted.profile)?, &acting).await?;
    Ok((StatusCode::CREATED, Json(DecisionView::of(&decision))).into_response())
}

/// A decision, made again
///
/// With the version of the profile and the facts that it saw. Nothing is written.
#[utoipa::path(get, path = "/api/decisions/{id}/again", operation_id = "decide_again", tag = "laboratory",
    params(("id" = String, Path)),
    responses((status = 200, description = "The decision, and what it comes to now", body = AgainView)))]
pub(crate) async fn again(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(id): InPath<String>,
) -> Result<Response, Failure> {
    let again = state.desk().store.decide_again(&id, reader.visitor.principal()?).await?;
    Ok(Json(AgainView::of(&again)).into_response())
}
