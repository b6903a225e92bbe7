//! Pages for people: one struct and one template each, of the same name.

pub(crate) mod affected;
pub(crate) mod alerts;
pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod audit;
mod badge;
pub(crate) mod board;
pub(crate) mod coverage;
pub(crate) mod decision;
pub(crate) mod document;
pub(crate) mod documents;
pub(crate) mod emergency;
pub(crate) mod failure;
pub(crate) mod history;
pub(crate) mod hla;
pub(crate) mod lab;
pub(crate) mod listing;
pub(crate) mod matching;
pub(crate) mod notifications;
pub(crate) mod outcomes;
pub(crate) mod patient;
pub(crate) mod people;
pub(crate) mod pools;
pub(crate) mod profiles;
mod reader;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod search;
mod shown;
pub(crate) mod sign_in;
pub(crate) mod storage;
pub(crate) mod unit;
pub(crate) mod units;
pub(crate) mod welcome;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use qidai_bank::Permission;

use crate::app::AppState;
use crate::auth::Visitor;
use crate::error::{Failure, Kind};
use crate::words::{Lang, Words};

pub(crate) use people::{role_unknown, unknown as account_unknown};
pub(crate) use reader::{Marks, Reader, know_reader};
pub(crate) use records::record_address;
pub(crate) use shown::in_powers;
pub(crate) use shown::{escaped, label, unit_address};
pub(crate) use storage::position_address as place_address;
pub(crate) use storage::runs::address_of as run_address;
pub(crate) use storage::tank::address_of as tank_address;
pub(crate) use unit::scale as measure_scale;
pub(crate) use units::{blood_group, not_found as unit_not_found};

/// Is an area shown to somebody?
type Seen = fn(&Visitor) -> bool;

/// An entry of the main navigation: key of its word, address, and who sees it.
const AREAS: [(&str, &str, Seen); 12] = [
    ("nav-search", "/", |visitor| visitor.may(Permission::SearchRun)),
    ("nav-requests", "/requests", |visitor| visitor.may(Permission::PatientView)),
    ("nav-units", "/units", |visitor| visitor.may(Permission::UnitView)),
    ("nav-lab", "/lab", |visitor| visitor.may(Permission::TestRecord) || visitor.may(Permission::TestReview)),
    ("nav-storage", "/storage", |visitor| visitor.may(Permission::UnitView)),
    ("nav-hla", "/hla", |visitor| visitor.may(Permission::UnitView)),
    ("nav-registers", "/records", records::any_seen),
    ("nav-board", "/board", |visitor| visitor.may(Permission::FigureView)),
    ("nav-coverage", "/coverage", |visitor| visitor.may(Permission::FigureView)),
    ("nav-history", "/history", |visitor| visitor.may(Permission::HistoryView)),
    ("nav-people", "/admin/people", |visitor| visitor.may(Permission::AccountManage)),
    ("nav-audit", "/admin/audit", |visitor| visitor.may(Permission::HistoryView)),
];

/// The front page of whoever comes: the search, else the first area that they may see.
pub(crate) async fn start(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
) -> Result<Response, Failure> {
    if reader.visitor.may(Permission::SearchRun) {
        return search::start(State(state), Extension(reader)).await;
    }
    match AREAS.iter().find(|(.., is_seen)| is_seen(&reader.visitor)) {
        Some((_, href, _)) => Ok(Redirect::to(href).into_response()),
        None => {
            let sentence = "Your account has no page of its own yet: ask the administrator for a role.";
            Err(Failure::new(Kind::Forbidden, "no_page_for_role", sentence))
        }
    }
}

/// What the frame around every page needs to know (`base.html`).
pub(crate) struct Frame {
    w: &'static Words,
    marks: Marks,
    /// Address of this page; the language switch comes back to it.
    address: String,
    /// The form whose unsent content the language switch takes along.
    form: Option<&'static str>,
    /// Where it is sent for that, ready for a language to be appended.
    form_address: String,
    visitor: Visitor,
    unread: u32,
}

