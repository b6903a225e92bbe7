//! Pages for people: one struct and one template each, of the same name.

pub(crate) mod assets;
pub(crate) mod failure;
mod reader;
pub(crate) mod search;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::error::Failure;
use crate::words::{Lang, Words};

pub(crate) use reader::{Marks, Reader, know_reader};

/// An entry of the main navigation: key of its word, address.
const AREAS: [(&str, &str); 1] = [("nav-search", "/")];

/// What the frame around every page needs to know (`base.html`).
pub(crate) struct Frame {
    w: &'static Words,
    marks: Marks,
    /// Address of this page; the language switch comes back to it.
    address: String,
    /// The form whose unsent content the language switch takes along.
    form: Option<&'static str>,
}

impl Frame {
    pub(crate) fn new(reader: &Reader) -> Frame {
        Frame {
            w: reader.lang.words(),
            marks: reader.marks.clone(),
            address: reader.address.clone(),
            form: None,
        }
    }

    /// Says that the page has a form with this id.
    pub(crate) fn with_form(mut self, id: &'static str) -> Frame {
        self.form = Some(id);
        self
    }

    fn lang(&self) -> Lang {
        self.w.lang()
    }

    /// The language in which the banner's short form is repeated.
    fn other(&self) -> Lang {
        match self.lang() {
            Lang::ZhCn => Lang::En,
            Lang::En => Lang::ZhCn,
        }
    }

    /// The warnings once more, for the head of every printed sheet.
    fn paper_marks(&self) -> String {
        let keys = [("banner-synthetic", self.marks.synthetic), ("banner-starter", self.marks.starter)];
        let said =
            keys.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| format!(" · {}", self.w.t(key)));
        said.collect()
    }

    fn version(&self) -> &'static str {
        &assets::VERSION
    }

    fn areas(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        AREAS.iter().map(|(key, href)| (self.w.t(key), *href, *href == "/"))
    }

    fn languages(&self) -> impl Iterator<Item = (Lang, bool)> {
        Lang::ALL.into_iter().map(|lang| (lang, lang == self.lang()))
    }
}

/// Renders a page; a template that cannot be rendered is an outage.
pub(crate) fn render(page: &impl Template) -> Result<Response, Failure> {
    let html = page.render().map_err(|error| {
        Failure::outage("page_not_rendered", "The page could not be made.").because(&error)
    })?;
    Ok(Html(html).into_response())
}
