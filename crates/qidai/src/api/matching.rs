//! `POST /api/match/explain`: how likely a pair matches, what leaves it open, and what to type next.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, bounded};
use crate::app::AppState;
use crate::doubt::{Pair, PairExplained};
use crate::error::Failure;
use crate::pages::matching::explained;

/// Registries and populations have short names.
const NAME_CHARS_MAX: usize = 120;

/// A pair, and what is counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "patient": "A*11:01+A*30:01^B*13:02+B*46:01^DRB1*07:01+DRB1*09:01",
    "unit": "A*11+A*30:XX^B*13:02+B*46:01^DRB1*07:01+DRB1*09:01",
}))]
pub(crate) struct PairQuestion {
    /// The patient's typing, a GL String.
    patient: String,
    /// The unit's typing, a GL String.
    unit: String,
    /// Loci whose mismatches are counted; left out: A, C, B, DRB1, DQB1, as far as the frequencies have them.
    #[serde(default)]
    loci: Vec<String>,
    /// Registry whose frequencies are wanted.
    registry: Option<String>,
    /// Population of the registry.
    population: Option<String>,
}

/// Explain how likely a pair matches
///
/// Probabilities of 0 to 4 mismatches, the genotypes that carry them, the locus at which the doubt sits, and the typing
/// that would remove most of it. Which frequencies were used stands in the answer.
#[utoipa::path(post, path = "/api/match/explain", operation_id = "explain_match", tag = "search",
    request_body = PairQuestion, responses((status = 200, description = "The pair explained", body = PairExplained)))]
pub(crate) async fn explain(
    State(state): State<AppState>,
    Body(question): Body<PairQuestion>,
) -> Result<Json<PairExplained>, Failure> {
    let (patient, unit) = (bounded("patient", &question.patient)?, bounded("unit", &question.unit)?);
    let (registry, population) = (
        question.registry.as_deref().unwrap_or_default(),
        question.population.as_deref().unwrap_or_default(),
    );
    super::short("registry", Some(registry), NAME_CHARS_MAX)?;
    super::short("population", Some(population), NAME_CHARS_MAX)?;
    explained(&state, Pair { patient, unit }, question.loci, (registry, population)).await.map(Json)
}
