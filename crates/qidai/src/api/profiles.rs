//! Profiles and orders of searches, rule by rule.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::AppState;
use crate::error::Failure;
use crate::profiles::{self, Known};

/// Those of the program, then the bank's own, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchProfiles {
    profiles: Vec<SearchProfile>,
}

/// One page.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchProfile {
    /// `profile` (floors) or `order` (what decides first).
    kind: &'static str,
    /// As searches ask for it.
    #[schema(example = "single_malignant")]
    name: String,
    version: u32,
    /// The record of the register `search_profile`; null for a page of the program.
    number: Option<String>,
    /// `drafted`, `in_force` or `retired`: only what is in force and covered by its signature is used. Null for a page of the program.
    state: Option<&'static str>,
    rules: Vec<SearchProfileRule>,
}

/// One rule with its source.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchProfileRule {
    #[schema(example = "tnc 8/8")]
    rule: String,
    #[schema(example = "3.0 10⁷/kg")]
    value: String,
    source: String,
    /// False: recalled from the literature, to be confirmed by the medical director.
    checked: bool,
}

/// List profiles and orders
///
/// Copies are made, edited and signed as records of the register `search_profile`.
#[utoipa::path(get, path = "/api/search/profiles", operation_id = "list_search_profiles", tag = "search",
    responses((status = 200, description = "Every profile and order", body = SearchProfiles)))]
pub(crate) async fn list(State(state): State<AppState>) -> Result<Response, Failure> {
    let told = |one: Known| SearchProfile {
        kind: one.page.kind.as_str(),
        name: one.page.name,
        version: one.page.version,
        state: one.record.as_ref().map(|record| record.state.code),
        number: one.record.map(|record| record.number),
        rules: one
            .page
            .rules
            .into_iter()
            .map(|rule| SearchProfileRule {
                rule: rule.rule,
                value: rule.value,
                source: rule.source,
                checked: rule.checked,
            })
            .collect(),
    };
    let profiles = profiles::all(&state.desk().store).await?.into_iter().map(told).collect();
    Ok(Json(SearchProfiles { profiles }).into_response())
}
