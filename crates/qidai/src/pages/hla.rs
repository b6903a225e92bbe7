//! The typing explorer: what a text means, with a way on to each allele, group and antigen it names (`hla.html`).

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::{Frame, Reader, escaped, render};
use crate::app::AppState;
use crate::error::Failure;
use crate::explain::{branches, explain_all};

/// Typings to begin with: one of each kind.
const EXAMPLES: [&str; 5] = ["A*24:02", "B62", "DRB1*04:01:01G", "B*15:XX", "A*01:01:01:02N"];

#[derive(Template)]
#[template(path = "hla.html")]
struct HlaPage {
    frame: Frame,
    release: String,
    typing: String,
    branches: Vec<Branch>,
    is_refused: bool,
    examples: Vec<(&'static str, String)>,
}

/// A question and its answers; an answer that is a typing has an address.
struct Branch {
    name: String,
    leaves: Vec<Leaf>,
    more: usize,
}

struct Leaf {
    text: String,
    note: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    typing: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wish): Query<Wish>,
) -> Result<Response, Failure> {
    let catalogue = state.catalogue();
    let typing = wish.typing.trim().to_owned();
    let explained = (!typing.is_empty()).then(|| explain_all(&typing, &catalogue.nomenclature(), None));
    let tree = explained.as_ref().map(|explained| branches(explained, reader.lang.words()));
    render(&HlaPage {
        frame: Frame::new(&reader),
        release: catalogue.release_label().to_owned(),
        is_refused: explained.as_ref().is_some_and(|explained| explained.explanation.error.is_some()),
        branches: tree.into_iter().flatten().map(Branch::from).collect(),
        examples: EXAMPLES.iter().map(|example| (*example, address(example))).collect(),
        typing,
    })
}

fn address(typing: &str) -> String {
    format!("/hla?typing={}", escaped(typing))
}

impl From<crate::explain::Branch> for Branch {
    fn from(branch: crate::explain::Branch) -> Branch {
        let leaves = branch.leaves.into_iter().map(|leaf| Leaf {
            address: leaf.is_typing.then(|| address(&leaf.text)),
            text: leaf.text,
            note: leaf.note,
        });
        Branch { name: branch.name, leaves: leaves.collect(), more: branch.more }
    }
}
