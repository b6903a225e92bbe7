//! The pages and the API as a browser and a program meet them, without a port.

mod accounts;
mod api;
mod api_bank;
mod api_signing;
mod bank_pages;
mod bench;
mod buttons;
mod documents;
mod guards;
mod lab;
mod old_credentials;
mod pages;
mod pools;
mod profiles;
mod records;
mod requests;
mod route_walk;
mod storage;
mod unit_files;
mod unit_story;

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use qidai_bank::{Grant, KeyRing, MasterKey, NewCredential, Principal, RandomSource, Role, Store, Token};
use qidai_hla::{Nomenclature, Release};
use qidai_match::AntigenSpace;
use qidai_match::search::{Abo, Facts, Origin, Sex, SnapshotBuilder, Source, UnitEntry};
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::{AppState, Client, app};
use crate::auth::{Desk, form_key};
use crate::catalogue::Catalogue;
use crate::limits::Budgets;
use crate::words::Lang;

/// The patient of these stories: all names are in the starter release.
const PATIENT: &str =
    "A*11:01+A*24:02^B*15:02+B*40:01^C*03:04+C*08:01^DRB1*11:01+DRB1*12:02^DQB1*03:01+DQB1*03:03";

/// Own units and their typings, best first for [`PATIENT`].
const UNITS: [(&str, &str); 3] = [
    ("Z990119004217U", PATIENT),
    (
        "Z9901200318802",
        "A*11:02+A*24:02^B*15:02+B*40:01^C*03:04+C*08:01^DRB1*11:01+DRB1*12:02^DQB1*03:01+DQB1*03:03",
    ),
    ("Z990121050773H", "A*01:01+A*01:01^B*08:01+B*08:01^DRB1*03:01+DRB1*03:01"),
];

/// One answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn says(&self, part: &str) {
        assert!(self.text.contains(part), "\"{part}\" is not in:\n{}", self.text);
    }

    #[track_caller]
    fn is_silent_about(&self, part: &str) {
        assert!(!self.text.contains(part), "\"{part}\" is in:\n{}", self.text);
    }
}

/// A bank with its pages.
struct Served {
    routes: axum::Router,
    state: AppState,
}

impl Served {
    /// A bank of invented units, open to everybody on this machine, or one that asks who comes.
    async fn new(is_demo: bool) -> Served {
        Served::of(is_demo, Budgets::default()).await
    }

    /// One that asks who comes, with these budgets.
    async fn with_budgets(budgets: Budgets) -> Served {
        Served::of(false, budgets).await
    }

    async fn of(is_demo: bool, budgets: Budgets) -> Served {
        let store = Store::in_memory().await.unwrap();
        let key = MasterKey::new(&RandomSource::seeded(1)).unwrap();
        let desk = Desk::new(store, KeyRing::new(key, Vec::new())).await.unwrap();
        let desk = if is_demo { desk.with_demo_visitors().await.unwrap() } else { desk };
        let state = AppState::new(Arc::new(catalogue()), Lang::En, desk, budgets);
        Served { routes: app(state.clone()), state }
    }

    /// An account with a role, signed in.
    async fn account(self: &Arc<Self>, number: &str, roles: &[Role]) -> Visitor {
        let desk = self.state.desk();
        let console = Principal::console("test");
        let grants: Vec<Grant> = roles.iter().map(|role| Grant::everywhere(*role)).collect();
        let (_, link) = desk.store.add_account(number, &grants, &desk.acting(&console)).await.unwrap();
        let now = Timestamp::now();
        let code = desk.keys.new_second_factor(&link).code(now);
        let chosen = NewCredential { password: PASSWORD, code: Some(&code) };
        let signed_in = desk.store.use_link(&link, chosen, &desk.keys, now, desk.sources()).await.unwrap();
        Visitor { served: OnceCell::new_with(Some(Arc::clone(self))), token: Some(signed_in.token) }
    }

    fn stranger(self: &Arc<Self>) -> Visitor {
        Visitor { served: OnceCell::new_with(Some(Arc::clone(self))), token: None }
    }
}

