//! `POST /api/typing/check`: is this field, or this pasted line, a typing we understand?

use axum::extract::State;
use axum::{Extension, Json};
use qidai_hla::Locus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Body;
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::pages::search::form::LOCI;
use crate::pages::search::said::Said;
use crate::pages::search::typing::{LocusCheck, check_locus, read_paste};

/// The two fields of a locus, or a line.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, deny_unknown_fields)]
#[schema(example = json!({"locus": "A", "texts": ["11:01", "24:02"]}))]
pub(crate) enum Question {
    Locus { locus: String, texts: [String; 2] },
    Line { line: String },
}

/// What was understood.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// One locus: its GL piece, the look of both fields, what is said.
    Locus(LocusCheck),
    /// A line: texts for the fields of each locus (absent when refused), what is said.
    Line { loci: Option<Vec<(&'static str, [String; 2])>>, said: Vec<Said> },
}

/// Check a typing
///
/// The two fields of a locus, or a pasted line: what was understood, and what is wrong where.
#[utoipa::path(post, path = "/api/typing/check", operation_id = "check_typing", tag = "search",
    request_body = Question, responses((status = 200, description = "What was understood", body = Answer)))]
pub(crate) async fn check(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(question): Body<Question>,
) -> Result<Json<Answer>, Failure> {
    let catalogue = state.catalogue();
    let n = catalogue.nomenclature();
    let w = reader.lang.words();
    Ok(Json(match question {
        Question::Locus { locus, texts } => Answer::Locus(check_locus(known(&locus)?, &texts, &n, w)),
        Question::Line { line } => match read_paste(&line, &n, w) {
            Ok(pasted) => {
                let names = LOCI.iter().map(|locus| locus.name());
                Answer::Line { loci: Some(names.zip(pasted.loci).collect()), said: pasted.said }
            }
            Err(said) => Answer::Line { loci: None, said },
        },
    }))
}

fn known(name: &str) -> Result<Locus, Failure> {
    let locus = Locus::from_name(name).filter(|locus| Locus::TYPED.contains(locus));
    locus.ok_or_else(|| {
        Failure::refused("locus_unknown", format!("\"{name}\" is no locus of a typing.")).with("value", name)
    })
}