impl Frame {
    pub(crate) fn new(reader: &Reader) -> Frame {
        Frame {
            w: reader.lang.words(),
            marks: reader.marks.clone(),
            address: reader.address.clone(),
            form: None,
            form_address: "/search/draft?".to_owned(),
            visitor: reader.visitor.clone(),
            unread: reader.unread,
        }
    }

    /// Says that the page has a form with this id.
    pub(crate) fn with_form(mut self, id: &'static str) -> Frame {
        self.form = Some(id);
        self
    }

    /// The same for a form that is answered under an address of its own.
    pub(crate) fn with_form_at(self, id: &'static str, address: &str) -> Frame {
        Frame { form_address: address.to_owned(), ..self.with_form(id) }
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

    /// The areas that the visitor may see: name, address, and whether the page belongs to it.
    fn areas(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        let path = self.address.split('?').next().unwrap_or_default();
        let is_here = move |href: &str| match href {
            "/" => path == "/" || path.starts_with("/search"),
            "/requests" => ["/requests", "/patients/", "/alerts"].iter().any(|front| path.starts_with(front)),
            _ => path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')),
        };
        let seen = AREAS.iter().filter(|(.., is_seen)| is_seen(&self.visitor));
        seen.map(move |(key, href, _)| (self.w.t(key), *href, is_here(href)))
    }

    fn may(&self, permission: Permission) -> bool {
        self.visitor.may(permission)
    }

    /// May a unit be looked up by its number?
    fn may_find(&self) -> bool {
        self.may(Permission::UnitView)
    }

    /// May the list for registries be made?
    fn may_list(&self) -> bool {
        self.may(Permission::OrderManage)
    }

    fn may_take_role(&self) -> bool {
        self.may(Permission::EmergencyTake) && !self.visitor.is_demo()
    }

    fn may_review(&self) -> bool {
        self.may(Permission::EmergencyReview)
    }

    /// The number on the bell: nothing, a count, or `99+`.
    fn unread(&self) -> Option<String> {
        match self.unread {
            0 => None,
            count @ 1..=99 => Some(count.to_string()),
            _ => Some("99+".to_owned()),
        }
    }

    /// What the bell says to who does not see it.
    fn bell(&self) -> String {
        self.w.t1("bell", "count", f64::from(self.unread))
    }

    /// Who is signed in: roles and staff number, never a name.
    fn who(&self) -> Option<(String, String)> {
        let principal = self.visitor.principal().ok()?;
        let number = principal.name().split_once(':').map_or(principal.name(), |(_, number)| number);
        let mut roles: Vec<&str> =
            principal.grants().iter().map(|grant| shown::label(self.lang(), grant.role.labels())).collect();
        roles.dedup();
        Some((roles.join(if self.lang() == Lang::En { ", " } else { "、" }), number.to_owned()))
    }

    /// What keys do, for whoever asks with `?`; the script hears them (`static/qidai.js`).
    fn shortcuts(&self) -> impl Iterator<Item = (&'static str, String)> {
        const KEYS: [(&str, &str); 10] = [
            ("/", "keys-scan"),
            ("j", "keys-next"),
            ("k", "keys-previous"),
            ("Enter", "keys-open"),
            ("e", "keys-explain"),
            ("x", "keys-choose"),
            ("c", "keys-compare"),
            ("Ctrl Enter", "keys-search"),
            ("?", "keys-help"),
            ("Esc", "keys-escape"),
        ];
        KEYS.into_iter().map(|(key, meaning)| (key, self.w.t(meaning)))
    }

    fn is_demo_visitor(&self) -> bool {
        self.visitor.is_demo()
    }

    /// For the hidden field of every form.
    fn form_key(&self) -> &str {
        self.visitor.form_key().unwrap_or_default()
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