const PASSWORD: &str = "four quiet herons wading";

/// A visitor of one server.
struct Visitor {
    served: OnceCell<Arc<Served>>,
    /// Of the session, sent as its cookie.
    token: Option<Token>,
}

impl Visitor {
    /// Somebody who looks at the demonstration.
    fn new() -> Visitor {
        Visitor { served: OnceCell::new(), token: None }
    }

    async fn served(&self) -> &Arc<Served> {
        self.served.get_or_init(|| async { Arc::new(Served::new(true).await) }).await
    }

    /// Sends a request from this machine, with the cookie of the session.
    async fn send(&self, mut request: Request<Body>) -> Answer {
        let here = Client { address: Some(Ipv4Addr::LOCALHOST.into()), ..Client::default() };
        request.extensions_mut().insert(here);
        if let Some(token) = &self.token {
            let cookie = format!("qidai={}", token.reveal());
            request.headers_mut().append("cookie", cookie.parse().unwrap());
        }
        // On the heap: a long story is one future with all of its requests in it.
        let answering = Box::pin(self.served().await.routes.clone().oneshot(request));
        let response = answering.await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            // A file is no text.
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// What stands in the forms of this visitor.
    fn form_key(&self) -> String {
        let demo = || self.served.get().and_then(|served| served.state.desk().demo_form_key());
        match &self.token {
            Some(token) => form_key::of_session(token),
            None => demo().unwrap_or_default().to_owned(),
        }
    }

    async fn get(&self, address: &str) -> Answer {
        self.send(get(address).body(Body::empty()).unwrap()).await
    }

    async fn post_form(&self, address: &str, fields: &str) -> Answer {
        self.served().await;
        self.post_raw(address, &format!("form_key={}&{fields}", self.form_key())).await
    }

    /// A form exactly as given.
    async fn post_raw(&self, address: &str, fields: &str) -> Answer {
        let request = post(address).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(fields.to_owned())).unwrap()).await
    }

    async fn post_json(&self, address: &str, body: &str) -> Answer {
        let request = post(address).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Sends the form and follows to the answer.
    async fn search(&self, fields: &str) -> Answer {
        let sent = self.post_form("/search", fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        self.get(sent.header("location")).await
    }
}

fn get(address: &str) -> axum::http::request::Builder {
    Request::get(address).header("host", "127.0.0.1:8787")
}

fn post(address: &str) -> axum::http::request::Builder {
    Request::post(address).header("host", "127.0.0.1:8787").header("origin", "http://127.0.0.1:8787")
}

/// The pasted patient as a form field.
fn pasted(gl: &str) -> String {
    format!("paste={}&min_x6=4&min_x8=4&limit=100", gl.replace('+', "%2B").replace('^', "%5E"))
}

fn catalogue() -> Catalogue {
    let release = Release::starter();
    let antigens = AntigenSpace::new(&release);
    let mut builder = SnapshotBuilder::new(Nomenclature::new(&release, None), &antigens);
    for (index, (id, hla)) in UNITS.into_iter().enumerate() {
        builder.push(&UnitEntry { key: index as u64, id, hla, mother: "", facts: facts(index) });
    }
    let snapshot = builder.finish(Origin { generation: 7, history_hash: [7; 32] }).unwrap();
    Catalogue::of_snapshot(release, None, snapshot)
}

/// The first unit has everything recorded, the others nothing but their typing.
fn facts(index: usize) -> Facts {
    let is_first = index == 0;
    Facts {
        tnc_total: is_first.then_some(1_420_000_000),
        cd34_total: is_first.then_some(5_610_000),
        volume_ml: is_first.then_some(24.6),
        viability_percent: is_first.then_some(96.5),
        collection_day: is_first.then_some(18_000),
        sex: is_first.then_some(Sex::Female),
        abo: is_first.then_some(Abo::B),
        rhd_positive: is_first.then_some(true),
        ..Facts::unknown(Source::Unit)
    }
}
