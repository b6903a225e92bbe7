//! The pages of registers. What they show comes from the declarations (`docs/workflows.md`): one list, one form and one
//! page of a record serve every concept.

pub(crate) mod act;
mod certify;
pub(crate) mod export;
pub(crate) mod field;
pub(crate) mod form;
pub(super) mod late;
pub(crate) mod list;
pub(super) mod offer;
pub(crate) mod one;
mod questions;
mod timeline;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use qidai_bank::RecordFilter;
use qidai_bank::workflow::{self, Concept, Keeps, Label};

use super::badge::Badge;
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::{Failure, Kind};
use crate::words::Lang;

pub(crate) use act::session_of;
pub(crate) use certify::{certify, show as show_certification};
pub(crate) use field::text_of;
pub(super) use timeline::view as event_view;

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersPage {
    frame: Frame,
    registers: Vec<Register>,
}

/// One register of the overview.
struct Register {
    name: String,
    address: String,
    total: String,
    /// States that have records: badge, count, address of the filtered list.
    states: Vec<(Badge, String, String)>,
    /// The form, for who may fill it in.
    new: Option<String>,
}

/// The registers that the visitor may see.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    let (desk, principal) = (state.desk(), reader.visitor.principal()?);
    let mut registers = Vec::new();
    for concept in seen(&reader) {
        let counts = desk.store.record_counts(concept, &RecordFilter::default(), principal).await?;
        registers.push(register(concept, &counts, &reader));
    }
    render(&RegistersPage { registers, frame: Frame::new(&reader) })
}

fn register(concept: &'static Concept, counts: &[(&'static str, u64)], reader: &Reader) -> Register {
    let with_records = counts.iter().filter(|(_, count)| *count > 0);
    let states = with_records.filter_map(|(code, count)| {
        let state = concept.state(code)?;
        let address = format!("{}?state={code}", address_of(concept));
        Some((badge(state, reader.lang), shown::count(*count), address))
    });
    Register {
        name: name_of(concept, reader.lang),
        address: address_of(concept),
        total: shown::count(counts.iter().map(|(_, count)| count).sum::<u64>()),
        states: states.collect(),
        new: may_create(concept, reader).then(|| format!("{}/new", address_of(concept))),
    }
}

/// Concepts whose records the visitor may see, in the order of menus.
fn seen(reader: &Reader) -> impl Iterator<Item = &'static Concept> {
    let principal = reader.visitor.principal().ok().cloned();
    let kept = workflow::concepts().iter().filter(|concept| concept.keeps == Keeps::Records);
    kept.filter(move |concept| principal.as_ref().is_some_and(|one| concept.may_view(one)))
}

/// Does the visitor see any register? For the navigation.
pub(super) fn any_seen(visitor: &crate::auth::Visitor) -> bool {
    let kept = |concept: &&Concept| concept.keeps == Keeps::Records;
    visitor
        .principal()
        .is_ok_and(|one| workflow::concepts().iter().filter(kept).any(|concept| concept.may_view(one)))
}

/// Is this a number of a register that the visitor may see? A person has a pseudonym besides, which is no number.
pub(super) fn may_see(concept: &str, number: &str, visitor: &crate::auth::Visitor) -> bool {
    let is_number =
        |concept: &&Concept| number.strip_prefix(concept.prefix).is_some_and(|rest| rest.starts_with('-'));
    let concept = workflow::concept(concept).filter(|concept| concept.keeps == Keeps::Records);
    let concept = concept.filter(is_number);
    concept.is_some_and(|concept| visitor.principal().is_ok_and(|one| concept.may_view(one)))
}

fn may_create(concept: &Concept, reader: &Reader) -> bool {
    concept.create.iter().any(|permission| reader.visitor.may(*permission))
}

/// # Errors
/// `record_kind_unknown`: there is no such register.
pub(crate) fn concept_of(kind: &str) -> Result<&'static Concept, Failure> {
    let known = workflow::known(kind).map_err(|refusal| {
        Failure::new(Kind::NotFound, "record_kind_unknown", refusal.sentence).with("kind", kind)
    })?;
    if known.keeps == Keeps::Records {
        return Ok(known);
    }
    let sentence = format!("There is no register '{kind}': see the list of registers.");
    Err(Failure::new(Kind::NotFound, "record_kind_unknown", sentence).with("kind", kind))
}

fn address_of(concept: &Concept) -> String {
    format!("/records/{}", concept.code)
}

/// The page of a record.
pub(crate) fn record_address(concept: &str, number: &str) -> String {
    format!("/records/{concept}/{}", shown::escaped(number))
}

/// A label of a declaration in the reader's language; as a title, it begins with a capital.
pub(super) fn said(label: Label, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => label.zh.to_owned(),
        Lang::En => {
            let mut letters = label.en.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            first + letters.as_str()
        }
    }
}

fn name_of(concept: &Concept, lang: Lang) -> String {
    said(concept.label, lang)
}

pub(super) fn badge(state: &workflow::State, lang: Lang) -> Badge {
    let word = match lang {
        Lang::ZhCn => state.label.zh,
        Lang::En => state.label.en,
    };
    Badge { word: word.to_owned(), family: state.badge.code() }
}
