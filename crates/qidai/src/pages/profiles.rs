//! Profiles and orders, rule by rule, with their sources; two of them side by side (`profiles.html`).

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use qidai_match::selection::{ListedRule, RuleChange};
use serde::Deserialize;

use super::{Frame, Reader, render};
use crate::app::AppState;
use crate::error::Failure;
use crate::profiles::{self, Known};
use crate::words::{Lang, Words};

#[derive(Template)]
#[template(path = "profiles.html")]
struct ProfilesPage {
    frame: Frame,
    all: Vec<Line>,
    chosen: Option<Chosen>,
}

/// One of the list.
struct Line {
    /// What the address calls it: a number of the bank's own, a name of the program's.
    key: String,
    name: String,
    called: String,
    kind: String,
    /// Number and state; absent for a page of the program.
    own: Option<[String; 2]>,
    is_chosen: bool,
}

/// The one that is shown.
struct Chosen {
    key: String,
    title: String,
    /// The record's page, where there is one.
    address: Option<String>,
    rules: Vec<ListedRule>,
    /// What it is compared with, and how they differ.
    compared: Option<(String, Vec<RuleChange>)>,
}

/// Which one, and beside which.
#[derive(Deserialize)]
pub(crate) struct Asked {
    show: Option<String>,
    with: Option<String>,
}

/// All, and one of them opened.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let known = profiles::all(&state.desk().store).await?;
    let w = reader.lang.words();
    let find =
        |key: &Option<String>| key.as_ref().and_then(|key| known.iter().find(|one| key_of(one) == *key));
    let chosen = find(&asked.show).map(|one| Chosen {
        key: key_of(one),
        title: format!("{} {}", one.page.name, one.page.version),
        address: one
            .record
            .as_ref()
            .map(|record| format!("/records/{}/{}", profiles::CONCEPT, record.number)),
        rules: one.page.rules.clone(),
        compared: find(&asked.with).map(|other| {
            (format!("{} {}", other.page.name, other.page.version), one.page.changes(&other.page))
        }),
    });
    let all = known.iter().map(|one| line(one, asked.show.as_deref(), w)).collect();
    render(&ProfilesPage { frame: Frame::new(&reader), all, chosen })
}

fn key_of(one: &Known) -> String {
    one.record.as_ref().map_or_else(|| one.page.name.clone(), |record| record.number.clone())
}

fn line(one: &Known, chosen: Option<&str>, w: &Words) -> Line {
    let key = key_of(one);
    Line {
        is_chosen: chosen == Some(key.as_str()),
        name: format!("{} {}", one.page.name, one.page.version),
        called: one.page.called[usize::from(w.lang() == Lang::En)].clone(),
        kind: w.t(&format!("profile-kind-{}", one.page.kind.as_str())),
        own: one.record.as_ref().map(|record| {
            let label = &record.state.label;
            let state = if w.lang() == Lang::En { &label.en } else { &label.zh };
            [record.number.clone(), state.to_string()]
        }),
        key,
    }
}
